"""What a workflow knows of the workflows that its steps started."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

ChildStatus = Literal["requested", "refused", "closed"]


@dataclass(frozen=True, slots=True)
class Child:
    """A workflow that a step started in its attempt `attempt`.

    `requested`: it is to be launched, or under way. `refused`: it could not be launched, `because` says why, and it is
    tried again at `again_at` (None: never). `closed`: it is over with `outcome`, and `answers` and `values` are what it
    came to, by step. `item` says which of several it is.
    """

    id: str
    step: str
    attempt: int
    definition: str
    inputs: Mapping[str, Any]
    item: str = ""
    status: ChildStatus = "requested"
    reference: str = ""
    outcome: str = ""
    because: str = ""
    tries: int = 0
    again_at: datetime | None = None
    answers: Mapping[str, Any] = field(default_factory=dict)
    values: Mapping[str, Any] = field(default_factory=dict)
