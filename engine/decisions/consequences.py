"""What a decision comes to, as data for whoever is about to make it: a preview words it, and nothing here is committed.

What follows by itself at once (`advance`) is part of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from engine import events as e
from engine.decisions.advance import advance
from engine.decisions.draft import Decision
from engine.decisions.unsent import NONE, Unsent
from engine.notices.written import PostSoFar
from engine.people.quorum import Quorum, quorum_of
from engine.state.workflow import Assignment, StepStatus, WorkflowState, WorkflowStatus

#: With `PostSoFar`, which whoever previews has to give.
__all__ = ["Consequences", "DateMove", "PostSoFar", "QuorumChange", "StepChange", "consequences"]


@dataclass(frozen=True, slots=True)
class DateMove:
    """An open assignment whose due date is another afterwards; None is no date."""

    assignment: Assignment
    due_from: e.When | None
    due_to: e.When | None


@dataclass(frozen=True, slots=True)
class QuorumChange:
    """How much of an open step is in, and is needed. None: it was not open before, or is not afterwards."""

    step: str
    before: Quorum | None
    after: Quorum | None


@dataclass(frozen=True, slots=True)
class StepChange:
    """A step in another status, or in another attempt."""

    step: str
    before: tuple[StepStatus, int]
    after: tuple[StepStatus, int]


@dataclass(frozen=True, slots=True)
class Consequences:
    """`given` are the events of the decision, `then` those of what follows at once. `asked` are the assignments that wait for an answer and did not before, or wait for another one; `ended` those that
    wait for none any more, without one. `notices` go to whom they are for, from `not_before` on."""

    given: tuple[e.Event, ...]
    then: tuple[e.Event, ...]
    status: tuple[WorkflowStatus, WorkflowStatus]
    steps: tuple[StepChange, ...]
    moved: tuple[DateMove, ...]
    asked: tuple[Assignment, ...]
    ended: tuple[Assignment, ...]
    notices: tuple[e.Notice, ...]
    quorums: tuple[QuorumChange, ...]
    after: WorkflowState


def consequences(
    before: WorkflowState, decision: Decision, now: datetime, written: PostSoFar, unsent: Unsent = NONE
) -> Consequences:
    """What `decision` brings, made on `before` at `now`. `unsent` as for `advance`. Raises NeverSettles."""
    following = advance(decision.state, now, unsent)
    events, after = (*decision.events, *following.events), following.state
    planned = (event.body.notice for event in events if isinstance(event.body, e.NoticePlanned))
    return Consequences(
        given=decision.events,
        then=following.events,
        status=(before.status, after.status),
        steps=tuple(_steps(before, after)),
        moved=tuple(_moves(before, after)),
        asked=tuple(_asked(before, after, events)),
        ended=tuple(_ended(before, after)),
        notices=tuple(notice for notice in planned if written.goes(notice) and not _void(notice, after)),
        quorums=tuple(_quorums(before, after, now)),
        after=after,
    )


def _steps(before: WorkflowState, after: WorkflowState) -> Iterator[StepChange]:
    for step_id in after.process.order:
        was, now = before.steps[step_id], after.steps[step_id]
        if (was.status, was.attempt) != (now.status, now.attempt):
            yield StepChange(step_id, (was.status, was.attempt), (now.status, now.attempt))


def _waiting(state: WorkflowState) -> Iterator[Assignment]:
    for step_id in state.process.order:
        yield from (a for a in state.steps[step_id].assignments.values() if a.status == "open")


def _moves(before: WorkflowState, after: WorkflowState) -> Iterator[DateMove]:
    for now in _waiting(after):
        was = before.assignment(now.id)
        if was is not None and (was.due and was.due.at) != (now.due and now.due.at):
            yield DateMove(now, was.due, now.due)


def _asked(before: WorkflowState, after: WorkflowState, events: Iterable[e.Event]) -> Iterator[Assignment]:
    again = {event.body.assignment for event in events if isinstance(event.body, e.AskedAgain)}
    for now in _waiting(after):
        was = before.assignment(now.id)
        if was is None or was.status != "open" or was.person != now.person or now.id in again:
            yield now


def _ended(before: WorkflowState, after: WorkflowState) -> Iterator[Assignment]:
    for was in _waiting(before):
        now = after.assignment(was.id)
        if now is None or now.status == "ended":
            yield was


def _void(notice: e.Notice, after: WorkflowState) -> bool:
    """What it was about ended in the same breath."""
    about = after.assignment(notice.about) if notice.about else None
    return notice.kind != "outcome" and about is not None and about.status != "open"


def _quorums(before: WorkflowState, after: WorkflowState, now: datetime) -> Iterator[QuorumChange]:
    for step_id in after.process.order:
        was, is_now = (
            quorum_of(state, step_id, now) if _asks(state, step_id) else None for state in (before, after)
        )
        if was is not None or is_now is not None:
            yield QuorumChange(step_id, was, is_now)


def _asks(state: WorkflowState, step_id: str) -> bool:
    return state.steps[step_id].status == "open" and not state.process.steps[step_id].automatic
