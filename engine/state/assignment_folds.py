"""What each event does to an assignment: it is asked, answered, moved, chased, ended."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from definitions.models.ladder import CHASING, TALKING
from engine import events as e
from engine.state.fold_table import found, of_assignment, of_workflow, with_assignment
from engine.state.workflow import (
    Assignment,
    Call,
    Reply,
    Response,
    Settlement,
    WorkflowState,
)


@of_workflow(e.AssignmentOpened)
def _assignment_opened(body: e.AssignmentOpened, state: WorkflowState, event: e.Event) -> WorkflowState:
    opened = Assignment(
        id=body.assignment, step=body.step, attempt=body.attempt, organisation=body.organisation, role=body.role,
        person=body.person, name=body.name, on_behalf_of=body.on_behalf_of, list_size=body.list_size,
        opened_at=event.at, due=body.due, rungs=body.rungs, unfilled=body.unfilled,
        text=body.text,
    )  # fmt: skip
    step = state.steps[body.step]
    if step.chosen and body.organisation not in step.chosen:  # one that was asked after the others
        state = state.with_step(replace(step, chosen=(*step.chosen, body.organisation)))
    return with_assignment(state, opened)


@of_assignment(e.ResponseReceived)
def _response_received(body: e.ResponseReceived, assignment: Assignment, event: e.Event) -> Assignment:
    response = Response(
        body.number, event.at, event.by, body.answers, body.outcome, body.late, body.counts, body.signed, event.version,
        body.told, _recorded_by(event),
    )  # fmt: skip
    return replace(assignment, status="answered", responses=(*assignment.responses, response), silence="")


def _recorded_by(event: e.Event) -> e.Actor | None:
    return event.actor if event.told else None


@of_assignment(e.AskedAgain)
def _asked_again(body: e.AskedAgain, before: Assignment, event: e.Event) -> Assignment:
    return replace(
        before, status="open", heard=len(before.responses), due=body.due, rungs=body.rungs, climbed=frozenset(),
        chasers=0, called=False, granted=False, dated_at=event.at, unreached=False, text=body.text or before.text,
        replies=tuple(replace(reply, settled=True) for reply in before.replies),
    )  # fmt: skip


@of_workflow(e.ResponseCarried)
def _response_carried(body: e.ResponseCarried, state: WorkflowState, event: e.Event) -> WorkflowState:
    before = found(state, body.from_assignment)
    now = found(state, body.assignment)
    return with_assignment(
        state, replace(now, status="carried", responses=before.responses, silence=before.silence)
    )


@of_assignment(e.ReplyReceived)
def _reply_received(body: e.ReplyReceived, assignment: Assignment, event: e.Event) -> Assignment:
    reply = Reply(
        body.kind, event.at, body.text, body.until, event.by, told=body.told, recorded_by=_recorded_by(event)
    )
    return replace(assignment, replies=(*assignment.replies, reply))


@of_assignment(e.ReplySettled)
def _reply_settled(body: e.ReplySettled, assignment: Assignment, event: e.Event) -> Assignment:
    until = body.until.at if body.until else None
    settlement = Settlement(event.at, event.actor, body.text, until, body.to)
    replies = tuple(
        reply if reply.settled else replace(reply, settled=True, settlement=settlement)
        for reply in assignment.replies
    )
    return replace(assignment, replies=replies)


@of_assignment(e.ReplyUnsettled)
def _reply_unsettled(body: e.ReplyUnsettled, assignment: Assignment, event: e.Event) -> Assignment:
    returned = assignment.replies[-1].returned + 1
    return _with_last_reply(assignment, returned=returned, returned_at=event.at)


@of_assignment(e.PromisePassed)
def _promise_passed(body: e.PromisePassed, assignment: Assignment, event: e.Event) -> Assignment:
    return _with_last_reply(assignment, passed=True)


def _with_last_reply(assignment: Assignment, **changes: Any) -> Assignment:
    *before, last = assignment.replies
    return replace(assignment, replies=(*before, replace(last, **changes)))


@of_workflow(e.DeadlineMoved)
def _deadline_moved(body: e.DeadlineMoved, state: WorkflowState, event: e.Event) -> WorkflowState:
    if not body.assignment:
        return state.with_step(replace(state.steps[body.step], due=body.new))
    assignment = found(state, body.assignment)
    moved = replace(assignment, due=body.new, rungs=body.rungs, granted=body.granted, dated_at=event.at)
    return with_assignment(state, replace(moved, climbed=frozenset()) if body.fresh else moved)


@of_assignment(e.AssignmentReassigned)
def _assignment_reassigned(
    body: e.AssignmentReassigned, assignment: Assignment, event: e.Event
) -> Assignment:
    same = (body.on_behalf_of or body.person) == (assignment.on_behalf_of or assignment.person)
    return replace(
        assignment, person=body.person, name=body.name, on_behalf_of=body.on_behalf_of, unfilled=body.unfilled,
        rungs=assignment.rungs if body.rungs is None else body.rungs, unreached=False,
        chosen=assignment.chosen and same if event.actor.is_baton else True,
    )  # fmt: skip


@of_assignment(e.RungClimbed)
def _rung_climbed(body: e.RungClimbed, assignment: Assignment, event: e.Event) -> Assignment:
    chased = assignment.chasers + (body.register in CHASING)
    called = assignment.called or body.register in TALKING
    climbed = assignment.climbed | {body.rung}
    return replace(assignment, climbed=climbed, chasers=chased, called=called)


@of_assignment(e.RungSkipped)
def _rung_skipped(body: e.RungSkipped, assignment: Assignment, event: e.Event) -> Assignment:
    return replace(assignment, climbed=assignment.climbed | {body.rung})


@of_assignment(e.CallNoted)
def _call_noted(body: e.CallNoted, assignment: Assignment, event: e.Event) -> Assignment:
    call = Call(event.at, event.actor, body.reached, body.text, body.next_on, body.rung)
    return replace(assignment, calls=(*assignment.calls, call))


@of_assignment(e.CallDue)
def _call_due(body: e.CallDue, assignment: Assignment, event: e.Event) -> Assignment:
    *before, last = assignment.calls
    return replace(assignment, calls=(*before, replace(last, reminded=True)))


@of_assignment(e.Nudged)
def _nudged(body: e.Nudged, assignment: Assignment, event: e.Event) -> Assignment:
    return replace(assignment, nudges=(*assignment.nudges, event.at))
