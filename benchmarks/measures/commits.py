"""Events committed a second, each durable before it is acknowledged: 1, 10 and 100 writers on the DuckDB store.

One event a commit, each writer with a stream of its own; see benchmarks/store.py, which has more about the store. Left
out: what an event costs before it comes to the store.
"""

from __future__ import annotations

import asyncio

from benchmarks import machine, store
from benchmarks.table import Row

WRITERS = ((1, 300), (10, 300), (100, 100))


def rows(quick: bool = False) -> list[Row]:
    measured = [asyncio.run(store.single_events(count, 10 if quick else each)) for count, each in WRITERS]
    return [
        Row(
            f"events committed a second, {count} writer{'s' if count > 1 else ''}",
            f"{m.rate:,.0f}",
            f"p50 {m.p50:.1f} ms, p99 {m.p99:.1f} ms; {machine.load()}",
        )
        for (count, _), m in zip(WRITERS, measured, strict=True)
    ]
