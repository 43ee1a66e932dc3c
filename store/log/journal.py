"""The journal: every acknowledged event a second time, as lines of JSON that need no database to be read.

`journal/YYYY-MM.jsonl`, in the order of the log. A line is one of

    {"end":true,"pending":[MICROSECONDS or null,"...",SEEN],"previous":"HEX","hash":"HEX","event":[...]}
    {"end":false,"document":"SHA256","position":N,"head":"HEX","content":"BASE64"}

and the bytes of the "event" array are exactly those that were hashed (`store/log/chain.py`). "end" marks the last
line of a commit: what follows the last line with it was never acknowledged and is dropped, so that no commit is
ever half there. "pending" stands on the last event of a stream in a commit, when the engine gave one; SEEN is true of
an advance's.

A month's file is chosen by append order, not by each event's own `at`: a group goes where the latest month seen so
far says. A clock that was set back, or a group over midnight, then leaves no line in an earlier file, and the
files in the order of their names are the log in the order of its positions.
"""

from __future__ import annotations

import base64
import errno
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO

import orjson

from store.log.chain import GENESIS, micros, moment
from store.protocol import LogEntry, Pending, StoreError

_BEGINS = b'{"end":'
_EVENT = b',"event":'
_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class JournalLine:
    """An event of the journal, with what stands beside it."""

    entry: LogEntry
    end: bool
    pending: Pending | None = None

    @property
    def position(self) -> int:
        return self.entry.position

    @property
    def head(self) -> bytes:
        """The hash of the log up to and with this event."""
        return self.entry.hash


@dataclass(frozen=True, slots=True)
class JournalDocument:
    """A document, and the last position of the group it came with.

    `end` when it came without an event after it; `head` is then the hash at `position`.
    """

    sha256: str
    position: int
    content: bytes
    end: bool = False
    head: bytes = GENESIS


@dataclass(frozen=True, slots=True)
class Tail:
    """Where the journal ends: the last whole commit, and where its line stops in which file."""

    position: int = 0
    hash: bytes = GENESIS
    file: Path | None = None
    size: int = 0
    torn: int = 0  #: bytes after it, of a group that was never acknowledged
    document: str = ""  #: the sha256 of a document, when that is the last line


class BadLine(StoreError):
    """A line of the journal that is not as it was written."""

    def __init__(self, file: Path, number: int, why: str) -> None:
        super().__init__(f"{file.name}, line {number}: {why}")


def encode(line: JournalLine) -> bytes:
    """The line of an event."""
    e = line.entry
    pending = "null"
    if line.pending:
        due = line.pending.next_deadline
        said = [micros(due) if due else None, line.pending.waiting_for, line.pending.seen]
        pending = orjson.dumps(said).decode()
    text = (
        f'{{"end":{"true" if line.end else "false"},"pending":{pending},"previous":"{e.previous_hash.hex()}",'
        f'"hash":"{e.hash.hex()}","event":[{e.position},{orjson.dumps(e.workflow_id).decode()},{e.version},'
        f'"{e.type}",{e.at},{e.actor},{e.data}]}}\n'
    )
    return text.encode()


def encode_document(document: JournalDocument) -> bytes:
    """The line of a document."""
    fields = {
        "end": document.end,
        "document": document.sha256,
        "position": document.position,
        "head": document.head.hex(),
        "content": base64.b64encode(document.content).decode(),
    }
    return orjson.dumps(fields) + b"\n"


def decode(line: bytes) -> JournalLine | JournalDocument:
    """What a line holds. Raises ValueError or KeyError when it is not as it was written."""
    parsed = orjson.loads(line)
    if "document" in parsed:
        content, head = base64.b64decode(parsed["content"]), bytes.fromhex(parsed["head"])
        return JournalDocument(parsed["document"], parsed["position"], content, parsed["end"], head)
    position, workflow_id, version, kind, at, actor, _ = parsed["event"]
    actor_text = orjson.dumps(actor).decode()  # in the order it was written in
    quoted = orjson.dumps(workflow_id).decode()
    before = f'[{position},{quoted},{version},"{kind}",{at},{actor_text},'.encode()
    # The marker cannot stand inside a string before it: there its quotes would be escaped.
    raw = line[line.index(_EVENT) + len(_EVENT) : -2]
    if not raw.startswith(before):
        raise ValueError("the event is not in the form it was written in")
    entry = LogEntry(
        position, workflow_id, version, kind, at, actor_text, raw[len(before) : -1].decode(),
        bytes.fromhex(parsed["previous"]), bytes.fromhex(parsed["hash"]),
    )  # fmt: skip
    pending = parsed["pending"]
    if pending is not None:
        due, waiting_for, seen = pending
        pending = Pending(None if due is None else moment(due), waiting_for, seen)
    return JournalLine(entry, parsed["end"], pending)


def files(folder: Path) -> list[Path]:
    """The journal's files, in the order of the log."""
    return sorted(folder.glob("????-??.jsonl"))


def tail(folder: Path) -> Tail:
    """Where the journal ends, read from its end backwards. Changes nothing.

    Raises BadLine when the last whole line is not readable, which a torn write cannot cause.
    """
    torn = 0
    for file in reversed(files(folder)):
        size = file.stat().st_size
        found = _last_end(file, size)
        _check_torn(file, found[0] if found else 0)
        if found:
            stops, line = found
            torn += size - stops
            document = line.sha256 if isinstance(line, JournalDocument) else ""
            return Tail(line.position, line.head, file, stops, torn, document)
        torn += size
    return Tail(torn=torn)


