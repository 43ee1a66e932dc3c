"""How fast the store is: durable commits a second, launches, responses, and walking the chain.

    python -m benchmarks.store

Every commit measured is acknowledged only after DuckDB's flush and the journal's.
"""

from __future__ import annotations

import asyncio
import os
import tempfile
import time
from collections.abc import AsyncIterable, AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from statistics import median, quantiles

from engine import events as e
from store.embedded import open_store
from store.protocol import Commit, Pending, Store

AT = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
WHO = e.Actor("Sam Okafor", "practice_manager", "U12340", "sam-okafor", channel="web")
FACTS = {
    "title": "Your figures for Q3",
    "why": "The PCN is paid on its total, so every practice's figures count.",
    "takes": "10 minutes",
    "due": "Friday 15 January, 17:00",
    "silence": "A practice that says nothing is named as missing; its figures are never estimated.",
    "next": "The clinical director looks at the position with all practices' figures in it.",
}


@dataclass(frozen=True, slots=True)
class Measured:
    """`rate` a second; times in milliseconds, 0 where they mean nothing."""

    what: str
    rate: float
    p50: float = 0.0
    p99: float = 0.0
    slowest: float = 0.0


@asynccontextmanager
async def fresh() -> AsyncIterator[Store]:
    """A store in a folder of its own."""
    with tempfile.TemporaryDirectory(prefix="baton-bench-") as folder:
        store = open_store(Path(folder))
        try:
            yield store
        finally:
            await store.close()


def launch(workflow_id: str, documents: dict[str, bytes] | None = None, practices: int = 5) -> Commit:
    """A launch as the engine commits it: six steps known, one open, five practices asked and told."""
    bodies: list[e.Body] = [
        e.WorkflowLaunched(
            "iif-quarter-close", 1, next(iter(documents or {}), ""), f"IIF Q3 2026/27 {workflow_id}",
            "launch-1", "launch-1.1", {"quarter": "Q3", "financial_year": "2026/27"},
            {"code": "Y90001", "name": "Harbour Vale PCN", "practices": [{"code": f"U{i}"} for i in range(practices)]},
        )
    ]  # fmt: skip
    due = e.When(AT + timedelta(days=14), False, "10 working days after 30 September")
    bodies += [e.StepSkipped(f"setup_{n}", 1, "not asked for") for n in range(5)]
    bodies.append(e.StepOpened("practice_return", 1, due))
    for practice in range(practices):
        about = f"{workflow_id}.practice_return.1.U{practice}.practice_manager"
        rungs = tuple(
            e.PlannedRung(name, AT + timedelta(days=n)) for n, name in enumerate(("nudge", "offer", "ring"))
        )
        bodies.append(
            e.AssignmentOpened(about, "practice_return", 1, f"U{practice}", "practice_manager", "sam-okafor",
                               "Sam Okafor", "", due, rungs, 9000)
        )  # fmt: skip
        bodies.append(
            e.NoticePlanned(
                e.Notice(f"{about}/ask", "ask", "sam-okafor", "Sam Okafor", "sam@example.org", f"U{practice}", about,
                         "practice_return", "Your figures for Q3", AT, facts=FACTS)
            )
        )  # fmt: skip
    happened = tuple(
        e.Event(workflow_id, version, AT, e.BATON, "launch", body) for version, body in enumerate(bodies, 1)
    )
    return Commit(workflow_id, 0, happened, Pending(due.at, "5 practices"), documents or {})


