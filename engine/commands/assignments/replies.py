"""Settling what was said instead of an answer: a question answered, time given, somebody else asked."""

from __future__ import annotations

from datetime import datetime

from engine import events as e
from engine.commands.command import MANAGERS, command
from engine.commands.refusals import (
    Refused,
    known_assignment,
    open_assignment,
    refuse_external,
    refuse_over,
    required_moment,
    required_reason,
    somebody_else,
)
from engine.decisions.draft import Draft
from engine.decisions.settlement import ask_another, settle
from engine.notices.facts import rung_named
from engine.state.workflow import Assignment


@command(
    who=MANAGERS,
    refuses=(
        "closed", "external", "no-day", "no-reason", "no-reply", "no-such-assignment", "nobody", "over", "same-person",
    ),
    emits=(e.ReplySettled, e.RungSkipped, e.DeadlineMoved, e.AssignmentReassigned),
)  # fmt: skip
def settle_reply(
    draft: Draft, assignment_id: str, text: str, *, until: datetime | None = None, to: str | None = None
) -> None:
    """Answer what was said instead of an answer: with words, with a date (`until`), or by asking another person (`to`).

    Whoever said it is told in one email. The ladder goes on from here, anew where there is another date; nothing that was
    missed meanwhile is climbed. What was said cannot be taken back; date and person change by `extend` and `reassign`.
    """
    refuse_over(draft.state)
    assignment = known_assignment(draft.state, assignment_id)
    if assignment.unsettled is None:
        raise Refused("no-reply", "there is nothing to settle here")
    text = required_reason(text, "settle")
    if until is not None or to is not None:
        open_assignment(draft.state, assignment_id)
    if until is not None:
        refuse_external(assignment)
        required_moment(draft.state, until, draft.now, "say until when: a moment from now on")
    if to is not None:
        ask_another(
            draft, assignment, somebody_else(draft.state, assignment, to, draft.now), text, until=until
        )
        return
    if until is None:
        _pass_over(draft, assignment)
    settle(draft, assignment, text, until=until)


def _pass_over(draft: Draft, assignment: Assignment) -> None:
    """Rungs that came due while a reply stood are never climbed afterwards; but one that nobody may skip is."""
    step = draft.state.process.steps[assignment.step]
    for rung in assignment.due_rungs(draft.now):
        if rung_named(draft.scope, step, rung).skippable:
            draft.emit(e.RungSkipped(assignment.id, assignment.step, rung, "there was a reply"))
