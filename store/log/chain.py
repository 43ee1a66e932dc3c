"""The hash chain: every event carries the hash of all that came before it.

hash = SHA-256(previous hash || canonical bytes), and the canonical bytes of an event are the UTF-8 of the JSON array

    [position,"workflow_id",version,"type",at,actor,data]

without spaces, `at` in microseconds since 1970 UTC, `actor` and `data` as `engine/events/codec.py` wrote them. The first
event follows GENESIS. Anybody with a SHA-256 can walk it; nothing here needs Baton's database.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from hashlib import sha256
from typing import NamedTuple

import orjson

from engine.events import Event
from engine.events.codec import Record, from_record, to_record
from store.audit import Verdict
from store.protocol import LogEntry, StoreError

GENESIS = bytes(32)

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def micros(moment: datetime) -> int:
    """Microseconds since 1970 UTC, exactly. Raises StoreError on a moment without a timezone."""
    if moment.tzinfo is None:
        raise StoreError(f"{moment.isoformat()} has no timezone; give the store aware datetimes")
    return (moment - _EPOCH) // _MICROSECOND


def moment(at: int) -> datetime:
    """The aware UTC datetime `at` microseconds after 1970."""
    return _EPOCH + timedelta(microseconds=at)


@lru_cache(maxsize=8192)
def _quoted(text: str) -> str:
    return orjson.dumps(text).decode()


def canonical_bytes(entry: Sequence[object]) -> bytes:
    """What is hashed of an entry, after the previous hash."""
    position, workflow_id, version, kind, at, actor, data = entry[:7]
    return f'[{position},{_quoted(str(workflow_id))},{version},"{kind}",{at},{actor},{data}]'.encode()


class Prepared(NamedTuple):
    """An event in its stored bytes, before it has a position. Made where the caller is, not in the writer."""

    workflow_id: str
    version: int
    type: str
    at: int
    actor: str
    data: str


def prepare(event: Event) -> Prepared:
    """The stored form of `event`. Raises StoreError on a naive datetime, TypeError on what JSON cannot hold."""
    record = to_record(event)
    return Prepared(
        record.workflow_id, record.version, record.type, micros(record.at),
        record.actor.decode(), record.data.decode(),
    )  # fmt: skip


def link(prepared: Prepared, position: int, previous: bytes) -> LogEntry:
    """`prepared` at `position` of the chain, after `previous`."""
    digest = sha256(previous + canonical_bytes((position, *prepared))).digest()
    return LogEntry(position, *prepared, previous, digest)


def to_event(entry: Sequence[object]) -> Event:
    """The event an entry holds. Raises codec.UnknownEvent on a type this Baton does not know."""
    _, workflow_id, version, kind, at, actor, data = entry[:7]
    assert isinstance(at, int) and isinstance(version, int)
    actor_bytes, data_bytes = str(actor).encode(), str(data).encode()
    return from_record(Record(str(workflow_id), version, str(kind), moment(at), actor_bytes, data_bytes))


class Walk:
    """Walks the chain batch by batch; `problem` is set at the first entry that does not fit, and stays."""

    def __init__(self, position: int = 0, head: bytes = GENESIS) -> None:
        self.position = position
        self.head = head
        self.problem = ""

    def over(self, entries: Iterable[Sequence[object]]) -> bool:
        """Check that `entries` continue the chain; False at the first that does not."""
        position, head, digest, quoted = self.position, self.head, sha256, _quoted
        for place, workflow_id, version, kind, at, actor, data, previous, stored in entries:
            position += 1
            text = f'[{place},{quoted(workflow_id)},{version},"{kind}",{at},{actor},{data}]'
            found = digest(head + text.encode()).digest()
            if found != stored or place != position or previous != head:
                self.problem = self._what(position, place, head == previous)
                self.position, self.head = position - 1, head
                return False
            head = found
        self.position, self.head = position, head
        return True

    @staticmethod
    def _what(expected: int, place: object, linked: bool) -> str:
        if place != expected:
            return f"at position {expected}: the next event says it is at {place}; events are missing or repeated"
        if not linked:
            return f"at position {expected}: the hash before it is not the one it was chained to"
        return f"at position {expected}: its content does not match its hash; it was changed after it was written"

    def verdict(self) -> Verdict:
        return Verdict(not self.problem, self.position, self.head.hex(), self.problem)
