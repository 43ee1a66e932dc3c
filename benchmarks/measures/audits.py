"""Reading the log: walking its chain, the pages of an audit over millions of events, and a rehearsal.

The chain is walked over events that were committed one launch after the other. The pages are asked of a store whose
tables were multiplied inside DuckDB: a real launch, answered, copied under other ids until the log has ten million
events, of which each workflow has about a hundred. Copies have no hashes of their own, so nobody walks that one.

Left out: drawing the pages; and a file that is larger than the page cache.
"""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from statistics import median
from typing import Any, cast

from audit.auditor import Auditor
from benchmarks import machine, store
from benchmarks.systems.embedded import Embedded, embedded
from benchmarks.systems.network import ANSWERS, pcn_codes, practices_of
from benchmarks.table import Row
from engine.events import Actor
from store.audit import Search

PCNS, EVENTS, PER_WORKFLOW = 1250, 10_000_000, 100
LAUNCHES = 6000
BUDGET_CHAIN, BUDGET_PAGE = 200_000, 0.5

_COPIES = (
    """INSERT INTO workflows SELECT workflow_id || '-' || k, workflows.* EXCLUDE (workflow_id) FROM workflows, range(1, $copies) AS t(k)""",
    """INSERT INTO steps SELECT workflow_id || '-' || k, steps.* EXCLUDE (workflow_id) FROM steps, range(1, $copies) AS t(k)""",
    """INSERT INTO assignments SELECT k || '-' || assignment, workflow_id || '-' || k, assignments.* EXCLUDE (assignment, workflow_id)
       FROM assignments, range(1, $copies) AS t(k)""",
    """INSERT INTO notices SELECT k || '-' || id, workflow_id || '-' || k, notices.* EXCLUDE (id, workflow_id)
       FROM notices, range(1, $copies) AS t(k)""",
)
_EVENTS = """
INSERT INTO events SELECT position + (k * $stretch + s) * $all, workflow_id || '-' || k, version + s * 1000,
    events.* EXCLUDE (position, workflow_id, version)
FROM events, range(1, $copies) AS t(k), range(0, $stretch) AS u(s) ORDER BY k, s, position"""


async def chain(launches: int) -> float:
    """Events verified a second."""
    async with store.fresh() as kept:
        await store.launches(kept, launches)
        return (await store.verification(kept)).rate


async def _answered(home: Embedded, pcns: int) -> str:
    launched = await home.launch("five-answers", pcn_codes(pcns), "audit")
    for workflow, pcn in zip(launched.workflows, pcn_codes(pcns), strict=True):
        for practice in practices_of(pcn):
            about = f"{workflow}.figures.1.{practice}.practice_manager"
            await home.operations.respond(about, ANSWERS, _manager_of(practice))
    for batch in launched.batches:
        await home.runtime.advance(batch.workflow_ids)
    return launched.workflows[0]


def _manager_of(practice: str) -> Actor:
    return Actor("Practice manager", "practice_manager", practice, f"p-{practice.lower()}", channel="web")


async def multiply(home: Embedded, events: int) -> int:
    """Copy what there is inside DuckDB, until the log has about `events`; how many it has."""
    con = cast(
        Any, home.store
    )._database.connection.cursor()  # only DuckDB itself is quick enough for ten million
    there = await home.store.position()
    each = max(1, there // len(await home.store.workflows(limit=1_000_000)))
    stretch = max(1, round(PER_WORKFLOW / each))
    copies = max(2, round(events / (there * stretch)) + 1)
    for statement in _COPIES:
        con.execute(statement, {"copies": copies})
    con.execute(_EVENTS, {"copies": copies, "stretch": stretch, "all": there})
    con.execute("CHECKPOINT")
    counted = con.execute("SELECT count(*) FROM events").fetchone()
    return int(counted[0]) if counted else 0


async def pages(pcns: int, events: int) -> tuple[int, dict[str, float]]:
    """How many events there are, and seconds for each page."""
    with tempfile.TemporaryDirectory(prefix="baton-bench-") as made:
        async with embedded(Path(made), pcns) as home:
            one = await _answered(home, pcns)
            return await multiply(home, events), await _timed(home, pcns, one)


async def _timed(home: Embedded, pcns: int, one: str) -> dict[str, float]:
    auditor, pcn = Auditor(home.store), pcn_codes(pcns)[-1]
    person = f"p-{practices_of(pcn)[0].lower()}"
    asked: dict[str, Callable[[], Awaitable[object]]] = {
        "list": lambda: auditor.listed(),
        "list of one PCN": lambda: auditor.listed(pcn=pcn),
        "list of the closed": lambda: auditor.listed(status="closed"),
        "story": lambda: auditor.story(one),
        "what one person did": lambda: auditor.search(Search(person=person)),
        "escalations": lambda: auditor.search(Search(type="RungClimbed")),
        "words in answers": lambda: auditor.search(Search(text="nobody wrote this")),
    }
    return {name: await _middle(page) for name, page in asked.items()}


async def _middle(page: Callable[[], Awaitable[object]]) -> float:
    took = []
    for _ in range(3):
        began = time.perf_counter()
        await page()
        took.append(time.perf_counter() - began)
    return median(took)


def rows(quick: bool = False) -> list[Row]:
    walked = asyncio.run(chain(100 if quick else LAUNCHES))
    count, took = asyncio.run(pages(*((5, 2000) if quick else (PCNS, EVENTS))))
    slowest = max(took, key=lambda name: took[name])
    every = ", ".join(f"{name} {seconds * 1000:.0f}" for name, seconds in took.items())
    return [
        Row("verifying the chain", f"{walked:,.0f} events a second", machine.load(), f"{BUDGET_CHAIN:,} a second",
            walked >= BUDGET_CHAIN),
        Row(f"audit pages over {count:,} events, the slowest", f"{took[slowest] * 1000:.0f} ms ({slowest})",
            f"ms: {every}; {machine.load()}", f"{BUDGET_PAGE * 1000:.0f} ms each", took[slowest] < BUDGET_PAGE),
    ]  # fmt: skip
