"""What a line of the story is about, as data: for those who tell it shorter, or count it, and need no sentence for that.

`event` is the type of what happened. Besides, by type:

WorkflowLaunched: who, definition · AssignmentOpened: step (its title), attempt, due (the day, in words), people ·
ResponseReceived: who, place, step, outcome (empty where it is only that it was answered), late, number, counts, warnings ·
StepClosed: step, outcome, because, missing (places), alone (one answer closed it).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import singledispatch
from typing import Any

from audit.names import Names
from engine import events as e
from engine.dates.clock import london_date
from engine.dates.explanation import long
from engine.decisions.advance import ANSWERED


def facts_of(event: e.Event, names: Names) -> Mapping[str, Any]:
    """What one event is about."""
    return {"event": type(event.body).__name__, **_facts(event.body, event, names)}


def asked_facts(bodies: Sequence[e.AssignmentOpened], names: Names) -> Mapping[str, Any]:
    """What it is about that several are asked for the same step, by the same date."""
    first = bodies[0]
    return {
        "event": type(first).__name__,
        "step": names.title(first.step),
        "attempt": first.attempt,
        "due": long(london_date(first.due.at)) if first.due else "",
        "people": [_asked(body, names) for body in bodies],
    }


def _asked(body: e.AssignmentOpened, names: Names) -> str:
    if body.unfilled:
        return f"{body.name}, since nobody holds {names.role(body.role)} at {names.place(body.organisation)}"
    return f"{body.name} for {names.person(body.on_behalf_of)}" if body.on_behalf_of else body.name


@singledispatch
def _facts(body: e.Body, event: e.Event, names: Names) -> Mapping[str, Any]:
    return {}


@_facts.register
def _(body: e.WorkflowLaunched, event: e.Event, names: Names) -> Mapping[str, Any]:
    return {"who": event.actor.name, "definition": body.definition}


@_facts.register
def _(body: e.ResponseReceived, event: e.Event, names: Names) -> Mapping[str, Any]:
    return {
        "who": event.actor.name,
        "place": names.place(event.actor.organisation),
        "step": names.title(body.step),
        "outcome": "" if body.outcome == "answered" else body.outcome,
        "late": body.late,
        "number": body.number,
        "counts": body.counts,
        "warnings": list(body.warnings),
    }


@_facts.register
def _(body: e.StepClosed, event: e.Event, names: Names) -> Mapping[str, Any]:
    return {
        "step": names.title(body.step),
        "outcome": body.outcome,
        "because": body.because,
        "missing": [names.place(code) for code in body.missing],
        "alone": body.because == ANSWERED,
    }
