"""Reading the log afterwards: which workflows there were, what was sent, what happened, and whether it still holds.

DuckDB does the counting, over its own file. Turning a workflow into a story is not the store's work.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

import duckdb

from engine.dates.clock import LONDON
from engine.events.workflow import Event
from store.duckdb import statements
from store.duckdb.columns import SHAPES
from store.duckdb.store import DuckdbStore
from store.log import chain
from store.log.chain import micros, moment
from store.protocol import LogEntry, MessageRow, Verdict, WorkflowRow

_SQL = statements.load("audit")


@dataclass(frozen=True, slots=True)
class WorkflowSummary:
    """A workflow in a list, with how much there is of it."""

    workflow: WorkflowRow
    events: int
    steps_closed: int
    asked: int
    answered: int
    late: int
    messages_sent: int


@dataclass(frozen=True, slots=True)
class StepTime:
    """How long the attempts of a step took, in hours, over the workflows of a definition."""

    definition: str
    step: str
    attempts: int
    median_hours: float
    p90_hours: float


@dataclass(frozen=True, slots=True)
class SearchHits:
    """Events of a search, newest first, with positions."""

    entries: tuple[LogEntry, ...]

    @property
    def events(self) -> list[Event]:
        return [chain.to_event(entry) for entry in self.entries]


def _run(store: DuckdbStore, statement: str, values: Any) -> list[tuple[Any, ...]]:
    con: duckdb.DuckDBPyConnection = store.cursor()
    return con.execute(_SQL[statement], values).fetchall()


def listed(
    store: DuckdbStore, *, pcn: str = "", definition: str = "", status: str = "", limit: int = 200
) -> list[WorkflowSummary]:
    """Workflows, the latest launched first. `status` is 'open', 'closed', or empty for both."""
    wanted = {"pcn": pcn, "definition": definition, "status": status, "limit": limit}
    shape = SHAPES[WorkflowRow]
    width = len(shape.names)
    return [
        WorkflowSummary(shape.from_columns(row[:width]), *row[width:])
        for row in _run(store, "listed", wanted)
    ]


def messages_of(store: DuckdbStore, workflow_id: str) -> list[MessageRow]:
    """The messages that carried a notice of the workflow, in the order they were claimed."""
    make = SHAPES[MessageRow].from_columns
    return [make(row) for row in _run(store, "messages_of", [workflow_id])]


def post_of(store: DuckdbStore, workflow_id: str) -> list[Event]:
    """The events of those messages in the post's stream: claimed, sent, deferred, refused."""
    return [chain.to_event(row) for row in _run(store, "post_of", [workflow_id])]


def search(
    store: DuckdbStore,
    *,
    person: str = "",
    organisation: str = "",
    type: str = "",
    text: str = "",
    begins: date | None = None,
    ends: date | None = None,
    limit: int = 200,
) -> SearchHits:
    """Events by who did them, where, of which type, holding which text, on which London days (both included)."""
    values = {
        "person": person,
        "organisation": organisation,
        "type": type,
        "text": text,
        "begins": _midnight(begins) if begins else 0,
        "ends": _midnight(ends + timedelta(days=1)) if ends else 2**62,
        "limit": limit,
    }
    return SearchHits(tuple(LogEntry._make(row) for row in _run(store, "search", values)))


def _midnight(day: date) -> int:
    return micros(datetime.combine(day, time(), LONDON))


def step_times(store: DuckdbStore, definition: str = "") -> list[StepTime]:
    """How long steps took, the slowest first."""
    return [StepTime(*row) for row in _run(store, "step_times", {"definition": definition})]


def load_ahead(store: DuckdbStore, now: datetime, weeks: int = 8) -> list[tuple[datetime, str, int]]:
    """What is due in the next `weeks`: when a week begins (seven days from `now` on), organisation, assignments."""
    week = 7 * 86_400_000_000
    rows = _run(store, "load_ahead", {"now": micros(now), "week": week, "weeks": weeks})
    return [(moment(begins), organisation, count) for begins, organisation, count in rows]


def verify(store: DuckdbStore, witnessed: Sequence[str] = ()) -> tuple[Verdict, tuple[str, ...]]:
    """Walk the chain; and of the heads that receipts carry, those it does not contain."""
    missing = tuple(
        head for head in witnessed if not _run(store, "has_hash", [bytes.fromhex(head)])
    )  # fmt: skip
    return store.verify(), missing
