"""What happens to the child workflows of a step: asked for, refused, closed. All in the log of the parent.

What a child came to is copied into its parent's log when it closes, so that the parent's state is a fold of its own events
and of nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from engine.events.declarations import Of, Sets
from engine.events.kinds import BY_CODE, NOTHING, event
from engine.events.values import Body


@event(
    folds=BY_CODE,
    notifies=NOTHING,
    rows=NOTHING,
    story="{step:title} started {definition}[ for {item}] (workflow {child}).",
    published=NOTHING,
)
@dataclass(frozen=True, slots=True)
class ChildRequested(Body):
    """A workflow is to be launched, with the id `child`, which makes it happen once. `item` says which of several."""

    step: str
    definition: str
    inputs: Mapping[str, Any]
    child: str
    item: str = ""


@event(
    folds=Sets("child", status="refused", because=Of("because"), tries=Of("tries"), again_at=Of("again_at")),
    notifies=BY_CODE,
    rows=NOTHING,
    story=BY_CODE,
    published="baton.step.child_refused",
)
@dataclass(frozen=True, slots=True)
class ChildRefused(Body):
    """The child could not be launched. `tries` so far; it is tried again at `again_at`, or never (None)."""

    step: str
    child: str
    because: str
    tries: int
    again_at: datetime | None


@event(
    folds=Sets(
        "child", status="closed", reference=Of("reference"), outcome=Of("outcome"), because=Of("because"),
        answers=Of("answers"), values=Of("values"), again_at=None,
    ),
    notifies=NOTHING,
    rows=NOTHING,
    story="{reference} (workflow {child}), which {step:title} started, was {outcome}.",
    published="baton.step.child_closed",
)  # fmt: skip
@dataclass(frozen=True, slots=True)
class ChildClosed(Body):
    """The child is over, and what it came to: its answers and values by step, as expressions of the parent read them."""

    step: str
    child: str
    reference: str
    outcome: Literal["completed", "stopped", "cancelled"]
    because: str
    answers: Mapping[str, Any] = field(default_factory=dict)
    values: Mapping[str, Any] = field(default_factory=dict)
