"""Opens the store of a home folder: one owner, migrations, and the file and its journal brought level."""

from __future__ import annotations

import fcntl
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import duckdb

from store.duckdb import migrations, troubles
from store.duckdb.database import Database
from store.duckdb.leveller import level
from store.duckdb.losses import FILE as LOSSES
from store.duckdb.losses import Loss, note
from store.duckdb.replay import Replay
from store.duckdb.store import DuckdbStore
from store.log.journal import BadLine, Journal, tail
from store.protocol import StoreError

logger = logging.getLogger(__name__)

FILE, JOURNAL, LOCK = "baton.duckdb", "journal", "baton.lock"


def open_store(home: Path) -> DuckdbStore:
    """The store in `home`, made if there is none. Raises StoreError when another process has it, or it does not open."""
    with usable(home):
        home.mkdir(parents=True, exist_ok=True)
    lock = own(home)
    try:
        database = Database(home / FILE)
        try:
            migrations.migrate(database.connection)
            with usable(home / JOURNAL):
                journal = Journal(home / JOURNAL)
                unknown = _end_is_unknown(database, journal)
                level(database.connection, journal)
            if unknown:
                _note(home, journal)
            return DuckdbStore(database, journal, lock)
        except BaseException:
            database.close()
            raise
    except duckdb.Error as trouble:
        lock.close()
        raise troubles.opening(home / FILE, trouble) from trouble
    except BaseException:
        lock.close()
        raise


def _end_is_unknown(database: Database, journal: Journal) -> bool:
    """Whether one of the two is made again from the other, so that nobody knows whether that one has all there was.

    The journal is written first: one that is behind has lost something. A file without events was lost whole.
    """
    file, theirs = Replay(database.connection).position, journal.tail.position
    return theirs < file or (theirs > 0 and file == 0)


def _note(home: Path, journal: Journal) -> None:
    kept = tail(journal.folder).position
    loss = Loss(kept, kept)
    with usable(home / LOSSES):
        note(home, loss)
    logger.warning(
        "the DuckDB file and the journal did not hold the same, and what was missing was made again: %s events. %s",
        kept, loss.sentence(),
    )  # fmt: skip


def own(home: Path) -> IO[str]:
    """Become the one process that has the store; closing the handle, or dying, gives it up. Raises StoreError."""
    with usable(home / LOCK):
        handle = (home / LOCK).open("a+")
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        handle.seek(0)
        owner = handle.read().strip()
        handle.close()
        raise StoreError(
            f"the store in {home} is open in {_process(owner)}; one process owns the file, so use that process's "
            "API (the commands do when `baton serve` runs), or stop it first"
        ) from None
    handle.seek(0)
    handle.truncate()
    handle.write(str(os.getpid()))
    handle.flush()
    return handle


@contextmanager
def usable(path: Path) -> Iterator[None]:
    """Whatever goes wrong within with `path`, or a file in it, is raised as StoreError: which, what, and what to do."""
    try:
        yield
    except BadLine as damage:
        raise StoreError(
            f"the journal is damaged ({damage}). `baton store check` tells what is whole, `baton store restore` makes "
            "it again from the DuckDB file"
        ) from damage
    except OSError as trouble:
        raise troubles.unusable(Path(trouble.filename or path), trouble) from trouble


def _process(pid: str) -> str:
    command = troubles.command_of(int(pid)) if pid.isdecimal() else ""
    return f"process {pid or 'unknown'}" + (f" ({command})" if command else "")
