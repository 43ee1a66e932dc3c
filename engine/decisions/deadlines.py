"""Dates that move after they were given: a named date changes, a hold is lifted, a holiday is announced."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from definitions.models.definition import Step
from definitions.models.ladder import CHASING, MOST_CHASERS, WRITING
from engine import events as e
from engine.dates.calendar import BeyondHorizon
from engine.dates.resolution import shift_working
from engine.decisions import due_dates
from engine.decisions.draft import Draft
from engine.decisions.due_dates import DateContext
from engine.notices.changes import changes
from engine.state.workflow import Assignment, WorkflowState


def redate(
    draft: Draft,
    because: str,
    *,
    external: bool = False,
    lenient: bool = False,
    before: WorkflowState | None = None,
) -> None:
    """Work out every open assignment's date again; those that changed are moved, with the reason, and everyone is told
    once, of all of theirs together. `before`: the state since which things changed, where something else changed too.

    An external date is never moved by this, unless it is itself what somebody outside changed (`external`). A date
    that a person gave moves only by a hold, and off a day that is no longer worked (rule 4). `lenient`: a date past
    the horizon stays as it was, and the manager is told; otherwise BeyondHorizon is raised.
    """
    before = before or draft.state
    for step_id in draft.state.process.order:
        state = draft.state.steps[step_id]
        if state.status != "open":
            continue
        step = draft.state.process.steps[step_id]
        for assignment in list(state.assignments.values()):
            if assignment.status != "open":
                continue
            try:
                _redate(draft, step, assignment, because, external)
            except BeyondHorizon as beyond:
                if not lenient:
                    raise
                draft.emit(e.DateRefused(step_id, assignment.attempt, str(beyond)))
    draft.tell(changes(before, draft.scope, because))


def _redate(draft: Draft, step: Step, assignment: Assignment, because: str, external: bool) -> None:
    asking = DateContext(draft.scope, step, assignment.opened_at, assignment.asked_since)
    place, old = closures_apply_at(draft, assignment), assignment.due
    new = _regiven(draft, assignment, place) if assignment.granted else due_dates.due(asking, place)
    if new is None or (old is not None and (old.at == new.at or (old.external and not external))):
        return
    if not new.external and new.at <= draft.now:
        if old is not None and old.at <= draft.now:
            return  # it was late before and is late still: nothing to tell anybody
        new = due_dates.due(replace(asking, since=draft.now), place) or new
    with draft.quietly():  # one email a person tells of all that moved
        _move(draft, asking, assignment, new, because, granted=assignment.granted)


def _regiven(draft: Draft, assignment: Assignment, place: str | None) -> e.When | None:
    due = due_dates.dated(assignment.due)
    if due is None:
        return None
    calendar = draft.state.calendar
    lost = due_dates.lost_since(
        draft.state, assignment.asked_since, step=assignment.step, organisation=assignment.organisation
    )
    if not lost and calendar.is_working(due.day, place) and not calendar.shut_at(due.day, due.wall, place):
        return assignment.due
    moved = shift_working(due, lost, calendar, place)
    return due_dates.given(draft.scope, moved.at, place)


def closures_apply_at(draft: Draft, assignment: Assignment) -> str | None:
    """Whose closures move an assignment's dates; None for those of everyone."""
    return None if assignment.organisation == draft.state.pcn.code else assignment.organisation


def _move(
    draft: Draft, asking: DateContext, assignment: Assignment, new: e.When, because: str, *, granted: bool
) -> None:
    rungs = rungs_from_now(draft, asking, assignment, new)
    draft.emit(
        e.DeadlineMoved(assignment.id, assignment.step, assignment.due, new, because, rungs, granted=granted)
    )


