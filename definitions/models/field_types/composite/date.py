"""date: a day of the calendar.

Kept as "2027-01-15". `min` and `max` are days of the calendar, written out or in words, and are never moved off a weekend.

Example::

    {id: search_run_on, type: date, label: When was the search run, min: 1 day after quarter_end}
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from definitions.language.names import DATE
from definitions.models.field_types.declaration import FieldSpec, FieldType, Sampling, View, Widget
from definitions.source.typed_days import BOXES, USUAL, as_day, boxes_of, long_date
from definitions.source.typed_text import BadValue


def _read(ask: FieldSpec, given: Any) -> str:
    day = as_day(given, _example(ask))
    if isinstance(ask.least, date) and day < ask.least:
        raise BadValue(f"must be {long_date(ask.least)} or later")
    if isinstance(ask.most, date) and day > ask.most:
        raise BadValue(f"must be {long_date(ask.most)} or earlier")
    return day.isoformat()


def _example(ask: FieldSpec) -> date:
    """A day within the bounds."""
    return _nearest(ask, USUAL)


def _nearest(ask: FieldSpec, day: date) -> date:
    if isinstance(ask.most, date):
        day = min(day, ask.most)
    return max(day, ask.least) if isinstance(ask.least, date) else day


def _hint(ask: FieldSpec) -> str:
    least = long_date(ask.least) if isinstance(ask.least, date) else ""
    most = long_date(ask.most) if isinstance(ask.most, date) else ""
    bounds = (
        f"{least} to {most}"
        if least and most
        else f"{least} or later"
        if least
        else f"{most} or earlier"
        if most
        else ""
    )
    example = boxes_of(_example(ask))
    return f"{bounds}, for example {example}" if bounds else f"For example, {example}"


def _sample(ask: FieldSpec, sampling: Sampling) -> str:
    today = sampling.names.get("today")
    day = today if isinstance(today, date) else date(2026, 10, 1)
    if isinstance(ask.most, date) and ask.most < day:
        day = ask.most - timedelta(days=1) if isinstance(ask.least, date) else ask.most
    return max(day, ask.least).isoformat() if isinstance(ask.least, date) else day.isoformat()


def _seen(value: Any, view: View) -> Any:
    return date.fromisoformat(value) if isinstance(value, str) else value


def _shown(value: Any, view: View) -> str:
    return long_date(date.fromisoformat(value))


TYPE = FieldType(
    name="date",
    schema={"type": "string", "format": "date"},
    widget=Widget("day", width=10, boxes=BOXES, example="as 15 1 2027"),
    missing="enter a date",
    read=_read,
    sample=_sample,
    bounds="day",
    parts=DATE,
    seen=_seen,
    shown=_shown,
    hint=_hint,
    whole=True,
)
