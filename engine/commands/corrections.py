"""Correcting what was given at launch, or has changed since: an input, a date, a date that others set.

Titles, open dates and expressions are worked out again with what is right; who is asked hears it once. What was closed,
approved or decided on it stands, so what has become fixed is refused.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from definitions.language.grammar import parse_assign_at
from definitions.loading.bundle import Process
from definitions.models.definition import Input, Step
from definitions.models.fields import RepeatedGroup
from engine import events as e
from engine.commands.command import MANAGERS, command
from engine.commands.refusals import Invalid, Refused, refuse_over, required_reason
from engine.decisions.deadlines import redate
from engine.decisions.draft import Draft
from engine.decisions.rework import day_of, move_date
from engine.forms.inputs import check_inputs
from engine.state.workflow import WorkflowState


@command(
    who=MANAGERS,
    refuses=("external", "fixed", "locked", "no-change", "no-reason", "no-such-input", "over"),
    emits=(e.InputCorrected, e.DeadlineMoved, e.DateRefused),
)
def correct_input(draft: Draft, name: str, value: Any, reason: str) -> None:
    """Give an input of the launch another value, checked as it was then; what rests on it is worked out again. Undone by
    correcting it back.

    Refused for what has become fixed: a dataset that forms were made of, and what decided who is asked in a step that has
    begun. Raises Invalid for a value that could not have been given at launch.
    """
    before = draft.state
    refuse_over(before)
    declared = next((each for each in before.process.definition.launch.inputs if each.id == name), None)
    if declared is None:
        raise Refused("no-such-input", f"{before.reference} was launched without an input {name}")
    _refuse_fixed(before, declared)
    checked = _checked(draft, name, value)
    if checked == before.inputs.get(name):
        raise Refused("no-change", f"{declared.label} is that already")
    reason = required_reason(reason, "correct")
    reference = _reference(draft, name, checked)
    draft.emit(e.InputCorrected(name, before.inputs.get(name), checked, reason, reference))
    redate(draft, reason, before=before)


def _checked(draft: Draft, name: str, value: Any) -> Any:
    """The typed value. Raises Invalid; what the others would be refused for today is no fault of this one."""
    state = draft.state
    given = {**state.inputs, name: value}
    checked = check_inputs(state.process, state.pcn, given, draft.now, draft.actor.not_nhs_number)
    wrong = [each for each in checked.problems if each.path == name or each.path.startswith(f"{name}.")]
    if wrong:
        raise Invalid(wrong)
    return checked.values.get(name)


def _reference(draft: Draft, name: str, value: Any) -> str:
    """What the workflow is called with that value."""
    scope = draft.scope.with_inputs({**draft.state.inputs, name: value})
    return scope.text(draft.state.process.definition.launch.reference)


def _refuse_fixed(state: WorkflowState, declared: Input) -> None:
    if state.locked:
        raise Refused("locked", f"{state.reference} is locked; what was approved rests on its inputs")
    for name, spec in state.process.definition.dates.items():
        if spec.external and _reads(state.process, spec.is_, declared.id):
            raise Refused(
                "external",
                f"{name.replace('_', ' ')} is set from outside; correct that date, with its source",
            )
    for step in state.process.definition.steps:
        if state.steps[step.id].status == "waiting":
            continue
        if any(_reads(state.process, text, declared.id) for text in _decide_whom(step)):
            raise Refused(
                "fixed",
                f"{declared.label} decided who is asked in {step.id}, which has begun; ask somebody else there, or cancel "
                "and launch again",
            )
        if any(_reads(state.process, text, declared.id) for text in _make_forms(step)):
            raise Refused(
                "fixed",
                f"the form of {step.id}, which has begun, is made of {declared.label}; cancel and launch again",
            )


def _reads(process: Process, text: str | None, name: str) -> bool:
    """An expression reads the input."""
    if not text:
        return False
    wanted = f"inputs.{name}"
    return any(each == wanted or each.startswith(f"{wanted}.") for each in process.expression(text).names)


def _decide_whom(step: Step) -> Iterator[str | None]:
    """The expressions that decide whether a step happens, and who is asked in it or what it starts."""
    yield from (step.when, step.where, step.for_each, *step.start_inputs.values())
    for assign in step.assigns:
        yield assign.person
        yield (
            parse_assign_at(assign.at).argument
            if assign.at.startswith(("practices in ", "organisation "))
            else None
        )


def _make_forms(step: Step) -> Iterator[str]:
    """The expressions that decide what a form asks."""
    yield from (item.repeat for item in step.form if isinstance(item, RepeatedGroup))


@command(
    who=MANAGERS,
    refuses=("external", "locked", "no-day", "no-reason", "no-such-date", "over"),
    emits=(e.DateMoved, e.DeadlineMoved, e.DateRefused),
)
def move_named_date(draft: Draft, name: str, day: str, reason: str) -> None:
    """Give a named date another value: the start slips. Open dates that count from it move, and everyone is told once, of
    all of theirs together. Undone by moving it back.
    """
    value = _day(draft.state, name, day)
    if draft.state.process.definition.dates[name].external:
        raise Refused(
            "external", f"{name} is set from outside; correct it with its source, once they have said so"
        )
    move_date(draft, name, value, required_reason(reason, "move"))


@command(
    who=MANAGERS,
    refuses=("locked", "no-day", "no-reason", "no-source", "no-such-date", "not-external", "over"),
    emits=(e.DateMoved, e.DeadlineMoved, e.DateRefused),
)
def correct_external_date(draft: Draft, name: str, day: str, source: str, reason: str) -> None:
    """Record that somebody outside changed a date of theirs: only with the source, which is kept and shown. Undone by the
    same, with a source that says so.
    """
    value = _day(draft.state, name, day)
    if not draft.state.process.definition.dates[name].external:
        raise Refused("not-external", f"{name} is not set from outside; move it")
    if not source.strip():
        raise Refused(
            "no-source", f"say who changed {name}, and where they say so: it is kept, and shown with the date"
        )
    move_date(draft, name, value, required_reason(reason, "correct"), source=source.strip())


def _day(state: WorkflowState, name: str, day: str) -> date:
    """The day, where the named date may have it. Raises Refused, and BeyondHorizon (rule 13)."""
    refuse_over(state)
    if name not in state.process.definition.dates:
        raise Refused("no-such-date", f"{state.reference} has no date {name}")
    if state.locked:
        raise Refused("locked", f"{state.reference} is locked; its dates cannot change")
    if (value := day_of(day)) is None:
        raise Refused("no-day", f"{day!r} is no date; write it as 2027-01-15")
    state.calendar.is_working(value)  # also while nothing counts from it yet
    return value
