"""How a workflow stands, in names and titles: who is late, whose day is near, who has replied, and whom it waits for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from definitions.models.replies import REPLIES
from engine.expressions.scope import Scope
from engine.state.workflow import Assignment, WorkflowState

#: How far "due soon" looks ahead.
SOON = timedelta(days=7)

Standing = Literal["overdue", "replied", "due soon", "open", "answered", "does not count", "stands", "ended"]
#: The order in which they are told: what is pressing first.
ORDER: tuple[Standing, ...] = (
    "overdue", "replied", "due soon", "open", "does not count", "answered", "stands", "ended",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class AskedPerson:
    """Somebody who is asked in the present attempt of a step. `said`: what they said instead of an answer, in words;
    `late`: their answer came after its day, or the day has passed, by a clock that holds stop."""

    assignment: str
    step: str
    title: str
    name: str
    organisation: str
    place: str
    role: str
    standing: Standing
    due: datetime | None
    answered_at: datetime | None
    late: bool
    chased: int
    said: str = ""


@dataclass(frozen=True, slots=True)
class Overview:
    """Everybody who is asked now, what is pressing first; `counts` says how many there are of each standing, and how many
    people are `late`, each counted once."""

    people: tuple[AskedPerson, ...]
    counts: dict[str, int]
    titles: dict[str, str]


def overview(state: WorkflowState, now: datetime) -> Overview:
    """How `state` stands at `now`."""
    people = sorted(_people(state, now), key=lambda each: ORDER.index(each.standing))
    counts: dict[str, int] = {
        standing: sum(each.standing == standing for each in people) for standing in ORDER
    }
    late = {(each.name, each.organisation) for each in people if each.late and each.standing != "ended"}
    scope = Scope(state, now)
    titles = {
        step_id: scope.title(
            state.process.steps[step_id], next(iter(state.steps[step_id].assignments.values()), None)
        )
        for step_id in state.process.order
    }
    return Overview(tuple(people), {**counts, "late": len(late)}, titles)


def _people(state: WorkflowState, now: datetime) -> Iterator[AskedPerson]:
    scope = Scope(state, now)
    for step_id in state.process.order:
        for assignment in state.steps[step_id].assignments.values():
            late = _late(state, assignment, now)
            reply = assignment.reply
            yield AskedPerson(
                assignment.id, step_id, scope.title(state.process.steps[step_id], assignment), assignment.name,
                assignment.organisation, state.pcn.organisation_name(assignment.organisation),
                assignment.role.replace("_", " "), _standing(state, assignment, now, late),
                assignment.due.at if assignment.due else None,
                assignment.response.at if assignment.response else None, late, assignment.chasers,
                f"{REPLIES[reply.kind].asks}{f': “{reply.text}”' if reply.text else ''}" if reply else "",
            )  # fmt: skip


def _late(state: WorkflowState, assignment: Assignment, now: datetime) -> bool:
    if assignment.response is not None and (assignment.answered or not assignment.response.counts):
        return assignment.response.late
    return assignment.status == "open" and state.is_late(assignment, now)


def _standing(state: WorkflowState, assignment: Assignment, now: datetime, late: bool) -> Standing:
    if assignment.status == "ended" or (state.over and not assignment.answered):
        return "ended"
    if assignment.status == "carried":
        return "stands"
    if assignment.answered:
        return "answered" if assignment.counts else "does not count"
    if assignment.reply is not None:
        return "replied"
    if late:
        return "overdue"
    due = assignment.due
    return "due soon" if due is not None and due.at <= now + SOON else "open"
