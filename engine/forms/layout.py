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
from definitions.models.field_types import FIELD_TYPES
from definitions.models.field_types.declaration import FieldSpec, FieldType
from definitions.models.fields import FormField, FormItem, RepeatedGroup


class Evaluator(Protocol):
    """Works out the small languages of a definition. May raise ValueError when a text does not suit its context."""

    def expression(self, text: str, context: Mapping[str, Any]) -> Any: ...

    def template(self, text: str, context: Mapping[str, Any]) -> str: ...

    def moment(self, text: str) -> date | None:
        """The day of the calendar that the words mean, worked or not; None when a date they count from does not exist here."""
        ...


@dataclass(slots=True)
class FormPlace:
    """One question at its place. `keys` is its path in the answers; `scope` the names of its item, for a group."""

    field: FormField
    keys: tuple[str, ...]
    group: RepeatedGroup | None = None
    scope: Mapping[str, Any] | None = None

    @property
    def type(self) -> FieldType:
        return FIELD_TYPES[self.field.type]

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
    if place.scope is not None and (isinstance(field.options, str) or field.statement):
        names = place.names(context)
    return field.asks(
        context,
        evaluate.expression(field.options, names) or () if isinstance(field.options, str) else (),
        _bound(place.type, field.min, evaluate),
        _bound(place.type, field.max, evaluate),
        words(field.statement, names, evaluate) if field.statement else "",
    )


def _bound(type_: FieldType, bound: float | str | None, evaluate: Evaluator) -> Decimal | date | None:
    if bound is None:
        return None
    if type_.bounds == "day":
        return evaluate.moment(str(bound))
    try:
        return Decimal(str(bound))
    except InvalidOperation:
        raise ValueError(
            f"{bound!r} is no number: the least and greatest value of a {type_.name} are numbers"
        ) from None


def offered(place: FormPlace, ask: FieldSpec, names: Mapping[str, Any], evaluate: Evaluator) -> Any:
    """What the definition offers as the answer, as it would be stored; None when it offers nothing here."""
    for text in (place.field.prefill_from, place.field.rows):
        if text is None:
            continue
        try:
            found = evaluate.expression(text, names)
        except ValueError:
            continue  # there was no last time
        found = None if found is None else place.type.offer(found, ask)
        if found not in (None, "", [], {}):
            return found
    return None
