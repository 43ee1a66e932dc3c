"""Stopping the clock, for a reason, and letting it go on: of the whole workflow, of a step, or of a practice (rule 10)."""

from __future__ import annotations

from datetime import datetime

from engine import events as e
from engine.commands.command import MANAGERS, command
from engine.commands.refusals import Refused, refuse_over, required_reason
from engine.dates.clock import london_date
from engine.decisions.deadlines import redate
from engine.decisions.draft import Draft
from engine.decisions.hand_overs import succeed
from engine.state.workflow import Hold, WorkflowState


@command(
    who=MANAGERS,
    refuses=("already-held", "no-reason", "no-such-step", "not-a-practice", "not-open", "over"),
    emits=(e.WorkflowHeld, e.PartHeld),
)
def hold(draft: Draft, reason: str, step: str = "", organisation: str = "") -> None:
    """Stop the clock of the workflow, of a step, of a practice, or of a practice in a step. Answers are still taken, nobody
    is chased, and nothing that waits for them is over. Undone by lifting it.
    """
    state = draft.state
    refuse_over(state)
    if not step and not organisation:
        if state.status == "held":
            raise Refused("already-held", f"{state.reference} is on hold already: {state.because}")
        draft.emit(e.WorkflowHeld(required_reason(reason, "hold")))
        return
    _refuse_nothing(state, step, organisation)
    if (held := _part(state, step, organisation)) is not None:
        raise Refused("already-held", f"it is on hold already: {held.because}")
    draft.emit(e.PartHeld(required_reason(reason, "hold"), step, organisation))


@command(
    who=MANAGERS,
    refuses=("not-held",),
    emits=(e.HoldLifted, e.PartLifted, e.AssignmentReassigned, e.DeadlineMoved, e.DateRefused),
)
def lift(draft: Draft, reason: str = "", step: str = "", organisation: str = "") -> None:
    """Start the clock again: internal dates move on by the working days lost, and everyone asked is told once."""
    state = draft.state
    if step or organisation:
        part = _part(state, step, organisation)
        if part is None:
            raise Refused("not-held", "that part is not on hold; the whole workflow is lifted without one")
        lost = _lost(state, part.start, draft.now)
        draft.emit(e.PartLifted(lost, reason, step, organisation))
    elif state.status != "held" or state.held_at is None:
        raise Refused("not-held", f"{state.reference} is not on hold")
    else:
        lost = _lost(state, state.held_at, draft.now)
        draft.emit(e.HoldLifted(lost, reason))
    for step_id in state.process.order:  # whoever is asked from now on hears of the new date, and nobody else
        succeed(draft, state.process.steps[step_id])
    if lost:
        redate(draft, f"{lost} working {'day was' if lost == 1 else 'days were'} spent on hold")


def _lost(state: WorkflowState, since: datetime, now: datetime) -> int:
    return state.calendar.working_days_between(london_date(since), london_date(now))


def _part(state: WorkflowState, step: str, organisation: str) -> Hold | None:
    return next((hold for hold in state.held if (hold.step, hold.organisation) == (step, organisation)), None)


def _refuse_nothing(state: WorkflowState, step: str, organisation: str) -> None:
    """Raises Refused where there is no such step or practice, or the step is over."""
    if step and step not in state.steps:
        raise Refused("no-such-step", f"{state.reference} has no step {step}")
    if step and state.steps[step].done:
        raise Refused("not-open", f"{step} is over, so there is nothing to hold")
    if organisation and organisation not in state.pcn.practices_by_code:
        raise Refused("not-a-practice", f"{organisation} is no practice of {state.reference}")
