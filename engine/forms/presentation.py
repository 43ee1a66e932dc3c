"""Draws a form: what a page, or the command line, needs to ask its questions. Words and values, no markup."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any

from definitions.models.fields import FormField, FormItem
from engine.forms.answers import AnswerProblem, given_at, heading_of
from engine.forms.composite_values import statement_sha256
from engine.forms.field_values import FieldSpec, Option, long_date
from engine.forms.layout import Evaluator, FormPlace, ask_of, lay_out, offered, words

_NAME = re.compile(r"'[^']*'|\"[^\"]*\"|(?<![\w.])([a-z][a-z0-9_]*)")
_IS = re.compile(r"([a-z][a-z0-9_]*)\s*(==|!=)\s*(?:'([^']*)'|\"([^\"]*)\")")
_IN = re.compile(r"([a-z][a-z0-9_]*)\s+in\s+[\[(]([^\])]*)[\])]")


@dataclass(frozen=True, slots=True)
class DrawnColumn:
    """One column of a table."""

    id: str
    type: str
    label: str
    required: bool
    options: tuple[Option, ...] = ()


@dataclass(frozen=True, slots=True)
class DrawnField:
    """One question, ready to be asked.

    `keys` is its path in the answers. `value` is what was given or is offered, typed or as typed in. `errors` has
    messages by where they are inside the field: "" for the field, "2.cost" for a cell; `wrong_box` is the box that one
    of the field is about, where it says. `heading` is what stands
    above the questions of one item of a repeated group. `sometimes`: required only where other answers make it so,
    which the check says. `only_if` says in words when the question applies, where
    that hangs on another answer of the same form; a page without scripts shows it with its question.
    """

    keys: tuple[str, ...]
    type: str
    label: str
    hint: str = ""
    required: bool = True
    sometimes: bool = False
    options: tuple[Option, ...] = ()
    value: Any = None
    prefilled: bool = False
    errors: Mapping[str, str] = field(default_factory=dict)
    wrong_box: str = ""
    statement: str = ""
    statement_sha256: str = ""
    columns: tuple[DrawnColumn, ...] = ()
    allow_unknown: bool = False
    max_length: int = 0
    least: str = ""
    most: str = ""
    accept: tuple[str, ...] = ()
    heading: str = ""
    only_if: str = ""

    @property
    def path(self) -> str:
        return ".".join(self.keys)

    @property
    def error(self) -> str:
        """The first thing wrong with it, or nothing."""
        return next(iter(self.errors.values()), "")


def draw_form(
    form: Sequence[FormItem],
    context: Mapping[str, Any],
    evaluate: Evaluator,
    values: Mapping[str, Any] | None = None,
    problems: Sequence[AnswerProblem] = (),
) -> list[DrawnField]:
    """Every question to show, with the answers `values` (or what is offered) and the `problems` in their places."""
    places = lay_out(form, context, evaluate)
    labels = {place.field.id: place.field.label for place in places}
    drawn = []
    for place in places:
        condition = place.field.show_if
        hangs = bool(condition) and any(found[1] in labels for found in _NAME.finditer(condition or ""))
        names = place.names(context)
        if condition and not hangs and not evaluate.expression(condition, names):
            continue
        shown = _draw(place, ask_of(place, context, evaluate), names, context, evaluate)
        if hangs:
            shown = replace(shown, only_if=_only_if(condition or "", labels, names, evaluate))
        drawn.append(_filled(shown, place, names, evaluate, values))
    return with_problems(drawn, problems)


def with_answers(
    form: Sequence[DrawnField], raw: Mapping[str, Any], problems: Sequence[AnswerProblem] = ()
) -> list[DrawnField]:
    """The form drawn again after a refusal: the answers as typed, except any that held an NHS number."""
    leaked = [problem.path for problem in problems if problem.code == "nhs_number"]
    kept = []
    for each in form:
        value = given_at(raw, each.keys)
        for path in leaked:
            at = _inside(each.path, path)
            value = value if at is None else _without(value, at)
        kept.append(replace(each, value=value, prefilled=False))
    return with_problems(kept, problems)


def with_problems(form: Sequence[DrawnField], problems: Sequence[AnswerProblem]) -> list[DrawnField]:
    """The form with each problem at its question. Problems of no question are the caller's to show."""
    return [_with_its_own(each, problems) for each in form]


