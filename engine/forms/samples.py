"""Makes up answers that a willing practice might give: for rehearsals, the demo and the tests.

What comes out always passes `check_answers` with the same context, except where a definition's own checks
compare answers in ways nobody can guess; then the caller sees the problems as anybody would.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from definitions.models.fields import Column, FormField, FormItem
from engine.forms.answers import check_answers
from engine.forms.composite_values import COMPOSITE_READERS, statement_sha256
from engine.forms.field_values import READERS, BadValue, FieldSpec
from engine.forms.layout import Evaluator, FormPlace, ask_of, lay_out, offered

_READERS = {**READERS, **COMPOSITE_READERS}

#: Answers that let a workflow go on, best first; what sends back or stops comes last.
_WELCOME = (
    "approved", "approve", "agreed", "agree", "accept", "yes", "complete", "completed", "done", "clear",
    "met", "on track", "none", "start as planned", "proceed", "confirmed", "received", "no concerns",
)  # fmt: skip
_UNWELCOME = (
    "return", "reject", "not ", "no", "send back", "stop", "withdraw", "decline", "fail", "risk", "delay",
    "query", "dispute", "incomplete", "missing", "unknown", "other", "conditions",
)  # fmt: skip
_PEOPLE = ("Priya Shah", "Tom Okafor", "Helen Marsh", "Dan Evans", "Amina Yusuf", "Ruth Lewis")
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


def sample_answers(
    form: Sequence[FormItem], context: Mapping[str, Any], evaluate: Evaluator, rng: Random
) -> dict[str, Any]:
    """Plausible answers to every question of `form`. The same `rng` state gives the same answers."""
    answers: dict[str, Any] = {}
    for place in lay_out(form, context, evaluate):
        where = answers
        for key in place.keys[:-1]:
            where = where.setdefault(key, {})
        value = _sample(place, context, evaluate, rng)
        if value is not None:
            where[place.keys[-1]] = value
    # Questions that depend on others are answered above as if all were asked; the check leaves out those that are not.
    return check_answers(form, (), answers, context, evaluate).values


def _sample(place: FormPlace, context: Mapping[str, Any], evaluate: Evaluator, rng: Random) -> Any:
    ask = ask_of(place, context, evaluate)
    if (taken := _offered(place, ask, context, evaluate)) is not None:
        return taken
    value = _MAKERS[place.field.type](place.field, ask, context, rng)
    if place.field.type == "table" and place.field.rows is not None:
        rows = offered(place.field, place.names(context), evaluate) or []
        return [{**_row(ask, context, rng), **row} for row in rows] or value
    return value


def _offered(place: FormPlace, ask: FieldSpec, context: Mapping[str, Any], evaluate: Evaluator) -> Any:
    """What the definition offers, where that is a whole answer: a willing answerer leaves it as it is, and what has to
    agree with an earlier step (the figures declared, say) then does."""
    if place.field.prefill_from is None or place.field.type == "table":
        return None
    found = offered(place.field, place.names(context), evaluate)
    try:
        return None if found is None else _READERS[place.field.type](ask, found)
    except BadValue:
        return None


def preferred(options: Sequence[str]) -> str:
    """The option a willing answerer chooses: one that does not send back."""
    folded = {option.lower(): option for option in reversed(options)}
    for welcome in _WELCOME:
        if welcome in folded:
            return folded[welcome]
    for option in options:
        if any(option.lower().startswith(welcome) for welcome in _WELCOME):
            return option
    return next((o for o in options if not any(bad in o.lower() for bad in _UNWELCOME)), options[0])


def _text(field: FormField, ask: FieldSpec, context: Mapping[str, Any], rng: Random) -> str:
    text = "Nothing to add."
    if field.type == "long text":
        text = rng.choice(
            ("As discussed at the practice meeting.", "Going well; nothing to add.", "All in hand.")
        )
    return text[: ask.max_length or 200].strip()


def _person(field: FormField, ask: FieldSpec, context: Mapping[str, Any], rng: Random) -> str:
    return rng.choice(_PEOPLE)[: ask.max_length or 200].strip()


def _link(field: FormField, ask: FieldSpec, context: Mapping[str, Any], rng: Random) -> str:
    return f"https://example.org/{''.join(rng.choices(_LETTERS, k=8))}"


def _organisation(field: FormField, ask: FieldSpec, context: Mapping[str, Any], rng: Random) -> str:
    if ask.options:
        return ask.options[0].value
    practice = context.get("practice")
    code = practice.get("code") if isinstance(practice, Mapping) else None
    return str(code or "Y90001")


def _number(places: int, low: str, high: str) -> Callable[..., Any]:
    def make(field: FormField, ask: FieldSpec, context: Mapping[str, Any], rng: Random) -> Any:
        least = ask.least if isinstance(ask.least, Decimal) else Decimal(low)
        most = ask.most if isinstance(ask.most, Decimal) else max(least, Decimal(high))
        least = least if isinstance(ask.least, Decimal) else min(least, most)
        step = Decimal(1).scaleb(-places)
        # Up to the last step inside the bounds: they may be finer than what the type can hold.
        first, last = -(-least // step), most // step
        number = rng.randint(int(first), max(int(first), int(last))) * step
        if field.type in ("integer", "rating"):
            return int(number)
        return f"{number:f}"

    return make


def _date(field: FormField, ask: FieldSpec, context: Mapping[str, Any], rng: Random) -> str:
    today = context.get("today")
    day = today if isinstance(today, date) else date(2026, 10, 1)
    if isinstance(ask.least, date):
        day = max(day, ask.least)
    if isinstance(ask.most, date) and ask.most < day:
        day = ask.most if not isinstance(ask.least, date) else max(ask.least, ask.most - timedelta(days=1))
    return day.isoformat()


def _choice(field: FormField, ask: FieldSpec, context: Mapping[str, Any], rng: Random) -> str | None:
    return preferred([option.value for option in ask.options]) if ask.options else None


def _choices(field: FormField, ask: FieldSpec, context: Mapping[str, Any], rng: Random) -> list[str]:
    values = [option.value for option in ask.options]
    least = int(ask.least) if isinstance(ask.least, Decimal) else 1
    most = int(ask.most) if isinstance(ask.most, Decimal) else len(values)
    count = min(max(least, rng.randint(1, max(1, len(values)))), most, len(values))
    chosen = set(rng.sample(values, count))
    return [value for value in values if value in chosen]


def _ratio(field: FormField, ask: FieldSpec, context: Mapping[str, Any], rng: Random) -> dict[str, int]:
    denominator = rng.randint(40, 400)
    return {"numerator": round(denominator * rng.uniform(0.74, 0.86)), "denominator": denominator}


def _table(field: FormField, ask: FieldSpec, context: Mapping[str, Any], rng: Random) -> list[dict[str, Any]]:
    return [_row(ask, context, rng) for _ in range(rng.randint(1, 3))]


def _row(ask: FieldSpec, context: Mapping[str, Any], rng: Random) -> dict[str, Any]:
    return {column.id: _cell(column, cell, context, rng) for column, cell in ask.columns}


def _cell(column: Column, cell: FieldSpec, context: Mapping[str, Any], rng: Random) -> Any:
    field = FormField(id=column.id, type=column.type, label=column.label)
    return _MAKERS[column.type](field, cell, context, rng)


def _file(field: FormField, ask: FieldSpec, context: Mapping[str, Any], rng: Random) -> dict[str, Any]:
    sha256 = hashlib.sha256(rng.randbytes(16)).hexdigest()
    return {"name": f"{field.id}.{ask.accept[0]}", "sha256": sha256, "size": rng.randint(2_000, 200_000)}


def _attestation(field: FormField, ask: FieldSpec, context: Mapping[str, Any], rng: Random) -> dict[str, Any]:
    return {"agreed": True, "statement_sha256": statement_sha256(ask.statement)}


_MAKERS: dict[str, Callable[[FormField, FieldSpec, Mapping[str, Any], Random], Any]] = {
    "text": _text, "long text": _text, "person": _person, "link": _link, "organisation": _organisation,
    "integer": _number(0, "1", "60"), "rating": _number(0, "4", "5"), "decimal": _number(1, "1", "60"),
    "percent": _number(1, "74", "86"), "money": _number(2, "250", "4000"), "fte": _number(2, "0.2", "1"),
    "date": _date, "yes/no": _choice, "yes/no/na": _choice, "choice": _choice, "decision": _choice,
    "choices": _choices, "ratio": _ratio, "table": _table, "file": _file, "attestation": _attestation,
}  # fmt: skip
