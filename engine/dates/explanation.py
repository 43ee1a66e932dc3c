"""How a date says itself, and how the days that were skipped are named."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from engine.dates.calendar import Calendar
from engine.dates.clock import LONDON

MOST_NAMED = 8  # a span of years would otherwise list every bank holiday in it
# Not strftime: its names follow the locale of the process, and %-d is not everywhere.
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_FULL_MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
                "November", "December")  # fmt: skip
_MONTHS = tuple(name[:3] for name in _FULL_MONTHS)


def short(day: date) -> str:
    """Fri 1 Jan."""
    return f"{_DAYS[day.weekday()]} {day.day} {_MONTHS[day.month - 1]}"


def long(day: date) -> str:
    """Fri 15 Jan 2027."""
    return f"{short(day)} {day.year}"


def spoken(at: datetime) -> str:
    """Fri 15 January 2027, 5pm."""
    local = at.astimezone(LONDON)
    hour = (
        f"{local.hour % 12 or 12}{f':{local:%M}' if local.minute else ''}{'am' if local.hour < 12 else 'pm'}"
    )
    return f"{_DAYS[local.weekday()]} {local.day} {_FULL_MONTHS[local.month - 1]} {local.year}, {hour}"


def reasons(
    start: date, end: date, calendar: Calendar, organisation: str | None = None, *, weekends: bool = True
) -> str:
    """Why the days strictly between two days were not worked: holidays and closures named, weekends counted.

    "Fri 1 Jan is New Year's Day, 2 weekends skipped"; empty when all were worked.
    """
    first, last = (start, end) if start <= end else (end, start)
    named: list[list[date]] = []
    whys: list[str] = []
    weeks: set[tuple[int, int]] = set()
    for offset in range(1, (last - first).days):
        day = first + timedelta(days=offset)
        if day.weekday() > 4:
            weeks.add(day.isocalendar()[:2])
        elif (why := calendar.why_not_working(day, organisation)) is not None:
            if whys and whys[-1] == why and not calendar.holiday(day) and _adjoins(named[-1][-1], day):
                named[-1].append(day)
            else:
                named.append([day])
                whys.append(why)
    said = [_named(days, why, calendar) for days, why in zip(named, whys, strict=True)]
    if len(said) > MOST_NAMED:
        said[MOST_NAMED:] = [f"{len(said) - MOST_NAMED} more such days"]
    if weekends and weeks:
        said.append("1 weekend skipped" if len(weeks) == 1 else f"{len(weeks)} weekends skipped")
    return ", ".join(said)


def _adjoins(day: date, following: date) -> bool:
    """Whether only a weekend, or nothing, lies between two closed days."""
    return (following - day).days == 1 or (day.weekday() == 4 and (following - day).days == 3)


def _named(days: list[date], why: str, calendar: Calendar) -> str:
    if calendar.holiday(days[0]):
        return f"{short(days[0])} is {why}"
    span = short(days[0]) if len(days) == 1 else f"{short(days[0])} to {short(days[-1])}"
    return f"{span}: {why}"
