"""percent: a percentage from 0 to 100.

Kept as text, exactly, with at most 4 decimal places and without the sign: "45".

Example::

    {id: coverage, type: percent, label: How many were seen}
"""

from __future__ import annotations

from typing import Any

from definitions.models.field_types.bounds import as_decimal, in_words, made_up, within
from definitions.models.field_types.declaration import FieldSpec, FieldType, Sampling, View, Widget
from definitions.source.typed_numbers import at_most_places, per_cent, written
from definitions.source.typed_text import BadValue


def _read(ask: FieldSpec, given: Any) -> str:
    number = at_most_places(per_cent(given, "a percentage, such as 45"), 4, "use at most 4 decimal places")
    if not 0 <= number <= 100:
        raise BadValue("must be between 0 and 100")
    return written(within(ask, number, lambda bound: f"{bound:f}%"))


def _sample(ask: FieldSpec, sampling: Sampling) -> str:
    return f"{made_up(ask, sampling.rng, 1, '74', '86'):f}"


def _shown(value: Any, view: View) -> str:
    return f"{value}%"


TYPE = FieldType(
    name="percent",
    schema={"type": "string", "format": "decimal"},
    widget=Widget("line", keyboard="decimal", width=5, suffix="%"),
    missing="enter a percentage",
    read=_read,
    sample=_sample,
    bounds="number",
    seen=as_decimal,
    shown=_shown,
    hint=in_words,
    whole=True,
)
