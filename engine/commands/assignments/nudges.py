"""Reminding by hand, outside the chasers that go by themselves: once a week a practice at most."""

from __future__ import annotations

from datetime import datetime, timedelta

from engine import events as e
from engine.commands.command import MANAGERS, command
from engine.commands.refusals import Refused, open_assignment
from engine.decisions.draft import Draft
from engine.people.addresses import asked_address
from engine.state.workflow import Assignment, WorkflowState

#: How long a practice is left alone after a reminder by hand.
QUIET = timedelta(days=7)


@command(
    who=MANAGERS,
    refuses=("closed", "no-such-assignment", "nudged-this-week", "on-hold", "over", "unreached", "unsettled"),
    emits=(e.Nudged,),
)
def nudge(draft: Draft, assignment_id: str, text: str = "", *, elsewhere: datetime | None = None) -> None:
    """Remind whoever is asked, now, in your words or Baton's. Counted, and once a week a practice at most.

    `elsewhere`: when the practice was last reminded by hand in another workflow. An email that went cannot be taken back.
    """
    assignment = open_assignment(draft.state, assignment_id)
    state = draft.state
    if state.status == "held" or state.is_held(assignment.step, assignment.organisation):
        raise Refused(
            "on-hold", "the clock of this stands still, and nobody is chased meanwhile; lift the hold first"
        )
    if assignment.reply is not None:
        raise Refused("unsettled", "they said something that waits for you; settle that first")
    if assignment.silence:
        raise Refused(
            "closed", f"their silence was counted as {assignment.silence}, so nothing is waited for"
        )
    if assignment.unfilled or assignment.unreached or asked_address(draft.scope, assignment) is None:
        raise Refused("unreached", "nobody there has the email that asks; ring them, or ask somebody else")
    _refuse_nudged(draft, assignment.organisation, elsewhere)
    draft.emit(e.Nudged(assignment_id, assignment.step, text.strip()))


def last_nudge(state: WorkflowState, organisation: str) -> datetime | None:
    """When somebody at an organisation was last reminded by hand in this workflow."""
    return max((at for asked in _asked_of(state, organisation) for at in asked.nudges), default=None)


def _refuse_nudged(draft: Draft, organisation: str, elsewhere: datetime | None) -> None:
    known = (elsewhere, last_nudge(draft.state, organisation))
    if any(at is not None and draft.now - at < QUIET for at in known):
        place = draft.state.pcn.organisation_name(organisation)
        raise Refused(
            "nudged-this-week", f"{place} was reminded by hand in the last seven days; ring them instead"
        )


def _asked_of(state: WorkflowState, organisation: str) -> list[Assignment]:
    attempts = (*(s for before in state.earlier.values() for s in before), *state.steps.values())
    return [a for step in attempts for a in step.assignments.values() if a.organisation == organisation]
