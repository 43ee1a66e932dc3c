"""Whether the file is what the journal makes of it, in every table, row and column: lists, documents, and beside the hashes.

The journal's events are played into a fresh file, and the two are compared by DuckDB. What is read of the file is read
in one transaction, so it may be written to meanwhile.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any

import duckdb

from store.duckdb import migrations, statements
from store.duckdb.database import connect
from store.duckdb.replay import Replay
from store.duckdb.rows.columns import SHAPES
from store.log.chain import moment
from store.log.journal import JournalDocument, JournalLine, read, tail

_SQL = statements.load("comparison")
_READING = statements.load("reading")

#: Differences said one by one; beyond them only their number.
SAID = 50
_MOMENTS = ("_at", "_deadline", "_until", "due", "expires", "not_before")
#: Columns of the key, where it is not one.
_WIDTHS = {"steps": 3}
_EVENT_COLUMNS = ("position", "person", "organisation", "hash")

#: One comparison at a time in a process: the other file is attached under one name.
_one_at_a_time = Lock()


@dataclass(frozen=True, slots=True)
class Differences:
    """`rows` are sentences, a row and a column each; `missing` the documents that events name and nobody has."""

    rows: tuple[str, ...] = ()
    more: int = 0
    missing: tuple[str, ...] = ()


def compared(con: duckdb.DuckDBPyConnection, journal: Path, work: Path) -> Differences:
    """The differences of the file open in `con` from its journal, made anew in a folder in `work`.

    Raises StoreError where the journal does not hold, and duckdb.Error where the file does not.
    """
    with _one_at_a_time, tempfile.TemporaryDirectory(prefix="comparing-", dir=work) as folder:
        con.execute("BEGIN")
        upto = con.execute(_SQL["upto"]).fetchall()[0][0]  # from here on the file stands still for us
        try:
            fresh = Path(folder) / "rebuilt.duckdb"
            missing = make(fresh, _upto(read(journal, tail(journal)), upto))
            con.execute(_SQL["attach"], [str(fresh)])
            # Rows of tables that have not the same columns cannot be laid side by side.
            if misshapen := tuple(_of_shape(con)):
                return Differences(misshapen[:SAID], max(0, len(misshapen) - SAID), missing)
            found = [*_of_log(con), *_of_lists(con)]
            _, made = _documents_of_one_only(con)
        finally:
            con.rollback()  # what was attached goes with it
        # A document that came alone has no position of its own, and may have come after the file was looked at.
        lacking = [name for name in made if not con.execute(_READING["document"], [name]).fetchall()]
    found += [f"documents {name}: the journal has it, and the file does not" for name in lacking]
    return Differences(tuple(found[:SAID]), max(0, len(found) - SAID), missing)


def _upto(
    items: Iterable[JournalLine | JournalDocument], position: int
) -> Iterator[JournalLine | JournalDocument]:
    """The journal as far as the file was when it was looked at: it is written first."""
    for item in items:
        if item.position <= position:
            yield item


def make(path: Path, items: Iterable[JournalLine | JournalDocument]) -> tuple[str, ...]:
    """A file made of a journal's items; the documents that its events name and that are not among them."""
    con = connect(path)
    try:
        migrations.migrate(con)
        replay = Replay(con)
        replay.all(items)
        return tuple(sorted(name for name in replay.named if not replay.has_document(name)))
    finally:
        con.close()


def _of_shape(con: duckdb.DuckDBPyConnection) -> Iterator[str]:
    """Of tables, their columns and keys, views; and of the record of how they came about."""
    own = con.execute(_SQL["own_name"]).fetchall()[0][0]
    for pair, said in (
        ((own, "rebuilt"), "is none of Baton's"),
        (("rebuilt", own), "is not as Baton makes it"),
    ):
        for (part,) in sorted(con.execute(_SQL["shape_of_one_only"], pair).fetchall()):
            yield f"{_shown('shape', part)} {said}"
    if migrations.applied(con) != [each.name for each in migrations.REGISTRY]:
        yield "migrations: the record of how the tables came about is not that of this Baton"


def _of_log(con: duckdb.DuckDBPyConnection) -> Iterator[str]:
    for (name,) in con.execute(_SQL["false_documents"]).fetchall():
        yield f"documents {name}: the content is not what its hash says"
    ours, made = _documents_of_one_only(con)
    for name, position in ours.items():
        if name in made:
            yield f"documents {name}: position is {position}, and the journal makes it {made[name]}"
        else:
            yield f"documents {name}: the file has it, and the journal does not"
    yield from _of_table(con, "events_of_one_only", "events", _EVENT_COLUMNS)


def _documents_of_one_only(con: duckdb.DuckDBPyConnection) -> tuple[dict[str, int], dict[str, int]]:
    """Names and positions: of what only the file has so, and of what only the journal makes so."""
    ours, made = _only(con, "documents_of_one_only", "documents")
    return dict(ours), dict(made)


def _of_lists(con: duckdb.DuckDBPyConnection) -> Iterator[str]:
    for shape in SHAPES.values():
        yield from _of_table(con, "rows_of_one_only", shape.table, shape.names)


def _of_table(
    con: duckdb.DuckDBPyConnection, statement: str, table: str, columns: Sequence[str]
) -> Iterator[str]:
    width = _WIDTHS.get(table, 1)
    ours, made = ({row[:width]: row for row in rows} for rows in _only(con, statement, table))
    for key in sorted({**ours, **made}):
        name = f"{table} {' '.join(map(str, key))}"
        if key not in made:
            yield f"{name}: the log knows of no such row"
        elif key not in ours:
            yield f"{name}: the row is missing"
        else:
            for column, is_, should in zip(columns, ours[key], made[key], strict=True):
                if is_ != should:
                    yield f"{name}: {column} is {_shown(column, is_)}, and the log makes it {_shown(column, should)}"


def _only(con: duckdb.DuckDBPyConnection, statement: str, table: str) -> tuple[list[Any], list[Any]]:
    """The rows that only the file has, and those that only the journal makes."""
    pairs = (table, f"rebuilt.{table}"), (f"rebuilt.{table}", table)
    ours, made = (con.execute(_SQL[statement], pair).fetchall() for pair in pairs)
    return ours, made


def _shown(column: str, value: object) -> str:
    if isinstance(value, int) and column.endswith(_MOMENTS):
        return moment(value).isoformat(timespec="seconds")
    text = value.hex() if isinstance(value, bytes) else repr(value)
    return text if len(text) <= 80 else f"{text[:79]}…"
