"""More time: for one assignment, or for everyone who is still asked."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from engine import events as e
from engine.commands.command import MANAGERS, command
from engine.commands.refusals import (
    Refused,
    open_assignment,
    refuse_external,
    refuse_over,
    required_moment,
    required_reason,
)
from engine.decisions.deadlines import grant
from engine.decisions.draft import Draft
from engine.decisions.settlement import settle
from engine.notices.changes import changes
from engine.state.workflow import Assignment, WorkflowState


@command(
    who=MANAGERS,
    refuses=("closed", "external", "no-change", "no-day", "no-reason", "no-such-assignment", "over"),
    emits=(e.DeadlineMoved, e.ReplySettled),
)
def extend(draft: Draft, assignment_id: str, until: datetime, reason: str) -> None:
    """Give one assignment until another moment. External dates never move (rule 4).

    A reply that waits is settled with it, in the same words. Undone by giving it the date it had.
    """
    assignment = open_assignment(draft.state, assignment_id)
    refuse_external(assignment)
    required_moment(draft.state, until, draft.now, "give a moment from now on")
    if assignment.due and assignment.due.at == until:
        raise Refused("no-change", "this is due then already")
    reason = required_reason(reason, "extend")
    if assignment.reply is not None:
        settle(draft, assignment, reason, until=until)
    else:
        _give(draft, [assignment], until, reason)


@command(
    who=MANAGERS,
    refuses=("external", "no-change", "no-day", "no-reason", "no-such-step", "not-asked", "over"),
    emits=(e.TimeGiven, e.DeadlineMoved, e.ReplySettled),
)
def extend_many(
    draft: Draft, until: datetime, reason: str, *, step: str = "", organisation: str = ""
) -> None:
    """Give everyone who is still asked until another moment: in a step, at an organisation, or in the whole workflow.

    Who has that time or more already keeps it, and external dates stay; the event names those. Who asked for more time,
    and has it now, is settled with it. Undone one by one, by `extend`.
    """
    refuse_over(draft.state)
    required_moment(draft.state, until, draft.now, "give a moment from now on")
    reason = required_reason(reason, "extend")
    asked = _still_asked(draft.state, step, organisation)
    outside = tuple(a.id for a in asked if a.due and a.due.external)
    sooner = [a for a in asked if a.due and a.id not in outside and a.due.at < until]
    if not sooner and outside:
        raise Refused(
            "external", "what is still asked has dates from outside, which never move; ask whoever set them"
        )
    if not sooner:
        raise Refused("no-change", "everyone who is still asked has until then already")
    given = draft.emit(e.TimeGiven(until, reason, step, organisation, outside))
    with draft.because_of(given.version):
        wished = [a for a in sooner if a.reply and a.reply.until and a.reply.until <= until]
        for assignment in wished:
            settle(draft, assignment, reason, until=until)
        _give(draft, [assignment for assignment in sooner if assignment not in wished], until, reason)


def _give(draft: Draft, assignments: Iterable[Assignment], until: datetime, reason: str) -> None:
    """Another date for each; everyone is told once, of all of theirs."""
    before = draft.state
    with draft.quietly():
        for assignment in assignments:
            grant(draft, assignment, until, reason)
    draft.tell(changes(before, draft.scope, reason))


def _still_asked(state: WorkflowState, step: str, organisation: str) -> list[Assignment]:
    """The open assignments that are meant. Raises Refused where nothing is asked there."""
    if step and step not in state.steps:
        raise Refused("no-such-step", f"{state.reference} has no step {step}")
    found = [
        a for a in state.open_assignments if step in ("", a.step) and organisation in ("", a.organisation)
    ]
    if not found:
        place = f" of {state.pcn.organisation_name(organisation)}" if organisation else ""
        raise Refused("not-asked", f"nothing is asked{place} now that more time could be given for")
    return found