def response(workflow_id: str, version: int, practice: int) -> Commit:
    """An answer, with what it leads to: a rung passed over and a receipt."""
    about = f"{workflow_id}.practice_return.1.U{practice % 5}.practice_manager"
    answers = {"indicators": [{"result": [n, 100], "on_track": "yes"} for n in range(5)]}
    bodies: tuple[e.Body, ...] = (
        e.ResponseReceived(about, "practice_return", practice // 5 + 1, answers, "answered", False, True),
        e.NoticePlanned(
            e.Notice(f"{about}/receipt/{version}", "told", "sam-okafor", "Sam Okafor", "sam@example.org", "U0", about,
                     "practice_return", "Thank you", AT, facts={"text": "We have your figures."})
        ),
    )  # fmt: skip
    happened = tuple(
        e.Event(workflow_id, version + n, AT, WHO, "respond", body) for n, body in enumerate(bodies, 1)
    )
    return Commit(
        workflow_id, version, happened, Pending(AT + timedelta(days=14), f"{4 - practice} practices")
    )


async def writers(
    store: Store, commits: Sequence[AsyncIterable[Commit]], what: str, events_each: int = 1
) -> Measured:
    """One coroutine for each of `commits`, committing one after the other."""
    took: list[float] = []

    async def write(mine: AsyncIterable[Commit]) -> None:
        async for commit in mine:
            began = time.perf_counter()
            await store.commit([commit])
            took.append(time.perf_counter() - began)

    began = time.perf_counter()
    await asyncio.gather(*(write(mine) for mine in commits))
    whole = time.perf_counter() - began
    return Measured(what, len(took) * events_each / whole, *_spread(took))


def _spread(took: Sequence[float]) -> tuple[float, float, float]:
    return median(took) * 1000, quantiles(took, n=100)[98] * 1000, max(took) * 1000


async def single_events(count: int, each: int) -> Measured:
    """`count` writers, each with a stream of its own, one event a commit."""
    body = e.CallNoted("w.s.1.U0.practice_manager", "s", True, "They will answer on Friday.", rung="ring")

    async def stream(name: str) -> AsyncIterator[Commit]:
        for version in range(each):
            yield Commit(name, version, (e.Event(name, version + 1, AT, WHO, "respond", body),))

    async with fresh() as store:
        streams = [stream(f"s{n:04}") for n in range(count)]
        return await writers(store, streams, f"1 event a commit, {count} writers")


async def launches(store: Store, count: int = 1250, at_once: int = 100) -> Measured:
    """`count` workflows launched, `at_once` in a commit, all naming one document of 25 kB."""
    text = os.urandom(25_000)
    document = {sha256(text).hexdigest(): text}
    began = time.perf_counter()
    for start in range(0, count, at_once):
        some = [launch(f"w{n:06}", document) for n in range(start, min(count, start + at_once))]
        await store.commit(some)
    whole = time.perf_counter() - began
    return Measured(f"{count} launches of 17 events, {whole:.1f} s in all", count / whole)


async def responses(store: Store, clients: int = 32, each: int = 100, workflows: int = 1250) -> Measured:
    """`clients` at once, each answering for workflows of its own."""

    async def client(number: int) -> AsyncIterator[Commit]:
        mine = range(number, workflows, clients)
        for n in range(each):
            turn, place = divmod(n, len(mine))
            name = f"w{mine[place]:06}"
            yield response(name, await store.version(name), turn)

    streams = [client(number) for number in range(clients)]
    return await writers(store, streams, f"responses of 2 events, {clients} clients")


async def verification(store: Store) -> Measured:
    """The whole chain, hashed again."""
    began = time.perf_counter()
    verdict = await store.verify()
    assert verdict.intact, verdict.problem
    return Measured("events verified", verdict.events / (time.perf_counter() - began))


def resident() -> float:
    """This process's memory in MB."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGESIZE") / 1e6


async def waiting(count: int = 10_000) -> tuple[Measured, float]:
    """`count` workflows waiting in a store just opened: finding the due ones, and the memory they take in MB."""
    with tempfile.TemporaryDirectory(prefix="baton-bench-") as folder:
        store = open_store(Path(folder))
        await launches(store, count)
        await store.close()
        before = resident()
        store = open_store(Path(folder))
        began = time.perf_counter()
        for _ in range(20):
            await store.due(AT)
            await store.open_batches()
        took = (time.perf_counter() - began) / 20
        grown = resident() - before
        await store.close()
    return Measured(f"{count} waiting: due and open batches asked", 1 / took, took * 1000), grown


async def all_of_it(say: Callable[[str], None] = print) -> list[Measured]:
    """Every measurement, said as it comes."""
    say(f"{'what':52} {'a second':>10} {'p50 ms':>8} {'p99 ms':>8} {'max ms':>8}")
    found: list[Measured] = []

    def note(m: Measured) -> None:
        found.append(m)
        say(f"{m.what:52} {m.rate:10,.0f} {m.p50:8.1f} {m.p99:8.1f} {m.slowest:8.1f}")

    for count, each in ((1, 300), (10, 300), (100, 100)):
        note(await single_events(count, each))
    async with fresh() as store:
        note(await launches(store))
        note(await responses(store))
        note(await verification(store))
    measured, grown = await waiting()
    note(measured)
    say(f"10,000 workflows waiting take {grown:.0f} MB")
    return found


if __name__ == "__main__":
    asyncio.run(all_of_it())
