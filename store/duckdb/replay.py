"""Plays stored events into a DuckDB file again: from the journal into the log, or from the log into the lists."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import duckdb

from engine.events.workflow import Event
from store.duckdb import statements
from store.duckdb.flush import Group, write_log, write_projections
from store.duckdb.working_set import WorkingSet
from store.log import chain
from store.log.chain import micros, moment
from store.log.journal import Document, JournalLine
from store.projections.projector import project, settle
from store.protocol import Commit, LogEntry, Pending, StoreError

#: Works out what a workflow waits for from its events, oldest first: the engine's part of a rebuild.
PendingOf = Callable[[str, Sequence[Event]], Pending | None]

#: Events in one transaction of a replay, about.
BATCH = 5000
_SQL = statements.load("reading")
_SCHEMA = statements.load("schema")


class Replay:
    """Continues the log of `con` with the lines of a journal, batch by batch, each in a transaction."""

    def __init__(self, con: duckdb.DuckDBPyConnection) -> None:
        self._con = con
        self._working = WorkingSet(con)
        self._walk = chain.Walk(self._working.position, self._working.head)

    def has_document(self, name: str) -> bool:
        return name in self._working.documents

    @property
    def position(self) -> int:
        return self._working.position

    def hash_at(self, position: int) -> bytes | None:
        """The hash of the event at `position`, None when it is not there."""
        row = self._con.execute(_SQL["event_at"], [position]).fetchone()
        return row[0] if row else None

    def all(self, items: Iterable[JournalLine | Document]) -> int:
        """Play everything; how many events. Raises StoreError where the chain breaks; what came before stays."""
        count = 0
        group = Group()
        for item in items:
            if isinstance(item, Document):
                if item.sha256 not in self._working.documents:
                    group.documents[item.sha256] = item.content
                continue
            group.lines.append(item)
            if item.end and len(group.lines) >= BATCH:
                count += self._play(group)
                group = Group()
        group.base, group.head = self._walk.position, self._walk.head
        return count + self._play(group)

    def _play(self, group: Group) -> int:
        if not group.lines and not group.documents:
            return 0
        if not self._walk.over(line.entry for line in group.lines):
            raise StoreError(f"the journal's chain breaks {self._walk.problem}")
        working = self._working
        play(working, [(line.entry, line.pending) for line in group.lines])
        self._con.execute("BEGIN")
        try:
            write_log(self._con, group)
            write_projections(self._con, working.tables)
        except BaseException:
            self._con.rollback()
            raise
        self._con.execute("COMMIT")
        working.documents.update(group.documents)
        working.position, working.head = self._walk.position, self._walk.head
        working.settled()
        return len(group.lines)


def play(working: WorkingSet, entries: Sequence[tuple[LogEntry, Pending | None]]) -> None:
    """Project stored events, in order, onto the working set."""
    events = [chain.to_event(entry) for entry, _ in entries]
    working.warm(Commit(event.workflow_id, event.version - 1, (event,)) for event in events)
    for event, (_, pending) in zip(events, entries, strict=True):
        project(event, working.tables)
        settle(event.workflow_id, event.version, pending, working.tables)
        if event.workflow_id not in working.tables.workflows:
            working.others[event.workflow_id] = event.version


def rebuild_projections(con: duckdb.DuckDBPyConnection, pending_of: PendingOf | None = None) -> int:
    """Drop the lists and make them again from the log, in one transaction; how many events it took.

    What a workflow waits for is the engine's to say: `pending_of` says it. Without one, the lists keep what they
    said before.
    """
    con.execute("BEGIN")
    try:
        kept = {
            row[0]: Pending(row[1] and moment(row[1]), row[2])
            for row in con.execute(_SQL["pending"]).fetchall()
        }
        con.execute(_SCHEMA["drop_projections"])
        con.execute(_SCHEMA["projections"])
        working = WorkingSet(con)
        working.others.clear()  # until it is seen launched, nothing is a workflow; see Working.warm
        for start in range(0, working.position, BATCH):
            rows = con.execute(_SQL["events_between"], [start, start + BATCH]).fetchall()
            play(working, [(LogEntry._make(row), None) for row in sorted(rows)])
            write_projections(con, working.tables)
            working.settled()
        _set_pendings(con, kept, pending_of)
    except BaseException:
        con.rollback()
        raise
    con.execute("COMMIT")
    return working.position


def _set_pendings(
    con: duckdb.DuckDBPyConnection, kept: dict[str, Pending], pending_of: PendingOf | None
) -> None:
    changed: list[tuple[Any, ...]] = []
    for (workflow_id,) in con.execute(_SQL["open_workflows"]).fetchall():
        pending = kept.get(workflow_id)
        if pending_of:
            rows = con.execute(_SQL["events_of"], [workflow_id, 0]).fetchall()
            pending = pending_of(workflow_id, [chain.to_event(row) for row in rows])
        if pending:
            due = pending.next_deadline
            changed.append((workflow_id, micros(due) if due else None, pending.waiting_for))
    if changed:
        columns = [list(column) for column in zip(*changed, strict=True)]
        con.execute(statements.load("writing")["update_pending"], columns)
