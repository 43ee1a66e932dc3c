"""fte: a full-time equivalent, from 0.00 to 2.00.

Kept as text with two decimal places: "0.80".

Example::

    {id: fte, type: fte, label: Full-time equivalent}
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from definitions.models.field_types.bounds import as_decimal, in_words, made_up, within
from definitions.models.field_types.declaration import FieldSpec, FieldType, Sampling, Widget
from definitions.source.typed_numbers import as_number, at_most_places, written
from definitions.source.typed_text import BadValue


def _read(ask: FieldSpec, given: Any) -> str:
    number = as_number(given, "a full-time equivalent, such as 0.80")
    if not 0 <= number <= 2:
        raise BadValue("must be between 0.00 and 2.00 full-time equivalent")
    at_most_places(number, 2, "use at most 2 decimal places, such as 0.80")
    return written(within(ask, number).quantize(Decimal("0.01")))


def _sample(ask: FieldSpec, sampling: Sampling) -> str:
    return f"{made_up(ask, sampling.rng, 2, '0.2', '1'):f}"


TYPE = FieldType(
    name="fte",
    schema={"type": "string", "format": "decimal"},
    widget=Widget("line", keyboard="decimal", width=5),
    missing="enter a full-time equivalent, such as 0.80",
    read=_read,
    sample=_sample,
    bounds="number",
    seen=as_decimal,
    hint=in_words,
    whole=True,
)
