"""Days as people type them: 15 1 2027, 15/1/2027, 15 January 2027, Fri 15th Jan 2027, 2027-01-15; or three boxes.

The day comes before the month, as in Britain, and the year has four numbers. A weekday that is not that day's is refused.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from definitions.source.typed_text import BadValue, plain_text

BOXES = ("day", "month", "year")
#: The day in examples, where it is within the bounds.
USUAL = date(2027, 1, 15)

_MONTHS = ("january", "february", "march", "april", "may", "june", "july", "august", "september",
           "october", "november", "december")  # fmt: skip
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_ISO = re.compile(r"([0-9]{4})[-/.]([0-9]{1,2})[-/.]([0-9]{1,2})(?:[T ]00:00(?::00(?:\.0+)?)?Z?)?")
_WRITTEN = re.compile(
    r"(?:([A-Za-z]{3,9})\.?,? )?([0-9]{1,2})(?:st|nd|rd|th)?[\s/.,-]+(?:of )?([0-9]{1,2}|[A-Za-z]{3,9})[\s/.,-]+([0-9]{1,4})",
    re.IGNORECASE,
)


def long_date(day: date) -> str:
    """15 January 2027."""
    return f"{day.day} {_MONTHS[day.month - 1].capitalize()} {day.year}"


def boxes_of(day: date) -> str:
    """15 1 2027, as it goes into three boxes."""
    return f"{day.day} {day.month} {day.year}"


def as_day(given: Any, example: date = USUAL) -> date:
    """The day in `given`: a date, text, or a mapping of day, month and year. Raises BadValue, with `example`."""
    if type(given) is date:
        return given
    if isinstance(given, Mapping):
        return _in_boxes(given, example)
    text = plain_text(given, f"a date, for example {boxes_of(example)}")
    if found := _ISO.fullmatch(text):
        return _real(found[3], found[2], found[1], example)
    if found := _WRITTEN.fullmatch(text):
        day = _real(found[2], found[3], found[4], example)
        if found[1] and _place(found[1], _WEEKDAYS) != day.isoweekday():
            raise BadValue(f"{long_date(day)} is a {_WEEKDAYS[day.weekday()].capitalize()}; please check it")
        return day
    raise BadValue(f"enter a date, for example {boxes_of(example)}")


def _in_boxes(given: Mapping[str, Any], example: date) -> date:
    texts = {box: plain_text(given.get(box) or "", "a date") for box in BOXES}
    missing = [box for box, text in texts.items() if not text]
    if missing or len(given) > len(BOXES):
        raise BadValue(
            f"the date must include a {' and a '.join(missing) or 'day, month and year'}",
            box=missing[0] if missing else "",
        )
    return _real(texts["day"], texts["month"], texts["year"], example)


def _real(day: str, month: str, year: str, example: date) -> date:
    if re.fullmatch(r"[0-9]{4}", year) is None:
        raise BadValue(f"enter the year in 4 numbers, for example {example.year}", box="year")
    number = int(month) if re.fullmatch(r"[0-9]{1,2}", month) else _place(month, _MONTHS)
    try:
        found = date(int(year), number, int(day) if re.fullmatch(r"[0-9]{1,2}", day) else 0)
    except ValueError:
        raise BadValue(f"enter a real date, for example {boxes_of(example)}") from None
    if not 1900 <= found.year <= 2200:
        raise BadValue("the year must be between 1900 and 2200", box="year")
    return found


def _place(word: str, names: tuple[str, ...]) -> int:
    """The place of a name, counted from 1, from its first three letters or more; 0 when it is none."""
    found = [place for place, name in enumerate(names, 1) if len(word) > 2 and name.startswith(word.lower())]
    return found[0] if found else 0
