"""Closures: days and hours on which an organisation does not work, in a file of their own or in the directory.

    closures:
      - organisation: A81001          # an ODS code, or "*" for the whole network
        name: Elm Tree                # optional: what explanations call it
        date: 2026-04-08              # or from: and to:
        hours: "13:00-17:00"          # optional: a part of each day
        reason: training

Only messages and internal dates take notice of a closure; an external date never does (domain 4.1).
"""

from __future__ import annotations

import datetime as dt
from functools import cached_property
from typing import Annotated, ClassVar, Literal

from pydantic import Field, model_validator

from definitions.models.fields import Model
from definitions.models.primitives import Day, Hours, OdsCode

EVERYONE: Literal["*"] = "*"


class Closure(Model):
    """An organisation does not work on `date`, or from `from` to `to`, both included; with `hours`, on a part of each day."""

    organisation: Annotated[OdsCode | Literal["*"], Field(description="an ODS code; * is everybody")]
    name: Annotated[str, Field(description="what explanations call it; its code unless said")] = ""
    date: Day | None = None
    from_: Annotated[Day | None, Field(alias="from")] = None
    to: Day | None = None
    hours: Hours | None = None
    reason: Annotated[str, Field(min_length=1, description='completes "closed for ..."')] = "a closure"

    @model_validator(mode="after")
    def _on_known_days(self) -> Closure:
        if (self.date is None) == (self.from_ is None) or (self.from_ is None) != (self.to is None):
            raise ValueError("a closure has either date, or both from and to")
        if self.end < self.start:
            raise ValueError(f"a closure ends on {self.end} before it begins on {self.start}; swap the dates")
        return self

    @cached_property
    def start(self) -> dt.date:
        """The first day of it."""
        day = self.date or self.from_
        assert day is not None  # the model's own check makes this impossible
        return day

    @cached_property
    def end(self) -> dt.date:
        """The last day of it."""
        return self.date or self.to or self.start

    @property
    def whole_day(self) -> bool:
        return self.hours is None

    @cached_property
    def between(self) -> tuple[dt.time, dt.time] | None:
        """The London times at which it begins and ends on each of its days; None for whole days."""
        if self.hours is None:
            return None
        start, end = self.hours.split("-")
        return dt.time.fromisoformat(start), dt.time.fromisoformat(end)

    def on(self, day: dt.date) -> bool:
        return self.start <= day <= self.end

    def shuts_deadline(self, at: dt.time) -> bool:
        """Whether a deadline at `at` falls in the closed hours.

        Closing at 13:00 leaves the morning, so 13:00 can be met; reopening at 17:00 leaves nothing before
        17:00, so 17:00 cannot.
        """
        return self.between is None or self.between[0] < at <= self.between[1]

    def shuts_message(self, at: dt.time) -> bool:
        """Whether a message sent at `at` would arrive in the closed hours."""
        return self.between is None or self.between[0] <= at < self.between[1]

    def __str__(self) -> str:
        who = self.name or ("the network" if self.organisation == EVERYONE else self.organisation)
        return f"{who} closed for {self.reason}"


class Closures(Model):
    """A file of closures."""

    called: ClassVar[str] = "a file of closures"
    closures: list[Closure] = []
