"""Lays a form out: every question with its place, what its expressions see, and its options and bounds settled.

Checking, drawing and sampling all walk the same layout, so they cannot disagree about what is asked.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, Protocol

from definitions.language.expressions import Forgiving
from definitions.language.named_values import Named, key_of
from definitions.models.fields import DECISIONS, Column, FormField, FormItem, RepeatedGroup
from engine.forms.field_values import UNKNOWN, YES_NO, YES_NO_NA, FieldSpec, Option

_EXACT = frozenset({"decimal", "percent", "money", "fte"})
_DECISION_LABELS = {
    "approved": "Approve",
    "approved with conditions": "Approve with conditions",
    "returned": "Send back",
    "rejected": "Reject",
}


class Evaluator(Protocol):
    """Works out the small languages of a definition. May raise ValueError when a text does not suit its context."""

    def expression(self, text: str, context: Mapping[str, Any]) -> Any: ...

    def template(self, text: str, context: Mapping[str, Any]) -> str: ...

    def moment(self, text: str) -> date | None:
        """The day the words mean; None when a date they count from does not exist here."""
        ...


@dataclass(slots=True)
class FormPlace:
    """One question at its place. `keys` is its path in the answers; `scope` the names of its item, for a group."""

    field: FormField
    keys: tuple[str, ...]
    group: RepeatedGroup | None = None
    scope: Mapping[str, Any] | None = None

    @property
    def path(self) -> str:
        return ".".join(self.keys)

    def names(self, outer: Mapping[str, Any]) -> Mapping[str, Any]:
        """What the field's expressions see."""
        return outer if self.scope is None else {**outer, **self.scope}


def lay_out(form: Sequence[FormItem], context: Mapping[str, Any], evaluate: Evaluator) -> list[FormPlace]:
    """Every question of the form, in order; a repeated group's once for each item."""
    places: list[FormPlace] = []
    for item in form:
        if isinstance(item, RepeatedGroup):
            for key, scope in items_of(item, context, evaluate):
                places += [FormPlace(field, (item.key, key, field.id), item, scope) for field in item.fields]
        else:
            places.append(FormPlace(item, (item.id,)))
    return places


