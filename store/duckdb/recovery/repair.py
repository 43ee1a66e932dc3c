"""When the file or the journal is damaged: say what is whole, and make both again from what they hold together.

The DuckDB file and the journal hold the same events, flushed one after the other before anything is acknowledged.
So either one that is whole gives back all that the other had, and two that are damaged in different places give back
what either has. What cannot be told is whether something came after the last that both show; a restore that had to do
without one of them notes so in `losses.jsonl`, and every later check says it.
"""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import duckdb

from store.duckdb import troubles
from store.duckdb.comparison import Differences, compared, make
from store.duckdb.database import connect, wal_of
from store.duckdb.losses import losses, note
from store.duckdb.opener import FILE, JOURNAL, own, usable
from store.duckdb.recovery.examination import (
    file_part,
    head_of_file,
    head_of_journal,
    journal_part,
    readable_documents,
    readable_lines,
)
from store.duckdb.recovery.report import RecoveryReport
from store.log.journal import Journal, read, sync_directory, tail
from store.log.salvage import Joined, readable
from store.protocol import StoreError


def check(home: Path) -> RecoveryReport:
    """Look at everything, change nothing. Raises StoreError when a running Baton, or another program, has the store."""
    with own(home):
        return _check(home)


def _check(home: Path) -> RecoveryReport:
    # What may not be read is not lost: nothing is said of a store of which a part is somebody else's.
    with usable(home):
        return _looked_at(home)


def _looked_at(home: Path) -> RecoveryReport:
    path, folder = home / FILE, home / JOURNAL
    file, (journal, torn) = file_part(path), journal_part(folder)
    found = RecoveryReport(file, journal, agree=False, torn=torn, losses=losses(home))
    if not (file.whole and journal.whole):
        joined = Joined(readable(folder), readable_lines(path))
        for _ in joined.groups():
            continue
        return replace(found, joined=joined.position, known=joined.known)
    shared = min(file.events, journal.events)
    agree = head_of_file(path, shared) == head_of_journal(folder, shared)
    longest = max(file.events, journal.events)
    found = replace(found, agree=agree, joined=longest, known=longest)
    return (
        replace(found, differences=_differences(home)) if agree and file.events == journal.events else found
    )


def _differences(home: Path) -> Differences:
    con = connect(home / FILE, read_only=True)
    try:
        return compared(con, home / JOURNAL, home)
    except duckdb.Error as trouble:
        raise troubles.opening(home / FILE, trouble) from trouble
    finally:
        con.close()


def restore(home: Path, accept_loss: bool = False) -> RecoveryReport:
    """Make the file, the journal or both again from what they hold together; what was there is kept beside them.

    Raises StoreError when the store is in use, when the two are not of one store, or when events that are known to have
    been there would be lost and `accept_loss` is false.
    """
    with own(home):
        found = _check(home)
        if found.whole and found.file.events == found.journal.events:
            return found
        _refuse(found, accept_loss)
        done = _restored(home, found)
        if found.loss:
            note(home, found.loss)
        return replace(_check(home), done=tuple(done))


def _refuse(found: RecoveryReport, accept_loss: bool) -> None:
    both = found.file.whole and found.journal.whole
    lossy = found.loss is not None and found.loss.certain and not accept_loss
    if lossy or (both and not found.agree):
        raise StoreError(" ".join(found.sentences()))


def _restored(home: Path, found: RecoveryReport) -> list[str]:
    """Make what is to be made beside what is there; only when it is complete does the old one make way."""
    folder, path = home / JOURNAL, home / FILE
    done: list[str] = []
    journal_anew = not found.journal.whole or found.journal.events < found.joined
    if journal_anew:
        fresh = home / f"{JOURNAL}.restoring"
        _write_journal(fresh, path, folder)
        done += [f"Wrote the journal again: {found.joined} events.", *_put_aside(folder)]
        fresh.rename(folder)
    stale = not found.file.whole or found.file.events < found.joined or bool(found.differences.rows)
    # Where in the log a document came is not known any more where the journal lost it.
    if stale or (journal_anew and _differences(home).rows):
        Journal(folder).close()  # drops a torn end
        fresh = home / f"{FILE}.restoring"
        for left in (fresh, wal_of(fresh)):
            left.unlink(missing_ok=True)
        make(fresh, read(folder, tail(folder)))
        done += [f"Made the file again from the journal: {found.joined} events.", *_put_aside(path)]
        fresh.rename(path)
    sync_directory(home)
    return done


def _write_journal(fresh: Path, file: Path, damaged: Path) -> None:
    """What the file and the damaged journal hold together, as a journal."""
    if fresh.exists():
        shutil.rmtree(fresh)
    joined = Joined(readable(damaged), readable_lines(file))
    journal = Journal(fresh)
    written: set[str] = set()
    for lines, documents in joined.groups():
        some = {each.sha256: each for each in documents if each.sha256 not in written}
        journal.append(lines, list(some.values()))
        written.update(some)
    others = [each for each in readable_documents(file) if each.sha256 not in written]
    journal.append([], [replace(each, position=joined.position, head=joined.head) for each in others])
    journal.close()


def _put_aside(path: Path) -> list[str]:
    """Keep what is there under another name, and its WAL with it."""
    number = 1
    while any(old.with_name(f"{old.name}.damaged-{number}").exists() for old in (path, wal_of(path))):
        number += 1
    done = []
    for old in (wal_of(path), path):
        if old.exists():
            kept = old.rename(old.with_name(f"{old.name}.damaged-{number}"))
            done.append(f"What was {old.name} is kept as {kept.name}.")
    return done
