"""The store on DuckDB: the embedded default. Reads go to the reader's threads; writes go to the one writer."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import IO, Any, TypeVar

from engine.dates.clock import LONDON
from engine.events import Event
from store.audit import Search, Verdict
from store.duckdb.database import Database
from store.duckdb.reader import Reader, Rows
from store.duckdb.recent_rows import RecentRows
from store.duckdb.rows.columns import SHAPES
from store.duckdb.rows.working_set import WorkingSet
from store.duckdb.ticket import Ticket
from store.duckdb.writer import Writer
from store.log import chain
from store.log.chain import GENESIS, micros
from store.log.journal import Journal
from store.projections.tables import Row
from store.protocol import (
    AssignmentRow,
    Commit,
    LaunchRow,
    LinkRow,
    LogEntry,
    MessageRow,
    NoticeRow,
    StepRow,
    StoreError,
    WorkflowRow,
    WorkflowSummary,
)

T = TypeVar("T")

#: Acknowledged rows of each kind held for the hot path.
RECENT = 4096
#: After everything: a moment no event has.
_NEVER = 2**62
#: Events fetched at once while walking the chain.
PAGE = 50_000


class DuckdbStore:
    """Implements `store.protocol.Store`. Open it with `store.duckdb.opener.open_store`."""

    def __init__(self, database: Database, journal: Journal, lock: IO[str]) -> None:
        self._database = database
        self._journal = journal
        self._lock = lock
        self.reader = Reader(database)
        self._workflows: RecentRows[str, WorkflowRow] = RecentRows(RECENT)
        self._assignments: RecentRows[str, AssignmentRow] = RecentRows(RECENT)
        self._links: RecentRows[str, LinkRow] = RecentRows(RECENT)
        self._others: dict[str, int] = {}
        self._end: tuple[int, bytes] = (0, GENESIS)
        self._working: WorkingSet | None = None
        self._closed = False
        self._writer = Writer(database, journal, self._acknowledge)
        self._writer.start()

    def _acknowledge(self, working: WorkingSet) -> None:
        """In the writer's thread, after the flushes and before the callers are told."""
        tables, touched = working.tables, working.tables.touched
        if working is not self._working:  # the file was opened again, and may hold more than was acknowledged
            self._working = working
            for rows in (self._workflows, self._assignments, self._links):
                rows.clear()
        self._workflows.acknowledge({row: tables.workflows[row] for row in _keys(touched, WorkflowRow)})
        self._assignments.acknowledge({row: tables.assignments[row] for row in _keys(touched, AssignmentRow)})
        self._links.acknowledge({row: tables.links[row] for row in _keys(touched, LinkRow)})
        self._others.update(working.others)
        self._end = (working.position, working.head)

    # --- writing

    async def commit(self, commits: Sequence[Commit]) -> int:
        if not commits:
            return self._end[0]
        ticket = Ticket(commits)
        self._writer.put(ticket)
        return await ticket.outcome()

    # --- the log

    async def events(self, stream: str, after_version: int = 0) -> list[Event]:
        return await self._entries_as(chain.to_event, "events_of", [stream, after_version])

    async def events_since(self, position: int, limit: int = 1000) -> list[tuple[int, Event]]:
        values = [position, position + limit]
        return await self._entries_as(lambda row: (row[0], chain.to_event(row)), "events_between", values)

    async def entries(self, stream: str) -> list[LogEntry]:
        return await self._entries_as(LogEntry._make, "events_of", [stream, 0])

    async def entries_since(self, position: int, limit: int = 1000) -> list[LogEntry]:
        if position >= self._end[0]:
            return []
        return await self._entries_as(LogEntry._make, "events_between", [position, position + limit])

    async def _entries_as(self, make: Callable[[Any], T], statement: str, values: Any) -> list[T]:
        rows_now = self.reader.rows_now
        return await self.reader.apart(
            lambda: [make(row) for row in sorted(rows_now(statement, values), key=_position)]
        )

    async def version(self, stream: str) -> int:
        if (version := self._others.get(stream)) is not None:
            return version
        row = await self.workflow(stream)
        return row.version if row else 0

    async def position(self) -> int:
        return self._end[0]

    async def head(self) -> str:
        return self._end[1].hex()

    async def document(self, sha256: str) -> bytes:
        rows = await self.reader.rows("document", [sha256])
        if not rows:
            raise StoreError(f"document {sha256} is not in this store; run `baton store check`")
        content: bytes = rows[0][0]
        return content

    async def verify(self) -> Verdict:
        return await self.reader.apart(lambda: self._verified(self._end[0]))

    def _verified(self, upto: int) -> Verdict:
        verdict = walk(self.reader.rows_now, upto)
        if not verdict.intact:
            return verdict
        found = self.reader.compared(self._journal.folder)
        missing = [f"documents {name}: an event names it, and nobody has it" for name in found.missing]
        differences = (*found.rows, *missing)
        return replace(verdict, intact=not differences, differences=differences, more=found.more)

    # --- the lists

    async def workflow(self, workflow_id: str) -> WorkflowRow | None:
        return await self._workflows.get(
            workflow_id, lambda: self.reader.one(WorkflowRow, "workflow", workflow_id)
        )

    async def workflows(
        self,
        *,
        prefix: str = "",
        pcn: str = "",
        definition: str = "",
        status: str = "",
        batch: str = "",
        limit: int = 500,
    ) -> list[WorkflowRow]:
        wanted = {"prefix": prefix, "pcn": pcn, "definition": definition, "status": status, "batch": batch}
        return await self.reader.all(WorkflowRow, "workflows", {**wanted, "limit": limit})

    async def launched_with(self, key: str) -> LaunchRow | None:
        return await self.reader.one(LaunchRow, "launched_with", key)

    async def workflows_of(self, launch: str) -> list[WorkflowRow]:
        return await self.reader.all(WorkflowRow, "workflows_of", [launch])

    async def batch_deadline(self, batch: str) -> datetime | None:
        ((at,),) = await self.reader.rows("batch_deadline", [batch])
        return None if at is None else chain.moment(at)

    async def open_batches(self) -> dict[str, tuple[str, ...]]:
        batches: dict[str, list[str]] = {}
        for batch, workflow_id in await self.reader.rows("open_batches", []):
            batches.setdefault(batch, []).append(workflow_id)
        return {batch: tuple(members) for batch, members in batches.items()}

    async def unseen(self) -> list[str]:
        return [workflow_id for (workflow_id,) in await self.reader.rows("unseen", [])]

    async def parents_to_see_to(self) -> list[str]:
        return [parent for (parent,) in await self.reader.rows("parents_to_see_to", [])]

    async def due(self, now: datetime) -> list[str]:
        return [key for (key,) in await self.reader.rows("due", [micros(now)])]

    async def steps(self, workflow_id: str) -> list[StepRow]:
        return await self.reader.all(StepRow, "steps", [workflow_id])

    async def assignments(self, workflow_id: str) -> list[AssignmentRow]:
        return await self.reader.all(AssignmentRow, "assignments", [workflow_id])

    async def assignment(self, assignment_id: str) -> AssignmentRow | None:
        return await self._assignments.get(
            assignment_id, lambda: self.reader.one(AssignmentRow, "assignment", assignment_id)
        )

    async def last_closed(self, definition: str, pcn: str) -> str | None:
        rows = await self.reader.rows("last_closed", [definition, pcn])
        return rows[0][0] if rows else None

    async def pinned_bundle(self, definition: str, version: int) -> str | None:
        rows = await self.reader.rows("pinned_bundle", [definition, version])
        return rows[0][0] if rows else None

    # --- the post and the links

    async def notices_due(self, now: datetime, limit: int = 5000) -> list[NoticeRow]:
        return await self.reader.all(NoticeRow, "notices_due", [micros(now), limit])

    async def next_notice(self) -> datetime | None:
        ((at,),) = await self.reader.rows("next_notice", [])
        return None if at is None else chain.moment(at)

    async def notices(self, workflow_id: str) -> list[NoticeRow]:
        return await self.reader.all(NoticeRow, "notices", [workflow_id])

    async def notice(self, notice_id: str) -> NoticeRow | None:
        return await self.reader.one(NoticeRow, "notice", notice_id)

    async def messages(self, limit: int = 500) -> list[MessageRow]:
        return await self.reader.all(MessageRow, "messages", [limit])

    async def messages_unfinished(self) -> list[MessageRow]:
        return await self.reader.all(MessageRow, "messages_unfinished", [])

    async def automatic_sent(self, persons: Sequence[str], day: date) -> dict[str, int]:
        values = [_midnight(day), _midnight(day + timedelta(days=1)), list(persons)]
        return dict(await self.reader.rows("automatic_sent", values))

    async def link(self, sha256: str) -> LinkRow | None:
        return await self._links.get(sha256, lambda: self.reader.one(LinkRow, "link", sha256))

    async def links_of(self, assignment_id: str) -> list[LinkRow]:
        return await self.reader.all(LinkRow, "links_of", [assignment_id])

    # --- the audit

    async def summaries(
        self, *, pcn: str = "", definition: str = "", status: str = "", limit: int = 200
    ) -> list[WorkflowSummary]:
        shape = SHAPES[WorkflowRow]
        width = len(shape.names)
        wanted = {"pcn": pcn, "definition": definition, "status": status, "limit": limit}
        return [
            WorkflowSummary(shape.from_columns(row[:width]), *row[width:])
            for row in await self.reader.rows("summaries", wanted)
        ]

    async def messages_of(self, workflow_id: str) -> list[MessageRow]:
        return await self.reader.all(MessageRow, "messages_of", [workflow_id])

    async def search(self, wanted: Search) -> list[LogEntry]:
        values = {
            "person": wanted.person, "organisation": wanted.organisation, "type": wanted.type, "text": wanted.text,
            "begins": _midnight(wanted.begins) if wanted.begins else 0,
            "ends": _midnight_after(wanted.ends) if wanted.ends else _NEVER, "limit": wanted.limit,
        }  # fmt: skip
        return [LogEntry._make(row) for row in await self.reader.rows("search", values)]

    async def holds(self, hashes: Sequence[str]) -> list[str]:
        found = await self.reader.rows("has_hashes", [[bytes.fromhex(each) for each in hashes]])
        there = {digest.hex() for (digest,) in found}
        return [each for each in hashes if each in there]

    async def close(self) -> None:
        if not self._closed:
            self._closed = True
            await asyncio.to_thread(self._close)

    def _close(self) -> None:
        """Write what is queued, checkpoint, and give the file back."""
        self._writer.stop()
        self.reader.close()
        self._journal.close()
        self._database.close()
        self._lock.close()


def _keys(touched: dict[type[Row], Any], kind: type[Row]) -> list[str]:
    return list(touched.get(kind, ()))


def _position(row: tuple[Any, ...]) -> int:
    position: int = row[0]
    return position


def _midnight(day: date) -> int:
    return micros(datetime.combine(day, time(), LONDON))


def _midnight_after(day: date) -> int:
    return _midnight(day + timedelta(days=1)) if day < date.max else _NEVER


def walk(rows: Callable[[str, Any], Rows], upto: int) -> Verdict:
    """Walk the chain from its beginning to position `upto`."""
    chain_walk = chain.Walk()
    for start in range(0, upto, PAGE):
        page = rows("events_between", [start, min(start + PAGE, upto)])
        page.sort(key=_position)
        if not chain_walk.over(page):
            break
    verdict = chain_walk.verdict()
    if verdict.intact and verdict.events < upto:
        return Verdict(
            False, verdict.events, verdict.head, f"the events after position {verdict.events} are gone"
        )
    return verdict
