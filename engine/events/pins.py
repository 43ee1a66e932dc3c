"""What changes of that which a workflow is pinned to: its people, its calendar, its definition, its dates (rule 3)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.events.declarations import Of, Sets
from engine.events.kinds import BY_CODE, NOTHING, event
from engine.events.values import Body, Document


@event(
    folds=BY_CODE,
    notifies=BY_CODE,
    rows=Sets("workflow", pcn=Of("pcn.code", ""), pcn_name=Of("pcn.name", "")),
    story=BY_CODE,
    published=NOTHING,
)
@dataclass(frozen=True, slots=True)
class MembershipChanged(Body):
    """The workflow is pinned to other practices or people. `merged`: the practices that left into another, each with which.
    `list_sizes` are those that changed."""

    pcn: Mapping[str, Any]
    joined: tuple[str, ...]
    left: tuple[str, ...]
    reason: str
    merged: Mapping[str, str] = field(default_factory=dict)
    list_sizes: Mapping[str, int] = field(default_factory=dict)


@event(
    folds=BY_CODE,
    notifies=NOTHING,
    rows=Sets("workflow", bundle=Of("bundle")),
    story="The calendar changed{reason:because}",
    published=NOTHING,
)
@dataclass(frozen=True, slots=True)
class CalendarChanged(Body):
    """The workflow is pinned to another bundle that differs in its calendar."""

    bundle: Document
    reason: str


@event(
    folds=BY_CODE,
    notifies=NOTHING,
    rows=NOTHING,
    story="{actor} moved {name:words}[ from {old}] to {new}[, as {source} says]{reason:because}",
    published=NOTHING,
)
@dataclass(frozen=True, slots=True)
class DateMoved(Body):
    """A named date of the workflow was given another value. `source`: who outside says so, of an external one."""

    name: str
    old: str
    new: str
    reason: str
    source: str = ""


@event(
    folds=BY_CODE,
    notifies=NOTHING,
    rows=Sets("workflow", reference=Of("reference")),
    story="{actor} corrected {name:words}[ from {old}] to {value}{reason:because}",
    published="baton.workflow.corrected",
)
@dataclass(frozen=True, slots=True)
class InputCorrected(Body):
    """Something given at launch was not right. `reference` is what the workflow is called with what is right."""

    name: str
    old: Any
    value: Any
    reason: str
    reference: str
