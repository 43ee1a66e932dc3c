"""What can be got back of a log whose copies are damaged: the unbroken chain that they hold together.

The DuckDB file and the journal hold the same events. Where one is damaged the other may be whole, so the chain is
walked over both at once: the event at each position is taken from whichever has one that continues it. An event is
believed only if its hash fits its content; that is also the proof that events beyond a gap were once there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

from store.log.chain import GENESIS, canonical_bytes
from store.log.journal import JournalDocument, JournalLine, decode, files

Item = JournalLine | JournalDocument


def readable(folder: Path) -> Iterator[Item]:
    """Every line of a journal that can be read, whatever stands between them; whether it is true is not asked."""
    for file in files(folder):
        if not file.is_file():
            continue
        with file.open("rb") as stream:
            for text in stream:
                try:
                    item = decode(text)
                except (ValueError, KeyError, TypeError, AttributeError):
                    continue
                yield item


def is_true(item: Item) -> bool:
    """Whether the hash an item carries is that of its content."""
    if isinstance(item, JournalDocument):
        return sha256(item.content).hexdigest() == item.sha256
    entry = item.entry
    return sha256(entry.previous_hash + canonical_bytes(entry)).digest() == entry.hash


class Joined:
    """The chain that a journal and another copy of the log hold together. Walk it once, with `groups`.

    `position` and `head`: how far it goes without a gap. `known`: the last position of which an event was found.
    """

    def __init__(self, journal: Iterable[Item], other: Iterable[Item]) -> None:
        self._sources = _Source(journal), _Source(other)
        self.position, self.head, self.known = 0, GENESIS, 0

    def groups(self) -> Iterator[tuple[list[JournalLine], list[JournalDocument]]]:
        """Commits, whole and in order, with the documents that came with them; at last the documents that are left."""
        lines: list[JournalLine] = []
        position, head = 0, GENESIS
        while line := self._continuing(position, head):
            position, head = line.entry.position, line.entry.hash
            lines.append(line)
            if line.end:
                self.position, self.head = position, head
                yield lines, self._documents()
                lines = []
        self.known = max(self.position, *(source.last() for source in self._sources))
        if left := self._documents():
            yield [], [replace(each, position=self.position, head=self.head) for each in left]

    def _continuing(self, position: int, head: bytes) -> JournalLine | None:
        return next((line for each in self._sources if (line := each.continuing(position, head))), None)

    def _documents(self) -> list[JournalDocument]:
        return [document for source in self._sources for document in source.documents()]


class _Source:
    """One copy, read forward once. Only what is true is looked at."""

    def __init__(self, items: Iterable[Item]) -> None:
        self._items = (item for item in items if is_true(item))
        self._documents: list[JournalDocument] = []
        self._line: JournalLine | None = None
        self._last = 0
        self._read_on()

    def _read_on(self) -> None:
        self._line = None
        for item in self._items:
            if isinstance(item, JournalLine):
                self._line, self._last = item, max(self._last, item.entry.position)
                return
            self._documents.append(item)

    def continuing(self, position: int, head: bytes) -> JournalLine | None:
        """The event after `position`, if the next one here is that and follows `head`."""
        while self._line and self._line.entry.position <= position + 1:
            entry = self._line.entry
            if entry.position == position + 1 and entry.previous_hash == head:
                return self._line
            self._read_on()
        return None

    def documents(self) -> list[JournalDocument]:
        """The documents that came up since this was last asked."""
        found, self._documents = self._documents, []
        return found

    def last(self) -> int:
        """The last position of all, read to the end."""
        while self._line:
            self._read_on()
        return self._last
