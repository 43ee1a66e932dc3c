"""What of a workflow needs a person: what waits for the manager, and what cannot go on by itself until somebody sees to it.

Worked out from the state, so that it stands here until it is seen to and no longer, whoever reads or loses an email about it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from definitions.models.replies import REPLIES
from engine.dates.clock import london_date
from engine.dates.explanation import long
from engine.expressions.scope import Scope
from engine.state.workflow import Assignment, Reply, StepState, WorkflowState

Kind = Literal["reply", "short", "nobody", "unreached", "ring", "date", "child"]
#: What can be done about each: the names of commands, the likeliest first.
REMEDIES: dict[Kind, tuple[str, ...]] = {
    "reply": ("settle",),
    "short": ("decide",),
    "nobody": ("reassign",),
    "unreached": ("reassign", "note-call", "respond"),
    "ring": ("note-call", "respond", "extend"),
    "date": ("move-date", "correct-input", "skip"),
    "child": ("skip", "cancel"),
}


@dataclass(frozen=True, slots=True)
class Need:
    """Something that waits for a person. `since`: when it came up, as far as is known. `assignment` is empty where it is
    about a step."""

    kind: Kind
    workflow: str
    step: str
    title: str
    text: str
    since: datetime
    assignment: str = ""
    organisation: str = ""

    @property
    def remedies(self) -> tuple[str, ...]:
        return REMEDIES[self.kind]


def needs(state: WorkflowState, now: datetime) -> tuple[Need, ...]:
    """What needs a person at `now`, in the order of the steps; nothing while it is on hold or over."""
    if state.status != "open":
        return ()
    return tuple(_needs(state, now))


def _needs(state: WorkflowState, now: datetime) -> Iterator[Need]:
    scope = Scope(state, now)
    for step_id in state.process.order:
        step = state.steps[step_id]
        first = next(iter(step.assignments.values()), None)
        title = scope.title(state.process.steps[step_id], first)
        for kind, text, since in _of_step(state, step):
            yield Need(kind, state.id, step_id, title, text, since)
        for assignment in step.assignments.values():
            for kind, text, since in _of_assignment(state, assignment, now):
                yield Need(
                    kind, state.id, step_id, title, text, since, assignment.id, assignment.organisation
                )


def _of_step(state: WorkflowState, step: StepState) -> Iterator[tuple[Kind, str, datetime]]:
    began = step.opened_at or state.launched_at
    if step.status == "waiting" and step.refused:
        yield "date", f"A date cannot be worked out, and nothing was guessed: {step.refused}", began
    if step.status != "open":
        return
    if step.shortfall == "raised":
        places = ", ".join(state.pcn.organisation_name(code) for code in step.gaps)
        yield "short", f"Too little is in. Missing: {places}.", began
    for child in step.children.values():
        if child.status == "refused":
            what = f"{child.definition}{f' for {child.item}' if child.item else ''}"
            yield "child", f"{what} could not be started: {child.because}", began


def _of_assignment(
    state: WorkflowState, assignment: Assignment, now: datetime
) -> Iterator[tuple[Kind, str, datetime]]:
    place, since = state.pcn.organisation_name(assignment.organisation), assignment.asked_since
    if (reply := assignment.unsettled) is not None:
        yield "reply", _said(reply, place), reply.at
    if assignment.status != "open":
        return
    if assignment.unfilled:
        role = assignment.role.replace("_", " ")
        yield "nobody", f"Nobody holds {role} at {place}: say whom to ask.", since
    elif assignment.unreached:
        yield "unreached", f"The email to {assignment.name} ({place}) did not arrive.", since
    elif reply is None and _to_ring(assignment, now):
        person = state.pcn.people_by_id.get(assignment.person)
        number = f", {person.phone}" if person and person.phone else ""
        yield "ring", f"Ring {assignment.name} ({place}{number}).", since


def _said(reply: Reply, place: str) -> str:
    until = f" until {long(london_date(reply.until))}" if reply.until else ""
    words = f": “{reply.text}”" if reply.text else "."
    return f"{reply.actor.name} ({place}) {REPLIES[reply.kind].asked}{until}{words}"


def _to_ring(assignment: Assignment, now: datetime) -> bool:
    """A call was asked for and nobody has noted one yet, or the day that was noted for the next one is here."""
    if not assignment.calls:
        return assignment.called
    next_on = assignment.calls[-1].next_on
    return next_on is not None and next_on <= london_date(now)
