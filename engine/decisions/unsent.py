"""Asks whose email has not gone: nobody is chased about one, and nobody's silence is counted (design 8).

Whether an email went is the post's to know, so it comes into a decision as a fact, beside the time.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Literal

from definitions.models.definition import Step
from definitions.models.step_kinds import STEP_KINDS
from engine import events as e
from engine.decisions.deadlines import ask_again
from engine.decisions.draft import Draft
from engine.notices.facts import rung_named
from engine.state.workflow import Assignment, WorkflowState

#: What became of an ask that has not gone for certain: it still waits to be sent, the address refused it, or the mail server
#: never said whether it took it.
Fate = Literal["waiting", "refused", "unconfirmed"]
#: By assignment; one that is not here was asked.
Unsent = Mapping[str, Fate]

#: Everything went.
NONE: Unsent = MappingProxyType({})

WAITING_BECAUSE = (
    "the email that asks could not be sent yet, and nobody is chased about what they were not asked"
)
#: Why nobody is chased by email where another email would mend nothing.
UNREACHED_BECAUSE: Mapping[Fate, str] = MappingProxyType({
    "refused": "their mail server refused the email that asks",
    "unconfirmed": "the mail server broke off each time the email that asks was sent, so nobody knows whether it arrived",
})  # fmt: skip


def something_due(state: WorkflowState, now: datetime) -> tuple[str, ...]:
    """The open assignments of which a rung is due, or whose silence is: those of which it matters whether they were asked."""
    return tuple(assignment.id for step, assignment in _open(state) if _due(step, assignment, now))


def _open(state: WorkflowState) -> Iterator[tuple[Step, Assignment]]:
    for step_id, step in state.steps.items():
        if step.status == "open":
            for assignment in step.assignments.values():
                if assignment.status == "open" and not state.is_held(step_id, assignment.organisation):
                    yield state.process.steps[step_id], assignment


def _due(step: Step, assignment: Assignment, now: datetime) -> bool:
    if may_fall_silent(step, assignment) and assignment.due and assignment.due.at <= now:
        return True
    return not assignment.ladder_stopped and bool(assignment.due_rungs(now))


def may_fall_silent(step: Step, assignment: Assignment) -> bool:
    """Saying nothing would be counted here.

    Nobody signs by silence; somebody who replied was not silent, nor somebody whose answer did not count; and nobody is
    silent who could not be asked, or was asked when the date had passed.
    """
    if step.silence == "never counts" or STEP_KINDS[step.kind].signs:
        return False
    if assignment.due is not None and assignment.due.at <= assignment.asked_since:
        return False
    return assignment.status == "open" and not (
        assignment.silence
        or assignment.replies
        or assignment.responses
        or assignment.unfilled
        or assignment.unreached
    )


def see_to(draft: Draft, step: Step, unsent: Unsent) -> None:
    """Ask anew, with a date counted from now, what could not be sent by the day something was due of it.

    What was refused, or is not known to have arrived, another email would not mend: it is remembered, and a person speaks
    with them instead. A rung that nobody may skip is climbed first.
    """
    for assignment in list(draft.state.steps[step.id].assignments.values()):
        fate = unsent.get(assignment.id)
        if fate is None or assignment.status != "open" or not _due(step, assignment, draft.now):
            continue
        if draft.state.is_held(step.id, assignment.organisation):
            continue
        if fate in UNREACHED_BECAUSE and not assignment.unreached:
            draft.emit(e.AskUndelivered(assignment.id, step.id, UNREACHED_BECAUSE[fate]))
        elif fate == "waiting" and all(
            rung_named(draft.scope, step, rung).skippable for rung in assignment.due_rungs(draft.now)
        ):
            ask_again(draft, assignment, WAITING_BECAUSE, email=True)
