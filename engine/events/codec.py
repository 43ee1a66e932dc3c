"""Events to bytes and back.

The bytes are canonical (sorted keys, UTC, no spaces) so that their hash means something, and the same on every
machine. Old shapes are read through UPCASTERS; nothing stored is edited.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from pydantic import TypeAdapter

from engine.events import Actor, Event
from engine.events.kinds import kind_named

#: event type -> function from the stored data to today's shape. Empty until a shape changes.
UPCASTERS: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {}

_OPTIONS = orjson.OPT_SORT_KEYS | orjson.OPT_UTC_Z | orjson.OPT_NON_STR_KEYS


@dataclass(frozen=True, slots=True)
class Record:
    """An event as it is stored: what the log's columns and the journal's lines hold, before hashing."""

    workflow_id: str
    version: int
    type: str
    at: datetime
    actor: bytes
    data: bytes


_ADAPTERS: dict[str, TypeAdapter[Any]] = {}


def _adapter(name: str) -> TypeAdapter[Any]:
    if name not in _ADAPTERS:
        _ADAPTERS[name] = TypeAdapter(kind_named(name).body)
    return _ADAPTERS[name]


def canonical(value: Any) -> bytes:
    """`value` as canonical JSON bytes."""
    return orjson.dumps(value, option=_OPTIONS, default=_plain)


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return dict(value)
    return str(value)  # Decimal, Fraction: exact, as text


def to_record(event: Event) -> Record:
    """The bytes an event is stored as; `cause` travels with the actor."""
    return Record(
        workflow_id=event.workflow_id,
        version=event.version,
        type=event.type,
        at=event.at,
        actor=canonical({"actor": event.actor, "cause": event.cause}),
        data=canonical(event.body),
    )


def from_record(record: Record) -> Event:
    """The event a record holds. Raises UnknownEvent when its type is not known here."""
    if upcast := UPCASTERS.get(record.type):
        body = _adapter(record.type).validate_python(upcast(orjson.loads(record.data)))
    else:
        body = _adapter(record.type).validate_json(record.data)
    who = orjson.loads(record.actor)
    return Event(record.workflow_id, record.version, record.at, Actor(**who["actor"]), who["cause"], body)
