"""Checks the fields of forms and inputs: what each type needs, and that ids stand once."""

from __future__ import annotations

from collections.abc import Sequence

from definitions.checks.findings import Findings
from definitions.language.names import RESERVED
from definitions.models.definition import Input, Step
from definitions.models.field_types import FIELD_TYPES
from definitions.models.fields import FormField, FormItem, RepeatedGroup
from definitions.source.document import KeyPath
from definitions.source.typed_text import BadValue


def check_form(step: Step, path: KeyPath, findings: Findings) -> None:
    """Fills the findings with what is wrong with a step's form."""
    _ids(step.form, (*path, "form"), findings)
    for index, item in enumerate(step.form):
        place = (*path, "form", index)
        if isinstance(item, RepeatedGroup):
            _ids(item.fields, (*place, "fields"), findings)
            for inner, field in enumerate(item.fields):
                _field(field, (*place, "fields", inner), findings)
        else:
            _field(item, place, findings)


def check_input(declared: Input, path: KeyPath, findings: Findings) -> None:
    """Fills the findings with what is wrong with one input of a launch."""
    _reserved(declared.id, (*path, "id"), findings)
    _field(declared, path, findings)
    if declared.default is not None and known_at_load(declared):
        try:
            FIELD_TYPES[declared.type].read(declared.asks(), declared.default)
        except BadValue as error:
            findings.add((*path, "default"), "BD205", f"the default {declared.default!r}: {error}")


def known_at_load(declared: Input) -> bool:
    """Whether what may be chosen hangs on nothing but the file: not on an expression, the library or the directory."""
    return not isinstance(declared.options, str) and "form" in FIELD_TYPES[declared.type].places


def _ids(form: Sequence[FormItem], path: KeyPath, findings: Findings) -> None:
    seen: set[str] = set()
    for index, item in enumerate(form):
        each = item.key if isinstance(item, RepeatedGroup) else item.id
        place = (*path, index, "id")
        if each in seen:
            findings.add(place, "BD206", f"the id {each!r} stands twice in this form")
        seen.add(each)
        _reserved(each, place, findings)


def _reserved(each: str, path: KeyPath, findings: Findings) -> None:
    if each in RESERVED:
        message = f"a field cannot be called {each!r}: expressions need that name"
        findings.add(path, "BD208", message, f"{each}_answer")


def _field(field: FormField, path: KeyPath, findings: Findings) -> None:
    type_ = FIELD_TYPES[field.type]
    if type_.needs and not getattr(field, type_.needs):
        findings.add((*path, "type"), "BD603", f"a field of type {field.type} needs {type_.needs!r}")
    for key in sorted(field.model_fields_set & _own_keys()):
        if not type_.takes(key) and getattr(field, key) not in (None, [], ""):
            findings.add_key((*path, key), "BD604", f"a field of type {field.type} has no {key!r}")
    if isinstance(field.options, list) and len(set(field.options)) < len(field.options):
        findings.add((*path, "options"), "BD206", "an option stands twice")
    for index, column in enumerate(field.columns):
        needs = FIELD_TYPES[column.type].needs
        if needs and not getattr(column, needs):
            findings.add((*path, "columns", index), "BD603", f"the column {column.id!r} needs {needs!r}")
    ids = [column.id for column in field.columns]
    if len(set(ids)) < len(ids):
        findings.add((*path, "columns"), "BD206", "a column's id stands twice")
    _bounds(field, path, findings)


def _own_keys() -> frozenset[str]:
    """The keys that are not for every type."""
    own = (key for type_ in FIELD_TYPES.values() for key in (type_.needs, *type_.keys))
    return frozenset({*own, "min", "max"} - {""})


def _bounds(field: FormField, path: KeyPath, findings: Findings) -> None:
    days = FIELD_TYPES[field.type].bounds == "day"
    for key in ("min", "max"):
        value = getattr(field, key)
        if value is not None and FIELD_TYPES[field.type].takes(key) and isinstance(value, str) != days:
            wanted = "a date or words for one" if days else "a number"
            findings.add((*path, key), "BD603", f"{key!r} of a field of type {field.type} is {wanted}")
    if isinstance(field.min, int | float) and isinstance(field.max, int | float) and field.min > field.max:
        findings.add((*path, "max"), "BD205", "'max' is less than 'min'")
