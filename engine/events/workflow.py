"""What happens to a workflow as a whole: it begins, is held, is locked, and ends."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from engine.events.declarations import AT, Of, Sets
from engine.events.kinds import BY_CODE, NOTHING, event
from engine.events.values import Body, Document


@event(
    folds=BY_CODE,
    notifies=NOTHING,
    rows=BY_CODE,
    story="{actor} launched {reference} for {pcn}{how}, on {definition} version {definition_version}.",
    published="baton.workflow.launched",
    facts=("who", "definition"),
)
@dataclass(frozen=True, slots=True)
class WorkflowLaunched(Body):
    """`bundle` is the hash of the definition, ladders, datasets and calendar it is pinned to (rule 3).

    `parent` is the workflow that started it, and `ancestors` are the definitions above it, the first one first. `key` is
    the idempotency key its launch was made with, if any, and `content` the hash of what was asked for under it. No email of
    it goes before `writes_from`, so that a mistake cancelled at once has written to nobody.
    """

    definition: str
    definition_version: int
    bundle: Document
    reference: str
    launch: str
    batch: str
    inputs: Mapping[str, Any]
    pcn: Mapping[str, Any]
    previous: Mapping[str, Any] = field(default_factory=dict)
    parent: str = ""
    ancestors: tuple[str, ...] = ()
    key: str = ""
    content: str = ""
    writes_from: datetime | None = None


@event(
    folds=Sets("workflow", status=Of("outcome"), because=Of("because"), closed_at=AT, held_at=None, held=()),
    notifies=BY_CODE,
    rows=BY_CODE,
    story="Closed, {outcome}{by}{because:because}",
    published="baton.workflow.closed",
)
@dataclass(frozen=True, slots=True)
class WorkflowClosed(Body):
    outcome: Literal["completed", "stopped", "cancelled"]
    because: str


@event(
    folds=Sets("workflow", status="open", because="", closed_at=None),
    notifies=BY_CODE,
    rows=Sets("workflow", status="open", closed_at=None),
    story="{actor} opened it again, at {step:title}{reason:because}",
    published="baton.workflow.reopened",
)
@dataclass(frozen=True, slots=True)
class WorkflowReopened(Body):
    """A workflow that was over goes on, from `step`. `asked_anew` are the steps that are asked again because of it, whose
    people hear of it in the email that asks."""

    step: str
    asked_anew: tuple[str, ...]
    reason: str


@event(
    folds=Sets("workflow", status="held", held_at=AT, because=Of("reason")),
    notifies=NOTHING,
    rows=Sets("workflow", status="held"),
    story="{actor} put it on hold{reason:because}",
    published="baton.workflow.held",
)
@dataclass(frozen=True, slots=True)
class WorkflowHeld(Body):
    reason: str


@event(
    folds=BY_CODE,
    notifies=NOTHING,
    rows=Sets("workflow", status="open"),
    story=BY_CODE,
    published="baton.workflow.lifted",
)
@dataclass(frozen=True, slots=True)
class HoldLifted(Body):
    """`lost` is in working days."""

    lost: int
    reason: str = ""


@event(
    folds=BY_CODE,
    notifies=NOTHING,
    rows=NOTHING,
    story="{actor} put on hold what is asked[ in {step:title}][ of {organisation:organisation}]{reason:because}",
    published="baton.workflow.part_held",
)
@dataclass(frozen=True, slots=True)
class PartHeld(Body):
    """The clock stands for a step, for a practice in every step, or for a practice in one step; the rest goes on."""

    reason: str
    step: str = ""
    organisation: str = ""


@event(
    folds=BY_CODE,
    notifies=NOTHING,
    rows=NOTHING,
    story=BY_CODE,
    published="baton.workflow.part_lifted",
)
@dataclass(frozen=True, slots=True)
class PartLifted(Body):
    """The clock of a part goes on. `lost` is in working days."""

    lost: int
    reason: str = ""
    step: str = ""
    organisation: str = ""


@event(
    folds=BY_CODE,
    notifies=NOTHING,
    rows=Sets("workflow", locked=True),
    story="Locked by {step:title}: what is done cannot change any more.",
    published="baton.workflow.locked",
)
@dataclass(frozen=True, slots=True)
class WorkflowLocked(Body):
    step: str


@event(
    folds=BY_CODE,
    notifies=NOTHING,
    rows=Sets("workflow", locked=False),
    story="{actor} lifted the lock{reason:because}",
    published=NOTHING,
)
@dataclass(frozen=True, slots=True)
class LockLifted(Body):
    reason: str


@event(
    folds=BY_CODE,
    notifies=NOTHING,
    rows=NOTHING,
    story=NOTHING,
    published=NOTHING,
)
@dataclass(frozen=True, slots=True)
class KeyUsed(Body):
    """A command was given under an idempotency key: `content` is the hash of what was given, and what the command came to
    stands just before this. The same key gives nothing a second time."""

    key: str
    command: str
    content: str
