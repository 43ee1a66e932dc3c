"""One sentence for each kind of event: the one it declares, or the one that is put together here."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from audit.names import Names
from definitions.models.replies import REPLIES
from engine import events as e
from engine.dates.explanation import long
from engine.events.declarations import Phrase
from engine.events.kinds import Table, fields_of

_CHANNELS = {
    "link": "on the web page",
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


def sentence(event: e.Event, names: Names) -> str | None:
    """What happened, or None for what is told elsewhere: emails stand apart, an opening says no more than the asking."""
    return _STORY[type(event.body)](event.body, event, names)


def _how(event: e.Event, names: Names) -> str:
    if event.told:
        return f" {event.told.how} on {names.moment(event.told.at)}"
    said = _CHANNELS.get(event.actor.channel)
    return f" {said}" if said else ""


def _because(text: str) -> str:
    return f": {text.rstrip('.')}." if text else "."


def _by(event: e.Event, names: Names) -> str:
    return f" by {names.actor(event.actor)}" if not event.actor.is_baton else ""


def _recorded(event: e.Event, names: Names) -> str:
    """Of what was told somebody: who recorded it."""
    return f"; {names.actor(event.actor)} recorded it" if event.told else ""


#: What stands around an event, in words; beside the event's own fields, a declared sentence may name these.
_AROUND: dict[str, Callable[[e.Event, Names], str]] = {
    "actor": lambda event, names: names.actor(event.actor),
    "by": _by,
    "how": _how,
    "told": lambda event, names: f"{_how(event, names)}{_recorded(event, names)}" if event.told else "",
    "teller": lambda event, names: names.actor(event.by),
    "pcn": lambda event, names: names.state.pcn.name,
}
#: How a value of an event is said.
_WAYS: dict[str, Callable[[Names], Callable[[Any], str]]] = {
    "asked": lambda names: lambda kind: REPLIES[kind].asked,
    "because": lambda names: _because,
    "moment": lambda names: names.moment,
    "organisation": lambda names: names.place,
    "person": lambda names: names.person,
    "place": lambda names: names.at,
    "places": lambda names: names.places,
    "title": lambda names: names.quoted,
    "whose": lambda names: names.whose,
    "words": lambda names: lambda id: str(id).replace("_", " ").replace("-", " "),
}

Teller = Callable[[Any, e.Event, Names], str | None]


def _told_elsewhere(body: e.Body, event: e.Event, names: Names) -> str | None:
    return None


def _declared(text: str, kind: type[e.Body]) -> Teller:
    """The sentence that the event declares, with the names of this workflow."""
    phrase = Phrase(text, {*fields_of(kind), *_AROUND}, _WAYS)

    def tell(body: e.Body, event: e.Event, names: Names) -> str:
        around = {name: say(event, names) for name, say in _AROUND.items()}
        return phrase.fill(body, around, {way: of(names) for way, of in _WAYS.items()})

    return tell


_STORY: Table[Teller] = Table("story", _told_elsewhere, _declared)


# --- the workflow


@_STORY.by_code(e.PartLifted)
def _part_lifted(body: e.PartLifted, event: e.Event, names: Names) -> str:
    part = f" in {names.quoted(body.step)}" if body.step else ""
    part += f" of {names.place(body.organisation)}" if body.organisation else ""
    return f"{names.actor(event.actor)} lifted the hold on what is asked{part}{_because(body.reason)} {_lost(body.lost)}"


@_STORY.by_code(e.HoldLifted)
def _hold_lifted(body: e.HoldLifted, event: e.Event, names: Names) -> str:
    return f"{names.actor(event.actor)} lifted the hold{_because(body.reason)} {_lost(body.lost)}"


def _lost(lost: int) -> str:
    days = "1 working day was" if lost == 1 else f"{lost} working days were"
    return f"{days} lost; internal dates moved on by that."


@_STORY.by_code(e.MembershipChanged)
def _membership_changed(body: e.MembershipChanged, event: e.Event, names: Names) -> str:
    parts = [f"{names.places(body.joined)} joined"] if body.joined else []
    left = [code for code in body.left if code not in body.merged]
    parts += [f"{names.places(left)} left"] if left else []
    parts += [
        f"{names.place(code)} left and merged into {names.place(into)}" for code, into in body.merged.items()
    ]
    parts += [f"{names.place(code)} has {size:,} patients" for code, size in body.list_sizes.items()]
    return f"{names.actor(event.actor)} changed the membership ({'; '.join(parts) or 'its people'}){_because(body.reason)}"


@_STORY.by_code(e.ChildRefused)
def _child_refused(body: e.ChildRefused, event: e.Event, names: Names) -> str:
    again = (
        f"it is tried again on {names.moment(body.again_at)}" if body.again_at else "it is not tried again"
    )
    return f"{names.quoted(body.step)} could not start workflow {body.child}: {body.because}; {again}."


# --- its steps


@_STORY.by_code(e.ShortfallDecided)
def _shortfall_decided(body: e.ShortfallDecided, event: e.Event, names: Names) -> str:
    until = f" until {names.moment(body.until)}" if body.until else ""
    step = names.quoted(body.step)
    choice = (
        f"go on with {step} without what is missing"
        if body.choice == "proceed"
        else f"wait for {step}{until}"
    )
    return f"{names.actor(event.actor)} decided to {choice}{_because(body.reason)}"


# --- its assignments


@_STORY.by_code(e.ResponseReceived)
def _response_received(body: e.ResponseReceived, event: e.Event, names: Names) -> str:
    late = ", late" if body.late else ""
    again = f", amending the answer (number {body.number})" if body.number > 1 else ""
    counted = "" if body.counts else " It does not count towards closing."
    warned = f" Looked unusual: {'; '.join(body.warnings)}." if body.warnings else ""
    outcome = f": {body.outcome}" if body.outcome and body.outcome != "answered" else ""
    signed = " Signed." if body.signed else ""
    how, recorded = _how(event, names), _recorded(event, names)
    return f"{names.actor(event.by)} answered {names.whose(body.assignment)}{how}{late}{again}{outcome}{recorded}.{signed}{counted}{warned}"


@_STORY.by_code(e.TimeGiven)
def _time_given(body: e.TimeGiven, event: e.Event, names: Names) -> str:
    step = f" for {names.quoted(body.step)}" if body.step else ""
    place = f" at {names.place(body.organisation)}" if body.organisation else ""
    left = (
        f" The date of {'; '.join(map(names.whose, body.left))} is set from outside, and stays."
        if body.left
        else ""
    )
    return f"{names.actor(event.actor)} gave everyone still asked{place} until {names.moment(body.until)}{step}{_because(body.reason)}{left}"


@_STORY.by_code(e.CallNoted)
def _call_noted(body: e.CallNoted, event: e.Event, names: Names) -> str:
    place = names.at(body.assignment)
    did = f"spoke with {place}" if body.reached else f"tried to reach {place} and could not"
    following = f" Next step: {long(body.next_on)}." if body.next_on else ""
    return f"{names.actor(event.actor)} {did}{_because(body.text)}{following}"


@_STORY.by_code(e.RungClimbed)
def _rung_climbed(body: e.RungClimbed, event: e.Event, names: Names) -> str:
    people = ", ".join(names.person(person) for person in body.people) or "nobody"
    said = _RUNGS.get(body.register, "reminded {people}").format(people=people)
    whom = "" if "{people}" in _RUNGS.get(body.register, "") else f" to {people}"
    return f"Chased {names.whose(body.assignment)}{whom}: {said}."


# --- asked, together or alone


@_STORY.by_code(e.AssignmentOpened)
def _assignment_opened(body: e.AssignmentOpened, event: e.Event, names: Names) -> str:
    return asked([body], names)


def asked(bodies: Sequence[e.AssignmentOpened], names: Names) -> str:
    """Everyone a step was asked of at once, by the same date."""
    first = bodies[0]
    due = f", due {names.moment(first.due.at)}" if first.due else ""
    again = f" (attempt {first.attempt})" if first.attempt > 1 else ""
    people = "; ".join(_one_asked(body, names) for body in bodies)
    return f"Asked for {names.quoted(first.step)}{again}{due}: {people}."


def _one_asked(body: e.AssignmentOpened, names: Names) -> str:
    if body.unfilled:
        return f"nobody holds {names.role(body.role)} at {names.place(body.organisation)}, so {body.name} was asked whom to ask"
    cover = f" for {names.person(body.on_behalf_of)}" if body.on_behalf_of else ""
    return f"{body.name}{cover} ({names.role(body.role)}, {names.place(body.organisation)})"


_STORY.complete()