def rungs_from_now(
    draft: Draft, asking: DateContext, assignment: Assignment, due: e.When | None
) -> tuple[e.PlannedRung, ...]:
    """The rungs still to come after a date moved: none that has passed, none climbed twice, no email once a person
    took over, and no more of them than go by themselves. While nobody is there to be asked there are none."""
    ladder_id = asking.step.ladder_id(lambda text: asking.scope.truth(text))
    if not ladder_id or assignment.unfilled:
        return ()
    ladder = asking.scope.state.process.ladders[ladder_id]
    register = {rung.id: rung.register_ for rung in ladder.rungs}
    planned = due_dates.rungs(replace(asking, since=draft.now), ladder, due, assignment.organisation)
    to_come = [rung for rung in planned if rung.rung not in assignment.climbed]
    if assignment.called:
        return tuple(rung for rung in to_come if register[rung.rung] not in WRITING)
    chasing = [rung for rung in to_come if register[rung.rung] in CHASING]
    too_many = chasing[MOST_CHASERS - assignment.chasers :]
    return tuple(rung for rung in to_come if rung not in too_many)


def grant(draft: Draft, assignment: Assignment, until: datetime, because: str) -> e.When:
    """Give an assignment another due date, by a person's word; what it is due then. Its ladder starts anew with it, with
    what is left of the emails that go by themselves: none, once a person took over."""
    step = draft.state.process.steps[assignment.step]
    asking = DateContext(draft.scope, step, assignment.opened_at, draft.now)
    new = due_dates.given(draft.scope, until, closures_apply_at(draft, assignment))
    fresh = replace(assignment, climbed=frozenset())
    rungs = rungs_from_now(draft, asking, fresh, new)
    draft.emit(
        e.DeadlineMoved(
            assignment.id, assignment.step, assignment.due, new, because, rungs, granted=True, fresh=True
        )
    )
    return new


def ask_again(
    draft: Draft, assignment: Assignment, because: str, *, email: bool = False, text: str = ""
) -> None:
    """Wait for another answer to the same assignment. `text` is what the email says of it.

    An answer stops the ladder, also one that does not count (rule 8): a check is "in progress", CQRS is "awaiting".
    Without more, nobody would ever ask again. So the question is put anew: it keeps its date while there is time, and
    has CATCH_UP working days from now otherwise, with rungs counted from that. Nothing is sent before the first of
    them, and those that were climbed do not come in a burst.
    """
    step = draft.state.process.steps[assignment.step]
    asking = DateContext(draft.scope, step, draft.now)
    due, counted_from = due_dates.due_again(asking, assignment.due, closures_apply_at(draft, assignment))
    fresh = replace(assignment, climbed=frozenset(), called=False, chasers=0)
    rungs = rungs_from_now(draft, asking, fresh, counted_from)
    draft.emit(e.AskedAgain(assignment.id, step.id, because, due, rungs, email, text))


def ask_instead(
    draft: Draft, assignment: Assignment, person: str, name: str, because: str, *, for_: str = "",
    unfilled: bool = False, heard: bool = False, same_owner: bool = False,
) -> None:  # fmt: skip
    """Ask somebody else. A date that has passed gives them the time to catch up; their ladder counts from now.

    `heard`: whoever was asked before hears of it otherwise. `same_owner`: only who covers for its owner changes, so that its
    date stays.
    """
    step = draft.state.process.steps[assignment.step]
    asking = DateContext(draft.scope, step, assignment.opened_at, draft.now)
    asked = replace(assignment, unfilled=unfilled)
    due = assignment.due
    if due is not None and due.at <= draft.now and not due.external and not (unfilled or same_owner):
        fresh = due_dates.due(asking, closures_apply_at(draft, assignment))
        if fresh is not None and fresh.at > draft.now:
            with draft.quietly():  # the email that asks says by when
                _move(draft, asking, asked, fresh, because, granted=False)
            due = fresh
    rungs, before = rungs_from_now(draft, asking, asked, due), assignment.person
    draft.emit(
        e.AssignmentReassigned(
            assignment.id, assignment.step, before, person, name, because, for_, rungs, unfilled, heard
        )
    )
