"""practices: some of the PCN's practices.

Kept as a list of their ODS codes. `min` and `max` say how many may be chosen.

Example::

    {id: pilots, type: practices, label: Which practices take part}
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from definitions.language.names import LEAF, Parts
from definitions.models.field_types.choices import choices
from definitions.models.field_types.declaration import FieldSpec, FieldType, Option, View, Widget


def _options(ask: FieldSpec, names: Mapping[str, Any]) -> tuple[Option, ...]:
    return tuple(Option(str(each["code"]), str(each["name"])) for each in names.get("practices") or ())


def _shown(value: Any, view: View) -> str:
    return "; ".join(str(view.organisation(code)) for code in value)


TYPE = FieldType(
    name="practices",
    schema={"type": "array", "items": {"type": "string"}, "uniqueItems": True},
    widget=Widget("some of"),
    missing="choose the practices",
    read=choices.read,
    sample=choices.sample,
    places=frozenset({"input"}),
    bounds="number",
    options=_options,
    parts=Parts({}, LEAF),
    shown=_shown,
    hint=lambda ask: "Choose all that apply",
)