def _check_torn(file: Path, start: int) -> None:
    """Raises BadLine when what follows the last whole commit is no part of one: it is somebody's, and is not dropped."""
    with file.open("rb") as stream:
        stream.seek(start)
        begins = stream.read(len(_BEGINS)).rstrip(
            b"\0"
        )  # what had not reached the disk may be there as zeros
    if not _BEGINS.startswith(begins):
        raise BadLine(file, _count(file, start) + 1, "this is nothing that Baton wrote")


def _last_end(file: Path, size: int) -> tuple[int, JournalLine | JournalDocument] | None:
    """The last line of `file` that ends a commit, and where it stops."""
    window = 1 << 16
    with file.open("rb") as stream:
        while True:
            start = max(0, size - window)
            stream.seek(start)
            lines = stream.read(size - start).split(b"\n")
            stops = size - len(lines.pop())  # what follows the last newline is torn
            first = 0 if start == 0 else 1  # the first is whole only at the file's beginning
            for text in reversed(lines[first:]):
                if text.startswith(b'{"end":true'):
                    try:
                        line = decode(text + b"\n")
                    except (ValueError, KeyError) as trouble:
                        raise BadLine(file, _count(file, stops), str(trouble)) from trouble
                    return stops, line
                stops -= len(text) + 1
            if start == 0:
                return None
            window *= 4


def _check_seams(folder: Path) -> None:
    """Raises BadLine when a file does not go on where the one before it ends: one between them is gone."""
    position, head = 0, GENESIS
    for file in files(folder):
        if not (found := _last_end(file, file.stat().st_size)):
            continue
        with file.open("rb") as stream:
            first = next(
                (item for item in _read_file(file, stream, None, 0) if isinstance(item, JournalLine)), None
            )
        if first and (first.entry.position, first.entry.previous_hash) != (position + 1, head):
            raise BadLine(
                file, 1, f"it does not go on after position {position}, where the files before it end"
            )
        position, head = found[1].position, found[1].head


def _count(file: Path, stops: int) -> int:
    with file.open("rb") as stream:
        return stream.read(stops).count(b"\n")


def read(folder: Path, upto: Tail, after: int = 0) -> Iterator[JournalLine | JournalDocument]:
    """The events after position `after`, and the documents from it on, as far as `upto`. Raises BadLine."""
    for file in files(folder):
        if upto.file is None or file > upto.file:
            return
        left = upto.size if file == upto.file else None
        with file.open("rb") as stream:
            yield from _read_file(file, stream, left, after)


def _read_file(
    file: Path, stream: IO[bytes], left: int | None, after: int
) -> Iterator[JournalLine | JournalDocument]:
    for number, text in enumerate(stream, 1):
        if left is not None:
            if left <= 0:
                return
            left -= len(text)
        try:
            item = decode(text)
        except (ValueError, KeyError, TypeError) as trouble:
            raise BadLine(file, number, str(trouble)) from trouble
        if item.position >= after if isinstance(item, JournalDocument) else item.entry.position > after:
            yield item


class Journal:
    """Appends groups. One thread uses it: the writer's."""

    def __init__(self, folder: Path) -> None:
        """Opens the journal for appending and drops a torn end. Raises BadLine, OSError."""
        self.folder = folder
        if not folder.exists():
            folder.mkdir(parents=True)
            sync_directory(folder.parent)
        if not folder.is_dir():
            raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(folder))
        _check_seams(folder)
        self.tail = tail(folder)
        self._drop_torn()
        self._month = self.tail.file.stem if self.tail.file else ""
        self._stream = -1
        self._size = self._before = 0  #: of the file that is open: now, and before the last group
        self._untidy = False  #: whether something may stand behind `_before` that is to go

    def _drop_torn(self) -> None:
        for file in reversed(files(self.folder)):
            if file == self.tail.file:
                if file.stat().st_size > self.tail.size:
                    os.truncate(file, self.tail.size)
                return
            os.truncate(file, 0)

    def append(self, lines: Sequence[JournalLine], documents: Sequence[JournalDocument]) -> None:
        """Write a group and flush it to the disk; when it returns, the group is safe.

        Raises OSError when the disk is full or fails; nothing of the group is then in the journal.
        """
        if documents and not lines:
            documents = (*documents[:-1], replace(documents[-1], end=True))
        text = b"".join((*map(encode_document, documents), *map(encode, lines)))
        if not text:
            return
        if lines:
            self._turn_to(moment(lines[-1].entry.at).strftime("%Y-%m"))
        if self._stream < 0:
            self._open()
        if self._untidy:
            self.take_back()
        self._before, self._untidy = self._size, True
        try:
            _write_all(self._stream, text)
            os.fdatasync(self._stream)
        except OSError:
            self.take_back()  # a part may be there
            raise
        self._size, self._untidy = self._size + len(text), False

    def take_back(self) -> None:
        """Take the last group out again: the database refused it. Raises OSError."""
        if self._stream >= 0:
            self._untidy = True  # until it is done: what is behind `_before` must not be built on
            os.ftruncate(self._stream, self._before)
            self._size, self._untidy = self._before, False

    def _turn_to(self, month: str) -> None:
        if month > self._month:
            self.close()
            self._month = month

    def _open(self) -> None:
        # Documents may come before there is any event to tell the month.
        path = self.folder / f"{self._month or '0000-00'}.jsonl"
        new = not path.exists()
        self._stream = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        self._size = self._before = os.fstat(self._stream).st_size
        if new:
            sync_directory(self.folder)

    def close(self) -> None:
        if self._stream >= 0:
            os.close(self._stream)
            self._stream = -1


def _write_all(stream: int, text: bytes) -> None:
    view = memoryview(text)
    while view:
        view = view[os.write(stream, view) :]


def sync_directory(folder: Path) -> None:
    """A new file is only as durable as the directory's entry for it."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
