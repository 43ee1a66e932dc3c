"""Checks what somebody answered to a form: typed values for the log, problems in words, and warnings.

    checked = check_answers(step.form, step.checks, {"list_size": "8,412"}, context, evaluate)
    checked.values       # {"list_size": 8412}
    checked.problems     # () - otherwise nothing may be stored

Nothing that fails is repeated back in a message: what was typed may be an NHS number (domain 4.3).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from definitions.language.expressions import ExpressionError
from definitions.models.field_types import FIELD_TYPES
from definitions.models.field_types.declaration import UNKNOWN
from definitions.models.fields import Check, Column, FormItem, RepeatedGroup
from definitions.source.typed_text import BadValue, as_text, is_blank, look_alike, on_one_line
from engine.forms import patient_guard
from engine.forms.conditions import WarningFault, holds
from engine.forms.layout import Evaluator, FormPlace, ask_of, items_of, lay_out, words

__all__ = [
    "AnswerProblem", "AnswerWarning", "CheckedAnswers", "Evaluator", "WarningFault", "check_answers", "check_signer",
]  # fmt: skip

_SAYS_UNKNOWN = frozenset({UNKNOWN, "i don't know", "don't know"})


@dataclass(frozen=True, slots=True)
class AnswerProblem:
    """Why an answer is refused. `path` is where ("posts.2.cost"; empty: the answers as a whole).

    `code`: missing, wrong, nhs_number, may_be_nhs_number, unknown_field, check. `box`: which of the boxes of the question, where it has
    several and one is meant: day, month, year, numerator, denominator.
    """

    path: str
    message: str
    code: str = "wrong"
    box: str = ""


@dataclass(frozen=True, slots=True)
class AnswerWarning:
    """Something to look at again; the answer may stand. `path` as in Problem."""

    path: str
    message: str


@dataclass(frozen=True, slots=True)
class CheckedAnswers:
    """What came of checking. `values` may be stored only when there are no problems."""

    values: dict[str, Any]
    problems: tuple[AnswerProblem, ...] = ()
    warnings: tuple[AnswerWarning, ...] = ()
    faults: tuple[WarningFault, ...] = ()

    @property
    def ok(self) -> bool:
        return not self.problems


def check_answers(
    form: Sequence[FormItem],
    checks: Sequence[Check],
    raw: Mapping[str, Any],
    context: Mapping[str, Any],
    evaluate: Evaluator,
    not_nhs_number: bool = False,
) -> CheckedAnswers:
    """Typed values of the answers `raw`, every problem at once, and warnings.

    `not_nhs_number`: who answers says that what may be an NHS number here is something else.
    `context` is what the form's expressions see besides its own fields. Checking the values that came out gives
    the same values. Raises ValueError when the definition itself cannot be worked out.
    """
    return _Reading(form, raw, context, evaluate, not_nhs_number).checked(checks)


def check_signer(name: str, role: str, not_nhs_number: bool = False) -> tuple[AnswerProblem, ...]:
    """Who answers: a name and a role, typed by themselves. Paths `name` and `role`."""
    problems = []
    if not not_nhs_number and patient_guard.begins_across((name, role)) is not None:
        over_both = patient_guard.GuardHit("name", certain=False)
        problems.append(AnswerProblem(over_both.path, over_both.message, over_both.code))
    for path, text, what in (("name", name, "Enter your name"), ("role", role, "Enter your role")):
        if leaks := patient_guard.standing(patient_guard.hits_in(text, path), not_nhs_number):
            problems += [AnswerProblem(path, hit.message, hit.code) for hit in leaks]
            continue
        try:
            clean = on_one_line(as_text(text))
        except BadValue:
            problems.append(AnswerProblem(path, f"{what} in letters"))
            continue
        if not clean or len(clean) > 100:
            problems.append(
                AnswerProblem(path, f"{what} in 100 characters or fewer" if clean else what, "missing")
            )
    return tuple(problems)


@dataclass(slots=True)
class _Answer:
    """One question with what was given and what was made of it."""

    place: FormPlace
    given: Any
    value: Any = None
    wrong: tuple[tuple[str, str], ...] = ()
    box: str = ""
    leaks: list[patient_guard.GuardHit] = field(default_factory=list)
    shown: bool = True


@dataclass(slots=True)
class _Reading:
    form: Sequence[FormItem]
    raw: Mapping[str, Any]
    context: Mapping[str, Any]
    evaluate: Evaluator
    not_nhs_number: bool
    answers: list[_Answer] = field(default_factory=list)
    problems: list[AnswerProblem] = field(default_factory=list)
    warnings: list[AnswerWarning] = field(default_factory=list)
    faults: list[WarningFault] = field(default_factory=list)

    def checked(self, checks: Sequence[Check]) -> CheckedAnswers:
        self.problems += unknown_keys(self.form, self.raw, self.context, self.evaluate)
        self.answers = [self._read(place) for place in lay_out(self.form, self.context, self.evaluate)]
        self._look_across()
        self._settle_shown()
        names = self._names()
        for answer in self.answers:
            if answer.shown:
                self._judge(answer, names)
        if not self.problems:
            self._run(checks, names)
        return CheckedAnswers(self._values(), tuple(self.problems), tuple(self.warnings), tuple(self.faults))

    # --- reading

    def _read(self, place: FormPlace) -> _Answer:
        field = place.field
        given = given_at(self.raw, place.keys)
        answer = _Answer(place, given)
        if given is None:
            return answer
        answer.leaks = self._leaks(place, given)
        if answer.leaks or is_blank(given) or place.type.blank(given):
            return answer
        if field.allow_unknown and _says_unknown(given):
            answer.value = UNKNOWN
            return answer
        try:
            value = place.type.read(ask_of(place, self.context, self.evaluate), given)
        except BadValue as error:
            answer.wrong, answer.box = error.problems, error.box
        else:
            answer.value = value if value != [] and value != "" else None
            if leaks := self._leaks(place, answer.value):
                answer.value, answer.leaks = None, leaks
        return answer

    def _leaks(self, place: FormPlace, given: Any) -> list[patient_guard.GuardHit]:
        """Where inside an answer an NHS number stands; "" for the answer itself."""
        hits = patient_guard.hits_in(given)
        if place.type.widget.asking != "rows":
            hits = [patient_guard.GuardHit("", any(hit.certain for hit in hits))] if hits else []
        elif isinstance(given, list):
            hits += _broken_up(given, place.field.columns)
        return patient_guard.standing(hits, self.not_nhs_number)

    def _look_across(self) -> None:
        """Whether fields side by side, each a piece, make an NHS number."""
        for _, group in groupby(self.answers, key=lambda answer: answer.place.keys[:-1]):
            beside = list(group)
            first = patient_guard.begins_across(
                [None if each.place.type.whole else each.given for each in beside]
            )
            if first is not None and not self.not_nhs_number:
                beside[first].value = None
                beside[first].leaks = beside[first].leaks or [patient_guard.GuardHit(certain=False)]

    def _settle_shown(self) -> None:
        """Which questions are asked. A question that depends on one not asked may change too, so look again."""
        conditional = [answer for answer in self.answers if answer.place.field.show_if is not None]
        for _ in conditional:
            before = [answer.shown for answer in conditional]
            for answer in conditional:
                condition = answer.place.field.show_if or ""
                answer.shown = holds(
                    condition, self._inside(answer.place, self._names()), self.evaluate, gaps=False
                )
            if before == [answer.shown for answer in conditional]:
                return

    # --- names and values

    def _names(self) -> dict[str, Any]:
        """The context, with every answer as expressions see it; what is not answered is None."""
        names = dict(self.context)
        for answer in self.answers:
            seen = answer.place.field.seen(answer.value) if answer.shown else None
            if answer.place.group is None:
                names[answer.place.field.id] = seen
            else:
                group, item, key = answer.place.keys
                if not isinstance(names.get(group), _Items):
                    names[group] = _Items()
                names[group].setdefault(item, {})[key] = seen
        return names

    def _inside(self, place: FormPlace, names: Mapping[str, Any]) -> Mapping[str, Any]:
        """`names` as a field sees them: inside a group, the item's own answers stand beside the outer ones."""
        if place.group is None:
            return names
        return {**place.names(names), **names[place.keys[0]][place.keys[1]]}

    def _values(self) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for answer in self.answers:
            where = values
            for key in answer.place.keys[:-1]:
                where = where.setdefault(key, {})
            if answer.shown and answer.value is not None:
                where[answer.place.keys[-1]] = answer.value
        return values

    # --- judging

    def _judge(self, answer: _Answer, names: Mapping[str, Any]) -> None:
        place, asked_for = answer.place, answer.place.field
        if answer.leaks:
            self.problems += [
                AnswerProblem(_below(place.path, hit.path), f"{self._label(place)}: {hit.message}", hit.code)
                for hit in answer.leaks
            ]
        elif answer.wrong:
            self.problems += [
                AnswerProblem(_below(place.path, at), said(self._label(place), message), box=answer.box)
                for at, message in answer.wrong
            ]
        elif answer.value is None:
            needed = asked_for.required
            if asked_for.required_if is not None:
                inside = self._inside(place, names)
                needed = holds(asked_for.required_if, inside, self.evaluate, gaps=False)
            if needed:
                self.problems.append(
                    AnswerProblem(place.path, said(self._label(place), place.type.missing), "missing")
                )
        elif answer.value != UNKNOWN:
            self._warn(answer, names)

    def _warn(self, answer: _Answer, names: Mapping[str, Any]) -> None:
        place, asked_for = answer.place, answer.place.field
        if asked_for.warn is not None:
            inside = self._inside(place, names)
            if self._is_odd(place, asked_for.warn, inside):
                message = asked_for.warn_message or "this looks unusual; please check it"
                said_so = words(message, inside, self.evaluate)
                self.warnings.append(
                    AnswerWarning(
                        place.path, said_so if asked_for.warn_message else said(self._label(place), said_so)
                    )
                )
        if place.type.free:
            for hint in patient_guard.warnings(answer.value):
                if hint.kind != "person" or asked_for.sensitivity != "staff":
                    self.warnings.append(AnswerWarning(place.path, f"{self._label(place)}: {hint.message}"))

    def _is_odd(self, place: FormPlace, warn: str, names: Mapping[str, Any]) -> bool:
        """Whether a `warn` holds; not where there is nothing to compare with. One that cannot be worked out stops no answer."""
        try:
            return holds(warn, names, self.evaluate, gaps=False)
        except ExpressionError as error:
            self.faults.append(WarningFault(place.path, warn, error.code))
            return False

    def _run(self, checks: Sequence[Check], names: Mapping[str, Any]) -> None:
        for check in checks:
            if holds(check.check, names, self.evaluate, gaps=True):
                continue
            message = words(check.message, names, self.evaluate)
            if check.level == "warn":
                self.warnings.append(AnswerWarning("", message))
            else:
                self.problems.append(AnswerProblem("", message, "check"))

    def _label(self, place: FormPlace) -> str:
        return label_of(place, self.context, self.evaluate)


