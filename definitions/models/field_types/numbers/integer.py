"""integer: a whole number.

Kept as a number. Commas or spaces between thousands are read.

Example::

    {id: patients, type: integer, label: How many patients, min: 0}
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from definitions.models.field_types.bounds import in_words, made_up, within
from definitions.models.field_types.declaration import FieldSpec, FieldType, Sampling, Widget
from definitions.source.typed_numbers import whole


def _read(ask: FieldSpec, given: Any) -> int:
    number = whole(given)
    if ask.least is not None or ask.most is not None:
        within(ask, Decimal(number))
    return number


def _sample(ask: FieldSpec, sampling: Sampling) -> int:
    return int(made_up(ask, sampling.rng, 0, "1", "60"))


TYPE = FieldType(
    name="integer",
    schema={"type": "integer"},
    widget=Widget("line", keyboard="numeric", width=10),
    missing="enter a number",
    read=_read,
    sample=_sample,
    bounds="number",
    hint=in_words,
)
