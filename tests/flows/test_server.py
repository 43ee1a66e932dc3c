"""Prefect's server as our child, and what is left when it or its database goes."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import yaml

from tests.flows.conftest import Bench, eventually

ROOT = Path(__file__).resolve().parent.parent.parent

pytestmark = [pytest.mark.process, pytest.mark.asyncio(loop_scope="session")]

_PARENT = """
import sys, time
from pathlib import Path
from flows.server import PrefectServer
server = PrefectServer(Path(sys.argv[1]))
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
    await asyncio.sleep(1)  # time to have asked the kernel, and become the server
    assert _alive(child)
    parent.kill()
    parent.wait()

    async def gone() -> bool:
        return not _alive(child)

    await eventually(gone, 5)


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
    assert time.perf_counter() - began < 0.05  # whoever answers does not notice

    await bench.closed(batch, seconds=60)
    await bench.prefect.reaches(batch.batch_id, "Completed")
    assert (await bench.prefect.run(batch.batch_id))["id"] != first["id"]


async def test_every_flow_deploys_from_the_checkout(bench: Bench, tmp_path: Path) -> None:
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PREFECT_")}
    environment |= {
        "PREFECT_API_URL": bench.controller.api_url,
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
        timeout=60,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    found = await bench.prefect.post("/deployments/filter", {})
    described = yaml.safe_load((ROOT / "prefect.yaml").read_text())["deployments"]
    assert {each["entrypoint"] for each in found} == {each["entrypoint"] for each in described}
    assert {each["work_pool_name"] for each in found} == {"baton"}

    batch = await bench.launch("deployed")
    await bench.answered(batch)
    await bench.closed(batch)
