"""long text: words on several lines.

Kept as text with plain line ends, up to 4,000 characters unless `max_length` says otherwise.

Example::

    {id: comment, type: long text, label: Anything to add, required: false}
"""

from __future__ import annotations

from typing import Any

from definitions.models.field_types.declaration import FieldSpec, FieldType, Sampling, Widget
from definitions.source.typed_text import as_text, not_longer

LONGEST = 4000
_SAMPLES = ("As discussed at the practice meeting.", "Going well; nothing to add.", "All in hand.")


def _read(ask: FieldSpec, given: Any) -> str:
    return not_longer(as_text(given), ask.max_length or LONGEST)


def _sample(ask: FieldSpec, sampling: Sampling) -> str:
    return sampling.rng.choice(_SAMPLES)[: ask.max_length or LONGEST].strip()


def _hint(ask: FieldSpec) -> str:
    limit = ask.max_length or LONGEST
    return f"Up to {limit:,} characters. Please leave out anything that could identify a patient."


TYPE = FieldType(
    name="long text",
    schema={"type": "string"},
    widget=Widget("paragraph"),
    missing="enter an answer",
    read=_read,
    sample=_sample,
    places=frozenset({"form", "input"}),
    keys=frozenset({"max_length"}),
    hint=_hint,
    longest=LONGEST,
    free=True,
)
