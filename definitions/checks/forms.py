"""Checks the fields of forms and inputs: what each type needs, and that ids stand once."""

from __future__ import annotations

from collections.abc import Sequence

from definitions.checks.findings import Findings
from definitions.language.names import RESERVED
from definitions.models.definition import Input, Step
from definitions.models.fields import FormField, FormItem, RepeatedGroup
from definitions.source.reader import KeyPath

#: What only fields of these types have.
_ONLY: dict[str, tuple[str, ...]] = {
    "columns": ("table",),
    "rows": ("table",),
    "statement": ("attestation",),
    "options": ("choice", "choices", "decision"),
    "max_length": ("text", "long text"),
}
_NEEDS: dict[str, str] = {
    "choice": "options",
    "choices": "options",
    "table": "columns",
    "attestation": "statement",
}
_NUMBERS = frozenset({"integer", "decimal", "percent", "money", "fte", "rating"})
_BOUNDED = _NUMBERS | {"date"}


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
    if declared.dataset and declared.type != "dataset":
        findings.add_key((*path, "dataset"), "BD604", "only an input of type dataset has 'dataset'")
    options = declared.options
    if declared.default is not None and options and isinstance(options, list):
        chosen = declared.default if isinstance(declared.default, list) else [declared.default]
        for each in chosen:
            if each not in options:
                findings.add((*path, "default"), "BD205", f"the default {each!r} is not one of the options")


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
    wanted = _NEEDS.get(field.type)
    if wanted and not getattr(field, wanted):
        findings.add((*path, "type"), "BD603", f"a field of type {field.type} needs {wanted!r}")
    for key, types in _ONLY.items():
        if getattr(field, key) and field.type not in types:
            findings.add_key((*path, key), "BD604", f"a field of type {field.type} has no {key!r}")
    if isinstance(field.options, list) and len(set(field.options)) < len(field.options):
        findings.add((*path, "options"), "BD206", "an option stands twice")
    for index, column in enumerate(field.columns):
        if column.type == "choice" and not column.options:
            findings.add((*path, "columns", index), "BD603", f"the column {column.id!r} needs 'options'")
    ids = [column.id for column in field.columns]
    if len(set(ids)) < len(ids):
        findings.add((*path, "columns"), "BD206", "a column's id stands twice")
    _bounds(field, path, findings)


def _bounds(field: FormField, path: KeyPath, findings: Findings) -> None:
    for key in ("min", "max"):
        value = getattr(field, key)
        if value is None:
            continue
        if field.type not in _BOUNDED:
            findings.add_key((*path, key), "BD604", f"a field of type {field.type} has no {key!r}")
        elif isinstance(value, str) != (field.type == "date"):
            wanted = "a date or words for one" if field.type == "date" else "a number"
            findings.add((*path, key), "BD603", f"{key!r} of a field of type {field.type} is {wanted}")
    if isinstance(field.min, int | float) and isinstance(field.max, int | float) and field.min > field.max:
        findings.add((*path, "max"), "BD205", "'max' is less than 'min'")
