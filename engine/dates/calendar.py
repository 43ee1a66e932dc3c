"""The working calendar: bank holidays, closures, and the arithmetic of working days (domain 4.1).

A day is worked when it is Monday to Friday, no bank holiday and no closure of that organisation. An offset
never counts the day it starts from, as Excel's WORKDAY does not. Past the last year whose bank holidays are
known a date is refused, not guessed (rule 13).
"""

from __future__ import annotations

import hashlib
import json
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time
from functools import lru_cache
from typing import Any

from definitions.language.financial_year import (
    financial_year_of,
    quarter_end,
    quarter_of,
    quarter_start,
    year_end,
    year_start,
)
from definitions.loading.bank_holidays import HolidayList
from definitions.models.closures import EVERYONE, Closure
from engine.dates.clock import LONDON

__all__ = [
    "EVERYONE",
    "BeyondHorizon",
    "Calendar",
    "Closure",
    "financial_year_of",
    "quarter_end",
    "quarter_of",
    "quarter_start",
    "year_end",
    "year_start",
]

MESSAGES_FROM = time(8, 30)
MESSAGES_UNTIL = time(17, 0)
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


class BeyondHorizon(ValueError):
    """A date lies outside the years whose bank holidays are known, so it is refused."""

    code = "beyond-horizon"

    def __init__(self, year: int, first_year: int, last_year: int) -> None:
        self.year, self.first_year, self.last_year = year, first_year, last_year
        super().__init__(
            f"The bank holidays of {year} are not known: this calendar covers {first_year} to {last_year}, and Baton "
            f"does not guess. Choose an earlier date, or update govuk-bank-holidays to a release that lists {year}."
            if year > last_year
            else f"The bank holidays of {year} are not known: this calendar covers {first_year} to {last_year}. "
            "Choose a later date."
        )


