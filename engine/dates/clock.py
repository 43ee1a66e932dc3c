"""The one clock. Nothing else in Baton asks for the time.

Times are timezone-aware UTC inside Baton; people see Europe/London (domain 4.1).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")


class Clock(Protocol):
    """Tells the time as an aware UTC datetime."""

    def now(self) -> datetime: ...

    def real(self, moment: datetime) -> datetime:
        """When `moment` of this clock's calendar arrives on the machine's clock, which Prefect goes by."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def real(self, moment: datetime) -> datetime:
        return moment.astimezone(UTC)


class VirtualClock:
    """A clock that stands still until it is told to move. For tests and rehearsals."""

    def __init__(self, start: datetime) -> None:
        if start.tzinfo is None:
            raise ValueError("a virtual clock starts at an aware datetime; add a timezone")
        self._now = start.astimezone(UTC)

    def now(self) -> datetime:
        return self._now

    def real(self, moment: datetime) -> datetime:
        return moment.astimezone(UTC)

    def move_to(self, moment: datetime) -> None:
        """Move forward to `moment`; a clock never goes back."""
        moment = moment.astimezone(UTC)
        if moment < self._now:
            raise ValueError(
                f"a clock never goes back: {moment.isoformat()} is before {self._now.isoformat()}"
            )
        self._now = moment

    def move_on(self, by: timedelta) -> None:
        self.move_to(self._now + by)


class LeapingClock:
    """Real time plus an offset that can be leapt forward. `keep` is told of each offset before it counts.

    For the demo: weeks of waiting pass in the instant between two leaps, while everything that happens
    in between (the flow, the post, the web) is real and takes the time it takes.
    """

    def __init__(
        self, ahead: timedelta = timedelta(0), keep: Callable[[timedelta], None] = lambda ahead: None
    ) -> None:
        self._ahead, self._keep = ahead, keep

    @property
    def ahead(self) -> timedelta:
        """How far the calendar is ahead of the machine's."""
        return self._ahead

    @classmethod
    def starting(cls, start: datetime) -> LeapingClock:
        """A clock that shows `start` now."""
        return cls(start.astimezone(UTC) - datetime.now(UTC))

    def now(self) -> datetime:
        return datetime.now(UTC) + self._ahead

    def real(self, moment: datetime) -> datetime:
        return moment.astimezone(UTC) - self._ahead

    def leap_to(self, moment: datetime) -> None:
        """Move the calendar forward to `moment`; earlier moments are ignored, a clock never goes back."""
        ahead = self._ahead + (moment.astimezone(UTC) - self.now())
        if ahead > self._ahead:
            self._keep(ahead)
            self._ahead = ahead


def london_date(moment: datetime) -> date:
    """The calendar date in England at `moment`."""
    return moment.astimezone(LONDON).date()
