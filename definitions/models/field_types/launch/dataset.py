"""dataset: which file of data that changes by year the process works with; `dataset` names the one taken unless said.

Kept as the dataset's id; expressions see its items.

Example::

    {id: indicators, type: dataset, dataset: iif-indicators-2026-27, label: Indicator set}
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from definitions.language.names import ANY, Parts
from definitions.models.field_types.declaration import FieldSpec, FieldType, Option, View, Widget
from definitions.models.field_types.options import chosen, preferred_of


def _options(ask: FieldSpec, names: Mapping[str, Any]) -> tuple[Option, ...]:
    return tuple(Option(each, each) for each in names.get("datasets") or ())


def _seen(value: Any, view: View) -> Any:
    return view.dataset(str(value))


TYPE = FieldType(
    name="dataset",
    schema={"type": "string"},
    widget=Widget("one of"),
    missing="choose a dataset",
    read=lambda ask, given: chosen(ask, given, "there is no such dataset here; see the library"),
    sample=lambda ask, sampling: preferred_of(ask),
    places=frozenset({"input"}),
    keys=frozenset({"dataset"}),
    options=_options,
    parts=Parts({}, ANY),
    seen=_seen,
)