@dataclass(frozen=True, slots=True)
class Calendar:
    """Which days are worked, by everyone and by each organisation. A value: same data, same `version`.

    bank_holidays: date to title. last_year: the last year they are all known for.
    added: one-off holidays, date to title. removed: bank holidays that are worked, as Easter 2020 was.
    closures: of one organisation, or of all ("*"). first_year: the first known year; from the data when 0.
    source: where the holidays came from, for people; it does not change `version`.

    Wherever `organisation` is None, only closures of everyone count.
    """

    bank_holidays: Mapping[date, str]
    last_year: int
    added: Mapping[date, str] = field(default_factory=dict)
    removed: frozenset[date] = frozenset()
    closures: tuple[Closure, ...] = ()
    first_year: int = 0
    source: str = field(default="", compare=False)
    _titles: dict[int, str] = field(init=False, repr=False, compare=False)
    # Answers already worked out; a calendar is asked the same thing for every assignment of every workflow.
    _memo: dict[Any, Any] = field(init=False, repr=False, compare=False, default_factory=dict)

    def __post_init__(self) -> None:
        put = object.__setattr__
        put(self, "bank_holidays", dict(sorted(self.bank_holidays.items())))
        put(self, "added", dict(sorted(self.added.items())))
        put(self, "removed", frozenset(self.removed))
        put(self, "closures", tuple(sorted(set(self.closures), key=_closure_order)))
        if not self.first_year:
            put(self, "first_year", min((day.year for day in self.bank_holidays), default=self.last_year))
        kept = {day: title for day, title in self.bank_holidays.items() if day not in self.removed}
        put(self, "_titles", {day.toordinal(): title for day, title in {**kept, **self.added}.items()})

    def __hash__(self) -> int:
        return hash(self.version)

    @classmethod
    def of(
        cls,
        holidays: HolidayList,
        *,
        added: Mapping[date, str] | None = None,
        removed: Iterable[date] = (),
        closures: Iterable[Closure] = (),
    ) -> Calendar:
        """A calendar on a list of bank holidays, as `definitions.loading.bank_holidays.bank_holidays()` gives."""
        return cls(
            holidays.dates,
            holidays.last_year,
            added or {},
            frozenset(removed),
            tuple(closures),
            source=holidays.version,
        )

    # Days

    def is_working(self, day: date, organisation: str | None = None) -> bool:
        """Whether `day` is worked. A half day is. Raises BeyondHorizon."""
        self.check(day)
        ordinal = day.toordinal()
        return (
            (ordinal - 1) % 7 < 5
            and ordinal not in self._titles
            and ordinal not in self._closed_days(organisation)
        )

    def why_not_working(self, day: date, organisation: str | None = None) -> str | None:
        """The reason in words ("Good Friday", "Saturday", "Elm Tree closed for training"), or None if worked."""
        self.check(day)
        ordinal = day.toordinal()
        if (title := self._titles.get(ordinal)) is not None:
            return title
        if (ordinal - 1) % 7 > 4:
            return _WEEKDAYS[(ordinal - 1) % 7]
        if ordinal in self._closed_days(organisation):
            return next(
                str(closure)
                for closure in self._closures_of(organisation)
                if closure.whole_day and closure.on(day)
            )
        return None

    def holiday(self, day: date) -> str | None:
        """The title of the bank holiday on `day`, if it is one that is kept."""
        return self._titles.get(day.toordinal())

    def shut_at(self, day: date, at: time, organisation: str | None = None) -> Closure | None:
        """The half-day closure a deadline at `at` (London) on `day` would fall in, or None."""
        return next(
            (
                closure
                for closure in self._closures_of(organisation)
                if not closure.whole_day and closure.on(day) and closure.shuts_deadline(at)
            ),
            None,
        )

    # Arithmetic

    def add_working_days(self, day: date, count: int, organisation: str | None = None) -> date:
        """The `count`-th working day after `day` (before it, when negative); `day` itself is not counted.

        With 0, `day` as it is, worked or not. Raises BeyondHorizon.
        """
        self.check(day)
        if count == 0:
            return day
        days, ordinal = self._days(organisation), day.toordinal()
        index = bisect_right(days, ordinal) + count - 1 if count > 0 else bisect_left(days, ordinal) + count
        if index >= len(days):
            raise BeyondHorizon(self.last_year + 1, self.first_year, self.last_year)
        if index < 0:
            raise BeyondHorizon(self.first_year - 1, self.first_year, self.last_year)
        return date.fromordinal(days[index])

    def next_working(self, day: date, organisation: str | None = None) -> date:
        """The first working day after `day`, never `day` itself."""
        return self.add_working_days(day, 1, organisation)

    def previous_working(self, day: date, organisation: str | None = None) -> date:
        """The last working day before `day`, never `day` itself."""
        return self.add_working_days(day, -1, organisation)

    def roll_forward(self, day: date, organisation: str | None = None) -> date:
        """`day` if it is worked, else the next working day: what internal dates do."""
        return day if self.is_working(day, organisation) else self.next_working(day, organisation)

    def roll_back(self, day: date, organisation: str | None = None) -> date:
        """`day` if it is worked, else the working day before: what one does ahead of an external date."""
        return day if self.is_working(day, organisation) else self.previous_working(day, organisation)

    def working_days_between(self, start: date, end: date, organisation: str | None = None) -> int:
        """How many working days from `start` (not counted) to `end` (counted); negative when `end` is earlier.

        The inverse of `add_working_days`: between(d, add(d, n)) is n.
        """
        self.check(start)
        self.check(end)
        days, first, last = self._days(organisation), start.toordinal(), end.toordinal()
        if last >= first:
            return bisect_right(days, last) - bisect_right(days, first)
        return bisect_left(days, last) - bisect_left(days, first)

    # Messages

    def messaging_opens(self, moment: datetime, organisation: str | None = None) -> datetime:
        """The first instant from `moment` on when a message may be sent, in UTC.

        Working days only, from 08:30 until 17:00 in London, outside closures (domain 2.4).
        Raises BeyondHorizon, and ValueError for a naive `moment`.
        """
        if moment.tzinfo is None:
            raise ValueError("messaging_opens takes an aware datetime")
        local = moment.astimezone(LONDON)
        while True:
            day, at = local.date(), local.time()
            if not self.is_working(day, organisation) or at >= MESSAGES_UNTIL:
                day, at = self.next_working(day, organisation), time.min
                local = datetime.combine(day, MESSAGES_FROM, LONDON)
            elif at < MESSAGES_FROM:
                local = datetime.combine(day, MESSAGES_FROM, LONDON)
            elif (shut := self._message_shut(day, at, organisation)) is not None:
                local = datetime.combine(day, shut.between[1] if shut.between else MESSAGES_UNTIL, LONDON)
            else:
                return local.astimezone(UTC)

    def _message_shut(self, day: date, at: time, organisation: str | None) -> Closure | None:
        return next(
            (
                closure
                for closure in self._closures_of(organisation)
                if closure.on(day) and closure.shuts_message(at)
            ),
            None,
        )

    # Keeping

    @property
    def version(self) -> str:
        """16 hexadecimal digits over everything that can move a date. Workflows are pinned to it."""
        if "version" not in self._memo:
            data = {key: value for key, value in self.to_data().items() if key != "source"}
            canonical = json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
            self._memo["version"] = hashlib.sha256(canonical.encode()).hexdigest()[:16]
        version: str = self._memo["version"]
        return version

    def without_closures(self) -> Calendar:
        """The public calendar: what external dates are counted on."""
        if not self.closures:
            return self
        if "public" not in self._memo:
            self._memo["public"] = replace(self, closures=())
        public: Calendar = self._memo["public"]
        return public

    def to_data(self) -> dict[str, Any]:
        """Plain JSON values; `from_data` gives back an equal calendar of the same version."""
        return {
            "bank_holidays": {day.isoformat(): title for day, title in self.bank_holidays.items()},
            "first_year": self.first_year,
            "last_year": self.last_year,
            "added": {day.isoformat(): title for day, title in self.added.items()},
            "removed": sorted(day.isoformat() for day in self.removed),
            "closures": [
                closure.model_dump(mode="json", by_alias=True, exclude_defaults=True)
                for closure in self.closures
            ],
            "source": self.source,
        }

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Calendar:
        """The calendar `to_data` wrote. Raises KeyError or ValueError on anything else."""
        return cls(
            bank_holidays={date.fromisoformat(day): title for day, title in data["bank_holidays"].items()},
            first_year=data["first_year"],
            last_year=data["last_year"],
            added={date.fromisoformat(day): title for day, title in data["added"].items()},
            removed=frozenset(date.fromisoformat(day) for day in data["removed"]),
            closures=tuple(Closure.model_validate(closure) for closure in data["closures"]),
            source=data.get("source", ""),
        )

    # Inside

    def check(self, day: date) -> None:
        """Raise BeyondHorizon when the bank holidays of `day`'s year are not known."""
        if not self.first_year <= day.year <= self.last_year:
            raise BeyondHorizon(day.year, self.first_year, self.last_year)

    def _closures_of(self, organisation: str | None) -> tuple[Closure, ...]:
        if not self.closures:
            return ()
        key = ("closures", organisation)
        if key not in self._memo:
            mine = (EVERYONE, organisation)
            self._memo[key] = tuple(closure for closure in self.closures if closure.organisation in mine)
        found: tuple[Closure, ...] = self._memo[key]
        return found

    def _closed_days(self, organisation: str | None) -> frozenset[int]:
        if not self.closures:
            return frozenset()
        key = ("closed", organisation)
        if key not in self._memo:
            self._memo[key] = frozenset(
                ordinal
                for closure in self._closures_of(organisation)
                if closure.whole_day
                for ordinal in range(closure.start.toordinal(), closure.end.toordinal() + 1)
            )
        found: frozenset[int] = self._memo[key]
        return found

    def _days(self, organisation: str | None) -> tuple[int, ...]:
        """Every working day of the known years as ordinals, in order: counting is then a binary search."""
        closed = self._closed_days(organisation)
        key = ("days", organisation if closed else None, bool(closed))
        if key not in self._memo:
            public = _weekdays_except(frozenset(self._titles), self.first_year, self.last_year)
            self._memo[key] = _without(public, closed) if closed else public
        found: tuple[int, ...] = self._memo[key]
        return found


def _without(days: tuple[int, ...], closed: frozenset[int]) -> tuple[int, ...]:
    # Few of thousands: taken out one by one, for every organisation of every launch has its own.
    kept = list(days)
    for day in closed:
        place = bisect_left(kept, day)
        if place < len(kept) and kept[place] == day:
            del kept[place]
    return tuple(kept)


@lru_cache(maxsize=32)
def _weekdays_except(holidays: frozenset[int], first_year: int, last_year: int) -> tuple[int, ...]:
    # Shared between calendars: a thousand networks differ in closures, not in bank holidays.
    start, end = date(first_year, 1, 1).toordinal(), date(last_year, 12, 31).toordinal()
    return tuple(day for day in range(start, end + 1) if (day - 1) % 7 < 5 and day not in holidays)


def _closure_order(closure: Closure) -> tuple[str, date, date, str, str, str]:
    return (
        closure.organisation,
        closure.start,
        closure.end,
        closure.hours or "",
        closure.reason,
        closure.name,
    )
