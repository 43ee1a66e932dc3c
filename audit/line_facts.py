"""What a line of the story is about, as data: for those who tell it shorter, or count it, and need no sentence for that.

`event` is the type of what happened. Besides, the facts that the type declares, ids in words: `facts=("step:title", "late")`.
A type that declares none is told by its sentence alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from audit.names import Names
from engine import events as e
from engine.dates.clock import london_date
from engine.dates.explanation import long
from engine.events.declarations import Placeholder
from engine.events.kinds import KINDS, EventKind, fields_of

#: What stands around an event, beside its own fields.
_AROUND: dict[str, Callable[[e.Event, Names], str]] = {
    "who": lambda event, names: event.by.name,
    "place": lambda event, names: names.place(event.by.organisation),
}
#: How a value of an event is given.
_WAYS: dict[str, Callable[[Names], Callable[[Any], Any]]] = {
    "day": lambda names: lambda at: long(london_date(at)) if at else "",
    "places": lambda names: lambda codes: [names.place(code) for code in codes],
    "title": lambda names: names.title,
}


def facts_of(event: e.Event, names: Names) -> Mapping[str, Any]:
    """What one event is about."""
    around = {name: say(event, names) for name, say in _AROUND.items()}
    ways = {way: of(names) for way, of in _WAYS.items()}
    found = {
        fact.path[0]: ways[fact.way](value) if fact.way else value
        for fact in _FACTS[event.type]
        for value in [fact.value(event.body, around)]
    }
    return {"event": event.type, **found}


def asked_facts(first: e.Event, bodies: Sequence[e.AssignmentOpened], names: Names) -> Mapping[str, Any]:
    """What it is about that several are asked for the same step, by the same date; `first` is the event of one of them."""
    asked = facts_of(replace(first, body=bodies[0]), names)
    return {**asked, "people": [_asked(body, names) for body in bodies]}


def _asked(body: e.AssignmentOpened, names: Names) -> str:
    if body.unfilled:
        return f"{body.name}, since nobody holds {names.role(body.role)} at {names.place(body.organisation)}"
    return f"{body.name} for {names.person(body.on_behalf_of)}" if body.on_behalf_of else body.name


def _declared(kind: EventKind) -> tuple[Placeholder, ...]:
    return tuple(Placeholder.of(fact, {*fields_of(kind.body), *_AROUND}, _WAYS) for fact in kind.facts)


_FACTS = {name: _declared(kind) for name, kind in KINDS.items()}
