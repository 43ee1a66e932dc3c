"""Brings whichever of the DuckDB file and the journal is behind up to the other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import duckdb

from store.duckdb import statements
from store.duckdb.replay import Replay
from store.log.chain import GENESIS, moment
from store.log.journal import Journal, JournalDocument, JournalLine, read, tail
from store.protocol import LogEntry, Pending, StoreError

_PAGE = 5000
_SQL = statements.load("reading")


def level(con: duckdb.DuckDBPyConnection, journal: Journal) -> None:
    """Bring whichever of the file and the journal is behind up to the other. Raises StoreError if they disagree.

    The journal is ahead when the process died between the two flushes, when the file was put back from a copy, or when a
    damaged WAL made DuckDB open with less than was committed. The file is ahead when the journal has lost something.
    """
    replay = Replay(con)
    folder, theirs = journal.folder, tail(journal.folder)
    shared = min(replay.position, theirs.position)
    if replay.position >= theirs.position:
        if shared and replay.hash_at(shared) != theirs.hash:
            raise StoreError(_disagree(shared))
        documents = [
            JournalDocument(*row) for row in con.execute(_SQL["documents_from"], [shared]).fetchall()
        ]
        if documents:
            known = {
                item.sha256 for item in read(folder, theirs, shared) if isinstance(item, JournalDocument)
            }
            head = replay.hash_at(replay.position) or GENESIS
            documents = [replace(each, head=head) for each in documents if each.sha256 not in known]
        for lines, some in _missing(con, shared, replay.position, documents):
            journal.append(lines, some)
    if replay.position < theirs.position or (theirs.document and not replay.has_document(theirs.document)):
        replay.all(read(folder, theirs, shared))


def pendings(con: duckdb.DuckDBPyConnection) -> dict[tuple[str, int], Pending]:
    """What every open workflow waits for, by its id and its version; and by the version up to which it was seen."""
    found: dict[tuple[str, int], Pending] = {}
    for workflow_id, due, waiting_for, version, seen in con.execute(_SQL["pending"]).fetchall():
        pending = Pending(None if due is None else moment(due), waiting_for)
        found[workflow_id, version] = pending
        found[workflow_id, seen] = replace(pending, seen=True)
    return found


def _disagree(position: int) -> str:
    return (
        f"the DuckDB file and the journal hold different events at position {position}; they are not of one "
        "store. Run `baton store check`, and put the right file beside the right journal"
    )


def _missing(
    con: duckdb.DuckDBPyConnection, after: int, upto: int, documents: list[JournalDocument]
) -> Iterator[tuple[list[JournalLine], list[JournalDocument]]]:
    """What the journal lacks, a page at a time. Which events were one commit is not in the file, so the last one
    of all ends them all: if this is cut short, the next start does it again."""
    if after == upto:
        yield [], documents
        return
    waiting = pendings(con)
    for start in range(after, upto, _PAGE):
        page = con.execute(_SQL["events_between"], [start, min(upto, start + _PAGE)]).fetchall()
        entries = map(LogEntry._make, sorted(page))
        lines = [
            JournalLine(each, each.position == upto, waiting.get((each.workflow_id, each.version)))
            for each in entries
        ]
        yield lines, documents
        documents = []
