"""What happens to the steps of a workflow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from engine.events.declarations import AT, VERSION, Of, Sets, Tell
from engine.events.kinds import BY_CODE, NOTHING, event
from engine.events.values import Body, When


@event(
    folds=Sets("step", status="skipped", closed_at=AT, closed_by=VERSION),
    notifies=BY_CODE,
    rows=Sets("step", status="skipped", closed_at=AT, outcome="skipped"),
    story="{step:title} was left out{by}{because:because}",
    published=NOTHING,
)
@dataclass(frozen=True, slots=True)
class StepSkipped(Body):
    step: str
    attempt: int
    because: str


@event(
    folds=Sets(
        "step",
        status="open",
        opened_at=AT,
        due=Of("due"),
        chosen=Of("chosen"),
        text=Of("text"),
        short_at=None,
        shortfall="",
    ),
    notifies=NOTHING,
    rows=Sets("step", status="open", opened_at=AT, due=Of("due.at"), closed_at=None, outcome=""),
    story=NOTHING,
    published="baton.step.opened",
)
@dataclass(frozen=True, slots=True)
class StepOpened(Body):
    """`text` is what the manager wrote to those a step on demand is opened for."""

    step: str
    attempt: int
    due: When | None = None
    chosen: tuple[str, ...] = ()
    text: str = ""


@event(
    folds=BY_CODE,
    notifies=BY_CODE,
    rows=BY_CODE,
    story="{step:title} closed[ ({outcome})]{because:because}[ Missing, and not estimated: {missing:places}.]",
    published="baton.step.closed",
    facts=("step:title", "outcome", "because", "missing:places"),
)
@dataclass(frozen=True, slots=True)
class StepClosed(Body):
    """`missing` names the organisations that did not answer; they are never estimated (rule 6)."""

    step: str
    attempt: int
    outcome: str
    because: str
    missing: tuple[str, ...] = ()
    values: Mapping[str, Any] = field(default_factory=dict)


@event(
    folds=BY_CODE,
    notifies=NOTHING,
    rows=BY_CODE,
    story="{step:title} was opened again[ for {organisation:organisation}]{by}, attempt {attempt}{because:because}",
    published="baton.step.reopened",
)
@dataclass(frozen=True, slots=True)
class StepReopened(Body):
    """`attempt` is the new one. `organisation` set: only that practice is asked again, the others' answers stand.

    Said again of an attempt that has not opened yet, it adds a practice to it, or everybody. `sent_back`: it is this
    step that was sent back, and not one that follows it; a signature is then asked for again whatever it covers.
    `text` is what the email that asks says of it.
    """

    step: str
    attempt: int
    because: str
    organisation: str = ""
    sent_back: bool = False
    text: str = ""


@event(
    folds=Sets("step", refused=Of("because")),
    notifies=Tell(
        "question",
        "A date is not known: {title}",
        "A date of “{title}” cannot be worked out. {because} Nothing was guessed, and this waits for it.",
    ),
    rows=NOTHING,
    story="A date of {step:title} was not guessed; the manager was asked to see to it{because:because}",
    published=NOTHING,
)
@dataclass(frozen=True, slots=True)
class DateRefused(Body):
    """A date of the step lies past the calendar's horizon (rule 13): the manager is asked to see to the calendar."""

    step: str
    attempt: int
    because: str


@event(
    folds=Sets("step", shortfall="raised"),
    notifies=BY_CODE,
    rows=NOTHING,
    story="{step:title} is short of {missing:places}; the manager was asked how to go on.",
    published="baton.step.short",
)
@dataclass(frozen=True, slots=True)
class ShortfallRaised(Body):
    step: str
    attempt: int
    missing: tuple[str, ...]
    at: datetime


@event(
    folds=BY_CODE,
    notifies=BY_CODE,
    rows=NOTHING,
    story=BY_CODE,
    published=NOTHING,
)
@dataclass(frozen=True, slots=True)
class ShortfallDecided(Body):
    """How to go on with too little, or with less than everybody: with what is in, or not before `until`."""

    step: str
    attempt: int
    choice: Literal["proceed", "wait"]
    reason: str
    until: datetime | None = None
