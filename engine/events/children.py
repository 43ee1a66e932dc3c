"""What can happen to the child workflows of a step: asked for, refused, closed. All in the log of the parent.

What a child came to is copied into its parent's log when it closes, so that the parent's state is a fold of its own events
and of nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class ChildRequested:
    """A workflow is to be launched, with the id `child`, which makes it happen once. `item` says which of several."""

    step: str
    definition: str
    inputs: Mapping[str, Any]
    child: str
    item: str = ""


@dataclass(frozen=True, slots=True)
class ChildRefused:
    """The child could not be launched. `tries` so far; it is tried again at `again_at`, or never (None)."""

    step: str
    child: str
    because: str
    tries: int
    again_at: datetime | None


@dataclass(frozen=True, slots=True)
class ChildClosed:
    """The child is over, and what it came to: its answers and values by step, as expressions of the parent read them."""

    step: str
    child: str
    reference: str
    outcome: Literal["completed", "stopped", "withdrawn"]
    because: str
    answers: Mapping[str, Any] = field(default_factory=dict)
    values: Mapping[str, Any] = field(default_factory=dict)


ChildBody = ChildRequested | ChildRefused | ChildClosed
