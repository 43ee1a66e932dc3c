"""Draws a form: what a page, or the command line, needs to ask its questions. Words and values, no markup."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from definitions.models.field_types.composite.attestation import statement_sha256
from definitions.models.field_types.declaration import FieldSpec, Option, Widget
from definitions.models.fields import FormField, FormItem
from engine.forms.answers import AnswerProblem, given_at, heading_of
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
    widget: Widget
    options: tuple[Option, ...] = ()


@dataclass(frozen=True, slots=True)
class DrawnField:
    """One question, ready to be asked.

    `keys` is its path in the answers. `widget` is how it is asked, `how` what to say about writing the answer. `value` is what was given or is offered, typed or as typed in. `errors` has
    messages by where they are inside the field: "" for the field, "2.cost" for a cell; `wrong_box` is the box that one
    of the field is about, where it says. `heading` is what stands
    above the questions of one item of a repeated group. `sometimes`: required only where other answers make it so,
    which the check says. `only_if` says in words when the question applies, where
    that hangs on another answer of the same form; a page without scripts shows it with its question.
    """

    keys: tuple[str, ...]
    type: str
    widget: Widget
    label: str
    hint: str = ""
    how: str = ""
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
        ask = ask_of(place, context, evaluate)
        shown = _draw(place, ask, names, context, evaluate)
        if hangs:
            shown = replace(shown, only_if=_only_if(condition or "", labels, names, evaluate))
        drawn.append(_filled(shown, place, ask, names, evaluate, values))
    return with_problems(drawn, problems)


def with_answers(
    form: Sequence[DrawnField], raw: Mapping[str, Any], problems: Sequence[AnswerProblem] = ()
) -> list[DrawnField]:
    """The form drawn again after a refusal: the answers as typed, except any that held an NHS number for certain.
    What may be one stays, for who typed it to take out, or to say what it is."""
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
    return DrawnField(
        keys=place.keys,
        type=item.type,
        widget=place.type.widget,
        label=words(item.label, names, evaluate).strip(),
        hint=words(item.help or "", names, evaluate).strip(),
        how=place.type.hint(ask),
        required=item.required and item.required_if is None,
        sometimes=item.required_if is not None,
        options=ask.options,
        statement=ask.statement.strip(),
        statement_sha256=statement_sha256(ask.statement) if ask.statement else "",
        columns=tuple(
            DrawnColumn(
                each.id, each.type.name, each.label, each.required, each.type.widget, each.ask.options
            )
            for each in ask.columns
        ),
        allow_unknown=item.allow_unknown,
        accept=ask.accept if place.type.takes("accept") else (),
        heading=heading_of(place, context, evaluate),
    )


def _filled(
    drawn: DrawnField,
    place: FormPlace,
    ask: FieldSpec,
    names: Mapping[str, Any],
    evaluate: Evaluator,
    values: Mapping[str, Any] | None,
) -> DrawnField:
    """The field with its answer; without any answers yet, with what the definition offers."""
    if values is not None:
        return replace(drawn, value=given_at(values, place.keys))
    found = offered(place, ask, names, evaluate)
    return drawn if found in (None, "", [], {}) else replace(drawn, value=found, prefilled=True)


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
