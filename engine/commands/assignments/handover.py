"""Asking another person: for one assignment, or for everything that somebody was asked."""

from __future__ import annotations

from engine import events as e
from engine.commands.command import MANAGERS, command
from engine.commands.refusals import (
    Refused,
    known_person,
    open_assignment,
    refuse_over,
    required_reason,
    somebody_else,
)
from engine.decisions.draft import Draft
from engine.decisions.settlement import ask_another


@command(
    who=MANAGERS,
    refuses=("closed", "no-reason", "no-such-assignment", "nobody", "over", "same-person"),
    emits=(e.AssignmentReassigned, e.DeadlineMoved, e.ReplySettled),
)
def reassign(draft: Draft, assignment_id: str, person: str, reason: str) -> None:
    """Ask another person of the directory instead, for a reason. What was replied is settled with it, in the same words.

    Both are told, and the links of the one before die (`notifications/links.py`). Undone by asking them again.
    """
    assignment = open_assignment(draft.state, assignment_id)
    reason = required_reason(reason, "reassign")
    ask_another(draft, assignment, somebody_else(draft.state, assignment, person, draft.now), reason)


@command(
    who=MANAGERS,
    refuses=("no-reason", "nobody", "not-asked", "over", "same-person"),
    emits=(e.HandedOver, e.AssignmentReassigned, e.DeadlineMoved, e.ReplySettled),
)
def hand_over(draft: Draft, person: str, to: str, reason: str) -> None:
    """Ask another person for everything that one was asked in this workflow, also what somebody covers for them.

    Each is told once: who was asked before gets one list. Undone by handing it back.
    """
    refuse_over(draft.state)
    known = known_person(draft.state, to, draft.now)
    if to == person:
        raise Refused("same-person", f"{known.name} is asked already")
    reason = required_reason(reason, "hand over")
    theirs = [
        a for a in draft.state.open_assignments if person in (a.person, a.on_behalf_of) and not a.unfilled
    ]
    if not theirs:
        raise Refused("not-asked", f"nothing is asked of {person} in {draft.state.reference} now")
    event = draft.emit(e.HandedOver(person, to, reason, tuple(a.id for a in theirs)))
    with draft.because_of(event.version):
        for assignment in theirs:
            ask_another(draft, assignment, known, reason, heard=True)
