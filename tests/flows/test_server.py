"""Prefect's server as our child, and what is left when it or its database goes."""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import httpx
import pytest
import yaml

from application.batches import Batch
from tests.flows.conftest import LONG, Bench, eventually

ROOT = Path(__file__).resolve().parent.parent.parent

pytestmark = [pytest.mark.process, pytest.mark.asyncio(loop_scope="session")]

_PARENT = """
import sys, time
from pathlib import Path
from flows.server.process import PrefectServer
server = PrefectServer(Path(sys.argv[1]), "baton:secret")
server._start()
print(server.pid, flush=True)
time.sleep(60)
"""


async def test_the_server_goes_when_this_process_is_killed(tmp_path: Path) -> None:
    parent = subprocess.Popen(
        [sys.executable, "-c", _PARENT, str(tmp_path)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert parent.stdout is not None
    child = int(await asyncio.to_thread(parent.stdout.readline))

    async def begins() -> bool:  # it imports Prefect only after it has asked the kernel
        return "pydantic_core" in Path(f"/proc/{child}/maps").read_text()

    await eventually(begins)
    parent.kill()
    parent.wait()

    async def gone() -> bool:
        return not _alive(child)

    await eventually(gone)


def _alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except OSError:
        return False
    return state != "Z"


async def test_with_its_server_killed_and_its_database_deleted_nothing_is_missing(bench: Bench) -> None:
    controller = bench.controller
    batch = await bench.launch("lost")
    first = await bench.prefect.run(batch.batch_id)

    pid = controller.server_pid
    assert pid is not None
    assert controller._server is not None
    for part in controller._server.folder.glob("prefect.db*"):
        part.unlink()
    os.kill(pid, signal.SIGKILL)
    began = time.perf_counter()
    await bench.network.respond(batch)
    controller.wake_batch(batch.batch_id)
    controller.wake_post()
    controller.tell()
    assert time.perf_counter() - began < 2  # nobody who answers waits for Prefect

    await bench.closed(batch)
    await bench.prefect.reaches(batch.batch_id, "Completed")
    assert (await bench.prefect.run(batch.batch_id))["id"] != first["id"]


async def test_nobody_without_the_secret_asks_anything_of_the_server(bench: Bench) -> None:
    url = bench.controller.api_url
    body: dict[str, object] = {}
    async with httpx.AsyncClient(trust_env=False) as stranger:
        assert (await stranger.post(f"{url}/flow_runs/filter", json=body)).status_code == 401
        assert (await stranger.delete(f"{url}/work_pools/baton")).status_code == 401
        wrong = ("baton", "x" * 64)
        assert (await stranger.post(f"{url}/flow_runs/filter", json=body, auth=wrong)).status_code == 401
        asks = {"Origin": "https://elsewhere.example", "Access-Control-Request-Method": "DELETE"}
        page = await stranger.options(f"{url}/work_pools/baton", headers=asks)
        assert "access-control-allow-origin" not in page.headers


async def test_the_secret_stands_on_no_command_line_and_in_no_log(bench: Bench) -> None:
    server = bench.controller._server
    assert server is not None
    secret = bench.prefect.auth[1]
    assert len(secret) == 64
    assert secret not in Path(f"/proc/{server.pid}/cmdline").read_bytes().decode()
    for log in server.log.parent.iterdir():
        assert secret not in log.read_text()


async def test_those_who_write_at_once_wait_for_one_another(bench: Bench) -> None:
    (deployment,) = await bench.prefect.post(
        "/deployments/filter", {"flows": {"name": {"any_": ["run-workflows"]}}}
    )
    later = {"type": "SCHEDULED", "state_details": {"scheduled_time": "2999-01-01T00:00:00Z"}}
    many = [{"parameters": {"workflow_ids": [], "batch": ""}, "state": later}] * 5
    made = f"/deployments/{deployment['id']}/create_flow_run/bulk"
    answers = await asyncio.gather(*[bench.prefect.post(made, many) for _ in range(20)])
    assert [each["error"] for answer in answers for each in answer["results"] if each["error"]] == []


@pytest.mark.usefixtures("impatient")
async def test_what_is_deleted_from_prefect_is_made_anew_while_running(bench: Bench) -> None:
    async def goes_on(batch: Batch, first: str) -> None:
        async def waits_anew() -> bool:
            runs = await bench.prefect.runs(batch.batch_id)
            return [run["state"]["name"] for run in runs if run["id"] != first] == ["Waiting"]

        await eventually(waits_anew)

    batch = await bench.launch("deleted")
    first = (await bench.prefect.run(batch.batch_id))["id"]
    await bench.prefect.delete(f"/flow_runs/{first}")
    await goes_on(batch, first)
    first = (await bench.prefect.run(batch.batch_id))["id"]
    for each in await bench.prefect.post("/deployments/filter", {}):
        await bench.prefect.delete(f"/deployments/{each['id']}")
    await goes_on(batch, first)
    first = (await bench.prefect.run(batch.batch_id))["id"]
    await bench.prefect.delete("/work_pools/baton")
    await goes_on(batch, first)
    await bench.answered(batch)
    await bench.closed(batch)


def _drop_tables(database: Path) -> None:
    with closing(sqlite3.connect(database, timeout=30)) as connection, connection:
        connection.execute("PRAGMA foreign_keys = OFF")
        connection.execute("DROP TABLE flow_run_state")


def _delete_rows(database: Path) -> None:
    with closing(sqlite3.connect(database, timeout=30)) as connection, connection:
        connection.execute("PRAGMA foreign_keys = OFF")
        for table in ("flow_run_state", "deployment", "work_queue"):
            connection.execute(f"DELETE FROM {table}")  # noqa: S608


def _delete_the_pool(database: Path) -> None:
    with closing(sqlite3.connect(database, timeout=30)) as connection, connection:
        connection.execute("PRAGMA foreign_keys = OFF")
        connection.execute("DELETE FROM work_pool")  # its queue, and the runs in it, stay behind


def _overwrite_root_pages(database: Path) -> None:
    with closing(sqlite3.connect(database, timeout=30)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    with database.open("r+b") as file:
        file.write(b"\xa5" * 4096 * 200)


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize(
    "break_",
    [_drop_tables, _delete_rows, _delete_the_pool, _overwrite_root_pages],
    ids=lambda each: each.__name__,
)
async def test_with_a_database_broken_inside_work_goes_on_while_running(
    bench: Bench, break_: Callable[[Path], None]
) -> None:
    server = bench.controller._server
    assert server is not None
    batch = await bench.launch(break_.__name__)
    break_(server.folder / "prefect.db")
    await bench.answered(batch)
    await bench.closed(batch)


@pytest.mark.usefixtures("impatient")
async def test_a_server_that_hangs_is_replaced(bench: Bench) -> None:
    batch = await bench.launch("hangs")
    pid = bench.controller.server_pid
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)
    await bench.answered(batch)
    await bench.closed(batch)
    assert bench.controller.server_pid != pid


@pytest.mark.usefixtures("impatient")
async def test_a_database_that_another_program_has_locked_is_put_aside(bench: Bench) -> None:
    server = bench.controller._server
    assert server is not None
    batch = await bench.launch("locked")
    with closing(sqlite3.connect(server.folder / "prefect.db", timeout=30)) as other:
        other.execute("BEGIN EXCLUSIVE")
        await bench.answered(batch)
        await bench.closed(batch)


async def test_every_flow_deploys_from_the_checkout(bench: Bench, tmp_path: Path) -> None:
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PREFECT_")}
    environment |= {
        "PREFECT_API_URL": bench.controller.api_url,
        "PREFECT_API_AUTH_STRING": ":".join(bench.prefect.auth),
        "PREFECT_HOME": str(tmp_path),
        "DO_NOT_TRACK": "1",
    }
    done = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-m", "prefect", "--no-prompt", "deploy", "--all"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=LONG,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    found = await bench.prefect.post("/deployments/filter", {})
    described = yaml.safe_load((ROOT / "prefect.yaml").read_text())["deployments"]
    assert {each["entrypoint"] for each in found} == {each["entrypoint"] for each in described}
    assert {each["work_pool_name"] for each in found} == {"baton"}

    batch = await bench.launch("deployed")
    await bench.answered(batch)
    await bench.closed(batch)
