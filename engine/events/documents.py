"""Which documents an event names by their SHA-256: whoever keeps the event keeps them too."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from engine import events as e


def named_in(event: e.Event) -> Iterator[str]:
    """The bundle a workflow is pinned to, the copy of an email, and the files of inputs, answers and values."""
    match event.body:
        case e.WorkflowLaunched(bundle=bundle, inputs=inputs):
            yield bundle
            yield from _files(inputs)
        case e.CalendarChanged(bundle=bundle) | e.DefinitionChanged(bundle=bundle):
            yield bundle
        case e.MessageSent(sha256=copy):
            yield copy
        case (
            e.ResponseReceived(answers=values) | e.StepClosed(values=values) | e.ChildRequested(inputs=values)
        ):
            yield from _files(values)


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
