"""decimal: a number with decimals.

Kept as text, exactly, with at most 6 decimal places: "12.5".

Example::

    {id: hours, type: decimal, label: Hours a week, min: 0, max: 60}
"""

from __future__ import annotations

from typing import Any

from definitions.models.field_types.bounds import as_decimal, in_words, made_up, within
from definitions.models.field_types.declaration import FieldSpec, FieldType, Sampling, Widget
from definitions.source.typed_numbers import as_number, at_most_places, written


def _read(ask: FieldSpec, given: Any) -> str:
    number = as_number(given, "a number, such as 12.5")
    return written(within(ask, at_most_places(number, 6, "use at most 6 decimal places")))


def _sample(ask: FieldSpec, sampling: Sampling) -> str:
    return f"{made_up(ask, sampling.rng, 1, '1', '60'):f}"


TYPE = FieldType(
    name="decimal",
    schema={"type": "string", "format": "decimal"},
    widget=Widget("line", keyboard="decimal", width=10),
    missing="enter a number",
    read=_read,
    sample=_sample,
    bounds="number",
    seen=as_decimal,
    hint=in_words,
    whole=True,
)
