"""One sentence for each kind of event."""

from __future__ import annotations

from functools import singledispatch

from audit.names import Names
from definitions.models.replies import REPLIES
from engine.events import changes, children, post
from engine.events import workflow as e

_CHANNELS = {
    "web": "on the web page",
    "api": "over the API",
    "cli": "at the command line",
    "schedule": "by schedule",
}
_RUNGS = {
    "coming up": "said it is coming up",
    "due today": "said it is due today",
    "offer of help": "offered help; the last email that goes by itself",
    "ring them": "asked {people} to ring them",
    "conversation": "asked {people} to have a word",
    "board item": "put it on the list of open items, with {people}",
    "decision": "asked {people} how to go on",
}


def sentence(body: e.Body, event: e.Event, names: Names) -> str | None:
    """What happened, or None for what is told elsewhere."""
    return _told(body, event, names)


@singledispatch
def _told(body: object, event: e.Event, names: Names) -> str | None:
    return None


def _how(event: e.Event) -> str:
    said = _CHANNELS.get(event.actor.channel)
    return f" {said}" if said else ""


def _because(text: str) -> str:
    return f": {text.rstrip('.')}." if text else "."


# --- the workflow


@_told.register
def _(body: e.WorkflowLaunched, event: e.Event, names: Names) -> str:
    return (
        f"{names.actor(event.actor)} launched {body.reference} for {names.state.pcn.name}{_how(event)}, "
        f"on {body.definition} version {body.definition_version}."
    )


@_told.register
def _(body: e.WorkflowClosed, event: e.Event, names: Names) -> str:
    by = f" by {names.actor(event.actor)}" if event.actor.role != "engine" else ""
    return f"Closed, {body.outcome}{by}{_because(body.because)}"


@_told.register
def _(body: changes.WorkflowHeld, event: e.Event, names: Names) -> str:
    return f"{names.actor(event.actor)} put it on hold{_because(body.reason)}"


@_told.register
def _(body: changes.HoldLifted, event: e.Event, names: Names) -> str:
    days = "1 working day was" if body.lost == 1 else f"{body.lost} working days were"
    return f"{names.actor(event.actor)} lifted the hold{_because(body.reason)} {days} lost; internal dates moved on by that."


@_told.register
def _(body: changes.WorkflowLocked, event: e.Event, names: Names) -> str:
    return f"Locked by {names.quoted(body.step)}: what is done cannot change any more."


@_told.register
def _(body: changes.LockLifted, event: e.Event, names: Names) -> str:
    return f"{names.actor(event.actor)} lifted the lock{_because(body.reason)}"


@_told.register
def _(body: changes.MembershipChanged, event: e.Event, names: Names) -> str:
    parts = [f"{names.places(body.joined)} joined"] if body.joined else []
    parts += [f"{names.places(body.left)} left"] if body.left else []
    return f"{names.actor(event.actor)} changed the membership ({'; '.join(parts) or 'its people'}){_because(body.reason)}"


@_told.register
def _(body: changes.CalendarChanged, event: e.Event, names: Names) -> str:
    return f"The calendar changed{_because(body.reason)}"


@_told.register
def _(body: changes.DefinitionChanged, event: e.Event, names: Names) -> str:
    return f"{names.actor(event.actor)} moved it to version {body.version} of its definition{_because(body.reason)}"


@_told.register
def _(body: changes.DateMoved, event: e.Event, names: Names) -> str:
    old = f" from {body.old}" if body.old else ""
    return f"{names.actor(event.actor)} moved {body.name.replace('_', ' ')}{old} to {body.new}{_because(body.reason)}"


@_told.register
def _(body: children.ChildRequested, event: e.Event, names: Names) -> str:
    item = f" for {body.item}" if body.item else ""
    return f"{names.quoted(body.step)} started {body.definition}{item} (workflow {body.child})."


@_told.register
def _(body: children.ChildRefused, event: e.Event, names: Names) -> str:
    again = (
        f"it is tried again on {names.moment(body.again_at)}" if body.again_at else "it is not tried again"
    )
    return f"{names.quoted(body.step)} could not start workflow {body.child}: {body.because}; {again}."


@_told.register
def _(body: children.ChildClosed, event: e.Event, names: Names) -> str:
    return f"{body.reference} (workflow {body.child}), which {names.quoted(body.step)} started, was {body.outcome}."


# --- its steps


@_told.register
def _(body: e.StepSkipped, event: e.Event, names: Names) -> str:
    return f"{names.quoted(body.step)} was left out{_because(body.because)}"


@_told.register
def _(body: e.StepClosed, event: e.Event, names: Names) -> str:
    missing = f" Missing, and not estimated: {names.places(body.missing)}." if body.missing else ""
    outcome = f" ({body.outcome})" if body.outcome else ""
    return f"{names.quoted(body.step)} closed{outcome}{_because(body.because)}{missing}"


