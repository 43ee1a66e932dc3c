"""The types of fields, one module each: everything there is to know about one, from its name to how it is shown.

A new type is a new module in one of the folders here, which declares a `FieldType` as TYPE, and nothing else anywhere.
"""

from __future__ import annotations

from typing import Annotated

from definitions.language.grammar import OneOf
from definitions.models.field_types.declaration import FieldType, Place
from definitions.models.registry import Registry

FIELD_TYPES: Registry[FieldType] = Registry(__name__, "TYPE", FieldType)


def _in(place: Place) -> list[str]:
    return [name for name, type_ in FIELD_TYPES.items() if place in type_.places]


FormType = Annotated[str, OneOf(lambda: _in("form"))]
InputType = Annotated[str, OneOf(lambda: _in("input"))]
ColumnType = Annotated[str, OneOf(lambda: _in("column"))]
