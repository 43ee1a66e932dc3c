"""What an expression of a definition can see: inputs, dates, answers, values, the practice, the PCN.

Everything is worked out when it is looked at, so a response that needs one name does not pay for the rest.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from functools import cached_property
from typing import Any

from definitions.checks.scopes import asked_of_several
from definitions.language.exact_numbers import Returns
from definitions.language.expressions import Forgiving
from definitions.language.formats import Format
from definitions.language.moments import Moment, names
from definitions.language.names import NAMES, Place
from definitions.models import role_holders
from definitions.models.definition import Input, Step
from definitions.models.field_types.declaration import View
from engine.dates.clock import LONDON, london_date
from engine.dates.explanation import spoken
from engine.dates.resolution import DUE, Dated, calendar_day, resolve
from engine.expressions.typed_values import CalendarNames, Lazy, typed_answers, view_of
from engine.state.workflow import Assignment, WorkflowState


class Scope:
    """One state at one moment, as expressions see it."""

    def __init__(self, state: WorkflowState, now: datetime) -> None:
        self.state, self.now = state, now

    def with_inputs(self, inputs: Mapping[str, Any]) -> Scope:
        """The same with other inputs."""
        return Scope(replace(self.state, inputs=inputs), self.now)

    # --- evaluating

    def truth(self, text: str, **extra: Any) -> bool:
        return bool(self.value(text, **extra))

    def value(self, text: str, **extra: Any) -> Any:
        return self.state.process.expression(text).evaluate({**self.names, **extra})

    def kept(self, text: str, **extra: Any) -> Any:
        """A value that the log is to keep, of bounded size."""
        return self.state.process.expression(text).kept({**self.names, **extra})

    def text(self, text: str, to: Format = "text", /, **extra: Any) -> str:
        """A template's text, as the format it goes to."""
        return self.state.process.template(text).render({**self.names, **extra}, to)

    @cached_property
    def names(self) -> dict[str, Any]:
        """What expressions see that are about no step in particular."""
        return self.at("definition")

    def title(self, step: Step, about: Assignment | None = None) -> str:
        """The title of a step, as it is asked of whom `about` is."""
        return self.text(step.title, **self.at("title", step, about))

    def around(self, step: Step, about: Assignment | None = None) -> dict[str, Any]:
        """What a step's own texts see."""
        return self.at("words", step, about)

    def at(
        self,
        place: Place,
        step: Step | None = None,
        about: Assignment | None = None,
        answers: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        """Every name that the table has for `place`, and no other. `answers`: those being given; those of `about`, where
        none are. KeyError where the table has a name that nobody here knows to find."""
        seen = Seen(self, place, step, about, answers)
        return {name: _FINDERS[name](seen) for name in NAMES[place]}

    # --- the parts

    @cached_property
    def dates(self) -> Mapping[str, Any]:
        return Lazy(tuple(self.state.process.definition.dates), self._day)

    @cached_property
    def answers(self) -> Mapping[str, Any]:
        return Lazy(tuple(self.state.steps), self._answers)

    @cached_property
    def values(self) -> Mapping[str, Any]:
        return Lazy(tuple(self.state.steps), lambda step: self.state.steps[step].values)

    @cached_property
    def children(self) -> Mapping[str, Any]:
        """The workflows each step started: one record, or with `for_each` one for each item."""
        started = tuple(step.id for step in self.state.process.definition.steps if step.starts)
        return Lazy(started, self._children)

    def _children(self, step_id: str) -> Any:
        records = [
            _forgiving({
                "workflow": child.id, "reference": child.reference, "status": child.status, "outcome": child.outcome,
                "because": child.because, "item": child.item, "answers": child.answers, "values": child.values,
            })
            for child in self.state.steps[step_id].children.values()
        ]  # fmt: skip
        if self.state.process.steps[step_id].for_each is not None:
            return records
        return records[0] if records else Forgiving()

    @cached_property
    def practices(self) -> list[dict[str, Any]]:
        return [self.practice(practice.code) for practice in self.state.pcn.practices]

    @cached_property
    def pcn(self) -> dict[str, Any]:
        pcn = self.state.pcn
        return {"code": pcn.code, "name": pcn.name, "list_size": pcn.list_size}

    @cached_property
    def manager(self) -> dict[str, Any] | None:
        """The PCN's manager on the day; None where nobody is."""
        found = role_holders.manager(self.state.pcn, london_date(self.now))
        if found is None:
            return None
        return {"id": found.id, "name": found.name, "email": found.email, "phone": found.phone or ""}

    @cached_property
    def inputs(self) -> Mapping[str, Any]:
        declared = {i.id: i for i in self.state.process.definition.launch.inputs}
        return Lazy(tuple(declared), lambda key: self._input(declared[key]))

    def _input(self, declared: Input) -> Any:
        value = self.state.inputs.get(declared.id, declared.default)
        return declared.seen(value or declared.dataset if declared.dataset else value, self.view)

    @cached_property
    def view(self) -> View:
        """What stored values are seen with."""
        return view_of(self.state.pcn, self.state.process.datasets)

    def practice(self, code: str) -> dict[str, Any]:
        known = self.state.pcn.practices_by_code.get(code)
        return {
            "code": code,
            "name": self.state.pcn.organisation_name(code),
            "list_size": known.list_size if known else 0,
            "weighted_list_size": known.weighted_list_size if known else None,
            "tags": list(known.tags) if known else [],
        }

    def previous(self, step: Step, organisation: str) -> Mapping[str, Any]:
        """What this organisation answered to this step the last time the process was run."""
        given = self.state.previous.get(step.id, {}).get(organisation, {})
        return typed_answers(step, given, self.view)

    def _answers(self, step_id: str) -> Any:
        """The records of a step asked of several, which know who is missing; the one record of a step asked of one,
        empty before it is answered. What was said is there even where it does not count: the outcome tells."""
        step, state = self.state.process.steps[step_id], self.state.steps[step_id]
        records = [self.record(step, each) for each in state.assignments.values() if each.said]
        if asked_of_several(step):
            codes = state.missing if state.status == "closed" else state.gaps
            return Returns(records, [self.practice(code) for code in codes])
        return records[0] if records else Forgiving()

    def record(self, step: Step, assignment: Assignment) -> dict[str, Any]:
        response = assignment.response
        answers = typed_answers(step, response.answers, self.view) if response else {}
        practice = self.practice(assignment.organisation)
        return Forgiving(
            {**answers, "practice": practice, "list_size": practice["list_size"],
             "person": response.actor.name if response else "", "outcome": response.outcome if response else ""}
        )  # fmt: skip

    # --- dates

    def calendar_day(
        self,
        text: str,
        organisation: str | None = None,
        anchors: Mapping[str, Dated | datetime | None] | None = None,
    ) -> date | None:
        """The day of the calendar that a moment says, worked or not; None when a date it counts from does not exist."""
        moment = self.state.process.moment(text)
        known = self._anchors(moment, anchors or {})
        return None if known is None else calendar_day(moment, known, self.state.calendar, organisation)

    def _anchors(
        self, moment: Moment, own: Mapping[str, Dated | datetime | None]
    ) -> dict[str, date | datetime | Dated] | None:
        """The dates that `moment` counts from, those of `own` first; None when one of them does not exist here."""
        known: dict[str, date | datetime | Dated] = {}
        for name in names(moment):
            found = own[name] if name in own else self.anchor(name)
            if found is None:
                return None
            known[name] = found
        return known

    def _day(self, name: str) -> date | None:
        found = self.date(name)
        return found.day if found else None

    def date(self, name: str) -> Dated | None:
        """A named date of the definition; None when it does not exist here, or not yet."""
        found: Dated | None = self._dates[name]
        return found

    @cached_property
    def _dates(self) -> Lazy:
        return Lazy(tuple(self.state.process.definition.dates), self._named_date)

    def _named_date(self, name: str) -> Dated | None:
        spec = self.state.process.definition.dates[name]
        if spec.when is not None and not self.truth(spec.when):
            return None
        day: date | None
        if name in self.state.moved:
            day = date.fromisoformat(self.state.moved[name].day)
        elif spec.at is not None:
            return self.resolve(spec.at, external=spec.external)
        else:
            found = self.value(spec.is_ or "none")
            day = date.fromisoformat(found) if isinstance(found, str) and found else found or None
        if day is None:
            return None
        if spec.external:
            return resolve(self.state.process.moment(day.isoformat()), {}, self.state.calendar, external=True)
        return anchor(day)

    def resolve(
        self,
        text: str,
        organisation: str | None = None,
        external: bool = False,
        at: time = DUE,
        anchors: Mapping[str, Dated | datetime | None] | None = None,
    ) -> Dated | None:
        """A moment of the definition; None when a date it counts from does not exist here."""
        moment = self.state.process.moment(text)
        known = self._anchors(moment, anchors or {})
        if known is None:
            return None
        return resolve(moment, known, self.state.calendar, organisation, external=external, at=at)

    def anchor(self, name: str) -> Dated | datetime | None:
        if name == "launch":
            return self.state.launched_at
        if name.endswith(".closed"):
            step = self.state.steps.get(name.removesuffix(".closed"))
            return step.closed_at if step else None
        if name in self.state.process.definition.dates:
            return self.date(name)
        return None


def _forgiving(value: Any) -> Any:
    """`value` with every mapping in it a forgiving one: what a child was not asked is not there."""
    if isinstance(value, Mapping):
        return Forgiving({key: _forgiving(inner) for key, inner in value.items()})
    return [_forgiving(inner) for inner in value] if isinstance(value, list | tuple) else value


def anchor(day: date) -> Dated:
    """A plain date as something to count from: it stays on its day, worked or not."""
    return Dated(datetime.combine(day, DUE, LONDON).astimezone(UTC), day, external=False, explanation="")


# --- the names of the table, each with what finds it


@dataclass(frozen=True, slots=True)
class Seen:
    """What the names of one place are worked out from."""

    scope: Scope
    place: Place
    step: Step | None
    about: Assignment | None
    answers: Mapping[str, Any] | None


def _step(seen: Seen) -> Mapping[str, Any] | None:
    step = seen.step
    if step is None:
        return None
    known = {"id": step.id, "takes": step.takes or ""}
    if seen.place == "title":  # it cannot be made of itself
        return known
    return Lazy(("id", "title", "takes"), lambda key: known.get(key) or seen.scope.title(step, seen.about))


def _assignment(seen: Seen) -> Mapping[str, Any] | None:
    about = seen.about
    if about is None:
        return None
    return {"due": spoken(about.due.at) if about.due else "", "person": about.name}


def _previous(seen: Seen) -> Mapping[str, Any]:
    if seen.step is None or seen.about is None:
        return Forgiving()
    return seen.scope.previous(seen.step, seen.about.organisation)


def _response(seen: Seen) -> Mapping[str, Any] | None:
    answers = seen.answers
    if answers is None and seen.about and seen.about.response:
        answers = seen.about.response.answers
    if answers is None or seen.step is None:
        return None
    return typed_answers(seen.step, answers, seen.scope.view)


_FINDERS: Mapping[str, Callable[[Seen], Any]] = {
    "inputs": lambda seen: seen.scope.inputs,
    "dates": lambda seen: seen.scope.dates,
    "answers": lambda seen: seen.scope.answers,
    "values": lambda seen: seen.scope.values,
    "pcn": lambda seen: seen.scope.pcn,
    "practices": lambda seen: seen.scope.practices,
    "workflow": lambda seen: {"id": seen.scope.state.id, "reference": seen.scope.state.reference},
    "children": lambda seen: seen.scope.children,
    "calendar": lambda seen: CalendarNames(seen.scope.state.calendar),
    "today": lambda seen: london_date(seen.scope.now),
    "practice": lambda seen: seen.about and seen.scope.practice(seen.about.organisation),
    "person": lambda seen: seen.about and {"id": seen.about.person, "name": seen.about.name},
    "manager": lambda seen: seen.scope.manager,
    "assignment": _assignment,
    "step": _step,
    "previous": _previous,
    "response": _response,
}
