"""Which documents an event names by their SHA-256: whoever keeps the event keeps them too."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, get_origin, get_type_hints

from engine.events.kinds import kind_named
from engine.events.values import Document, Event


def named_in(event: Event) -> Iterator[str]:
    """The documents in its fields of type `Document`, and the files of inputs, answers and values."""
    documents, holders = _fields(event.type)
    for name in documents:
        if document := getattr(event.body, name):
            yield document
    for name in holders:
        yield from _files(getattr(event.body, name))


@cache
def _fields(kind: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The fields that are documents, and the mappings, which may hold files."""
    types = get_type_hints(kind_named(kind).body, include_extras=True)
    return (
        tuple(name for name, type_ in types.items() if type_ == Document),
        tuple(name for name, type_ in types.items() if get_origin(type_) is Mapping),
    )


def _files(value: Any) -> Iterator[str]:
    """The hashes of the values of fields of type `file` (definitions/models/fields.py), however deep."""
    if isinstance(value, Mapping):
        if value.keys() == {"name", "sha256", "size"}:
            yield value["sha256"]
        for inner in value.values():
            yield from _files(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _files(inner)
