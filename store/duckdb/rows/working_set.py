"""The writer's working set: the rows of the workflows it touched last, and where every stream stands.

Only the writer's thread uses it. Between groups it equals what DuckDB has committed; after a failed statement it
is thrown away, because the rows in it may be ahead of the file.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

import duckdb

from engine import events as e
from engine.events.post import LINKS, POST
from store.duckdb import statements
from store.duckdb.rows.columns import SHAPES
from store.log.chain import GENESIS
from store.projections.tables import Row, Tables
from store.protocol import (
    AssignmentRow,
    Commit,
    LaunchRow,
    LinkRow,
    MessageRow,
    NoticeRow,
    StepRow,
    WorkflowRow,
)

#: Workflows kept; about 10 kB each.
WORKFLOWS_KEPT = 2000
#: Messages, links and launches kept before they are let go all at once; they are asked for once or twice each.
SMALL_ROWS_KEPT = 4000

_SQL = statements.load("writing")
_OF_WORKFLOW: tuple[tuple[str, type[Row]], ...] = (
    ("load_steps", StepRow),
    ("load_assignments", AssignmentRow),
    ("load_notices", NoticeRow),
)


class WorkingSet:
    """Rows and heads, loaded as commits need them."""

    def __init__(self, con: duckdb.DuckDBPyConnection) -> None:
        self._con = con
        self.forget()

    def forget(self) -> None:
        """Throw everything away and read where the log ends."""
        self.tables = Tables()
        self._loaded: dict[str, None] = {}  # in the order of use, the latest last
        end = self._con.execute(_SQL["last_event"]).fetchone()
        self.position: int = end[0] if end else 0
        self.head: bytes = end[1] if end else GENESIS
        self.others: dict[str, int] = dict(self._con.execute(_SQL["other_streams"]).fetchall())
        self.documents = {name for (name,) in self._con.execute(_SQL["document_names"]).fetchall()}

    def version(self, stream: str) -> int:
        """The version of a stream that is warm."""
        row = self.tables.workflows.get(stream)
        return row.version if row else self.others.get(stream, 0)

    def warm(self, commits: Iterable[Commit]) -> None:
        """Load the rows that these commits may change, one query a table for all of them."""
        cold: dict[str, None] = {}
        messages: set[str] = set()
        claimed: set[str] = set()
        links: set[str] = set()
        keys: set[str] = set()
        for commit in commits:
            if commit.stream in self._loaded:
                self._loaded[commit.stream] = self._loaded.pop(commit.stream)
            elif commit.stream not in self.others:
                cold[commit.stream] = None
            for event in commit.events:
                body: Any = event.body
                if commit.stream == POST:  # whatever happens there happens to a message
                    messages.add(body.message_id)
                elif commit.stream == LINKS:
                    links.add(body.sha256)
                if isinstance(body, e.MessageClaimed):
                    claimed.update(body.notices)
                if isinstance(body, e.WorkflowLaunched) and body.key:
                    keys.add(body.key)
        if cold:
            self._load("load_workflows", WorkflowRow, list(cold))
            # Where there is no workflow yet there are no rows of it, and a launch saves three queries.
            there = [key for key in cold if key in self.tables.workflows]
            for statement, kind in _OF_WORKFLOW:
                self._load(statement, kind, there)
            self._loaded.update(cold)
        self._warm_post(messages, claimed)
        self._load("load_links", LinkRow, [key for key in links if key not in self.tables.links])
        self._load("load_launches", LaunchRow, [key for key in keys if key not in self.tables.launches])

    def _warm_post(self, messages: set[str], claimed: set[str]) -> None:
        tables = self.tables
        self._load("load_messages", MessageRow, [key for key in messages if key not in tables.messages])
        for message in messages:
            if row := tables.messages.get(message):
                claimed.update(row.notices)
        self._load("load_notices_by_id", NoticeRow, [key for key in claimed if key not in tables.notices])

    def _load(self, statement: str, kind: type[Row], keys: Sequence[str]) -> None:
        if keys:
            make = SHAPES[kind].from_columns
            for columns in self._con.execute(_SQL[statement], [list(keys)]).fetchall():
                self.tables.keep(make(columns))

    def settled(self) -> None:
        """The group is committed: forget what changed, and make room."""
        tables = self.tables
        for key in tables.touched.get(NoticeRow, ()):
            row = tables.now(NoticeRow, key)
            assert isinstance(row, NoticeRow)
            if row.notice.facts:  # what the email says is on the disk, and not needed to decide
                tables.keep(replace(row, notice=replace(row.notice, facts={})))
        tables.touched.clear()
        while len(self._loaded) > WORKFLOWS_KEPT:
            oldest = next(iter(self._loaded))
            del self._loaded[oldest]
            tables.drop_workflow(oldest)
        if len(tables.messages) + len(tables.links) + len(tables.launches) > SMALL_ROWS_KEPT:
            tables.drop_small()
        if len(tables.notices) > 100 * WORKFLOWS_KEPT:
            self._drop_strangers()

    def _drop_strangers(self) -> None:
        """Let go of the notices that came one by one, with messages, and not with their workflow."""
        for row in list(self.tables.notices.values()):
            if row.workflow_id not in self._loaded:
                self.tables.drop_notice(row.notice.id)
