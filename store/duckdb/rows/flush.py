"""A group of commits to DuckDB, set-wise: one statement for all the new rows of a table, one for each way they changed.

Never `executemany` (half a millisecond a row), never ON CONFLICT on events (it would hide a lost race).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import duckdb
import orjson

from store.duckdb import statements
from store.duckdb.rows.columns import SHAPES, Columns, TableColumns
from store.log.chain import GENESIS
from store.log.journal import JournalDocument, JournalLine
from store.projections.tables import Row, Tables
from store.protocol import LogEntry

_SQL = statements.load("writing")

#: Rows in one statement: a parameter list is a value that DuckDB copies while it binds.
SLICE = 5000


@dataclass(slots=True)
class Group:
    """What one transaction writes to the log. `base` and `head` are where the log stood before it; `positions` where a
    document came that is not of the last event."""

    base: int = 0
    head: bytes = GENESIS
    lines: list[JournalLine] = field(default_factory=list)
    documents: dict[str, bytes] = field(default_factory=dict)
    positions: dict[str, int] = field(default_factory=dict)

    @property
    def position(self) -> int:
        """The last position of the group."""
        return self.lines[-1].entry.position if self.lines else self.base

    def journal_documents(self) -> list[JournalDocument]:
        head = self.lines[-1].entry.hash if self.lines else self.head
        return [
            JournalDocument(name, self.positions.get(name, self.position), content, head=head)
            for name, content in self.documents.items()
        ]


def write_log(con: duckdb.DuckDBPyConnection, group: Group) -> None:
    """Append the group's events and documents, inside the caller's transaction."""
    _columns_in(con, _SQL["insert_events"], [_event_columns(line.entry) for line in group.lines])
    documents = [(each.sha256, each.position, each.content) for each in group.journal_documents()]
    _columns_in(con, _SQL["insert_documents"], documents)


def _event_columns(entry: LogEntry) -> Columns:
    actor = orjson.loads(entry.actor)["actor"]
    return (*entry, actor["person"], actor["organisation"])


def write_projections(con: duckdb.DuckDBPyConnection, tables: Tables) -> None:
    """Write the rows that `tables` says were touched, inside the caller's transaction."""
    for kind, shape in SHAPES.items():
        if touched := tables.touched.get(kind):
            _write_rows(con, tables, kind, shape, touched)


def _write_rows(
    con: duckdb.DuckDBPyConnection,
    tables: Tables,
    kind: type[Row],
    shape: TableColumns,
    touched: Mapping[Any, Row | None],
) -> None:
    new: list[Columns] = []
    changed: dict[str, list[Columns]] = {}
    for key, row in touched.items():
        now = tables.now(kind, key)
        columns = shape.to_columns(now)
        if row is None:
            new.append(columns)
        elif row != now:
            was = shape.to_columns(row)
            for facet in shape.facets:
                if any(columns[i] != was[i] for i in facet.columns):
                    places = (*facet.key, *facet.columns)
                    changed.setdefault(facet.statement, []).append(tuple(columns[i] for i in places))
    _columns_in(con, _SQL[f"insert_{shape.table}"], new)
    for statement, rows in changed.items():
        _columns_in(con, _SQL[statement], rows)


def _columns_in(con: duckdb.DuckDBPyConnection, statement: str, rows: Sequence[Iterable[Any]]) -> None:
    for start in range(0, len(rows), SLICE):
        con.execute(statement, [list(column) for column in zip(*rows[start : start + SLICE], strict=True)])
