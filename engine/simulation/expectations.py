"""What a scenario expects, held against what is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from definitions.language.plain_values import plain
from definitions.models.scenario import Expect
from engine.dates.clock import london_date
from engine.events import Event, Notice
from engine.events.assignment_id import AssignmentId
from engine.expressions.scope import Scope
from engine.simulation.mail import emails
from engine.state.workflow import Assignment, StepState, WorkflowState


def unmet(expect: Expect, state: WorkflowState, events: Sequence[Event], now: datetime) -> str:
    """What does not hold, in words; empty when all of it does."""
    return "; ".join(_all(expect, state, events, now))


def _all(expect: Expect, state: WorkflowState, events: Sequence[Event], now: datetime) -> Iterator[str]:
    if expect.workflow is not None and state.status != expect.workflow:
        yield f"the workflow is {state.status}{f' ({state.because})' if state.because else ''}, not {expect.workflow}"
    if expect.locked is not None and state.locked != expect.locked:
        yield f"the workflow is {'' if state.locked else 'not '}locked"
    if expect.date is not None:
        found = Scope(state, now).date(expect.date)
        if (found.day if found else None) != expect.day:
            yield f"{expect.date} is {found.day if found else 'nothing'}, not {expect.day}"
    if expect.step is not None:
        if expect.step not in state.steps:
            yield f"there is no step {expect.step}"
            return
        yield from _of_step(expect, state.steps[expect.step])
    if expect.step is None and any(
        asked is not None
        for asked in (expect.mail_to, expect.subject, expect.about, expect.says, expect.rung)
    ):
        yield from _of_mail(expect, events)


def _of_step(expect: Expect, step: StepState) -> Iterator[str]:
    if expect.is_ is not None and step.status != expect.is_:
        yield f"{step.id} is {step.status}, not {expect.is_}"
    if expect.attempt is not None and step.attempt != expect.attempt:
        yield f"{step.id} is at attempt {step.attempt}, not {expect.attempt}"
    if expect.outcome is not None and step.outcome != expect.outcome:
        yield f"{step.id} came out as {step.outcome!r}, not {expect.outcome!r}"
    if expect.missing is not None and sorted(step.missing) != sorted(expect.missing):
        yield f"{step.id} names as missing {', '.join(step.missing) or 'nobody'}, not {', '.join(expect.missing) or 'nobody'}"
    if expect.short is not None and (step.shortfall == "raised") != expect.short:
        yield f"{step.id} has {'' if step.shortfall == 'raised' else 'not '}asked for a decision"
    for name, value in expect.values.items():
        if not holds(step.values.get(name), plain(value)):
            yield f"{step.id}.{name} is {step.values.get(name)!r}, not {value!r}"
    if (
        expect.of is not None
        or expect.due is not None
        or expect.assignment is not None
        or expect.late is not None
    ):
        yield from _of_assignments(expect, step)


def holds(found: Any, wanted: Any) -> bool:
    """`found` is as wanted: text holds it, a mapping has at least its keys, a list has it at its places."""
    if isinstance(wanted, dict) and isinstance(found, dict):
        return all(holds(found.get(key), value) for key, value in wanted.items())
    if isinstance(wanted, list) and isinstance(found, list):
        return len(found) == len(wanted) and all(holds(f, w) for f, w in zip(found, wanted, strict=True))
    if isinstance(wanted, str) and isinstance(found, str):
        return wanted in found
    return bool(found == wanted or str(found) == str(wanted))


def _of_assignments(expect: Expect, step: StepState) -> Iterator[str]:
    concerned = [a for a in step.assignments.values() if expect.of in (None, a.organisation)]
    if not concerned:
        yield f"{step.id} is not asked of {expect.of or 'anybody'}"
    for assignment in concerned:
        yield from _of_one(expect, assignment)


def _of_one(expect: Expect, assignment: Assignment) -> Iterator[str]:
    where = f"{assignment.step} of {assignment.organisation}"
    if expect.due is not None:
        day = london_date(assignment.due.at) if assignment.due else None
        if day != expect.due:
            yield f"{where} is due {day}, not {expect.due}"
    if expect.assignment is not None and assignment.status != expect.assignment:
        yield f"{where} is {assignment.status}, not {expect.assignment}"
    if expect.late is not None and (assignment.response is None or assignment.response.late != expect.late):
        yield f"{where} was {'' if assignment.response and assignment.response.late else 'not '}late"


def _of_mail(expect: Expect, events: Sequence[Event]) -> Iterator[str]:
    planned = emails(events)
    found = [notice for notice in planned if _matches(expect, notice)]
    wanted = expect.count
    if (wanted is None and not found) or (wanted is not None and len(found) != wanted):
        to = expect.mail_to or "anybody"
        others = [f"{n.kind}: {n.subject}" for n in planned if n.name == expect.mail_to][-4:]
        yield (
            f"{len(found)} such emails to {to}, not {'at least one' if wanted is None else wanted}"
            f"{'; the last to them: ' + ' | '.join(others) if others else ''}"
        )


def _asked_of(notice: Notice) -> str:
    """The organisation of the assignment an email is about: a task for the manager is about a practice."""
    return AssignmentId.parse(notice.about).organisation if notice.about else ""


def _matches(expect: Expect, notice: Notice) -> bool:
    return (
        expect.mail_to in (None, notice.name)
        and (expect.about in (None, notice.step))
        and expect.kind in (None, notice.kind)
        and (expect.subject is None or expect.subject in notice.subject)
        and (expect.rung in (None, notice.rung))
        and (expect.says is None or expect.says in " ".join(str(notice.facts.get("text", "")).split()))
        and (expect.of in (None, notice.organisation, _asked_of(notice)))
        and (expect.on is None or london_date(notice.not_before) == expect.on)
    )
