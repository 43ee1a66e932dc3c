"""The filters of one value: texts, numbers, dates, JSON and CSV. There are these and no others.

Filters that pad, format or repeat text are left out: each can make a gigabyte from ten characters.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date as Date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from definitions.language.budget import MAX_DIGITS, TooMuch, spend, spend_items, spend_text
from definitions.language.evaluation.values import Missing, date_words, joined, printed, spend_size
from definitions.language.exact_numbers import admitted, is_number, number_of, shown
from definitions.language.formats.json_text import JsonText, dumped
from definitions.language.formats.tables import Cell
from definitions.language.named_values import key_of

_MAX_PLACES = 10
_WORD = re.compile(r"\w+")
_WORD_START = re.compile(r"([-\s({\[<]+)")


def default(value: Any, default_value: Any = "", boolean: bool = False) -> Any:
    """The value; `default_value` where it is not there, and also where it is nothing, none or no if `boolean`."""
    return default_value if value is Missing or (boolean and not value) else value


# --- numbers


def absolute(value: Any) -> Any:
    """The number without its sign."""
    if not is_number(value):
        raise TypeError(f"{shown(value)} is not a number")
    return abs(admitted(value))


def whole(value: Any, default: Any = 0, base: int = 10) -> Any:
    """A whole number, what stands behind the point cut off; `default` for what is no number. A text may be in another
    `base`."""
    try:
        if isinstance(value, str) and base != 10:
            return admitted(int(str(value)[: MAX_DIGITS * 4], base))
        return admitted(int(number_of(value)))
    except (TypeError, ValueError) as error:
        if isinstance(error, TooMuch):
            raise
        return default


def rounded(value: Any, places: int = 0) -> Decimal:
    """A number to some decimal places, halves away from zero, as people round money."""
    if not 0 <= places <= _MAX_PLACES:
        raise TooMuch(f"round to between 0 and {_MAX_PLACES} places")
    return number_of(value).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)


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


# --- texts


def capitalize(value: Any) -> str:
    """The text with its first letter large and the others small."""
    return printed(value).capitalize()


def lower(value: Any) -> str:
    """The text in small letters."""
    return printed(value).lower()


def upper(value: Any) -> str:
    """The text in capitals."""
    return printed(value).upper()


def title(value: Any) -> str:
    """The text with a capital at the start of each word."""
    parts = _WORD_START.split(printed(value))
    return "".join(part[0].upper() + part[1:].lower() for part in parts if part)


def trim(value: Any, chars: str | None = None) -> str:
    """The text without blanks, or `chars`, at its ends."""
    text = printed(value)
    spend_text(len(text) * min(len(chars or " "), 1_000) // 10)
    return text.strip(chars)


def truncate(
    value: Any, length: int = 255, killwords: bool = False, end: str = "...", leeway: int = 5
) -> str:
    """The text cut to `length` at the end of a word, or anywhere if `killwords`, with `end` after it. A text that is
    only `leeway` longer stays whole."""
    text = printed(value)
    if not 0 <= len(end) <= length or leeway < 0:
        raise ValueError(f"truncate to at least {len(end)} characters")
    if len(text) <= length + leeway:
        return text
    cut = text[: length - len(end)]
    return (cut if killwords else cut.rsplit(" ", 1)[0]) + end


def wordcount(value: Any) -> int:
    """How many words a text has."""
    return len(_WORD.findall(printed(value)))


def replaced(value: Any, old: str, new: str) -> str:
    """`value` with `old` replaced by `new`."""
    text, old, new = printed(value), printed(old), printed(new)
    if not old:
        raise ValueError("there is nothing to replace")
    spend_size(text)
    spend_text(len(text) + text.count(old) * len(new))
    return text.replace(old, new)


def date(value: Any) -> str:
    """A day in words: Fri 15 Jan 2027. A moment also says its time in London: Fri 15 Jan 2027, 17:00."""
    return "" if value is None or value == "" else date_words(value)


def people(values: Any) -> str:
    """Names joined as in speech: Elm Tree, Oak House and The Willows. Takes names, or things with a name."""
    spend_items(len(values or ()))
    names = [_name(value) for value in values or ()]
    if len(names) < 2:
        return "".join(names)
    return joined([joined(names[:-1], ", "), names[-1]], " and ")


def _name(value: Any, within: int = 4) -> str:
    if isinstance(value, Mapping) and within:
        inner = value.get("name")
        return _name(
            inner if inner is not None else value.get("practice") or value.get("person") or "", within - 1
        )
    return printed(getattr(value, "name", value))


def as_text(value: Any) -> str:
    """The value as it is printed."""
    return printed(value)


# --- formats


def csv(value: Any) -> Cell:
    """A value as one cell of a CSV file. A text that a spreadsheet would run as a formula is disarmed."""
    return Cell(printed(value), typed=isinstance(value, str))


def as_json(value: Any, indent: int | None = None) -> JsonText:
    """A value as JSON, keys sorted; dates and decimals as text."""
    spend_size(value)
    text = dumped(_plain(value), 2 if indent else None)
    spend_text(len(text))
    return text


def _plain(value: Any) -> Any:
    """A value as JSON knows it; counted, since many items may be the same long text."""
    if isinstance(value, Mapping):
        spend_items(len(value))
        return {printed(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        spend_items(len(value))
        return [_plain(inner) for inner in value]
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        return admitted(value)
    if isinstance(value, Date):
        spend(1)
        return value.isoformat()
    return key_of(value) if isinstance(value, str) else printed(value)


#: Every filter of one value, by its name.
VALUE_FILTERS: dict[str, Callable[..., Any]] = {
    "abs": absolute, "capitalize": capitalize, "csv": csv, "d": default, "date": date, "default": default, "int": whole, "json": as_json,
    "lower": lower, "money": money, "number": number, "people": people, "percent": percent, "replace": replaced,
    "round": rounded, "string": as_text, "title": title, "tojson": as_json, "trim": trim, "truncate": truncate,
    "upper": upper, "wordcount": wordcount,
}  # fmt: skip
