"""When the file or the journal is damaged: say what is whole, and rebuild the one from the other.

The DuckDB file and the journal hold the same events, flushed one after the other before anything is acknowledged,
so either one that is whole gives back everything that was ever acknowledged.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import duckdb

from store.duckdb import migrations, replay, statements, troubles
from store.duckdb.blocks import damaged
from store.duckdb.database import connect, wal_of
from store.duckdb.leveller import level
from store.duckdb.opener import FILE, JOURNAL, own
from store.duckdb.replay import PendingOf, Replay
from store.duckdb.store import walk
from store.log import chain
from store.log.journal import Document, Journal, JournalLine, files, read, tail
from store.protocol import StoreError, Verdict

_SQL = statements.load("recovery")
_READING = statements.load("reading")


@dataclass(frozen=True, slots=True)
class StorePart:
    """One of the two: how far it goes, and what is wrong with it. `head` in hex."""

    events: int = 0
    head: str = ""
    documents: int = 0
    problem: str = ""

    @property
    def whole(self) -> bool:
        return not self.problem


@dataclass(frozen=True, slots=True)
class RecoveryReport:
    """What was found, and what was done. `agree`: as far as both go, they hold the same events."""

    file: StorePart
    journal: StorePart
    agree: bool
    torn: int = 0  #: bytes at the journal's end of a group that was never acknowledged
    done: tuple[str, ...] = ()

    @property
    def whole(self) -> bool:
        return self.file.whole and self.journal.whole and self.agree

    def sentences(self) -> list[str]:
        """The report for a person."""
        said = [_said("The DuckDB file", self.file), _said("The journal", self.journal)]
        if self.torn:
            said.append(
                f"Its last {self.torn} bytes are of a group that was never acknowledged; they do not count."
            )
        if self.file.whole and self.journal.whole:
            said.append("They hold the same events." if self.agree else "They hold different events.")
        said += self.done
        if self.whole:
            said.append("Everything acknowledged is there.")
        elif self.journal.whole or self.file.whole:
            said.append("Run `baton store restore`: it makes the damaged one again from the other.")
        return said


def _said(name: str, part: StorePart) -> str:
    if part.whole:
        return f"{name} is whole: {part.events} events, {part.documents} documents."
    return f"{name} is damaged: {part.problem}. {part.events} events before that are whole."


def check(home: Path) -> RecoveryReport:
    """Look at everything, change nothing. Raises StoreError when a running Baton has the store."""
    with own(home):
        return _check(home)


def _check(home: Path) -> RecoveryReport:
    file, file_hashes = _check_file(home / FILE)
    journal, journal_hashes, torn = _check_journal(home / JOURNAL)
    shared = min(file.events, journal.events)
    agree = file_hashes.get(shared, "") == journal_hashes.get(shared, "")
    if not agree and file.whole and journal.whole:
        agree = _hash_at(home / FILE, shared) == _journal_hash_at(home / JOURNAL, shared)
    return RecoveryReport(file, journal, agree, torn)


def _check_file(path: Path) -> tuple[StorePart, dict[int, str]]:
    if not path.exists():
        return StorePart(problem=f"{path.name} is not there"), {}
    verdict = Verdict(True, 0, chain.GENESIS.hex())
    try:
        con = connect(path, read_only=True)
        try:
            verdict = walk(lambda name, values: con.execute(_READING[name], values).fetchall(), _last(con))
            part = StorePart(verdict.events, verdict.head, problem=verdict.problem)
            if verdict.intact:
                documents = _check_documents(con)
                for statement in _SQL.values():  # every block of every list is read, and its checksum with it
                    con.execute(statement).fetchall()
                part = StorePart(verdict.events, verdict.head, documents, damaged(path))
        finally:
            con.close()
    except (duckdb.Error, StoreError, ValueError, MemoryError) as trouble:
        if isinstance(trouble, duckdb.Error) and (other := troubles.in_the_way(path, trouble)):
            raise other from trouble
        return StorePart(verdict.events, verdict.head, problem=str(trouble).splitlines()[0]), {}
    return part, {part.events: part.head}


def _last(con: duckdb.DuckDBPyConnection) -> int:
    row = con.execute(statements.load("writing")["last_event"]).fetchone()
    return int(row[0]) if row else 0


def _check_documents(con: duckdb.DuckDBPyConnection) -> int:
    count = 0
    for name, _, content in con.execute(_READING["documents_from"], [0]).fetchall():
        if sha256(content).hexdigest() != name:
            raise StoreError(f"document {name} is not what its hash says")
        count += 1
    return count


def _check_journal(folder: Path) -> tuple[StorePart, dict[int, str], int]:
    steps = chain.Walk()
    documents = 0
    end = None
    try:
        end = tail(folder)
        for item in read(folder, end):
            if isinstance(item, Document):
                documents += 1
                if sha256(item.content).hexdigest() != item.sha256:
                    raise StoreError(f"document {item.sha256} is not what its hash says")
            elif not steps.over([item.entry]):
                raise StoreError(f"its chain breaks {steps.problem}")
    except StoreError as trouble:
        return StorePart(steps.position, steps.head.hex(), documents, str(trouble)), {}, 0
    if steps.position != end.position:
        problem = f"it ends at position {end.position}, but holds {steps.position} events"
        return StorePart(steps.position, steps.head.hex(), documents, problem), {}, end.torn
    return (
        StorePart(steps.position, steps.head.hex(), documents),
        {steps.position: steps.head.hex()},
        end.torn,
    )


def _hash_at(path: Path, position: int) -> str:
    con = connect(path, read_only=True)
    try:
        return (Replay(con).hash_at(position) or chain.GENESIS).hex()
    finally:
        con.close()


def _journal_hash_at(folder: Path, position: int) -> str:
    found = chain.GENESIS
    for item in read(folder, tail(folder)):
        if isinstance(item, JournalLine):
            if item.entry.position > position:
                break
            found = item.entry.hash
    return found.hex()


def restore(home: Path) -> RecoveryReport:
    """Make what is damaged again from what is whole; the damaged one is kept beside it.

    Raises StoreError when a running Baton has the store, or when neither is whole.
    """
    with own(home):
        found = _check(home)
        if found.whole and found.file.events == found.journal.events:
            return found
        if found.journal.whole and not (found.file.whole and found.file.events > found.journal.events):
            done = _file_from_journal(home)
        elif found.file.whole:
            done = _journal_from_file(home)
        else:
            raise StoreError(" ".join([*found.sentences(), "Neither is whole: put one back from a backup."]))
        after = _check(home)
        return RecoveryReport(after.file, after.journal, after.agree, after.torn, tuple(done))


def _file_from_journal(home: Path) -> list[str]:
    path = home / FILE
    fresh = home / f"{FILE}.restoring"
    for left in (fresh, wal_of(fresh)):
        left.unlink(missing_ok=True)
    Journal(home / JOURNAL).close()  # drops a torn end
    con = connect(fresh)
    try:
        migrations.migrate(con)
        count = Replay(con).all(read(home / JOURNAL, tail(home / JOURNAL)))
    finally:
        con.close()
    done = [f"Rebuilt the file from the journal: {count} events."]
    # Only when the new one is complete does the old one make way.
    suffix = _unused(path)
    for old in (wal_of(path), path):
        if old.exists():
            old.rename(old.with_name(old.name + suffix))
            done.append(f"The damaged {old.name} is kept as {old.name}{suffix}.")
    fresh.rename(path)
    _sync(home)
    return done


def _journal_from_file(home: Path) -> list[str]:
    folder = home / JOURNAL
    suffix = _unused(folder)
    done = []
    if files(folder):
        folder.rename(folder.with_name(folder.name + suffix))
        done.append(f"The damaged journal is kept as {folder.name}{suffix}.")
    con = connect(home / FILE)
    journal = Journal(folder)
    try:
        level(con, journal)
    finally:
        journal.close()
        con.close()
    return [*done, "Wrote the journal again from the file."]


def rebuild_projections(home: Path, pending_of: PendingOf | None = None) -> int:
    """Make the lists again from the log; how many events it took. See `replay.rebuild_projections`."""
    with own(home):
        con: Any = connect(home / FILE)
        try:
            return replay.rebuild_projections(con, pending_of)
        finally:
            con.close()


def _unused(path: Path) -> str:
    number = 1
    while any(each.with_name(f"{each.name}.damaged-{number}").exists() for each in (path, wal_of(path))):
        number += 1
    return f".damaged-{number}"


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