def items_of(
    group: RepeatedGroup, context: Mapping[str, Any], evaluate: Evaluator
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each item's id, and the names its fields see: the item, and its own previous answers over all of them."""
    before = context.get("previous")
    before = before if isinstance(before, Mapping) else {}
    in_group = before.get(group.key) if group.key in before else None
    for item in evaluate.expression(group.repeat, context) or ():
        key = str(item["id"] if isinstance(item, Mapping) else getattr(item, "id", item))
        mine = in_group.get(key) if isinstance(in_group, Mapping) else None
        yield key, {group.as_: item, "previous": Forgiving({**before, **(mine or {})})}


def words(text: str, names: Mapping[str, Any], evaluate: Evaluator) -> str:
    """A template's text; without anything to fill in it is itself."""
    return evaluate.template(text, names) if "{" in text else text


def ask_of(place: FormPlace, context: Mapping[str, Any], evaluate: Evaluator) -> FieldSpec:
    """What the field at `place` asks, with options and bounds settled."""
    field = place.field
    names: Mapping[str, Any] = context
    # Most fields need no names at all, and merging a group's into the context costs more than the rest here.
    if place.scope is not None and (isinstance(field.options, str) or field.type == "attestation"):
        names = place.names(context)
    least, most = field.min, field.max
    if field.type == "rating":
        least, most = 1 if least is None else least, 5 if most is None else most
    return FieldSpec(
        type=field.type,
        options=_options(field.type, field.options, names, evaluate),
        least=_bound(field.type, least, evaluate),
        most=_bound(field.type, most, evaluate),
        max_length=field.max_length,
        accept=tuple(ending.lower().lstrip(".") for ending in field.accept) if field.type == "file" else (),
        statement=words(field.statement or field.label, names, evaluate)
        if field.type == "attestation"
        else "",
        columns=tuple((column, _cell(column)) for column in field.columns),
    )


def _cell(column: Column) -> FieldSpec:
    return FieldSpec(type=column.type, options=_choices_of(column.type, column.options))


def _bound(type_: str, bound: float | str | None, evaluate: Evaluator) -> Decimal | date | None:
    if bound is None:
        return None
    if type_ == "date":
        return evaluate.moment(str(bound))
    try:
        return Decimal(str(bound))
    except InvalidOperation:
        raise ValueError(
            f"{bound!r} is no number: the least and greatest value of a {type_} are numbers"
        ) from None


def _options(
    type_: str, options: Sequence[str] | str, names: Mapping[str, Any], evaluate: Evaluator
) -> tuple[Option, ...]:
    if isinstance(options, str):
        return tuple(map(_option, evaluate.expression(options, names) or ()))
    return _choices_of(type_, options)


def _choices_of(type_: str, options: Sequence[str]) -> tuple[Option, ...]:
    if type_ == "yes/no":
        return YES_NO
    if type_ == "yes/no/na":
        return YES_NO_NA
    if type_ == "decision" and not options:
        options = DECISIONS
    labels = _DECISION_LABELS if type_ == "decision" else {}
    return tuple(Option(value, labels.get(value, value)) for value in options)


def _option(found: Any) -> Option:
    """An option from an expression: a text, or a thing with an id (or code) and a name (or title)."""
    if not isinstance(found, Mapping):
        return Option(key_of(found), str(found))
    value = next(
        (str(found[key]) for key in ("id", "code", "name") if found.get(key) is not None), str(found)
    )
    label = next((str(found[key]) for key in ("name", "title", "label") if found.get(key)), value)
    return Option(value, label)


def as_seen(type_: str, value: Any) -> Any:
    """A stored value of a plain type as expressions see it: dates as dates, money and the like exact."""
    if value is None or value == UNKNOWN:
        return value
    if type_ == "date":
        return date.fromisoformat(value)
    return Decimal(value) if type_ in _EXACT else value


def field_as_seen(field: FormField, value: Any) -> Any:
    """A stored value of any type as expressions see it."""
    if field.type == "table" and isinstance(value, list):
        kinds = {column.id: column.type for column in field.columns}
        return [
            {**dict.fromkeys(kinds), **{key: as_seen(kinds[key], cell) for key, cell in row.items()}}
            for row in value
        ]
    return as_seen(field.type, value)


def offered(field: FormField, names: Mapping[str, Any], evaluate: Evaluator) -> Any:
    """What the definition offers as the answer, as it would be stored; None when it offers nothing here."""
    for text in (field.prefill_from, field.rows):
        if text is None:
            continue
        try:
            found = evaluate.expression(text, names)
            # A person is typed by name, so a name is what stands in the box; elsewhere the code is what is chosen.
            found = str(found) if field.type == "person" and isinstance(found, Named) else _plain(found)
        except ValueError:
            continue  # there was no last time
        if field.type == "table":
            found = _rows(field, found)
        if field.type == "money":
            found = _in_pence(found)
        if found not in (None, "", [], {}):
            return found
    return None


def _rows(field: FormField, found: Any) -> list[dict[str, Any]]:
    """Rows with the table's columns only; a plain value goes into the first."""
    columns = [column.id for column in field.columns]
    return [
        {column: row[column] for column in columns if row.get(column) is not None}
        if isinstance(row, Mapping)
        else {columns[0]: row}
        for row in (found if isinstance(found, list) else [])
    ]


def _in_pence(found: Any) -> Any:
    """An amount that was worked out, as people write one: 48000.0000 is 48000.00."""
    try:
        return f"{Decimal(str(found)).quantize(Decimal('0.01')):f}"
    except InvalidOperation:
        return found


def _plain(value: Any) -> Any:
    """A value of an expression as it would be stored."""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, Mapping):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    return key_of(value) if isinstance(value, Named) else value
