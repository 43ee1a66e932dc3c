"""Calls, visits and meetings about an assignment, noted by whoever had them."""

from __future__ import annotations

from datetime import date

from engine import events as e
from engine.commands.command import MANAGERS, command
from engine.commands.refusals import Refused, known_assignment, refuse_over, required_reason
from engine.dates.clock import london_date
from engine.decisions.draft import Draft
from engine.state.workflow import Assignment


@command(
    who=MANAGERS,
    refuses=("closed", "no-day", "no-reason", "no-such-assignment", "no-such-rung", "over"),
    emits=(e.CallNoted,),
)
def note_call(
    draft: Draft,
    assignment_id: str,
    reached: bool,
    text: str,
    *,
    next_on: date | None = None,
    rung: str = "",
) -> None:
    """Note a call, a visit or a meeting: reached or not, what was said, and the day of the next step.

    On `next_on` the manager is reminded, once, unless there is an answer; noting another call takes its place. The ladder
    goes on: more time is given by `extend`. `rung`: the one that asked for the call. Also after the step has closed.
    """
    refuse_over(draft.state)
    assignment = known_assignment(draft.state, assignment_id)
    if rung and rung not in _rungs(draft, assignment):
        raise Refused("no-such-rung", f"no rung of {assignment.step}'s ladder is called {rung}")
    if next_on is not None:
        _refuse_day(draft, assignment, next_on)
    text = required_reason(text, "note what was said") if reached else text.strip()
    draft.emit(e.CallNoted(assignment_id, assignment.step, reached, text, next_on, rung))


def _refuse_day(draft: Draft, assignment: Assignment, next_on: date) -> None:
    if assignment.status != "open" or not draft.state.is_current(assignment):
        raise Refused("closed", "this is no longer open, so there is no next step to be reminded of")
    if next_on <= london_date(draft.now):
        raise Refused("no-day", "give a day from tomorrow on for the next step")
    draft.state.calendar.roll_forward(next_on)


def _rungs(draft: Draft, assignment: Assignment) -> set[str]:
    """The rungs of the ladder that an assignment is on, climbed or not."""
    ladder = draft.state.process.steps[assignment.step].ladder_id(lambda text: draft.scope.truth(text))
    return {rung.id for rung in draft.state.process.ladders[ladder].rungs} if ladder else set()
