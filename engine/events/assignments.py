"""What happens to an assignment: it is asked, moved, handed over, and ended."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from engine.events.declarations import Sets
from engine.events.kinds import BY_CODE, NOTHING, event
from engine.events.values import Body, PlannedRung, When


@event(
    folds=BY_CODE,
    notifies=BY_CODE,
    rows=BY_CODE,
    story=BY_CODE,
    explains="due.explanation",
    published=NOTHING,
    facts=("step:title", "attempt", "due.at:day"),
)
@dataclass(frozen=True, slots=True)
class AssignmentOpened(Body):
    """`unfilled`: nobody could be found, so `person` is the manager, who is asked whom to ask.

    `text`: the question it was opened with, where somebody opened it on demand.
    """

    assignment: str
    step: str
    attempt: int
    organisation: str
    role: str
    person: str
    name: str
    on_behalf_of: str
    due: When | None
    rungs: tuple[PlannedRung, ...]
    list_size: int = 0
    unfilled: bool = False
    text: str = ""


@event(
    folds=BY_CODE,
    notifies=BY_CODE,
    rows=BY_CODE,
    story="{assignment:whose} was asked again{by}[, for {due.at:moment}]{because:because}",
    explains="due.explanation",
    published=NOTHING,
)
@dataclass(frozen=True, slots=True)
class AskedAgain(Body):
    """The same assignment waits for another answer, with a due date and a ladder counted from here.

    After an answer that does not count (a check "in progress"), when it was sent back to this practice while others are
    still answering, or when the email that asked could not be sent. `email`: they are written to now, in the place of
    what had not gone; otherwise they have just said it themselves. `text` is what that email says of it; what was said
    before stays where it is empty.
    """

    assignment: str
    step: str
    because: str
    due: When | None
    rungs: tuple[PlannedRung, ...]
    email: bool = False
    text: str = ""


@event(
    folds=BY_CODE,
    notifies=NOTHING,
    rows=BY_CODE,
    story="{assignment:whose} is now due {new.at:moment}{because:because}",
    explains="new.explanation",
    published="baton.assignment.moved",
)
@dataclass(frozen=True, slots=True)
class DeadlineMoved(Body):
    """Whoever is asked hears of it with all else that changed for them (`engine/notices/changes.py`), or from the email that
    says why. `granted`: a person gave this date, so nothing but a hold moves it. `fresh`: they just gave it, and the ladder
    starts anew with it."""

    assignment: str
    step: str
    old: When | None
    new: When
    because: str
    rungs: tuple[PlannedRung, ...] = ()
    granted: bool = False
    fresh: bool = False


@event(
    folds=NOTHING,
    notifies=NOTHING,
    rows=NOTHING,
    story=BY_CODE,
    published=NOTHING,
)
@dataclass(frozen=True, slots=True)
class TimeGiven(Body):
    """Everyone who is still asked has until another moment: in a step, at an organisation, or both; everywhere when
    neither is named. A `DeadlineMoved` follows for each.

    `left` are the assignments whose date is set from outside, and stays.
    """

    until: datetime
    reason: str
    step: str = ""
    organisation: str = ""
    left: tuple[str, ...] = ()


@event(
    folds=BY_CODE,
    notifies=BY_CODE,
    rows=BY_CODE,
    story="{actor} asked {name}[ instead of {old_person:person}] for {assignment:whose}{reason:because}",
    published=NOTHING,
)
@dataclass(frozen=True, slots=True)
class AssignmentReassigned(Body):
    """`rungs` are those from now on; None leaves them. `unfilled`: whoever was asked is gone, and nobody was found.
    `heard`: whoever was asked before hears of it from the event that led to this."""

    assignment: str
    step: str
    old_person: str
    person: str
    name: str
    reason: str
    on_behalf_of: str = ""
    rungs: tuple[PlannedRung, ...] | None = None
    unfilled: bool = False
    heard: bool = False


@event(
    folds=NOTHING,
    notifies=BY_CODE,
    rows=NOTHING,
    story="{actor} asked {to:person} for all that {person:person} was asked{reason:because}",
    published=NOTHING,
)
@dataclass(frozen=True, slots=True)
class HandedOver(Body):
    """Everything that a person was asked in this workflow is asked of another. An `AssignmentReassigned` follows for
    each of `assignments`."""

    person: str
    to: str
    reason: str
    assignments: tuple[str, ...]


@event(
    folds=Sets("assignment", status="ended"),
    notifies=NOTHING,
    rows=Sets("assignment", status="ended"),
    story="{assignment:whose} ended without an answer{because:because}",
    published=NOTHING,
)
@dataclass(frozen=True, slots=True)
class AssignmentEnded(Body):
    """The assignment is over without an answer; its rungs and unsent notices are void."""

    assignment: str
    step: str
    because: str
