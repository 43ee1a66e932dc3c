"""Planning what people are told: from an event, the notices it calls for.

Facts are settled here and stored with the event, so an email says what was true when it was planned. Counts
never go into a notice (domain 4.3), and nobody outside the directory is ever written to.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from definitions.models.ladder import Rung
from engine import events as e
from engine.dates.clock import london_date
from engine.dates.explanation import spoken
from engine.events.declarations import Phrase, Tell
from engine.events.kinds import Table, fields_of
from engine.expressions.scope import Scope
from engine.notices import conversation
from engine.notices.asks import ask, assignment_title, day_month
from engine.notices.endings import apologies, asked_now, not_needed
from engine.notices.facts import (
    already_told,
    everyone_who_took_part,
    ladder_names,
    rung_named,
    told_by_message,
    took_part,
)
from engine.notices.notice import notice
from engine.notices.succession import hears_of_it, no_longer, said_before
from engine.people.addresses import (
    address_of,
    asked_address,
    at_person,
    holder,
    manager_of,
    rung_people,
)
from engine.people.interests import own_practices, warning
from engine.state.workflow import WorkflowState

#: What a rung's register makes of its notice.
_KIND_OF: dict[str, e.NoticeKind] = {
    "coming up": "reminder",
    "due today": "reminder",
    "offer of help": "offer of help",
    "ring them": "task",
    "conversation": "task",
    "board item": "task",
    "decision": "decision",
}


#: How a value of an event is said in a notice.
_WAYS: dict[str, Callable[[Any], str]] = {"day": day_month}


def plan(before: WorkflowState, event: e.Event, scope: Scope) -> list[e.Notice]:
    """The notices that `event` calls for. `scope` is the state after it. Nobody is written to who has left."""
    pcn, day = scope.state.pcn, london_date(scope.now)
    called_for = _NOTICES[type(event.body)](event.body, event, before, scope)
    there = (each for each in called_for if not (each.person and pcn.has_left(each.person, day)))
    return [_numbered(each, event, number) for number, each in enumerate(there)]


def _numbered(notice: e.Notice, event: e.Event, number: int) -> e.Notice:
    return replace(notice, id=f"{event.workflow_id}-{event.version}-{number}")


Planner = Callable[[Any, e.Event, WorkflowState, Scope], Iterator[e.Notice]]


def _nobodys_news(body: e.Body, event: e.Event, before: WorkflowState, scope: Scope) -> Iterator[e.Notice]:
    return iter(())


def _declared(tell: Tell, kind: type[e.Body]) -> Planner:
    """The notice that the event declares, to the manager."""
    names = fields_of(kind)
    subject, text = (
        Phrase(phrase, {*names, "place", "title"}, _WAYS) for phrase in (tell.subject, tell.text)
    )

    def planner(body: Any, event: e.Event, before: WorkflowState, scope: Scope) -> Iterator[e.Notice]:
        about = scope.state.assignment(body.assignment) if "assignment" in names else None
        to = manager_of(scope)
        if to is None or ("assignment" in names and about is None):
            return
        step = scope.state.process.steps[body.step]
        said = {
            "place": scope.state.pcn.organisation_name(about.organisation) if about else "",
            "title": scope.title(step, about),
        }
        words = subject.fill(body, said, _WAYS), text.fill(body, said, _WAYS)
        yield notice(scope, tell.kind, to, words[0], about, step, text=words[1])

    return planner


_NOTICES: Table[Planner] = Table("notifies", _nobodys_news, _declared)


# --- asking


@_NOTICES.by_code(e.AssignmentOpened)
def _assignment_opened(
    body: e.AssignmentOpened, event: e.Event, before: WorkflowState, scope: Scope
) -> Iterator[e.Notice]:
    assignment = scope.state.assignment(body.assignment)
    if assignment is not None:
        yield from ask(scope, assignment)


@_NOTICES.by_code(e.AskedAgain)
def _asked_again(
    body: e.AskedAgain, event: e.Event, before: WorkflowState, scope: Scope
) -> Iterator[e.Notice]:
    assignment = scope.state.assignment(body.assignment)
    if body.email and assignment is not None:
        yield from ask(scope, assignment)


@_NOTICES.by_code(e.AssignmentReassigned)
def _assignment_reassigned(
    body: e.AssignmentReassigned, event: e.Event, before: WorkflowState, scope: Scope
) -> Iterator[e.Notice]:
    assignment = scope.state.assignment(body.assignment)
    if assignment is None or assignment.status != "open":
        return
    yield from ask(scope, assignment, because=body.reason, before=said_before(assignment))
    old = scope.state.pcn.people_by_id.get(body.old_person)
    was = before.assignment(body.assignment)
    if old and was and not body.heard and hears_of_it(scope, was, assignment):
        title, step = assignment_title(scope, assignment), scope.state.process.steps[assignment.step]
        text = no_longer(was, assignment)
        to = at_person(scope, old, assignment.organisation)
        yield notice(scope, "told", to, f"No longer with you: {title}", None, step, only="asked", text=text)


@_NOTICES.by_code(e.HandedOver)
def _handed_over(
    body: e.HandedOver, event: e.Event, before: WorkflowState, scope: Scope
) -> Iterator[e.Notice]:
    """One list to each who was asked so far. Whoever is asked now gets each of it with its own link and date."""
    state = scope.state
    passed_on = [asked for asked in map(state.assignment, body.assignments) if asked]
    instead = state.pcn.people_by_id[body.to].name
    for person in dict.fromkeys(asked.person for asked in passed_on):
        known = state.pcn.people_by_id.get(person)
        if known is None:
            continue
        theirs = [asked for asked in passed_on if asked.person == person]
        text = f"{instead} is asked instead from now on, so there is nothing more for you to do. Thank you."
        items = [assignment_title(scope, asked) for asked in theirs]
        to = at_person(scope, known, theirs[0].organisation)
        subject = f"No longer with you: {state.reference}"
        yield notice(scope, "told", to, subject, only="asked", text=text, items=items)


@_NOTICES.by_code(e.ChildRefused)
def _child_refused(
    body: e.ChildRefused, event: e.Event, before: WorkflowState, scope: Scope
) -> Iterator[e.Notice]:
    """The first time only: it is tried again by itself, and one email about it is enough."""
    manager = manager_of(scope)
    if manager is None or body.tries > 1:
        return
    step = scope.state.process.steps[body.step]
    child = scope.state.child(body.child)
    what = child.definition if child else body.child
    again = f"Baton tries again on {spoken(body.again_at)}" if body.again_at else "Baton does not try again"
    text = (
        f"“{scope.title(step)}” of {scope.state.reference} starts {what}, and it could not be started: {body.because}. "
        f"Please see to it; {again}. Until then {scope.state.reference} waits."
    )
    yield notice(scope, "task", manager, f"{what} could not be started", None, step, text=text)


# --- chasing


@_NOTICES.by_code(e.RungClimbed)
def _rung_climbed(
    body: e.RungClimbed, event: e.Event, before: WorkflowState, scope: Scope
) -> Iterator[e.Notice]:
    assignment = scope.state.assignment(body.assignment)
    if assignment is None:
        return
    step = scope.state.process.steps[assignment.step]
    rung = rung_named(scope, step, body.rung)
    text = " ".join(scope.text(rung.text, **ladder_names(scope, step, assignment)).split())
    title = scope.title(step, assignment)
    place = scope.state.pcn.organisation_name(assignment.organisation)
    subject = _rung_subject(rung, title, place, assignment.left_open)
    for person, organisation in rung_people(scope, rung, assignment):
        to = at_person(scope, person, organisation) if person else asked_address(scope, assignment)
        if to is not None:
            yield notice(
                scope, _KIND_OF[rung.register_], to, subject, assignment, step, rung=rung.id,
                digest_only=rung.channel == "digest", text=text, choices=list(rung.choices),
            )  # fmt: skip


def _rung_subject(rung: Rung, title: str, place: str, left_open: str) -> str:
    said = f"You said “{left_open}”" if left_open else f"Still to come from {place}"
    return {
        "coming up": f"Coming up: {title}",
        "due today": f"Due today: {title}",
        "offer of help": f"{said}: {title}. Can I help?",
        "ring them": f"Please ring {place}: {title}",
        "conversation": f"A word with {place}: {title}",
        "board item": f"For the board: {title}",
        "decision": f"To decide together: {title}",
    }[rung.register_]


@_NOTICES.by_code(e.ResponseReceived)
def _response_received(
    body: e.ResponseReceived, event: e.Event, before: WorkflowState, scope: Scope
) -> Iterator[e.Notice]:
    step = scope.state.process.steps[body.step]
    own = own_practices(scope.state, step, event.by, london_date(event.at))
    if not own or not body.counts or (manager := manager_of(scope)) is None:
        return
    title = scope.title(step, scope.state.assignment(body.assignment))
    text = f"{warning(scope.state, event.by, own)}. It stands meanwhile, and the record says so."
    yield notice(scope, "task", manager, f"A second approver: {title}", None, step, text=text)


_NOTICES.by_code(e.ReplyReceived)(conversation.reply_received)
_NOTICES.by_code(e.ReplyUnsettled)(conversation.reply_unsettled)
_NOTICES.by_code(e.ReplySettled)(conversation.reply_settled)
_NOTICES.by_code(e.CallDue)(conversation.call_due)
_NOTICES.by_code(e.Nudged)(conversation.nudged)


@_NOTICES.by_code(e.ShortfallRaised)
def _shortfall_raised(
    body: e.ShortfallRaised, event: e.Event, before: WorkflowState, scope: Scope
) -> Iterator[e.Notice]:
    step = scope.state.process.steps[body.step]
    title = scope.title(step)
    missing = [scope.state.pcn.organisation_name(code) for code in body.missing]
    text = (
        f"Not enough is in for “{title}”. Still missing: {', '.join(missing)}. Decide how to go on: wait until another "
        "day, go on with what is in and name the gaps, or cancel. A date that others set moves only by their word, so "
        "ask them for more time first. Nobody is counted as agreeing."
    )
    deciding = (holder(scope, role, scope.state.pcn.code) for role in ("pcn_manager", "clinical_director"))
    for person in {found[0].id: found[0] for found in deciding if found}.values():
        to = at_person(scope, person, scope.state.pcn.code)
        yield notice(scope, "decision", to, f"To decide: {title}", None, step, text=text, items=missing)


# --- telling how it came out


@_NOTICES.by_code(e.StepClosed)
def _step_closed(
    body: e.StepClosed, event: e.Event, before: WorkflowState, scope: Scope
) -> Iterator[e.Notice]:
    step = scope.state.process.steps[body.step]
    if step.message is None:
        return
    for person, organisation in told_by_message(scope, step):
        if to := address_of(scope, person, organisation):
            yield notice(
                scope, "outcome", to, str(body.values["subject"]), None, step,
                urgent=step.message.urgent, text=body.values["body"],
            )  # fmt: skip


@_NOTICES.by_code(e.MembershipChanged)
def _membership_changed(
    body: e.MembershipChanged, event: e.Event, before: WorkflowState, scope: Scope
) -> Iterator[e.Notice]:
    """Who was asked at a practice that is asked no more; their addresses are those of the membership before."""
    was = Scope(before, scope.now)
    for code in body.left:
        theirs = [each for each in asked_now(before) if each.organisation == code]
        into = body.merged.get(code, "")
        now = f"is part of {scope.state.pcn.organisation_name(into)} now" if into else "is asked no more"
        because = f"{before.pcn.organisation_name(code)} {now}: {body.reason}"
        yield from not_needed(was, theirs, because, event.actor)


@_NOTICES.by_code(e.StepSkipped)
def _step_skipped(
    body: e.StepSkipped, event: e.Event, before: WorkflowState, scope: Scope
) -> Iterator[e.Notice]:
    yield from not_needed(
        scope, before.steps[body.step].assignments.values(), f"This is left out: {body.because}", event.actor
    )


@_NOTICES.by_code(e.ShortfallDecided)
def _shortfall_decided(
    body: e.ShortfallDecided, event: e.Event, before: WorkflowState, scope: Scope
) -> Iterator[e.Notice]:
    if body.choice == "proceed":
        asked = before.steps[body.step].assignments.values()
        yield from not_needed(
            scope, asked, f"We go on with what is in: {body.reason}", event.actor, missing=True
        )


@_NOTICES.by_code(e.WorkflowReopened)
def _workflow_reopened(
    body: e.WorkflowReopened, event: e.Event, before: WorkflowState, scope: Scope
) -> Iterator[e.Notice]:
    """Everybody who took part, but for who hears it from the email that asks them again."""
    asked = {
        a.person or a.organisation
        for step in body.asked_anew
        for a in before.steps[step].assignments.values()
        if step == body.step or not a.settled
    }
    for person, organisation in everyone_who_took_part(scope):
        key = person.id if person else organisation
        to = address_of(scope, person, organisation)
        if to is not None and key not in asked and key != event.actor.person:
            text = f"{scope.state.reference} is open again: {body.reason.rstrip('.')}. If it needs you, an email asks you."
            yield notice(scope, "told", to, f"Open again: {scope.state.reference}", only="asked", text=text)


@_NOTICES.by_code(e.WorkflowClosed)
def _workflow_closed(
    body: e.WorkflowClosed, event: e.Event, before: WorkflowState, scope: Scope
) -> Iterator[e.Notice]:
    """How it came out, to everyone who took part, unless a step of the definition has just said so."""
    if body.outcome == "cancelled":
        yield from apologies(scope, body.because, event.actor)
        return
    if body.outcome == "completed" and already_told(scope):
        return
    ended = {"completed": "is closed", "stopped": "was stopped"}[body.outcome]
    for person, organisation in everyone_who_took_part(scope):
        thanks = " Thank you for your part in it." if took_part(scope, person, organisation) else ""
        text = f"{scope.state.reference} {ended}: {body.because}.{thanks}"
        if to := address_of(scope, person, organisation):
            yield notice(scope, "outcome", to, f"{scope.state.reference} {ended}", text=text)


_NOTICES.complete()
