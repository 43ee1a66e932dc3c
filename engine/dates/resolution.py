"""What a phrase of dates comes to on a calendar, and a sentence on why.

Internal dates roll forward off a day their assignee does not work, those counted before another date back; external
dates never move (rule 4). A date is due at 17:00 in London unless something says otherwise, and is kept in UTC.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from definitions.language.moment_parser import parse
from definitions.language.moments import Moment
from definitions.loading.bank_holidays import bank_holidays
from engine.dates.arithmetic import AnchorMissing, FoundDay, find
from engine.dates.calendar import Calendar, Closure
from engine.dates.clock import LONDON
from engine.dates.explanation import long, reasons, short

__all__ = ["DUE", "AnchorMissing", "Dated", "act_by", "resolve", "shift_working", "when"]

DUE = time(17, 0)


@dataclass(frozen=True, slots=True)
class Dated:
    """A date worked out.

    at: the instant, aware, in UTC. day: the day in London. external: set by someone outside, so it never moves.
    explanation: sentences a person reads; the last date in them is `day`.
    """

    at: datetime
    day: date
    external: bool
    explanation: str

    @property
    def wall(self) -> time:
        """The time of day in London."""
        return self.at.astimezone(LONDON).time()


def resolve(
    moment: Moment,
    anchors: Mapping[str, date | datetime | Dated],
    calendar: Calendar,
    organisation: str | None = None,
    external: bool = False,
    at: time = DUE,
) -> Dated:
    """Work out `moment`.

    anchors: the named dates it may count from; an anchor that is a bare phrase keeps its own time of day.
    organisation: whose closures count, beside those of everyone. No closure moves an external date.
    at: the London time of day, where neither the phrase nor a bare anchor says one.

    An internal date that rolling forward would carry past the external date it leads up to comes back instead.
    Raises AnchorMissing for a name not in `anchors`, BeyondHorizon past the known bank holidays (rule 13).
    """
    ground = calendar.without_closures() if external else calendar
    known = {name: _found(name, anchor) for name, anchor in anchors.items()}
    found = find(moment, known, ground, None if external else organisation)
    wall = found.at or at
    calendar.check(found.day)
    if external:
        why = ground.why_not_working(found.day)
        still = f" {_off(found.day, ground, None)}; an external date does not move." if why else ""
        return _dated(found.day, wall, True, f"{found.sentence}, {wall:%H:%M}.{still}")
    return _settled(found, wall, calendar, organisation)


def calendar_day(
    moment: Moment,
    anchors: Mapping[str, date | datetime | Dated],
    calendar: Calendar,
    organisation: str | None = None,
) -> date:
    """The day of the calendar that `moment` says, worked or not: the bound of what somebody answers, and no deadline.

    `anchors` and `organisation` as for `resolve`. Raises AnchorMissing, and BeyondHorizon where working days are counted.
    """
    known = {name: _found(name, anchor) for name, anchor in anchors.items()}
    return find(moment, known, calendar, organisation).day


def act_by(last: Dated, calendar: Calendar, organisation: str | None = None) -> Dated:
    """The internal companion of a date: the last moment the organisation works, on or before it."""
    shown = f"{'External date' if last.external else 'The date it leads up to,'} {long(last.day)}"
    found = FoundDay(last.day, last.wall, "", (shown,), ceiling=(last.day, last.wall))
    return _settled(found, last.wall, calendar, organisation)


def shift_working(
    dated: Dated,
    lost: int,
    calendar: Calendar,
    organisation: str | None = None,
    because: str = "the time on hold",
) -> Dated:
    """Move an internal date on by the working days a hold took; an external date stays (rules 4 and 10). `because` is said
    in its explanation.

    Raises ValueError when `lost` is negative, BeyondHorizon.
    """
    if lost < 0:
        raise ValueError("a hold takes no negative number of working days")
    if dated.external or lost == 0:
        return dated
    day = calendar.add_working_days(dated.day, lost, organisation)
    days = "1 working day" if lost == 1 else f"{lost} working days"
    passed = reasons(dated.day, day, calendar, organisation)
    said = f"{dated.explanation} Moved on {days} for {because}{': ' if passed else ''}{passed}; {long(day)}"
    return _settled(FoundDay(day, dated.wall, "", (said,), None), dated.wall, calendar, organisation)


def when(text: str, closures: Iterable[Closure] = (), organisation: str | None = None) -> Dated:
    """What a phrase with dates written out comes to: "10 working days after 2026-12-31".

    On England's bank holidays as packaged. Raises MomentError, AnchorMissing, BeyondHorizon.
    """
    calendar = Calendar.of(bank_holidays(), closures=closures)
    return resolve(parse(text), {}, calendar, organisation)


def _found(name: str, anchor: date | datetime | Dated) -> FoundDay:
    called = name.replace("_", " ").replace(".", " ")
    if isinstance(anchor, Dated):
        return FoundDay(
            anchor.day, anchor.wall, called, (), (anchor.day, anchor.wall) if anchor.external else None
        )
    if isinstance(anchor, datetime):
        if anchor.tzinfo is None:
            raise ValueError(f"the anchor {name} is a naive datetime; give it a timezone")
        local = anchor.astimezone(LONDON)
        return FoundDay(local.date(), local.time(), called, (), None)
    return FoundDay(anchor, None, called, (), None)


def _settled(found: FoundDay, wall: time, calendar: Calendar, organisation: str | None) -> Dated:
    """An internal date, moved off days and hours its assignee does not work."""
    off = _off(found.day, calendar, organisation, wall)
    if off is None:
        return _dated(found.day, wall, False, f"{found.sentence}, {wall:%H:%M}.")
    day, at = _forward(found.day, wall, calendar, organisation)
    moves, ahead = "moves on", ""
    if found.before or (found.ceiling is not None and (day, at) > found.ceiling):
        day, at = _back(found.day, wall, calendar, organisation), wall
        moves, ahead = (
            "comes back",
            f", ahead of the {'external date' if found.ceiling else 'date it leads up to'}",
        )
    between = reasons(found.day, day, calendar, organisation, weekends=False)
    also = f" ({between})" if between else ""
    moved = f"{off}, so it {moves}{also} to {long(day)}, {at:%H:%M}{ahead}."
    return _dated(day, at, False, f"{found.sentence}. {moved}")


def _off(day: date, calendar: Calendar, organisation: str | None, wall: time | None = None) -> str | None:
    """Why nothing can be due then, in words; None when it can."""
    if (why := calendar.why_not_working(day, organisation)) is not None:
        if calendar.holiday(day) or day.weekday() > 4:
            return f"{short(day)} is {why if calendar.holiday(day) else 'a ' + why}"
        return f"{short(day)}: {why}"
    if wall is not None and (shut := calendar.shut_at(day, wall, organisation)) is not None:
        return f"{short(day)} {(shut.hours or '').replace('-', ' to ')}: {shut}"
    return None


def _forward(day: date, wall: time, calendar: Calendar, organisation: str | None) -> tuple[date, time]:
    day = calendar.roll_forward(day, organisation)
    while calendar.shut_at(day, wall, organisation) is not None:
        # The hours were lost, so the whole of the next working day is given.
        day, wall = calendar.next_working(day, organisation), DUE
    return day, wall


def _back(day: date, wall: time, calendar: Calendar, organisation: str | None) -> date:
    day = calendar.roll_back(day, organisation)
    while calendar.shut_at(day, wall, organisation) is not None:
        day = calendar.previous_working(day, organisation)
    return day


def _dated(day: date, wall: time, external: bool, explanation: str) -> Dated:
    instant = datetime.combine(day, wall, LONDON).astimezone(UTC)
    return Dated(at=instant, day=day, external=external, explanation=explanation)
