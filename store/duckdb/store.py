"""The store on DuckDB: the embedded default. Reads have a cursor a thread; writes go to the one writer."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import IO, Any, TypeVar

import duckdb

from engine.dates.clock import LONDON
from engine.events.workflow import Event
from store.duckdb import statements
from store.duckdb.columns import SHAPES
from store.duckdb.recent_rows import RecentRows
from store.duckdb.tickets import AwaitedTicket, BlockingTicket
from store.duckdb.writer import Writer
from store.log import chain
from store.log.chain import GENESIS, micros
from store.log.journal import Journal
from store.projections.tables import Row, Tables
from store.protocol import (
    AssignmentRow,
    Commit,
    LinkRow,
    LogEntry,
    MessageRow,
    NoticeRow,
    StepRow,
    StoreError,
    Verdict,
    WorkflowRow,
)

_SQL = statements.load("reading")
_R = TypeVar("_R", WorkflowRow, StepRow, AssignmentRow, NoticeRow, MessageRow, LinkRow)

#: Acknowledged rows of each kind held for the hot path.
RECENT = 4096
#: Events fetched at once while walking the chain.
PAGE = 50_000


class DuckdbStore:
    """Implements `store.protocol.Store`. Open it with `store.duckdb.opener.open_store`."""

    def __init__(self, con: duckdb.DuckDBPyConnection, path: Path, journal: Journal, lock: IO[str]) -> None:
        self._con = con
        self._journal = journal
        self._lock = lock
        self._local = threading.local()
        self._workflows: RecentRows[str, WorkflowRow] = RecentRows(RECENT)
        self._assignments: RecentRows[str, AssignmentRow] = RecentRows(RECENT)
        self._links: RecentRows[str, LinkRow] = RecentRows(RECENT)
        self._others: dict[str, int] = {}
        self._end: tuple[int, bytes] = (0, GENESIS)
        self._closed = False
        wal = path.with_name(path.name + ".wal")
        self._writer = Writer(
            con.cursor(), journal, self._acknowledge, lambda: wal.stat().st_size if wal.exists() else 0
        )
        working = self._writer.working
        self._acknowledge(working.tables, working.others, working.position, working.head)
        self._writer.start()

    def _acknowledge(self, tables: Tables, others: dict[str, int], position: int, head: bytes) -> None:
        """In the writer's thread, after the flushes and before the callers are told."""
        touched = tables.touched
        self._workflows.acknowledge({row: tables.workflows[row] for row in _keys(touched, WorkflowRow)})
        self._assignments.acknowledge({row: tables.assignments[row] for row in _keys(touched, AssignmentRow)})
        self._links.acknowledge({row: tables.links[row] for row in _keys(touched, LinkRow)})
        self._others.update(others)
        self._end = (position, head)

    # --- writing

    async def commit(self, commits: Sequence[Commit]) -> int:
        if not commits:
            return self.position()
        ticket = AwaitedTicket(commits)
        self._writer.put([ticket])
        await ticket.future
        return ticket.result()

    def commit_now(self, commits: Sequence[Commit]) -> int:
        if not commits:
            return self.position()
        ticket = BlockingTicket(commits)
        self._writer.put([ticket])
        return ticket.wait()

    # --- the log

    def events(self, stream: str, after_version: int = 0) -> list[Event]:
        return [chain.to_event(row) for row in self._rows("events_of", [stream, after_version])]

    def events_since(self, position: int, limit: int = 1000) -> list[tuple[int, Event]]:
        return [(entry.position, chain.to_event(entry)) for entry in self.entries_since(position, limit)]

    def entries_since(self, position: int, limit: int = 1000) -> list[LogEntry]:
        rows = self._rows("events_between", [position, position + limit])
        rows.sort(key=_position)
        return [LogEntry._make(row) for row in rows]

    def entries(self, stream: str) -> list[LogEntry]:
        return [LogEntry._make(row) for row in self._rows("events_of", [stream, 0])]

    def version(self, stream: str) -> int:
        if (version := self._others.get(stream)) is not None:
            return version
        row = self.workflow(stream)
        return row.version if row else 0

    def position(self) -> int:
        return self._end[0]

    def head(self) -> str:
        return self._end[1].hex()

    def document(self, sha256: str) -> bytes:
        rows = self._rows("document", [sha256])
        if not rows:
            raise StoreError(f"document {sha256} is not in this store; run `baton store check`")
        content: bytes = rows[0][0]
        return content

    def verify(self) -> Verdict:
        return walk(self._rows, self.position())

    # --- projections

    def workflow(self, workflow_id: str) -> WorkflowRow | None:
        return self._workflows.get(workflow_id, lambda key: self._one(WorkflowRow, "workflow", [key]))

    def workflows(
        self,
        *,
        pcn: str = "",
        open_only: bool = False,
        closed_only: bool = False,
        batch: str = "",
        limit: int = 500,
    ) -> list[WorkflowRow]:
        wanted = {"pcn": pcn, "batch": batch, "open_only": open_only, "closed_only": closed_only}
        return self._all(WorkflowRow, "workflows", {**wanted, "limit": limit})

    def workflows_starting(self, prefix: str) -> list[str]:
        return [key for (key,) in self._rows("workflows_starting", [prefix])]

    def launched_with(self, key: str) -> list[WorkflowRow]:
        return self._all(WorkflowRow, "launched_with", [key])

    def batch_deadline(self, batch: str) -> datetime | None:
        rows = self._rows("batch_deadline", [batch])
        return chain.moment(rows[0][0]) if rows and rows[0][0] is not None else None

    def open_batches(self) -> dict[str, tuple[str, ...]]:
        batches: dict[str, list[str]] = {}
        for batch, workflow_id in self._rows("open_batches", []):
            batches.setdefault(batch, []).append(workflow_id)
        return {batch: tuple(members) for batch, members in batches.items()}

    def due(self, now: datetime) -> list[str]:
        return [key for (key,) in self._rows("due", [micros(now)])]

    def steps(self, workflow_id: str) -> list[StepRow]:
        return self._all(StepRow, "steps", [workflow_id])

    def assignments(self, workflow_id: str) -> list[AssignmentRow]:
        return self._all(AssignmentRow, "assignments", [workflow_id])

    def assignment(self, assignment_id: str) -> AssignmentRow | None:
        return self._assignments.get(assignment_id, lambda key: self._one(AssignmentRow, "assignment", [key]))

    def last_closed(self, definition: str, pcn: str) -> str | None:
        rows = self._rows("last_closed", [definition, pcn])
        return rows[0][0] if rows else None

    # --- post and links

    def notices_due(self, now: datetime, limit: int = 5000) -> list[NoticeRow]:
        return self._all(NoticeRow, "notices_due", [micros(now), limit])

    def next_notice(self) -> datetime | None:
        ((at,),) = self._rows("next_notice", [])
        return None if at is None else chain.moment(at)

    def notices(self, workflow_id: str) -> list[NoticeRow]:
        return self._all(NoticeRow, "notices", [workflow_id])

    def messages_unfinished(self) -> list[MessageRow]:
        return self._all(MessageRow, "messages_unfinished", [])

    def messages(self, limit: int = 500) -> list[MessageRow]:
        return self._all(MessageRow, "messages", [limit])

    def automatic_sent(self, persons: Sequence[str], day: date) -> dict[str, int]:
        begins = micros(datetime.combine(day, time(), LONDON))
        ends = micros(datetime.combine(day + timedelta(days=1), time(), LONDON))
        return dict(self._rows("automatic_sent", [begins, ends, list(persons)]))

    def notice(self, notice_id: str) -> NoticeRow | None:
        return self._one(NoticeRow, "notice", [notice_id])

    def link(self, sha256: str) -> LinkRow | None:
        return self._links.get(sha256, lambda key: self._one(LinkRow, "link", [key]))

    def links_of(self, assignment_id: str) -> list[LinkRow]:
        return self._all(LinkRow, "links_of", [assignment_id])

    # --- reading

    def cursor(self) -> duckdb.DuckDBPyConnection:
        """This thread's own cursor: a connection shared between threads refuses. For reading only."""
        if self._closed:
            raise StoreError("the store is closed; open it again")
        try:
            mine: duckdb.DuckDBPyConnection = self._local.cursor
        except AttributeError:
            mine = self._local.cursor = self._con.cursor()
        return mine

    def _rows(self, statement: str, values: Any) -> list[tuple[Any, ...]]:
        try:
            return self.cursor().execute(_SQL[statement], values).fetchall()
        except duckdb.Error as trouble:
            why = str(trouble).splitlines()[0]
            raise StoreError(f"the store cannot be read ({why}); run `baton store check`") from trouble

    def _all(self, kind: type[_R], statement: str, values: Any) -> list[_R]:
        make = SHAPES[kind].from_columns
        return [make(row) for row in self._rows(statement, values)]

    def _one(self, kind: type[_R], statement: str, values: Any) -> _R | None:
        return next(iter(self._all(kind, statement, values)), None)

    def close(self) -> None:
        """Write what is queued, checkpoint, and give the file back."""
        if self._closed:
            return
        self._writer.stop()
        self._closed = True
        self._journal.close()
        self._con.close()
        self._lock.close()


def _keys(touched: dict[type[Row], Any], kind: type[Row]) -> list[str]:
    return list(touched.get(kind, ()))


def _position(row: tuple[Any, ...]) -> int:
    position: int = row[0]
    return position


def walk(rows: Callable[[str, Any], list[tuple[Any, ...]]], upto: int) -> Verdict:
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
