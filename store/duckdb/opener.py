"""Opens the store of a home folder: one owner, migrations, and the file and its journal brought level."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import IO, Any

import duckdb

from store.duckdb import migrations, statements
from store.duckdb.replay import Replay
from store.duckdb.store import DuckdbStore
from store.log.chain import GENESIS, moment
from store.log.journal import Document, Journal, JournalLine, read
from store.protocol import LogEntry, Pending, StoreError

FILE, JOURNAL, LOCK = "baton.duckdb", "journal", "baton.lock"

#: DuckDB's settings. A large threshold, because whoever commits waits while a checkpoint runs; the writer makes one
#: itself in idle moments. Commits always reach the WAL. The memory limit bounds an audit query, not the log.
CONFIG: dict[str, Any] = {
    "checkpoint_threshold": "128MB",
    "auto_checkpoint_skip_wal_threshold": 1 << 40,
    "memory_limit": "2GB",
}
_PAGE = 5000
_SQL = statements.load("reading")


def open_store(home: Path) -> DuckdbStore:
    """The store in `home`, made if there is none. Raises StoreError when another process has it, or it is damaged."""
    home.mkdir(parents=True, exist_ok=True)
    lock = own(home)
    try:
        con = connect(home / FILE)
        try:
            migrations.migrate(con)
            journal = Journal(home / JOURNAL)
            level(con, home / JOURNAL, journal)
            return DuckdbStore(con, home / FILE, journal, lock)
        except BaseException:
            con.close()
            raise
    except duckdb.Error as trouble:
        lock.close()
        raise StoreError(_damaged(trouble)) from trouble
    except BaseException:
        lock.close()
        raise


def own(home: Path) -> IO[str]:
    """Become the one process that has the store; closing the handle, or dying, gives it up. Raises StoreError."""
    handle = (home / LOCK).open("a+")
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        handle.seek(0)
        owner = handle.read().strip() or "unknown"
        handle.close()
        raise StoreError(
            f"the store in {home} is open in process {owner}; one process owns the file, so use that process's "
            "API (the commands do when `baton serve` runs), or stop it first"
        ) from None
    handle.seek(0)
    handle.truncate()
    handle.write(str(os.getpid()))
    handle.flush()
    return handle


def connect(path: Path, read_only: bool = False) -> duckdb.DuckDBPyConnection:
    """A connection to the file. Raises duckdb.Error when it is damaged."""
    return duckdb.connect(str(path), read_only=read_only, config={} if read_only else CONFIG)


def _damaged(trouble: duckdb.Error) -> str:
    why = str(trouble).splitlines()[0]
    return (
        f"the store does not open ({why}). Nothing acknowledged is lost: `baton store check` tells what is whole, "
        "`baton store restore` rebuilds the file from the journal"
    )


def level(con: duckdb.DuckDBPyConnection, folder: Path, journal: Journal) -> None:
    """Bring whichever of the file and the journal is behind up to the other. Raises StoreError if they disagree.

    The file is ahead when the process died between the two flushes. The journal is ahead when the file was put
    back from a copy, or a damaged WAL made DuckDB open with less than was committed.
    """
    replay = Replay(con)
    theirs = journal.tail
    shared = min(replay.position, theirs.position)
    if replay.position >= theirs.position:
        if shared and replay.hash_at(shared) != theirs.hash:
            raise StoreError(_disagree(shared))
        documents = [Document(*row) for row in con.execute(_SQL["documents_from"], [shared]).fetchall()]
        if documents:
            known = {item.sha256 for item in read(folder, theirs, shared) if isinstance(item, Document)}
            head = replay.hash_at(replay.position) or GENESIS
            documents = [replace(each, head=head) for each in documents if each.sha256 not in known]
        for lines, some in _missing(con, shared, replay.position, documents):
            journal.append(lines, some)
    if replay.position < theirs.position or (theirs.document and not replay.has_document(theirs.document)):
        replay.all(read(folder, theirs, shared))


def _disagree(position: int) -> str:
    return (
        f"the DuckDB file and the journal hold different events at position {position}; they are not of one "
        "store. Run `baton store check`, and put the right file beside the right journal"
    )


def _missing(
    con: duckdb.DuckDBPyConnection, after: int, upto: int, documents: list[Document]
) -> Iterator[tuple[list[JournalLine], list[Document]]]:
    """What the journal lacks, a page at a time. Which events were one commit is not in the file, so the last one
    of all ends them all: if this is cut short, the next start does it again."""
    if after == upto:
        yield [], documents
        return
    pendings = {
        (row[0], row[3]): Pending(row[1] and moment(row[1]), row[2])
        for row in con.execute(_SQL["pending"]).fetchall()
    }
    for start in range(after, upto, _PAGE):
        page = con.execute(_SQL["events_between"], [start, min(upto, start + _PAGE)]).fetchall()
        entries = map(LogEntry._make, sorted(page))
        lines = [
            JournalLine(each, each.position == upto, pendings.get((each.workflow_id, each.version)))
            for each in entries
        ]
        yield lines, documents
        documents = []
