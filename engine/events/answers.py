"""What comes back from who was asked: answers, and what is said instead of one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from definitions.models.replies import ReplyKind
from engine.events.declarations import AT, Of, Sets, Tell
from engine.events.kinds import BY_CODE, NOTHING, event
from engine.events.values import Body


@event(
    folds=BY_CODE,
    notifies=BY_CODE,
    rows=Sets("assignment", status="answered", answered_at=AT, late=Of("late"), responses=Of("number")),
    story=BY_CODE,
    published="baton.assignment.answered",
    facts=("who", "place", "step:title", "outcome", "late", "number", "counts", "warnings"),
)
@dataclass(frozen=True, slots=True)
class ResponseReceived(Body):
    """A numbered attempt to answer. `answers` are typed values as `definitions/models/fields.py` lays out.

    `number` counts from 1 within the assignment. `late` is after the due date, and taken all the same (rule 5).
    `signed` is the hash of the content a signature covers.
    """

    assignment: str
    step: str
    number: int
    answers: Mapping[str, Any]
    outcome: str
    late: bool
    counts: bool
    warnings: tuple[str, ...] = ()
    signed: str = ""


@event(
    folds=BY_CODE,
    notifies=NOTHING,
    rows=BY_CODE,
    story="The earlier answer to {assignment:whose} stands.",
    published=NOTHING,
)
@dataclass(frozen=True, slots=True)
class ResponseCarried(Body):
    """The answer of an earlier attempt stands in this one."""

    assignment: str
    step: str
    from_assignment: str


@event(
    folds=Sets("assignment", acted=Of("number")),
    notifies=NOTHING,
    rows=NOTHING,
    story="That answer ({outcome}) set off what the definition says should follow, while the others are still asked.",
    published=NOTHING,
)
@dataclass(frozen=True, slots=True)
class ActionsSetOff(Body):
    """An answer that leaves its step open set off what `on` says; once for each number."""

    assignment: str
    step: str
    number: int
    outcome: str


@event(
    folds=BY_CODE,
    notifies=BY_CODE,
    rows=NOTHING,
    story="{actor} {kind:asked}[ until {until:moment}] ({assignment:whose}).[ “{text}”] Reminders stopped.",
    published="baton.assignment.replied",
)
@dataclass(frozen=True, slots=True)
class ReplyReceived(Body):
    """Not an answer, but not silence either: it stops the ladder (rule 8)."""

    assignment: str
    step: str
    kind: ReplyKind
    text: str
    until: datetime | None = None


@event(
    folds=BY_CODE,
    notifies=Tell("whoever is asked", "told", "About {title}", "{text}"),
    rows=NOTHING,
    story="{actor} replied to {assignment:place}{text:because}",
    published=NOTHING,
)
@dataclass(frozen=True, slots=True)
class ReplySettled(Body):
    """The manager answered a reply; the ladder goes on from here."""

    assignment: str
    step: str
    text: str


@event(
    folds=BY_CODE,
    notifies=Tell(
        "the manager",
        "task",
        "Please ring {place}: {title}",
        "{place} asked for time until {until:day}, and no answer is in yet. A call may help.",
    ),
    rows=NOTHING,
    story="The time {assignment:place} had asked for passed without an answer; the manager was told.",
    published=NOTHING,
)
@dataclass(frozen=True, slots=True)
class PromisePassed(Body):
    """The time somebody asked for is over, and there is no answer: the manager is told, once."""

    assignment: str
    step: str
    until: datetime
