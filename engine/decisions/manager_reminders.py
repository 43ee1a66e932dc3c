"""What comes back to the manager when nobody has seen to it: a time that was asked for, a reply, the day of a next step.

Each has its moment, at which the workflow wakes (`pending.next_deadline`).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime

from engine import events as e
from engine.dates.calendar import BeyondHorizon
from engine.dates.clock import LONDON, london_date
from engine.decisions import due_dates
from engine.decisions.deadlines import closures_apply_at
from engine.decisions.draft import Draft
from engine.state.workflow import Assignment, Reply

#: Working days that a reply waits for the manager before it comes back to them.
REPLY_DAYS = 2
#: How often it does; after that it stays on their list.
MOST_RETURNS = 2


def remind_manager(draft: Draft, step: str) -> None:
    """Tell the manager what is due to come back, of every assignment of a step, also one that has closed with a question
    unanswered: one thing of each at a time, since what is said first may make the rest moot."""
    for assignment in list(draft.state.steps[step].assignments.values()):
        if draft.state.is_held(step, assignment.organisation):
            continue
        due = (body for moment, body in _coming_back(draft, assignment) if moment <= draft.now)
        if (body := next(due, None)) is not None:
            draft.emit(body)


def moments(draft: Draft, assignment: Assignment) -> Iterator[datetime]:
    """When something of this assignment comes back to the manager."""
    return (moment for moment, _ in _coming_back(draft, assignment))


def _coming_back(draft: Draft, assignment: Assignment) -> Iterator[tuple[datetime, e.Body]]:
    """What comes back, each with its moment and the event that says so. What the calendar cannot date does not."""
    about = assignment.id, assignment.step
    reply = assignment.unsettled
    with suppress(BeyondHorizon):
        if reply is not None and not reply.passed:
            if reply.until is not None:
                until = _promised(draft, assignment, reply, reply.until)
                yield until, e.PromisePassed(*about, until)
            if reply.returned < MOST_RETURNS:
                yield _returns_at(draft, assignment, reply), e.ReplyUnsettled(*about)
    with suppress(BeyondHorizon):
        call = assignment.calls[-1] if assignment.calls else None
        if call is not None and call.next_on and not call.reminded and assignment.status == "open":
            day = draft.state.calendar.roll_forward(call.next_on)
            yield datetime.combine(day, due_dates.MORNING, LONDON).astimezone(UTC), e.CallDue(*about)


def _promised(draft: Draft, assignment: Assignment, reply: Reply, until: datetime) -> datetime:
    """Until when somebody asked for time that nobody has settled yet; a hold moves it on."""
    return due_dates.stretched(
        draft.scope, until, reply.at, assignment.step, closures_apply_at(draft, assignment)
    )


def _returns_at(draft: Draft, assignment: Assignment, reply: Reply) -> datetime:
    """When a reply that nobody has settled comes back: so many working days of the PCN's later, at the same hour."""
    since = reply.returned_at or reply.at
    day = draft.state.calendar.add_working_days(london_date(since), REPLY_DAYS)
    later = datetime.combine(day, since.astimezone(LONDON).time(), LONDON).astimezone(UTC)
    return due_dates.stretched(draft.scope, later, since, assignment.step)
