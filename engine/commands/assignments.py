"""What is done to an assignment besides answering it: more time, a reply settled, another person, a call written down."""

from __future__ import annotations

from datetime import datetime

from engine import events as e
from engine.commands.command import MANAGERS, command
from engine.commands.refusals import Refused, refuse_over, required_moment, required_reason
from engine.decisions.deadlines import grant, hand_over
from engine.decisions.draft import Draft
from engine.state.workflow import Assignment, WorkflowState


@command(
    who=MANAGERS,
    refuses=("closed", "external", "no-change", "no-day", "no-reason", "no-such-assignment", "over"),
    emits=(e.DeadlineMoved, e.ReplySettled),
)
def extend(draft: Draft, assignment_id: str, until: datetime, reason: str) -> None:
    """Give one assignment until another moment. External dates never move (rule 4)."""
    assignment = _open(draft.state, assignment_id)
    if assignment.due and assignment.due.external:
        raise Refused("external", "this date is set from outside and never moves; ask whoever set it")
    required_moment(draft.state, until, draft.now, "give a moment from now on")
    if assignment.due and assignment.due.at == until:
        raise Refused("no-change", "this is due then already")
    reason = required_reason(reason, "extend")
    _settle_quietly(draft, assignment, reason)
    grant(draft, _open(draft.state, assignment_id), until, reason)


@command(
    who=MANAGERS,
    refuses=("closed", "no-reason", "no-reply", "no-such-assignment", "over"),
    emits=(e.ReplySettled, e.RungSkipped),
)
def settle_reply(draft: Draft, assignment_id: str, text: str) -> None:
    """Answer a question or a request; the ladder goes on from here, and nothing missed meanwhile is climbed."""
    assignment = _open(draft.state, assignment_id)
    if assignment.reply is None:
        raise Refused("no-reply", "there is nothing to settle here")
    text = required_reason(text, "settle")
    _pass_over(draft, assignment)
    draft.emit(e.ReplySettled(assignment_id, assignment.step, text))


@command(
    who=MANAGERS,
    refuses=("closed", "no-reason", "no-such-assignment", "nobody", "over", "same-person"),
    emits=(e.AssignmentReassigned, e.DeadlineMoved, e.ReplySettled, e.RungSkipped),
)
def reassign(draft: Draft, assignment_id: str, person: str, reason: str) -> None:
    """Ask another person of the directory instead, for a reason. What was replied is settled with it."""
    assignment = _open(draft.state, assignment_id)
    reason = required_reason(reason, "reassign")
    known = draft.state.pcn.people_by_id.get(person)
    if known is None:
        raise Refused("nobody", f"the directory has no {person}; add them, then reassign")
    if known.id == assignment.person and not assignment.unfilled:
        raise Refused("same-person", f"{known.name} is asked already")
    if assignment.reply is not None:
        _pass_over(draft, assignment)
    _settle_quietly(draft, assignment, reason)
    hand_over(draft, _open(draft.state, assignment_id), known.id, known.name, reason)


@command(
    who=MANAGERS,
    refuses=("no-reason", "no-such-assignment", "no-such-rung", "over"),
    emits=(e.ConversationRecorded,),
)
def record_conversation(draft: Draft, assignment_id: str, rung: str, outcome: str) -> None:
    """What came of a call or a meeting that a rung asked for; also after the step has closed."""
    refuse_over(draft.state)
    assignment = _known(draft.state, assignment_id)
    if rung not in _rungs(draft, assignment):
        raise Refused("no-such-rung", f"no rung of {assignment.step}'s ladder is called {rung}")
    outcome = required_reason(outcome, "record")
    draft.emit(e.ConversationRecorded(assignment_id, assignment.step, rung, outcome))


def _settle_quietly(draft: Draft, assignment: Assignment, reason: str) -> None:
    """A reply that what follows answers too: one email about both is enough."""
    if assignment.reply is not None:
        draft.quiet = True
        draft.emit(e.ReplySettled(assignment.id, assignment.step, reason))
        draft.quiet = False


def _pass_over(draft: Draft, assignment: Assignment) -> None:
    """Rungs that came due while a reply stood are never climbed afterwards."""
    for rung in assignment.due_rungs(draft.now):
        draft.emit(e.RungSkipped(assignment.id, assignment.step, rung, "there was a reply"))


def _rungs(draft: Draft, assignment: Assignment) -> set[str]:
    """The rungs of the ladder that an assignment is on, climbed or not."""
    ladder = draft.state.process.steps[assignment.step].ladder_id(lambda text: draft.scope.truth(text))
    return {rung.id for rung in draft.state.process.ladders[ladder].rungs} if ladder else set()


def _known(state: WorkflowState, assignment_id: str) -> Assignment:
    assignment = state.assignment(assignment_id)
    if assignment is None:
        raise Refused("no-such-assignment", "there is no such assignment; check its id")
    return assignment


def _open(state: WorkflowState, assignment_id: str) -> Assignment:
    assignment = _known(state, assignment_id)
    refuse_over(state)
    if assignment.status != "open" or not state.is_current(assignment):
        raise Refused("closed", "this is no longer open")
    return assignment
