"""A launch of 1,250 PCNs of five practices, until every assignment and notice is committed.

Twice: in this process through the launcher and the runtime, in batches of a hundred as the flows do it; and over the API
of a real `baton serve`, where Prefect's flow runs do it.

Left out: reading the directory file, which happens before, and the emails, which leave over the next hours.
"""

from __future__ import annotations

import asyncio
import tempfile
import time
from datetime import timedelta
from pathlib import Path

from benchmarks import machine
from benchmarks.measures.responses import launched
from benchmarks.systems.embedded import NOW, embedded
from benchmarks.systems.network import PRACTICES, pcn_codes
from benchmarks.systems.served import baton
from benchmarks.table import Row

PCNS = 1250
BUDGET = 30.0


async def in_process(pcns: int) -> float:
    """Seconds, through the runtime."""
    with tempfile.TemporaryDirectory(prefix="baton-bench-") as made:
        async with embedded(Path(made), pcns) as home:
            began = time.perf_counter()
            await home.launch("five-answers", pcn_codes(pcns), "launch")
            took = time.perf_counter() - began
            _check(sum(each.asked for each in await home.store.summaries(limit=pcns)), pcns)
            _check(len(await home.store.notices_due(NOW + timedelta(days=365), 1_000_000)), pcns)
            return took


def _check(counted: int, pcns: int) -> None:
    if counted < pcns * PRACTICES:
        raise RuntimeError(f"{counted} rows where {pcns * PRACTICES} were to be")


def through_flows(pcns: int) -> float:
    """Seconds from the request to the last assignment, over the API and Prefect."""
    with baton(pcns) as served:
        served.flows_run()
        began = time.perf_counter()
        launched(served, pcn_codes(pcns), "launch")
        return time.perf_counter() - began


def rows(quick: bool = False) -> list[Row]:
    pcns = 10 if quick else PCNS
    direct, flows = asyncio.run(in_process(pcns)), through_flows(pcns)
    what = f"launch of {pcns:,} PCNs × {PRACTICES} practices, all committed"
    return [
        Row(what, f"{flows:.1f} s", f"{direct:.1f} s without Prefect; {machine.load()}", f"{BUDGET:.0f} s", flows < BUDGET)
    ]  # fmt: skip
