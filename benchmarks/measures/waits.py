"""What 10,000 waiting workflows cost: memory, threads and processes of `baton serve` with them, beside one without.

Both serve the same directory of 1,250 PCNs. The workflows are launched into a store beforehand, eight for each PCN.
A server is started on it, makes their hundred flow runs, enters each once, and is measured when it has come to rest:
its caches are as full as they get. Then it is started again, and is measured as any server is that was started while
they wait. Prefect's own server is counted apart: it holds a row for each flow run.
"""

from __future__ import annotations

import asyncio
import tempfile
import time
from pathlib import Path

from benchmarks import machine
from benchmarks.machine import Taken
from benchmarks.systems.embedded import embedded
from benchmarks.systems.network import pcn_codes
from benchmarks.systems.served import Served, baton
from benchmarks.table import Row

PCNS, LAUNCHES = 1250, 8
BUDGET = 50.0
#: It is at rest when it uses less than this share of a core for so many seconds.
REST_SHARE, REST_SECONDS = 0.15, 4.0
LONGEST = 300.0


def fill(folder: Path, pcns: int, launches: int) -> None:
    """Launch `launches` workflows for each PCN into the store in `folder`."""

    async def launch_all() -> None:
        async with embedded(folder, pcns) as home:
            for number in range(launches):
                await home.launch("five-answers", pcn_codes(pcns), f"waiting-{number}")

    asyncio.run(launch_all())


def at_rest(served: Served) -> tuple[Taken, float]:
    """What the whole takes when it has come to rest, and the memory of `baton serve` alone."""
    served.flows_run()
    until = time.perf_counter() + LONGEST
    while time.perf_counter() < until:
        before = machine.cpu_seconds(served.pid)
        time.sleep(REST_SECONDS)
        if machine.cpu_seconds(served.pid) - before < REST_SHARE * REST_SECONDS:
            break
    return Taken.by(served.pid), machine.resident(served.pid)


def rows(quick: bool = False) -> list[Row]:
    pcns, launches = (10, 2) if quick else (PCNS, LAUNCHES)
    with baton(pcns) as served:
        empty, alone = at_rest(served)
    with tempfile.TemporaryDirectory(prefix="baton-bench-") as made:
        fill(Path(made), pcns, launches)
        with baton(pcns, Path(made)) as served:
            _, looked_at = at_rest(served)
        with baton(pcns, Path(made)) as served:
            full, waiting = at_rest(served)
    return [
        Row(
            f"{pcns * launches:,} workflows waiting",
            f"{waiting - alone:+.0f} MB, {full.threads - empty.threads:+d} threads, "
            f"{full.processes - empty.processes:+d} processes",
            f"{looked_at - alone:+.0f} MB when all were just looked at; with Prefect's server "
            f"{full.memory - empty.memory:+.0f} MB; empty: {empty}; {machine.load()}",
            f"{BUDGET:.0f} MB, no thread, no process",
            waiting - alone < BUDGET
            and full.processes == empty.processes
            and full.threads <= empty.threads + 2,
        )
    ]
