"""Responses through the HTTP API of a real `baton serve`: 32 clients that keep their connections.

Every answer is for an assignment that nobody has answered, in an order shuffled over the whole launch, so that hardly
two in a row are of the same workflow. Each is flushed, by DuckDB and in the journal, before its reply. Every fifth
closes a step and its workflow, which wakes a flow run; those run beside it in the same process.

Left out: emails (it is Saturday night; see benchmarks/systems/served.py), forms of more than three fields, and a network:
the clients are on this machine and take their share of its cores.
"""

from __future__ import annotations

import json
import random
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks import machine
from benchmarks.machine import Spread
from benchmarks.systems.network import PRACTICES, pcn_codes, practices_of
from benchmarks.systems.served import Served, baton
from benchmarks.table import Row

PCNS, CLIENTS = 1250, 32
BUDGET, BUDGET_P99 = 1400, 100


@dataclass(frozen=True, slots=True)
class Answered:
    """`rate` a second; times in milliseconds; CPU in milliseconds an answer of the serving process."""

    rate: float
    spread: Spread
    cpu: float
    load: str


def assignments_of(workflows: Sequence[str], pcns: Sequence[str]) -> list[str]:
    """The assignments a launch of `five-answers` makes; their ids follow from what they are about."""
    return [
        f"{workflow}.figures.1.{practice}.practice_manager"
        for workflow, pcn in zip(workflows, pcns, strict=True)
        for practice in practices_of(pcn)
    ]


def launched(served: Served, pcns: Sequence[str], key: str) -> list[str]:
    """Launch, and wait until everybody is asked; the assignments."""
    assignments = assignments_of(served.launch("five-answers", pcns, key), pcns)
    # A batch of a hundred workflows is asked in one commit, so one of fifty tells of all.
    for assignment in [*assignments[:: 50 * PRACTICES], assignments[-1]]:
        served.wait_until(lambda about=assignment: served.is_asked(about))
    return assignments


def answer_all(served: Served, assignments: Sequence[str], clients: int) -> Answered:
    """Have clients in another process answer them all."""
    before = machine.cpu_seconds(served.pid)
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.systems.clients", "127.0.0.1", str(served.port), served.token, str(clients)],
        input="\n".join(assignments), capture_output=True, text=True, check=True,
    )  # fmt: skip
    said = json.loads(done.stdout)
    cpu = (machine.cpu_seconds(served.pid) - before) * 1000 / len(assignments)
    return Answered(len(assignments) / said["seconds"], Spread.of(said["took"]), cpu, machine.load())


def measure(pcns: int = PCNS, clients: int = CLIENTS) -> Answered:
    with baton(pcns) as served:
        served.flows_run()
        assignments = launched(served, pcn_codes(pcns), "responses")
        random.Random(1).shuffle(assignments)
        return answer_all(served, assignments, clients)


def rows(quick: bool = False) -> list[Row]:
    done = measure(*((10, 8) if quick else (PCNS, CLIENTS)))
    clients = 8 if quick else CLIENTS
    return [
        Row(
            f"responses through the HTTP API, {clients} clients",
            f"{done.rate:,.0f} a second, p50 {done.spread.p50:.0f} ms, p99 {done.spread.p99:.0f} ms",
            f"{done.cpu:.2f} ms of CPU each; {done.load}",
            f"{BUDGET:,} a second, p99 {BUDGET_P99} ms",
            done.rate >= BUDGET and done.spread.p99 < BUDGET_P99,
        )
    ]
