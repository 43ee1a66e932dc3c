"""ratio: a numerator of a denominator, both whole numbers.

Kept as {"numerator": 42, "denominator": 50}. On one line it is typed 42/50 or 42 of 50.

Example::

    {id: result, type: ratio, label: Health checks done, warn: result.denominator differs from previous by 15%}
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from definitions.language.names import LEAF, Parts
from definitions.models.field_types.declaration import FieldSpec, FieldType, Sampling, View, Widget
from definitions.source.typed_numbers import whole
from definitions.source.typed_text import BadValue, is_blank, look_alike

_BOXES = ("numerator", "denominator")
_RATIO = re.compile(r"([0-9][0-9, ]*)(?:/| out of | of )\s*([0-9][0-9, ]*)")


def _read(ask: FieldSpec, given: Any) -> dict[str, int]:
    if isinstance(given, str) and (found := _RATIO.fullmatch(look_alike(given))):
        given = {"numerator": found[1].strip(), "denominator": found[2].strip()}
    if isinstance(given, list | tuple) and len(given) == 2:
        given = dict(zip(_BOXES, given, strict=True))
    if not isinstance(given, Mapping) or not set(given) <= set(_BOXES):
        raise BadValue("enter a numerator and a denominator, such as 42 and 50")
    parts = {box: _part(box, given.get(box)) for box in _BOXES}
    if parts["numerator"] > parts["denominator"]:
        raise BadValue("the numerator cannot be more than the denominator")
    return parts


def _part(box: str, given: Any) -> int:
    if is_blank(given):
        raise BadValue(f"enter the {box} too", box=box)
    try:
        number = whole(given, f"the {box} as a whole number, such as 42")
    except BadValue as error:
        raise BadValue(str(error), box=box) from None
    if number < 0:
        raise BadValue(f"the {box} must be 0 or more", box=box)
    return number


def _sample(ask: FieldSpec, sampling: Sampling) -> dict[str, int]:
    denominator = sampling.rng.randint(40, 400)
    return {"numerator": round(denominator * sampling.rng.uniform(0.74, 0.86)), "denominator": denominator}


def _shown(value: Any, view: View) -> str:
    return f"{value['numerator']:,} of {value['denominator']:,}"


_WHOLE = {"type": "integer", "minimum": 0}
TYPE = FieldType(
    name="ratio",
    schema={
        "type": "object",
        "properties": dict.fromkeys(_BOXES, _WHOLE),
        "required": list(_BOXES),
        "additionalProperties": False,
    },
    widget=Widget("boxes", keyboard="numeric", width=5, boxes=_BOXES, example="as 42/50"),
    missing="enter the numerator and the denominator",
    read=_read,
    sample=_sample,
    places=frozenset({"form"}),
    parts=Parts(dict.fromkeys(_BOXES, LEAF)),
    shown=_shown,
    whole=True,
)
