"""What became of the directory: who changed what, when and why, in words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from application.directory.record import EMPTY, Change
from application.directory.words import sentences
from definitions.models.directory import Directory
from engine.events import Actor, DirectoryChanged, Event
from engine.people.directory_changes import applied

#: Sentences of one change; beyond them it says how many more there are.
MOST_SENTENCES = 20


@dataclass(frozen=True, slots=True)
class Entry:
    """One change. `more`: sentences beyond the first ones."""

    at: datetime
    by: Actor
    reason: str
    says: tuple[str, ...]
    more: int = 0


def history(events: Iterable[Event], pcn: str = "") -> list[Entry]:
    """The changes of the directory's stream, the latest first; of one PCN, where it is named."""
    return list(_entries(events, pcn))[::-1]


def _entries(events: Iterable[Event], pcn: str) -> Iterator[Entry]:
    data = EMPTY
    for event in events:
        body = event.body
        if not isinstance(body, DirectoryChanged):
            continue
        before, data = data, applied(data, body.changes)
        wanted = tuple(change for change in body.changes if pcn in ("", change.pcn))
        if wanted:
            said = sentences(Change(before, Directory.model_validate(data), wanted))
            first = tuple(said[:MOST_SENTENCES])
            yield Entry(event.at, event.actor, body.reason, first, len(said) - len(first))