def _with_its_own(drawn: DrawnField, problems: Sequence[AnswerProblem]) -> DrawnField:
    mine = {at: each for each in problems if (at := _inside(drawn.path, each.path)) is not None}
    box = next((each.box for each in mine.values() if each.box), "")
    return replace(drawn, errors={at: each.message for at, each in mine.items()}, wrong_box=box)


def _inside(path: str, other: str) -> str | None:
    """Where `other` is inside the field at `path`; None when it is elsewhere."""
    if other == path:
        return ""
    return other[len(path) + 1 :] if other.startswith(f"{path}.") else None


def _without(value: Any, at: str) -> Any:
    """The value without what stands at `at`: a cell of a table, or all of it."""
    row, _, column = at.partition(".")
    if not (isinstance(value, list) and row.isdigit() and column):
        return None
    return [
        {key: cell for key, cell in each.items() if key != column} if number == int(row) else each
        for number, each in enumerate(value)
    ]


def _draw(
    place: FormPlace,
    ask: FieldSpec,
    names: Mapping[str, Any],
    context: Mapping[str, Any],
    evaluate: Evaluator,
) -> DrawnField:
    item: FormField = place.field
    text = item.type in ("text", "long text")
    return DrawnField(
        keys=place.keys,
        type=item.type,
        label=words(item.label, names, evaluate).strip(),
        hint=words(item.help or "", names, evaluate).strip(),
        required=item.required and item.required_if is None,
        sometimes=item.required_if is not None,
        options=ask.options or _places(item.type, context),
        statement=ask.statement.strip(),
        statement_sha256=statement_sha256(ask.statement) if item.type == "attestation" else "",
        columns=tuple(
            DrawnColumn(
                column.id,
                column.type,
                column.label,
                column.required,
                cell.options or _places(column.type, context),
            )
            for column, cell in ask.columns
        ),
        allow_unknown=item.allow_unknown,
        max_length=(item.max_length or (4000 if item.type == "long text" else 200)) if text else 0,
        least=_shown(ask.least),
        most=_shown(ask.most),
        accept=ask.accept,
        heading=heading_of(place, context, evaluate),
    )


def _places(type_: str, context: Mapping[str, Any]) -> tuple[Option, ...]:
    """The PCN and its practices, to choose from by name: nobody knows ODS codes by heart."""
    if type_ != "organisation" or not context.get("practices"):
        return ()
    return tuple(
        Option(str(place["code"]), str(place["name"])) for place in (*context["practices"], context["pcn"])
    )


def _filled(
    drawn: DrawnField,
    place: FormPlace,
    names: Mapping[str, Any],
    evaluate: Evaluator,
    values: Mapping[str, Any] | None,
) -> DrawnField:
    """The field with its answer; without any answers yet, with what the definition offers."""
    if values is not None:
        return replace(drawn, value=given_at(values, place.keys))
    found = offered(place.field, names, evaluate)
    return drawn if found in (None, "", [], {}) else replace(drawn, value=found, prefilled=True)


def _shown(bound: Decimal | date | None) -> str:
    if isinstance(bound, date):
        return long_date(bound)
    return "" if bound is None else f"{bound:f}"


def _only_if(condition: str, labels: Mapping[str, str], names: Mapping[str, Any], evaluate: Evaluator) -> str:
    """The condition in words, where it is one of the usual ones."""
    text = " ".join(condition.split())
    if (found := _IS.fullmatch(text)) and found[1] in labels:
        value = found[3] or found[4] or ""
        other = "" if found[2] == "==" else "anything but "
    elif (found := _IN.fullmatch(text)) and found[1] in labels:
        value = "’ or ‘".join(part.strip(" '\"") for part in found[2].split(","))
        other = ""
    else:
        return "Only if it applies"
    label = words(labels[found[1]], names, evaluate).strip()
    return f"Only if you answer {other}‘{value}’ to ‘{label}’"
