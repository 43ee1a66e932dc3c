"""What comes back from who was asked: answers, and what is said instead of one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from definitions.models.replies import ReplyKind
from engine.events.declarations import AT, Of, Sets, Tell
from engine.events.kinds import BY_CODE, NOTHING, event
from engine.events.values import Body, Told, When


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
    `signed` is the hash of the content a signature covers. `told`: they gave it outside Baton, and somebody recorded it;
    `late` is then said of when they told it.
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
    told: Told | None = None


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
    story="{teller} {kind:asked}[ until {until:moment}] ({assignment:whose}){told}.[ “{text}”] Reminders stopped.",
    published="baton.assignment.replied",
)
@dataclass(frozen=True, slots=True)
class ReplyReceived(Body):
    """Not an answer, but not silence either: it stops the ladder (rule 8). `told`: they said it outside Baton, and
    somebody recorded it."""

    assignment: str
    step: str
    kind: ReplyKind
    text: str
    until: datetime | None = None
    told: Told | None = None


@event(
    folds=BY_CODE,
    notifies=BY_CODE,
    rows=NOTHING,
    story="{actor} replied to {assignment:place}[, gave them until {until.at:moment}][, and asked {to:person} instead]{text:because}",
    published="baton.assignment.settled",
)
@dataclass(frozen=True, slots=True)
class ReplySettled(Body):
    """The manager answered what was said instead of an answer; the ladder goes on from here.

    `until`: the date that they have now, where more time was given. `to`: the person who is asked instead.
    """

    assignment: str
    step: str
    text: str
    until: When | None = None
    to: str = ""


@event(
    folds=BY_CODE,
    notifies=BY_CODE,
    rows=NOTHING,
    story="What {assignment:place} had said was not settled yet; the manager was reminded.",
    published="baton.assignment.unsettled",
)
@dataclass(frozen=True, slots=True)
class ReplyUnsettled(Body):
    """What somebody said has waited for the manager for some working days, and comes back to them."""

    assignment: str
    step: str


@event(
    folds=BY_CODE,
    notifies=Tell(
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
