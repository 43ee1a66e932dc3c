"""The values of expressions: which there are, how large they may be, what may be read of them, how they are printed."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import BaseModel

from definitions.language.budget import MAX_KEPT, TooMuch, spend, spend_items, spend_text
from definitions.language.exact_numbers import admitted, is_number, shown
from definitions.language.named_values import Named

LONDON = ZoneInfo("Europe/London")
_DATE = frozenset({"year", "month", "day"})


class Missing(LookupError):
    """A name or a part that is not there."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name} is not known")


class Private(TooMuch):
    """A name that is not for definitions to read."""


# --- parts


def part_of(obj: Any, name: str) -> Any:
    """A part of a value. What was not given (None) has parts not given: a missing answer stays missing. Raises
    Missing and Private."""
    if name.startswith("_"):
        raise Private(f"{name!r} is not for definitions to read")
    if obj is None:
        return None
    if isinstance(obj, Mapping):
        try:  # rather than `in`: a forgiving mapping answers for what it does not hold
            return admitted(obj[name])
        except KeyError:
            raise Missing(name) from None
    if readable(obj, name):
        return admitted(getattr(obj, name))
    raise Missing(name)


def readable(obj: Any, name: str) -> bool:
    """Whether `name` of an object that is not a mapping may be read."""
    if isinstance(obj, Named):
        return name in obj.parts
    if isinstance(obj, date):
        return name in _DATE
    if isinstance(obj, tuple):
        return name in getattr(obj, "_fields", ())
    if isinstance(obj, BaseModel):
        return name in type(obj).model_fields
    if dataclasses.is_dataclass(obj):
        return any(field.name == name for field in dataclasses.fields(obj))
    return name == "missing" and isinstance(obj, list) and hasattr(obj, name)


def item_of(obj: Any, key: Any) -> Any:
    """`obj[key]`: a part by its name, an item by its number from 0, or a slice. Raises Missing and Private."""
    if isinstance(key, str):
        return part_of(obj, str.__str__(key))
    if obj is None:
        return None
    if isinstance(obj, list | tuple | str) and isinstance(key, int):
        try:
            return admitted(obj[key])
        except IndexError:
            raise Missing(f"item {key}") from None
    if isinstance(obj, Mapping) and isinstance(key, int | Decimal | date) and key in obj:
        return admitted(obj[key])
    raise Missing(shown(key))


def sliced(obj: Any, start: Any, stop: Any, step: Any) -> Any:
    """`obj[start:stop:step]` of a list or a text; nothing of nothing."""
    if obj is None:
        return None
    if not isinstance(obj, list | tuple | str):
        raise TypeError("only a list or a text has a part from one item to another")
    spend_size(obj)
    return obj[slice(start, stop, step)]


def path_of(obj: Any, path: Any) -> Any:
    """A dotted part of a value: practice.name, or 1.result for that of the second item. Raises Missing."""
    if isinstance(path, int):
        return item_of(obj, path)
    text = str(path)
    spend_text(len(text))
    for name in text.split("."):
        obj = (
            item_of(obj, int(name))
            if name.isdecimal() and name.isascii() and len(name) < 6
            else part_of(obj, name)
        )
    return obj


# --- lists


def items_of(values: Any) -> list[Any]:
    """What a loop or a filter goes over, each number admitted. Nothing has no items; a mapping has its keys. Counted."""
    if values is None:
        return []
    if not isinstance(values, list | tuple | str | Mapping):
        raise TypeError(f"{shown(values)} is not a list")
    spend_items(len(values))
    return [admitted(value) for value in values]


def spend_size(*values: Any) -> None:
    """Count looking through values as a whole, down to the last item and character."""
    within = list(values)
    while within:
        value = within.pop()
        if isinstance(value, str):
            spend(1 + len(value) // 16)
        elif isinstance(value, Mapping):
            spend(1 + 2 * len(value))
            within.extend(value.values())
        elif isinstance(value, list | tuple):
            spend(1 + len(value))
            within.extend(value)


# --- texts


def printed(value: Any) -> str:
    """How a value reads: nothing for what was not given, yes and no, a date in words, a list with commas."""
    if isinstance(value, str):
        text = str(value)  # a Named as its name
    elif value is None:
        return ""
    elif isinstance(value, bool):
        text = "yes" if value else "no"
    elif is_number(value) or isinstance(value, float):
        value = admitted(value)
        text = format(value, "f") if isinstance(value, Decimal) else str(value)
    elif isinstance(value, date):
        text = date_words(value)
    elif isinstance(value, Mapping):
        spend_items(len(value))
        return joined([f"{key}: {printed(inner)}" for key, inner in value.items()], "; ")
    elif isinstance(value, list | tuple):
        return joined([printed(inner) for inner in items_of(value)], ", ")
    else:
        raise TypeError("this has parts, and is nothing to print by itself")
    spend_text(len(text))
    return text


def joined(texts: list[str], between: str) -> str:
    """Texts with something between, counted before they are put together."""
    spend_text(*map(len, texts), len(between) * len(texts))
    return between.join(texts)


def date_words(value: Any) -> str:
    """A day in words: Fri 15 Jan 2027. A moment also says its time in London: Fri 15 Jan 2027, 17:00."""
    day = date.fromisoformat(value) if isinstance(value, str) else value
    if not isinstance(day, date):
        raise TypeError(f"{shown(value)} is not a date")
    if isinstance(day, datetime) and day.tzinfo is not None:
        day = day.astimezone(LONDON)
    words = f"{day:%a} {day.day} {day:%b} {day.year}"
    return f"{words}, {day:%H:%M}" if isinstance(day, datetime) else words


def kept(value: Any) -> Any:
    """`value`, which the log is to keep. Raises TooMuch where it is too much as a whole: a list of lists of one long
    text is short in memory and endless on paper."""
    left, within = MAX_KEPT, [value]
    while within:
        each = within.pop()
        left -= 1 + (len(each) if isinstance(each, str | list | tuple | Mapping) else 0)
        if left < 0:
            raise TooMuch(f"more than {MAX_KEPT:,} items and characters to keep")
        if isinstance(each, Mapping):
            within += [*each.keys(), *each.values()]
        elif isinstance(each, list | tuple):
            within += each
    return value
