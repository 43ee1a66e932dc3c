"""The language of dates: `10 working days after quarter_end`, `end of month of start_date`, `2027-01-15`.

`parse` turns a phrase into a small frozen tree; `str` of a tree is the canonical phrase, which parses to the
same tree. What a tree means on the calendar is the business of `engine.dates.resolution`. Grammar, in any letter case:

    moment   := date-expr [at HH:MM]
    date-expr := 2027-01-15 | anchor | previous step closed | step.closed
               | N [working] day(s)|week(s)|month(s) after|before date-expr
               | start of month of date-expr | end of month [of date-expr]
               | last working day of month [of date-expr]
               | first|next working day after date-expr
               | earlier|later of date-expr and date-expr

An offset never counts the day it starts from: the anchor is day zero. "of" left out means the launch's month. On a day
that is not worked, a date counted before another comes back; every other internal date moves on.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time
from typing import Literal

Unit = Literal["working day", "day", "week", "month"]
LAUNCH = "launch"
PREVIOUS_CLOSED = "previous_step_closed"
SPECIAL = frozenset({LAUNCH, "due", "opens", PREVIOUS_CLOSED})
"""Anchors the engine supplies; it also supplies `<step>.closed`."""


class MomentError(ValueError):
    """A phrase is not a date. `column` counts from 1; `suggestion` is the word that was probably meant there."""

    def __init__(self, code: str, message: str, column: int, suggestion: str | None = None) -> None:
        super().__init__(f"{message} Did you mean {suggestion}?" if suggestion else message)
        self.code, self.message, self.column, self.suggestion = code, message, column, suggestion


@dataclass(frozen=True, slots=True)
class On:
    """A date written out."""

    day: date

    def __str__(self) -> str:
        return self.day.isoformat()


@dataclass(frozen=True, slots=True)
class Anchor:
    """A named date: of the definition, `launch`, `due`, `opens`, or when a step closed (`step.closed`)."""

    name: str

    def __str__(self) -> str:
        return "previous step closed" if self.name == PREVIOUS_CLOSED else self.name


@dataclass(frozen=True, slots=True)
class Offset:
    """`count` units after or before another date, which is not itself counted."""

    count: int
    unit: Unit
    before: bool
    of: Moment

    def __str__(self) -> str:
        plural = "" if self.count == 1 else "s"
        return f"{self.count} {self.unit}{plural} {'before' if self.before else 'after'} {self.of}"


@dataclass(frozen=True, slots=True)
class StartOfMonth:
    """The first day of the month another date is in."""

    of: Moment

    def __str__(self) -> str:
        return f"start of month of {self.of}"


@dataclass(frozen=True, slots=True)
class EndOfMonth:
    """The last day of the month another date is in."""

    of: Moment

    def __str__(self) -> str:
        return f"end of month of {self.of}"


@dataclass(frozen=True, slots=True)
class LastWorkingDay:
    """The last working day of the month another date is in."""

    of: Moment

    def __str__(self) -> str:
        return f"last working day of month of {self.of}"


@dataclass(frozen=True, slots=True)
class FirstWorkingDay:
    """The first working day after another date, never that date."""

    after: Moment

    def __str__(self) -> str:
        return f"first working day after {self.after}"


@dataclass(frozen=True, slots=True)
class Either:
    """The earlier, or the later, of two dates."""

    which: Literal["earlier", "later"]
    one: Moment
    other: Moment

    def __str__(self) -> str:
        return f"{self.which} of {self.one} and {self.other}"


@dataclass(frozen=True, slots=True)
class At:
    """A date at a London wall time. Only ever the outermost node."""

    of: Moment
    time: time

    def __str__(self) -> str:
        return f"{self.of} at {self.time:%H:%M}"


Moment = On | Anchor | Offset | StartOfMonth | EndOfMonth | LastWorkingDay | FirstWorkingDay | Either | At


def names(moment: Moment) -> frozenset[str]:
    """The anchors a date counts from: for unknown names and for cycles."""
    match moment:
        case On():
            return frozenset()
        case Anchor(name):
            return frozenset({name})
        case Either(_, one, other):
            return names(one) | names(other)
        case FirstWorkingDay(after):
            return names(after)
        case Offset() | StartOfMonth() | EndOfMonth() | LastWorkingDay() | At():
            return names(moment.of)
