"""text: a few words on one line.

Kept as text, as it was written, up to 200 characters unless `max_length` says otherwise.

Example::

    {id: search_pack, type: text, label: Which search pack, max_length: 20}
"""

from __future__ import annotations

from typing import Any

from definitions.models.field_types.declaration import FieldSpec, FieldType, Sampling, Widget
from definitions.source.typed_text import one_line

LONGEST = 200


def _read(ask: FieldSpec, given: Any) -> str:
    return one_line(given, ask.max_length or LONGEST)


def _sample(ask: FieldSpec, sampling: Sampling) -> str:
    return "Nothing to add."[: ask.max_length or LONGEST].strip()


TYPE = FieldType(
    name="text",
    schema={"type": "string"},
    widget=Widget("line"),
    missing="enter an answer",
    read=_read,
    sample=_sample,
    keys=frozenset({"max_length"}),
    longest=LONGEST,
    free=True,
)