@_told.register
def _(body: e.StepReopened, event: e.Event, names: Names) -> str:
    whom = f" for {names.place(body.organisation)}" if body.organisation else ""
    return f"{names.quoted(body.step)} was opened again{whom}, attempt {body.attempt}{_because(body.because)}"


@_told.register
def _(body: e.DateRefused, event: e.Event, names: Names) -> str:
    return f"A date of {names.quoted(body.step)} was not guessed; the manager was asked to see to it{_because(body.because)}"


@_told.register
def _(body: e.ShortfallRaised, event: e.Event, names: Names) -> str:
    return f"{names.quoted(body.step)} is short of {names.places(body.missing)}; the manager was asked how to go on."


@_told.register
def _(body: e.ShortfallDecided, event: e.Event, names: Names) -> str:
    until = f" until {names.moment(body.until)}" if body.until else ""
    choice = "go on without what is missing" if body.choice == "proceed" else f"wait{until}"
    return f"{names.actor(event.actor)} decided to {choice}{_because(body.reason)}"


# --- its assignments


@_told.register
def _(body: e.ResponseReceived, event: e.Event, names: Names) -> str:
    late = ", late" if body.late else ""
    again = f", amending the answer (number {body.number})" if body.number > 1 else ""
    counted = "" if body.counts else " It does not count towards closing."
    warned = f" Looked unusual: {'; '.join(body.warnings)}." if body.warnings else ""
    outcome = f": {body.outcome}" if body.outcome and body.outcome != "answered" else ""
    signed = " Signed." if body.signed else ""
    return f"{names.actor(event.actor)} answered {names.whose(body.assignment)}{_how(event)}{late}{again}{outcome}.{signed}{counted}{warned}"


@_told.register
def _(body: e.ActionsSetOff, event: e.Event, names: Names) -> str:
    return f"That answer ({body.outcome}) set off what the definition says should follow, while the others are still asked."


@_told.register
def _(body: e.ResponseCarried, event: e.Event, names: Names) -> str:
    return f"The earlier answer to {names.whose(body.assignment)} stands."


@_told.register
def _(body: e.ReplyReceived, event: e.Event, names: Names) -> str:
    until = f" until {names.moment(body.until)}" if body.until else ""
    text = f" “{body.text}”" if body.text else ""
    return f"{names.actor(event.actor)} {REPLIES[body.kind].asked}{until} ({names.whose(body.assignment)}).{text} Reminders stopped."


@_told.register
def _(body: e.ReplySettled, event: e.Event, names: Names) -> str:
    return f"{names.actor(event.actor)} replied to {names.at(body.assignment)}{_because(body.text)}"


@_told.register
def _(body: e.PromisePassed, event: e.Event, names: Names) -> str:
    return (
        f"The time {names.at(body.assignment)} had asked for passed without an answer; the manager was told."
    )


@_told.register
def _(body: e.DeadlineMoved, event: e.Event, names: Names) -> str:
    return f"{names.whose(body.assignment)} is now due {names.moment(body.new.at)}{_because(body.because)}"


@_told.register
def _(body: e.AssignmentReassigned, event: e.Event, names: Names) -> str:
    old = f" instead of {names.person(body.old_person)}" if body.old_person else ""
    return f"{names.actor(event.actor)} asked {body.name}{old} for {names.whose(body.assignment)}{_because(body.reason)}"


@_told.register
def _(body: e.RungClimbed, event: e.Event, names: Names) -> str:
    people = ", ".join(names.person(person) for person in body.people) or "nobody"
    said = _RUNGS.get(body.register, "reminded {people}").format(people=people)
    whom = "" if "{people}" in _RUNGS.get(body.register, "") else f" to {people}"
    return f"Chased {names.whose(body.assignment)}{whom}: {said}."


@_told.register
def _(body: e.RungSkipped, event: e.Event, names: Names) -> str:
    rung = body.rung.replace("_", " ").replace("-", " ")
    return f"The chaser “{rung}” for {names.at(body.assignment)} was passed over{_because(body.because)}"


@_told.register
def _(body: e.ConversationRecorded, event: e.Event, names: Names) -> str:
    return f"{names.actor(event.actor)} spoke with {names.at(body.assignment)}{_because(body.outcome)}"


@_told.register
def _(body: e.AskedAgain, event: e.Event, names: Names) -> str:
    by = f", by {names.moment(body.due.at)}" if body.due else ""
    return f"{names.whose(body.assignment)} was asked again{by}{_because(body.because)}"


@_told.register
def _(body: e.SilenceCounted, event: e.Event, names: Names) -> str:
    return f"{names.at(body.assignment)} said nothing, which counts as {body.as_}, as the first email said."


@_told.register
def _(body: post.LinkRevoked, event: e.Event, names: Names) -> str:
    return f"{names.actor(event.actor)} revoked the link to {names.whose(body.assignment)}{_because(body.reason)}"


@_told.register
def _(body: e.AssignmentEnded, event: e.Event, names: Names) -> str:
    return f"{names.whose(body.assignment)} ended without an answer{_because(body.because)}"
