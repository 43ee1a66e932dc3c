"""What happens on the ladder of an assignment, and what silence comes to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from engine.events.declarations import Of, Sets
from engine.events.kinds import BY_CODE, NOTHING, event
from engine.events.values import Body


@event(
    folds=BY_CODE,
    notifies=BY_CODE,
    rows=BY_CODE,
    story=BY_CODE,
    published="baton.step.escalated",
)
@dataclass(frozen=True, slots=True)
class RungClimbed(Body):
    assignment: str
    step: str
    rung: str
    register: str
    people: tuple[str, ...]


@event(
    folds=BY_CODE,
    notifies=NOTHING,
    rows=NOTHING,
    story="The chaser “{rung:words}” for {assignment:place} was passed over{because:because}",
    published=NOTHING,
)
@dataclass(frozen=True, slots=True)
class RungSkipped(Body):
    """A rung that was passed over, and why."""

    assignment: str
    step: str
    rung: str
    because: str


@event(
    folds=Sets("assignment", unreached=True),
    notifies=NOTHING,
    rows=NOTHING,
    story="Nobody chases {assignment:place} by email{because:because}",
    published=NOTHING,
)
@dataclass(frozen=True, slots=True)
class AskUndelivered(Body):
    """The email that asks was refused, or nobody knows whether it arrived: they are not chased by email, and their silence
    means nothing.

    The manager heard of it from the post. Asking them again, or somebody else, takes it back.
    """

    assignment: str
    step: str
    because: str


@event(
    folds=BY_CODE,
    notifies=NOTHING,
    rows=NOTHING,
    story=BY_CODE,
    published=NOTHING,
)
@dataclass(frozen=True, slots=True)
class CallNoted(Body):
    """What came of a call, a visit or a meeting about an assignment. `rung`: the one that asked for it, if one did.

    `next_on`: the day on which the manager is reminded, unless there is an answer by then.
    """

    assignment: str
    step: str
    reached: bool
    text: str
    next_on: date | None = None
    rung: str = ""


@event(
    folds=BY_CODE,
    notifies=BY_CODE,
    rows=NOTHING,
    story="There was no answer from {assignment:place} by the day that had been noted; the manager was reminded.",
    published=NOTHING,
)
@dataclass(frozen=True, slots=True)
class CallDue(Body):
    """The day that was noted for the next step with them is there, and there is no answer: the manager is told, once."""

    assignment: str
    step: str


@event(
    folds=BY_CODE,
    notifies=BY_CODE,
    rows=NOTHING,
    story="{actor} reminded {assignment:place} of {step:title}[: “{text}”].",
    published="baton.assignment.nudged",
)
@dataclass(frozen=True, slots=True)
class Nudged(Body):
    """Somebody reminded them, outside the chasers that go by themselves. `text` is what they wrote."""

    assignment: str
    step: str
    text: str


@event(
    folds=Sets("assignment", silence=Of("as_")),
    notifies=NOTHING,
    rows=NOTHING,
    story="{assignment:place} said nothing, which counts as {as_}, as the first email said.",
    published=NOTHING,
)
@dataclass(frozen=True, slots=True)
class SilenceCounted(Body):
    assignment: str
    step: str
    as_: Literal["agreement", "abstention"]
