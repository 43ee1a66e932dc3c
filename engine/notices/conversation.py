"""What is said about an assignment beside its answer: replies and what became of them, calls, a reminder by hand."""

from __future__ import annotations

from collections.abc import Iterator

from definitions.models.replies import REPLIES
from engine import events as e
from engine.dates.explanation import spoken
from engine.expressions.scope import Scope
from engine.notices.asks import assignment_title, day_month
from engine.notices.notice import calendar_entry, notice
from engine.people.addresses import Address, asked_address, at_person, manager_of
from engine.people.visibility import may_see
from engine.state.workflow import Assignment, Reply, WorkflowState


def reply_received(
    body: e.ReplyReceived, event: e.Event, before: WorkflowState, scope: Scope
) -> Iterator[e.Notice]:
    """To the manager, unless it is they who recorded it."""
    assignment, manager = scope.state.assignment(body.assignment), manager_of(scope)
    if assignment is None or manager is None or event.actor.person == manager.person:
        return
    reply = assignment.replies[-1]
    text, items = _told(scope, assignment, reply, manager)
    text += " No more reminders go until you have settled it."
    step, subject = scope.state.process.steps[body.step], _subject(scope, assignment, reply)
    yield notice(scope, "question", manager, subject, assignment, step, text=text, items=items)


def reply_unsettled(
    body: e.ReplyUnsettled, event: e.Event, before: WorkflowState, scope: Scope
) -> Iterator[e.Notice]:
    assignment, manager = scope.state.assignment(body.assignment), manager_of(scope)
    if assignment is None or manager is None:
        return
    reply = assignment.replies[-1]
    text, items = _told(scope, assignment, reply, manager)
    said_at = reply.told.at if reply.told else reply.at
    text = f"{text} That was on {day_month(said_at)}, and they have had no word since. Please answer them."
    subject = f"Waiting for you: {_subject(scope, assignment, reply)}"
    step = scope.state.process.steps[body.step]
    yield notice(scope, "task", manager, subject, assignment, step, text=text, items=items)


def _subject(scope: Scope, assignment: Assignment, reply: Reply) -> str:
    return f"{_place(scope, assignment)} {REPLIES[reply.kind].asks}: {assignment_title(scope, assignment)}"


def _told(
    scope: Scope, assignment: Assignment, reply: Reply, manager: Address
) -> tuple[str, list[str] | None]:
    """What somebody said, and their own words, for the manager: under the name of who said it."""
    until = f" They ask for time until {day_month(reply.until)}." if reply.until else ""
    text = f"{reply.actor.name} at {_place(scope, assignment)} {REPLIES[reply.kind].asks}.{until}"
    if reply.text and not _may_read(scope, assignment, manager):
        # A question about a colleague says as much as an answer would.
        return f"{text} What they wrote is for the few who may see this; please speak with them.", None
    return text, [reply.text] if reply.text else None


def _may_read(scope: Scope, assignment: Assignment, manager: Address) -> bool:
    reader = e.Actor(manager.name, "pcn_manager", manager.organisation, manager.person, channel="web")
    return may_see(scope.state, assignment.step, reader)


def reply_settled(
    body: e.ReplySettled, event: e.Event, before: WorkflowState, scope: Scope
) -> Iterator[e.Notice]:
    """To whoever said something, once each; and to whoever is asked, where their date has moved."""
    assignment, was = scope.state.assignment(body.assignment), before.assignment(body.assignment)
    if assignment is None or was is None:
        return
    waiting = [_address(scope, was, reply) for reply in was.replies if not reply.settled]
    waiting += [asked_address(scope, assignment)] if body.until and not body.to else []
    # A link would open what is no longer theirs, and an answer that is in must not void this.
    about = assignment if assignment.status == "open" and not body.to else None
    moves = [calendar_entry(scope, assignment)] if body.until and about else None
    step, title = scope.state.process.steps[body.step], assignment_title(scope, assignment)
    for to in {to.email: to for to in waiting if to}.values():
        text = f"{body.text}{_decided(body, scope, to)}"
        yield notice(scope, "told", to, f"About {title}", about, step, text=text, moves=moves)


def _decided(body: e.ReplySettled, scope: Scope, to: Address) -> str:
    """What else they hear than the manager's words. Whoever is asked from now on hears the rest from the ask."""
    if body.to:
        instead = scope.state.pcn.people_by_id[body.to].name
        return (
            f" {instead} is asked instead, so there is nothing more for you to do."
            if body.to != to.person
            else ""
        )
    return f" It is due {spoken(body.until.at)} now." if body.until else ""


def _address(scope: Scope, assignment: Assignment, reply: Reply) -> Address | None:
    """Whoever said it; whoever is asked, where the directory does not know them."""
    person = scope.state.pcn.people_by_id.get(reply.actor.person)
    return at_person(scope, person, assignment.organisation) if person else asked_address(scope, assignment)


def call_due(body: e.CallDue, event: e.Event, before: WorkflowState, scope: Scope) -> Iterator[e.Notice]:
    assignment, manager = scope.state.assignment(body.assignment), manager_of(scope)
    if assignment is None or manager is None:
        return
    call, place = assignment.calls[-1], _place(scope, assignment)
    may_read = call.text and _may_read(scope, assignment, manager)
    noted = f" What was noted then: {call.text}" if may_read else ""
    text = f"On {day_month(call.at)} {call.actor.name} chose today for the next step with {place}. No answer is in yet.{noted}"
    subject = f"Next step with {place}: {assignment_title(scope, assignment)}"
    step = scope.state.process.steps[body.step]
    yield notice(scope, "task", manager, subject, assignment, step, text=text)


def nudged(body: e.Nudged, event: e.Event, before: WorkflowState, scope: Scope) -> Iterator[e.Notice]:
    assignment = scope.state.assignment(body.assignment)
    if assignment is None or (to := asked_address(scope, assignment)) is None:
        return
    title, step = assignment_title(scope, assignment), scope.state.process.steps[body.step]
    yield notice(
        scope,
        "reminder",
        to,
        f"A reminder: {title}",
        assignment,
        step,
        text=body.text or _reminder(assignment, title),
    )


def _reminder(assignment: Assignment, title: str) -> str:
    if assignment.left_open:
        return f"About “{title}” you said “{assignment.left_open}”. Has anything changed since?"
    return (
        f"“{title}” is still to come from you. If it is on its way, thank you: there is nothing more to do."
    )


def _place(scope: Scope, assignment: Assignment) -> str:
    return scope.state.pcn.organisation_name(assignment.organisation)
