"""The arithmetic of a phrase of dates: where it lands before anything rolls, and the words for how."""

from __future__ import annotations

import calendar as months
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, time, timedelta

from definitions.language.moments import (
    Anchor,
    At,
    Either,
    EndOfMonth,
    FirstWorkingDay,
    LastWorkingDay,
    Moment,
    Offset,
    On,
    StartOfMonth,
)
from engine.dates.calendar import BeyondHorizon, Calendar
from engine.dates.explanation import long, reasons


class AnchorMissing(LookupError):
    """A phrase counts from a date that is not known, or not known yet; `name` says which."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(f"The date {name} is not known yet.")


@dataclass(frozen=True, slots=True)
class FoundDay:
    """Where a phrase lands.

    at: a London time of day, when the phrase or its anchor has one.
    called: the name of an anchor; empty for a date written out or counted.
    said: how it was counted, a sentence each without its full stop; the last ends with `day`.
    ceiling: the day and London time of an external date this one leads up to, which it must not pass.
    before: counted before another date, so it rolls back where it cannot stay, and never past that date.
    """

    day: date
    at: time | None
    called: str
    said: tuple[str, ...]
    ceiling: tuple[date, time] | None
    before: bool = False

    @property
    def sentence(self) -> str:
        if self.said:
            return ". ".join(self.said)
        return f"{_capital(self.called)}: {long(self.day)}" if self.called else long(self.day)

    def named(self, note: str = "") -> str:
        """How the next sentence speaks of it: "quarter end (Thu 31 Dec 2026, day zero)"."""
        if self.said or self.called:
            return f"{'that' if self.said else self.called} ({long(self.day)}{', ' if note else ''}{note})"
        return f"{long(self.day)} ({note})" if note else long(self.day)


@dataclass(frozen=True, slots=True)
class _Ground:
    anchors: Mapping[str, FoundDay]
    calendar: Calendar
    organisation: str | None


def find(
    moment: Moment, anchors: Mapping[str, FoundDay], calendar: Calendar, organisation: str | None
) -> FoundDay:
    """Where `moment` lands, unrolled. Raises AnchorMissing and BeyondHorizon."""
    return _find(moment, _Ground(anchors, calendar, organisation))


def _find(moment: Moment, ground: _Ground) -> FoundDay:
    match moment:
        case On(day):
            return FoundDay(day, None, "", (), None)
        case Anchor(name):
            if name not in ground.anchors:
                raise AnchorMissing(name)
            return ground.anchors[name]
        case At(of, at):
            return replace(_find(of, ground), at=at)
        case Offset(count, "working day", before, of):
            found = _working(_find(of, ground), -count if before else count, ground)
            return replace(found, before=before)
        case Offset(_, _, before, of):
            return replace(_shifted(moment, _find(of, ground), ground), before=before)
        case FirstWorkingDay(after):
            return _working(_find(after, ground), 1, ground)
        case Either():
            return _either(moment, ground)
        case StartOfMonth(of) | EndOfMonth(of) | LastWorkingDay(of):
            return _in_month(moment, _find(of, ground), ground)


def _working(base: FoundDay, count: int, ground: _Ground) -> FoundDay:
    day = ground.calendar.add_working_days(base.day, count, ground.organisation)
    skipped = reasons(base.day, day, ground.calendar, ground.organisation)
    counted = (
        f"{_many(abs(count), 'working day')} {'before' if count < 0 else 'after'} {base.named('day zero')}"
    )
    how = f"{skipped}; day {abs(count)} is" if skipped else f"day {abs(count)} is"
    return _next(base, day, f"{_capital(counted)}: {how} {long(day)}", up_to=count <= 0)


def _shifted(moment: Offset, base: FoundDay, ground: _Ground) -> FoundDay:
    count = -moment.count if moment.before else moment.count
    try:
        if moment.unit == "month":
            day = _add_months(base.day, count)
        else:
            day = base.day + timedelta(days=count * (7 if moment.unit == "week" else 1))
    except (OverflowError, ValueError) as beyond:
        book = ground.calendar
        year = book.last_year + 1 if count > 0 else book.first_year - 1
        raise BeyondHorizon(year, book.first_year, book.last_year) from beyond
    counted = f"{_many(moment.count, moment.unit)} {'before' if moment.before else 'after'} {base.named('day zero')}"
    return _next(base, day, f"{_capital(counted)}: {long(day)}", up_to=count <= 0)


def _in_month(
    moment: StartOfMonth | EndOfMonth | LastWorkingDay, base: FoundDay, ground: _Ground
) -> FoundDay:
    last = base.day.replace(day=months.monthrange(base.day.year, base.day.month)[1])
    what, day, passed = "end", last, ""
    if isinstance(moment, StartOfMonth):
        what, day = "start", base.day.replace(day=1)
    elif isinstance(moment, LastWorkingDay):
        what = "last working day"
        day = ground.calendar.roll_back(last, ground.organisation)
        skipped = reasons(day, date.fromordinal(last.toordinal() + 1), ground.calendar, ground.organisation)
        passed = f"{skipped}; " if skipped else ""
    said = f"{_capital(what)} of the month of {base.named()}: {passed}{long(day)}"
    return _next(base, day, said, up_to=day <= base.day)


def _either(moment: Either, ground: _Ground) -> FoundDay:
    one, other = _find(moment.one, ground), _find(moment.other, ground)
    first, second = sorted((one, other), key=lambda found: (found.day, found.at or time.max))
    chosen = first if moment.which == "earlier" else second
    ceilings = [found.ceiling for found in (one, other) if found.ceiling is not None]
    # The earlier of two must pass neither external date; the later of two only its own.
    ceiling = min(ceilings, default=None) if moment.which == "earlier" else chosen.ceiling
    lost, phrase = (one, moment.one) if chosen is other else (other, moment.other)
    # Only the date that counts is explained at length: this stands in an email.
    why = f"It is the {moment.which} of two dates; the other, {_words(str(phrase))}, is {long(lost.day)}"
    return FoundDay(chosen.day, chosen.at, "", (why, chosen.sentence), ceiling, chosen.before)


def _words(phrase: str) -> str:
    return phrase.replace("_", " ").replace(" after opens", " after it was asked")


def _next(base: FoundDay, day: date, said: str, *, up_to: bool) -> FoundDay:
    """The date counted from `base`; `up_to` when it cannot lie after it, so that a ceiling still holds."""
    return FoundDay(day, None, "", (*base.said, said), base.ceiling if up_to else None)


def _add_months(day: date, count: int) -> date:
    """The same day `count` months on, or the last of that month when it is shorter. Raises ValueError."""
    index = day.year * 12 + day.month - 1 + count
    year, month = index // 12, index % 12 + 1
    return date(year, month, min(day.day, months.monthrange(year, month)[1]))


def _many(count: int, unit: str) -> str:
    return f"{count} {unit}" if count == 1 else f"{count} {unit}s"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