class _Items(dict[str, Any]):
    """The answers of a repeated group, told apart from whatever the context has under the same name."""


def label_of(place: FormPlace, context: Mapping[str, Any], evaluate: Evaluator) -> str:
    """The question in words, with the item's heading before it where the label does not say which item."""
    names = place.names(context)
    label = words(place.field.label, names, evaluate).strip()
    if place.group is None:
        return label
    heading = heading_of(place, context, evaluate)
    if label.lower() in heading.lower():
        return heading
    return label if heading.lower() in label.lower() else f"{heading}, {label[:1].lower()}{label[1:]}"


def heading_of(place: FormPlace, context: Mapping[str, Any], evaluate: Evaluator) -> str:
    """What stands above the questions of one item of a repeated group: its title, name or id."""
    if place.group is None or place.scope is None:
        return ""
    if place.group.title:
        return words(place.group.title, place.names(context), evaluate).strip()
    item = place.scope[place.group.as_]
    named = [item.get(key) for key in ("name", "title", "label")] if isinstance(item, Mapping) else []
    return next((str(name) for name in named if name), place.keys[1])


def said(label: str, message: str) -> str:
    """A message after its label: "Result: enter a number", "When was it run? Enter a date"."""
    if label.endswith(("?", ".", "!")):
        return f"{label} {message[:1].upper()}{message[1:]}"
    return f"{label}: {message}"


