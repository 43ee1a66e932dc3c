"""Handing an open assignment to whoever is asked on the day: a role passes on, cover begins and ends, somebody leaves."""

from __future__ import annotations

from datetime import UTC, date, datetime, time

from definitions.models.definition import Step
from definitions.models.directory import Pcn
from definitions.models.step_kinds import STEP_KINDS
from engine.dates.clock import LONDON, london_date
from engine.decisions.deadlines import ask_instead
from engine.decisions.draft import Decision, Draft
from engine.events import BATON
from engine.people.succession import Asked, asked_on, owner_of, turning_days
from engine.state.workflow import Assignment, WorkflowState


def hand_overs(state: WorkflowState, now: datetime) -> Decision:
    """What is handed over at `now` of everything that is open, and nothing else."""
    draft = Draft(state, now)
    for step_id in state.process.order:
        succeed(draft, state.process.steps[step_id])
    return draft.decision


def succeed(draft: Draft, step: Step) -> None:
    """Ask, in an open step, whoever is to be asked today. Nobody is asked anything while it is on hold."""
    if draft.state.status != "open" or draft.state.is_held(step.id):
        return
    for assignment in list(draft.state.steps[step.id].assignments.values()):
        if assignment.status == "open" and not draft.state.is_held(step.id, assignment.organisation):
            _succeed(draft, step, assignment)


def _succeed(draft: Draft, step: Step, assignment: Assignment) -> None:
    pcn, day = draft.state.pcn, london_date(draft.now)
    asked = asked_on(pcn, assignment, day, mailbox=STEP_KINDS[step.kind].mailbox)
    now = (assignment.person, assignment.on_behalf_of, assignment.unfilled)
    if (asked.person, asked.for_, asked.unfilled) != now:
        because = _because(pcn, assignment, asked, day)
        same = (asked.for_ or asked.person) == owner_of(assignment)
        with draft.by(BATON):  # nobody chose whoever the directory names
            ask_instead(
                draft, assignment, asked.person, asked.name, because, for_=asked.for_, unfilled=asked.unfilled,
                same_owner=same,
            )  # fmt: skip


def _because(pcn: Pcn, assignment: Assignment, asked: Asked, day: date) -> str:
    owner = owner_of(assignment)
    known = pcn.people_by_id.get(owner)
    name = known.name if known else assignment.name
    if not owner:
        return "the directory names somebody again" if not asked.unfilled else "the manager changed"
    if asked.for_ == owner:
        return f"{name} is away, and {asked.name} covers for them"
    if asked.person == owner:
        return f"{name} is back"
    if pcn.has_left(owner, day):
        return f"{name} has left"
    if pcn.is_away(owner, day):
        return f"{name} is away, also when it is due, and nobody covers for them"
    return f"the role is {name}'s no longer"


def next_turn(pcn: Pcn, assignment: Assignment, now: datetime) -> datetime | None:
    """When time alone may next change whom an open assignment is asked of: a London midnight, in UTC."""
    today = london_date(now)
    day = min((day for day in turning_days(pcn, assignment) if day > today), default=None)
    return datetime.combine(day, time(0), LONDON).astimezone(UTC) if day else None
