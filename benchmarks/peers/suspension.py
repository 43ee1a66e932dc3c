"""The five-practice work on plain Prefect, by `suspend_flow_run`, with a Prefect server of its own on SQLite.

    python -m benchmarks.peers.suspension WORKFLOWS

The documented way to wait for a person without holding a process: a deployed flow suspends for an input, its process
ends, `resume_flow_run` hands the input in, and the runner starts a new process, which runs the flow from its first
line to the next suspension. One suspension takes one input, so five practices are five suspensions, one after another.

What it cannot do: take the third practice's answer before the first's; take an answer twice; remind anybody, since
nothing runs while it waits and its timeout can only fail the run; say afterwards what was answered and by whom.
"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.machine import Spread, Taken
from benchmarks.measures.peers import Beside
from benchmarks.systems.network import ANSWERS, PRACTICES

PATIENCE = 240.0
NAME = "five-answers/bench"


def serve() -> None:
    """In a child: the flow, deployed and run as Prefect's own runner does it, a process each time."""
    from benchmarks.peers.suspending_flow import five_answers

    five_answers.serve(name="bench", print_starting_message=False)


@contextmanager
def prefect(folder: Path) -> Iterator[list[subprocess.Popen[bytes]]]:
    """A Prefect server and a runner; PREFECT_API_URL names the server meanwhile."""
    from flows.server.process import free_port

    port = free_port()
    os.environ.update(
        PREFECT_HOME=str(folder), PREFECT_API_URL=f"http://127.0.0.1:{port}/api", DO_NOT_TRACK="1",
        PREFECT_SERVER_ANALYTICS_ENABLED="false", PREFECT_LOGGING_LEVEL="ERROR", PREFECT_RUNNER_POLL_FREQUENCY="1",
        PREFECT_SERVER_UI_ENABLED="false", PYTHONPATH=str(Path(__file__).parents[2]),
    )  # fmt: skip
    commands = (
        [sys.executable, "-m", "prefect", "server", "start", "--host", "127.0.0.1", "--port", str(port)],
        [sys.executable, "-c", "from benchmarks.peers.suspension import serve; serve()"],
    )
    started: list[subprocess.Popen[bytes]] = []
    try:
        for command in commands:
            started.append(
                subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            )
            if len(started) == 1:
                _healthy(f"http://127.0.0.1:{port}/api/health")
        yield started
    finally:
        for child in reversed(started):
            child.terminate()
            try:
                child.wait(15)
            except subprocess.TimeoutExpired:
                child.kill()


def _healthy(url: str) -> None:
    import httpx

    until = time.perf_counter() + PATIENCE
    while time.perf_counter() < until:
        try:
            if httpx.get(url, trust_env=False).status_code == httpx.codes.OK:
                return
        except httpx.HTTPError:
            time.sleep(0.2)
    raise RuntimeError("Prefect's server did not start")


async def _deployed(client: Any) -> Any:
    from prefect.exceptions import ObjectNotFound

    until = time.perf_counter() + PATIENCE
    while time.perf_counter() < until:
        try:
            return await client.read_deployment_by_name(NAME)
        except ObjectNotFound:
            await asyncio.sleep(0.5)
    raise RuntimeError("the flow was not deployed")


async def _until(client: Any, run: Any, name: str, after: Any = None) -> Any:
    """Wait until the run is in a state of that name, later than `after`."""
    until = time.perf_counter() + PATIENCE
    while time.perf_counter() < until:
        found = await client.read_flow_run(run)
        if found.state.name == name and (after is None or found.state.timestamp > after):
            return found.state.timestamp
        await asyncio.sleep(0.02)
    raise RuntimeError(f"the run did not come to be {name}")


async def measure(workflows: int, processes: list[subprocess.Popen[bytes]]) -> Beside:
    from prefect.client.orchestration import get_client
    from prefect.flow_runs import aresume_flow_run

    latencies = []
    async with get_client() as client:
        deployment = await _deployed(client)
        began = time.perf_counter()
        runs = [(await client.create_flow_run_from_deployment(deployment.id)).id for _ in range(workflows)]
        stamps = [await _until(client, run, "Suspended") for run in runs]
        whole = time.perf_counter() - began
        waiting = [Taken.by(process.pid) for process in processes]
        began = time.perf_counter()
        for run, stamp in zip(runs, stamps, strict=True):
            for number in range(PRACTICES):
                answered = time.perf_counter()
                await aresume_flow_run(run, run_input=ANSWERS)
                if number < PRACTICES - 1:
                    stamp = await _until(client, run, "Suspended", stamp)
            await _until(client, run, "Completed")
            latencies.append(time.perf_counter() - answered)
        whole += time.perf_counter() - began
    return Beside(
        workflows, Spread.of(latencies).p50, whole / workflows, sum(each.processes for each in waiting),
        0, sum(each.memory for each in waiting),
    )  # fmt: skip


def main(workflows: str) -> None:
    with tempfile.TemporaryDirectory(prefix="baton-bench-", ignore_cleanup_errors=True) as folder:
        with prefect(Path(folder)) as processes:
            found = asyncio.run(measure(int(workflows), processes))
        print(json.dumps(found.as_data()))


if __name__ == "__main__":
    main(*sys.argv[1:])
