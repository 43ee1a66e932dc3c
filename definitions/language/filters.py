"""The filters templates may use: Jinja2's harmless ones, bounded where they multiply, and Baton's own.

`money`, `percent`, `number`, `date`, `people`, `csv` and `json` are Baton's. Filters that pad, format or repeat
text are left out: each can make a gigabyte from ten characters.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from datetime import date as Date
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

from jinja2.exceptions import SecurityError
from jinja2.filters import FILTERS as JINJA

_KEPT = (
    "abs", "capitalize", "count", "d", "default", "dictsort", "first", "groupby", "int", "items", "last", "length",
    "list", "lower", "map", "max", "min", "reject", "rejectattr", "reverse", "select", "selectattr", "sort",
    "title", "trim", "truncate", "unique", "upper", "wordcount",
)  # fmt: skip
_LIMIT = 200_000
LONDON = ZoneInfo("Europe/London")


def _decimal(value: Any) -> Decimal:
    if isinstance(value, Fraction):
        return Decimal(value.numerator) / Decimal(value.denominator)
    return value if isinstance(value, Decimal) else Decimal(str(value))


def rounded(value: Any, places: int = 0) -> Decimal:
    """A number to some decimal places, halves away from zero, as people round money."""
    if not 0 <= places <= 10:
        raise SecurityError("round to between 0 and 10 places")
    return _decimal(value).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)


def money(value: Any) -> str:
    """Pounds and pence: £1,234.50; -£3.00 below nothing; empty when not known."""
    if value is None:
        return ""
    amount = rounded(value, 2)
    return f"{'-' if amount < 0 else ''}£{abs(amount):,.2f}"


def percent(value: Any, places: int = 1) -> str:
    """A percentage given as a number of hundredths: 62.5 becomes 62.5%; 80 becomes 80%."""
    if value is None:
        return ""
    text = f"{rounded(value, places)}"
    return (text.rstrip("0").rstrip(".") if "." in text else text) + "%"


def number(value: Any, places: int = 0) -> str:
    """A number with commas between thousands."""
    return "" if value is None else f"{rounded(value, places):,}"


def date(value: Any) -> str:
    """A day in words: Fri 15 Jan 2027. A moment also says its time in London: Fri 15 Jan 2027, 17:00."""
    if value is None or value == "":
        return ""
    day = Date.fromisoformat(value) if isinstance(value, str) else value
    if isinstance(day, datetime) and day.tzinfo is not None:
        day = day.astimezone(LONDON)
    words = f"{day:%a} {day.day} {day:%b %Y}"
    return f"{words}, {day:%H:%M}" if isinstance(day, datetime) else words


def people(values: Any) -> str:
    """Names joined as in speech: Elm Tree, Oak House and The Willows. Takes names, or things with a name."""
    names = [_name(value) for value in values or ()]
    _fits(names)
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} and {names[-1]}"


def _name(value: Any) -> str:
    if isinstance(value, Mapping):
        inner = value.get("name")
        return _name(inner if inner is not None else value.get("practice") or value.get("person") or "")
    return str(getattr(value, "name", value))


def csv(value: Any) -> str:
    """A value as one cell of a CSV file. A text that a spreadsheet would run as a formula is disarmed."""
    text = "" if value is None else str(value)
    if isinstance(value, str) and text[:1] in ("=", "+", "-", "@", "\t", "\r"):
        text = "'" + text
    return '"' + text.replace('"', '""') + '"' if set(text) & set(',"\n\r') else text


def as_json(value: Any, indent: int | None = None) -> str:
    """A value as JSON, keys sorted; dates and decimals as text."""
    width = 2 if indent else None
    _fits(value)
    return _bounded(json.dumps(value, default=str, sort_keys=True, ensure_ascii=False, indent=width))


def joined(values: Iterable[Any], between: str = "", attribute: str | None = None) -> str:
    """The values' texts, with something between."""
    parts = [_part(value, attribute) for value in values]
    if sum(len(part) + len(between) for part in parts) > _LIMIT:
        raise SecurityError("a text too long")
    return str(between).join(parts)


def _part(value: Any, attribute: str | None) -> str:
    if attribute is not None and isinstance(value, Mapping):
        value = value.get(attribute)
    return "" if value is None else str(value)


def replaced(value: str, old: str, new: str) -> str:
    """`value` with `old` replaced by `new`."""
    text, old, new = str(value), str(old), str(new)
    if not old:
        raise SecurityError("there is nothing to replace")
    if len(text) + text.count(old) * len(new) > _LIMIT:
        raise SecurityError("a text too long")
    return text.replace(old, new)


def summed(values: Iterable[Any], attribute: str | None = None) -> Decimal | int:
    """The sum, exactly; what was not given counts as nothing."""
    total: Decimal | int = 0
    for value in values:
        part = value.get(attribute) if attribute is not None and isinstance(value, Mapping) else value
        if part is not None and part != "":
            total += part if isinstance(part, int) else _decimal(part)
    return total


def as_text(value: Any) -> str:
    """The value as text."""
    _fits(value)
    return _bounded(str(value))


def _fits(value: Any) -> None:
    """Looks before a text is made of a list or a mapping: many items may be the same long text."""
    left, within = _LIMIT, [value]
    while within:
        each = within.pop()
        if isinstance(each, Mapping):
            within.extend(each.values())
        elif isinstance(each, list | tuple):
            within.extend(each)
        left -= len(each) + 1 if isinstance(each, str) else 1
        if left < 0:
            raise SecurityError("a text too long")


def _bounded(text: str) -> str:
    if len(text) > _LIMIT:
        raise SecurityError("a text too long")
    return text


FILTERS: dict[str, Callable[..., Any]] = {
    **{name: JINJA[name] for name in _KEPT},
    "money": money, "percent": percent, "number": number, "date": date, "people": people, "csv": csv,
    "json": as_json, "tojson": as_json, "join": joined, "replace": replaced, "round": rounded, "sum": summed,
    "string": as_text,
}  # fmt: skip
