"""rating: a whole number on a scale, from 1 to 5 unless `min` and `max` say otherwise.

Kept as a number.

Example::

    {id: confidence, type: rating, label: How sure are you}
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from definitions.models.field_types.bounds import made_up, within
from definitions.models.field_types.declaration import FieldSpec, FieldType, Option, Sampling, Widget
from definitions.source.typed_numbers import whole

#: A longer scale is typed.
_MOST_OPTIONS = 21


def _read(ask: FieldSpec, given: Any) -> int:
    return int(within(ask, Decimal(whole(given))))


def _options(ask: FieldSpec, names: Mapping[str, Any]) -> tuple[Option, ...]:
    if not isinstance(ask.least, Decimal) or not isinstance(ask.most, Decimal):
        return ()
    scale = range(int(ask.least), int(ask.most) + 1)
    return tuple(Option(str(number), str(number)) for number in scale) if len(scale) <= _MOST_OPTIONS else ()


def _sample(ask: FieldSpec, sampling: Sampling) -> int:
    return int(made_up(ask, sampling.rng, 0, "4", "5"))


TYPE = FieldType(
    name="rating",
    schema={"type": "integer"},
    widget=Widget("one of", keyboard="numeric", width=5, inline=True),
    missing="choose a number",
    read=_read,
    sample=_sample,
    places=frozenset({"form"}),
    bounds="number",
    range=(1, 5),
    options=_options,
    whole=True,
)
