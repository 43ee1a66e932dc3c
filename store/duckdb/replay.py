"""Plays the events of a journal into a DuckDB file: into its log, its documents and its lists."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import duckdb

from engine.events.documents import named_in
from store.duckdb import statements
from store.duckdb.rows.flush import Group, write_log, write_projections
from store.duckdb.rows.working_set import WorkingSet
from store.log import chain
from store.log.journal import JournalDocument, JournalLine
from store.projections.projector import project, settle
from store.protocol import Commit, StoreError

#: Events in one transaction of a replay, about.
BATCH = 5000
_SQL = statements.load("reading")


class Replay:
    """Continues the log of `con` with the lines of a journal, batch by batch, each in a transaction."""

    def __init__(self, con: duckdb.DuckDBPyConnection) -> None:
        self._con = con
        self._working = WorkingSet(con)
        self._walk = chain.Walk(self._working.position, self._working.head)
        self.named: set[str] = set()  #: the documents that the events played so far name

    def has_document(self, name: str) -> bool:
        return name in self._working.documents

    @property
    def position(self) -> int:
        return self._working.position

    def hash_at(self, position: int) -> bytes | None:
        """The hash of the event at `position`, None when it is not there."""
        row = self._con.execute(_SQL["event_at"], [position]).fetchone()
        return row[0] if row else None

    def all(self, items: Iterable[JournalLine | JournalDocument]) -> int:
        """Play everything; how many events. Raises StoreError where the chain breaks; what came before stays."""
        count = 0
        group = Group()
        for item in items:
            if isinstance(item, JournalDocument):
                if item.sha256 not in self._working.documents:
                    group.documents[item.sha256] = item.content
                    group.positions[item.sha256] = item.position
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
            raise StoreError(
                f"the journal's chain breaks {self._walk.problem}. Stop Baton; `baton store check` tells what is whole"
            )
        working = self._working
        self._project(group.lines)
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

    def _project(self, lines: Sequence[JournalLine]) -> None:
        working = self._working
        events = [chain.to_event(line.entry) for line in lines]
        working.warm(Commit(event.workflow_id, event.version - 1, (event,)) for event in events)
        for event, line in zip(events, lines, strict=True):
            project(event, working.tables)
            settle(event.workflow_id, event.version, line.pending, working.tables)
            if event.workflow_id not in working.tables.workflows:
                working.others[event.workflow_id] = event.version
            self.named.update(filter(None, named_in(event)))