def given_at(raw: Mapping[str, Any], keys: tuple[str, ...]) -> Any:
    """What was given at a path; None where there is nothing."""
    found: Any = raw
    for key in keys:
        if not isinstance(found, Mapping):
            return None
        found = found.get(key)
    return found


def unknown_keys(
    form: Sequence[FormItem], raw: Mapping[str, Any], context: Mapping[str, Any], evaluate: Evaluator
) -> Iterator[AnswerProblem]:
    """A problem for every answer to something the form does not ask."""
    groups = {item.key: item for item in form if isinstance(item, RepeatedGroup)}
    known = groups.keys() | {item.id for item in form if not isinstance(item, RepeatedGroup)}
    if not raw.keys() <= known:
        yield from _not_asked(raw.keys() - known)
    for key, group in groups.items():
        given = raw.get(key)
        if given is None:
            continue
        if not isinstance(given, Mapping):
            yield AnswerProblem(key, "The answers of a group are given by item")
            continue
        items = {item for item, _ in items_of(group, context, evaluate)}
        yield from _not_asked(given.keys() - items, f"{key}.")
        fields = {field.id for field in group.fields}
        for item, answers in given.items():
            if item in items and isinstance(answers, Mapping):
                yield from _not_asked(answers.keys() - fields, f"{key}.{item}.")
            elif item in items and answers is not None:
                yield AnswerProblem(f"{key}.{item}", "The answers of an item are given by question")


def _not_asked(keys: set[Any], above: str = "") -> Iterator[AnswerProblem]:
    for key in sorted(map(str, keys)):
        shown = above + key if len(key) <= 60 and key.replace("_", "").isalpha() else ""
        what = f"{shown!r} is not asked here" if shown else "Something here is not asked"
        yield AnswerProblem(shown, f"{what}; leave it out", "unknown_field")


def _says_unknown(given: Any) -> bool:
    return isinstance(given, str) and look_alike(given).lower() in _SAYS_UNKNOWN


def _below(path: str, at: str) -> str:
    return f"{path}.{at}" if at else path


def _broken_up(rows: Sequence[Any], columns: Sequence[Column]) -> list[patient_guard.GuardHit]:
    """Where an NHS number begins that is broken up over the cells of a table."""
    found = patient_guard.begins_in_table([[_piece(row, column) for column in columns] for row in rows])
    return [patient_guard.GuardHit(f"{row}.{columns[column].id}", certain=False) for row, column in found]


def _piece(row: Any, column: Column) -> Any:
    """A cell as a piece of a longer number: an empty one parts nothing, and a whole one is none."""
    if not isinstance(row, Mapping) or FIELD_TYPES[column.type].whole:
        return None
    cell = row.get(column.id)
    return "" if cell is None else cell
