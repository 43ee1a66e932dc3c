"""What can change a workflow as a whole: holds, locks, and what it is pinned to (rule 3).

They stand in the same log, under the same chain, as the events of `engine/events/workflow.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class WorkflowHeld:
    reason: str


@dataclass(frozen=True, slots=True)
class HoldLifted:
    """`lost` is in working days."""

    lost: int
    reason: str = ""


@dataclass(frozen=True, slots=True)
class WorkflowLocked:
    step: str


@dataclass(frozen=True, slots=True)
class LockLifted:
    reason: str


@dataclass(frozen=True, slots=True)
class MembershipChanged:
    pcn: Mapping[str, Any]
    joined: tuple[str, ...]
    left: tuple[str, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class CalendarChanged:
    """The workflow is pinned to another bundle that differs in its calendar."""

    bundle: str
    reason: str


@dataclass(frozen=True, slots=True)
class DefinitionChanged:
    """The workflow moves to another version of its definition."""

    bundle: str
    version: int
    reason: str


@dataclass(frozen=True, slots=True)
class DateMoved:
    """A named date of the workflow was given another value."""

    name: str
    old: str
    new: str
    reason: str


ChangeBody = (
    WorkflowHeld | HoldLifted | WorkflowLocked | LockLifted
    | MembershipChanged | CalendarChanged | DefinitionChanged | DateMoved
)  # fmt: skip
