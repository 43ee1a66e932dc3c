"""Looks at the file and at the journal, changes nothing, and reads what can still be read of either."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import TypeVar

import duckdb

from store.audit import Verdict
from store.duckdb import statements, troubles
from store.duckdb.database import connect
from store.duckdb.leveller import pendings
from store.duckdb.reader import Rows
from store.duckdb.recovery.blocks import damaged
from store.duckdb.recovery.report import StorePart
from store.duckdb.store import walk
from store.log import chain
from store.log.journal import JournalDocument, JournalLine, read, tail
from store.log.salvage import readable
from store.protocol import LogEntry, StoreError

T = TypeVar("T")
_SQL = statements.load("recovery")
_READING = statements.load("reading")
#: Events read at once of a file that is damaged: where a block is, those of a page are not to be had.
PAGE = 50_000


def file_part(path: Path) -> StorePart:
    """The DuckDB file. Raises StoreError when something else than damage keeps it from being read."""
    if not path.is_file():
        return StorePart(problem=f"{path.name} is {'no file' if path.exists() else 'not there'}")
    verdict = Verdict(True, 0, chain.GENESIS.hex())
    try:
        con = connect(path, read_only=True)
        try:
            verdict = walk(lambda name, values: con.execute(_READING[name], values).fetchall(), _last(con))
            problem, documents = verdict.problem, 0
            if verdict.intact:
                documents = con.execute(_READING["document_count"]).fetchall()[0][0]
                for statement in _SQL.values():  # every block of every list is read, and its checksum with it
                    con.execute(statement).fetchall()
                problem = damaged(path)
        finally:
            con.close()
    except (duckdb.Error, StoreError, ValueError, MemoryError, OSError) as trouble:
        if isinstance(trouble, duckdb.Error) and (other := troubles.in_the_way(path, trouble)):
            raise other from trouble
        return StorePart(verdict.events, verdict.head, problem=troubles.first_line(trouble))
    return StorePart(verdict.events, verdict.head, documents, problem)


def _last(con: duckdb.DuckDBPyConnection) -> int:
    row = con.execute(statements.load("writing")["last_event"]).fetchone()
    return int(row[0]) if row else 0


def journal_part(folder: Path) -> tuple[StorePart, int]:
    """The journal, and how many bytes at its end are of a commit without its end."""
    steps = chain.Walk()
    documents, torn = 0, 0
    problem = "" if folder.is_dir() else f"{folder.name} is {'no folder' if folder.exists() else 'not there'}"
    try:
        end = tail(folder)
        torn = end.torn
        for item in read(folder, end):
            if isinstance(item, JournalDocument):
                documents += 1
                if sha256(item.content).hexdigest() != item.sha256:
                    raise StoreError(f"document {item.sha256} is not what its hash says")
            elif not steps.over([item.entry]):
                raise StoreError(f"its chain breaks {steps.problem}")
        if steps.position != end.position:
            problem = f"it ends at position {end.position}, but holds {steps.position} events"
    except (StoreError, OSError) as trouble:
        problem, torn = troubles.first_line(trouble), 0
        if not steps.position:  # it is wrong at its end, which is looked at first
            steps.over(item.entry for item in readable(folder) if isinstance(item, JournalLine))
    return StorePart(steps.position, steps.head.hex(), documents, problem), torn


def head_of_file(path: Path, position: int) -> bytes:
    """The hash at a position of a file that is whole."""
    con = connect(path, read_only=True)
    try:
        row = con.execute(_READING["event_at"], [position]).fetchone()
        return bytes(row[0]) if row else chain.GENESIS
    finally:
        con.close()


def head_of_journal(folder: Path, position: int) -> bytes:
    """The hash at a position of a journal that is whole."""
    found = chain.GENESIS
    for item in read(folder, tail(folder)):
        if isinstance(item, JournalLine):
            if item.entry.position > position:
                break
            found = item.entry.hash
    return found


def readable_lines(path: Path) -> Iterator[JournalLine]:
    """The events that can still be read of a file, page by page, as a journal has them; whether they are true is not asked."""
    waiting = _read(path, pendings) or {}
    last = _read(path, _last) or 0
    for start in range(0, last, PAGE):
        page = [start, min(start + PAGE, last)]
        rows = _read(path, partial(_rows, statement="events_between", values=page)) or []
        for entry in map(LogEntry._make, sorted(rows)):
            # All that is in the file was committed.
            yield JournalLine(entry, True, waiting.get((entry.workflow_id, entry.version)))


def readable_documents(path: Path) -> list[JournalDocument]:
    """The documents that can still be read of a file, and are what their names say."""
    rows = _read(path, partial(_rows, statement="documents_from", values=[0])) or []
    return [JournalDocument(*row) for row in rows if sha256(row[2]).hexdigest() == row[0]]


def _rows(con: duckdb.DuckDBPyConnection, statement: str, values: list[int]) -> Rows:
    return con.execute(_READING[statement], values).fetchall()


def _read(path: Path, work: Callable[[duckdb.DuckDBPyConnection], T]) -> T | None:
    """What `work` reads, over a connection of its own: damage met by one read ends the connection for the next."""
    try:
        con = connect(path, read_only=True)
    except (duckdb.Error, OSError):
        return None
    try:
        return work(con)
    except duckdb.Error:
        return None
    finally:
        con.close()
