"""The same work beside other engines, in one run: launch, five practices answer, the workflow closes.

On Baton over its API with everything on: the log, the emails' notices, Prefect. On DBOS with SQLite
(benchmarks/peers/dbos.py) and on plain Prefect with `suspend_flow_run` (benchmarks/peers/suspension.py), each in a
process of its own, one after the other. Their docstrings say what their programs leave undone.

Measured: from the last answer to the workflow's completion, in the middle; the whole time of a workflow, from its
start until it is complete, with answers that come as soon as they can; and what the waiting ones take.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from typing import Any

from benchmarks import machine
from benchmarks.machine import Spread, Taken
from benchmarks.systems.network import ANSWERS, pcn_codes, practices_of
from benchmarks.systems.served import Served, baton
from benchmarks.table import Row

WORKFLOWS, WORKFLOWS_DBOS, WORKFLOWS_SUSPENDED = 20, 20, 2


@dataclass(frozen=True, slots=True)
class Beside:
    """Seconds from the last answer to completion, and a whole workflow; what waiting workflows take.

    `threads` and `memory` (MB) are for all the waiting workflows together.
    """

    workflows: int
    latency: float
    each: float
    processes: int
    threads: int
    memory: float

    def as_data(self) -> dict[str, Any]:
        return asdict(self)

    def __str__(self) -> str:
        return (
            f"{self.latency * 1000:.0f} ms to completion, {self.each:.2f} s each; {self.workflows} waiting: "
            f"{self.processes} processes, {self.threads:+d} threads, {self.memory:+.0f} MB"
        )


def _status(served: Served, workflow: str) -> str:
    return str(served.get(f"/api/workflows/{workflow}")["status"])


def on_baton(workflows: int) -> Beside:
    codes = pcn_codes(workflows)
    with baton(workflows) as served:
        served.flows_run()
        time.sleep(3)
        before = Taken.by(served.pid)
        began = time.perf_counter()
        started = [served.launch("five-answers", [code], f"beside-{code}")[0] for code in codes]
        for workflow, code in zip(started, codes, strict=True):
            last_one = f"{workflow}.figures.1.{practices_of(code)[-1]}.practice_manager"
            served.wait_until(lambda about=last_one: served.is_asked(about))
        whole = time.perf_counter() - began
        time.sleep(3)
        waiting = Taken.by(served.pid)
        latencies, answering = [], time.perf_counter()
        for workflow, code in zip(started, codes, strict=True):
            for practice in practices_of(code):
                served.respond(f"{workflow}.figures.1.{practice}.practice_manager", ANSWERS)
            last = time.perf_counter()
            served.wait_until(lambda w=workflow: _status(served, w) == "completed")
            latencies.append(time.perf_counter() - last)
        whole += time.perf_counter() - answering
    return Beside(
        workflows, Spread.of(latencies).p50, whole / workflows, waiting.processes,
        waiting.threads - before.threads, waiting.memory - before.memory,
    )  # fmt: skip


def elsewhere(module: str, workflows: int) -> Beside:
    """Run the program of another engine; what it says. Raises RuntimeError with its last words."""
    done = subprocess.run(
        [sys.executable, "-m", module, str(workflows)], capture_output=True, text=True, timeout=900
    )
    if done.returncode or not done.stdout.strip():
        raise RuntimeError(f"{module} failed: {done.stderr[-2000:]}")
    return Beside(**json.loads(done.stdout.strip().splitlines()[-1]))


def rows(quick: bool = False) -> list[Row]:
    ours = on_baton(2 if quick else WORKFLOWS)
    dbos = elsewhere("benchmarks.peers.dbos", 2 if quick else WORKFLOWS_DBOS)
    suspended = elsewhere("benchmarks.peers.suspension", 1 if quick else WORKFLOWS_SUSPENDED)
    return [
        Row("five practices, last answer → completed", f"{ours.latency * 1000:.0f} ms",
            f"DBOS {dbos.latency * 1000:.0f} ms; suspend_flow_run {suspended.latency * 1000:.0f} ms; {machine.load()}"),
        Row("five practices, a whole workflow", f"{ours.each:.2f} s",
            f"DBOS {dbos.each:.2f} s; suspend_flow_run {suspended.each:.2f} s"),
        Row(f"while {ours.workflows} of them wait",
            f"{ours.processes} processes, {ours.threads:+d} threads, {ours.memory:+.0f} MB",
            f"DBOS {dbos.processes} process, {dbos.threads:+d} threads, {dbos.memory:+.0f} MB; "
            f"suspend_flow_run ({suspended.workflows} waiting) {suspended.processes} processes, {suspended.memory:.0f} MB in all"),
    ]  # fmt: skip
