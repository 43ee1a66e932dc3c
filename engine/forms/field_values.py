"""Reads one answer of a plain type: what a person typed or a program sent, into the value the log keeps.

A reader takes what the field asks and what was given, and returns the typed value of `definitions/models/fields.py`,
or raises `BadValue` with what to do about it, worded to stand after the field's label. Reading a value that was
read before gives the same value.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from definitions.models.fields import Column
from definitions.models.primitives import ODS_CODE

UNKNOWN = "unknown"
_SAYS_UNKNOWN = frozenset({"unknown", "i don't know", "i don’t know", "don't know", "don’t know"})
_NUMBER = re.compile(r"[+-]?[0-9]+(?:\.[0-9]*)?|[+-]?\.[0-9]+")
_GROUPED = re.compile(r"[+-]?[0-9]{1,3}(?:[, ][0-9]{3})+(?:\.[0-9]*)?")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_LINK = re.compile(r"https?://[^\s/?#@\\<>\"]+\.?[^\s\\<>\"]*", re.IGNORECASE)
_LONGEST_TEXT = {"long text": 4000, "link": 2000}
#: So many options can be told in a sentence.
_FEW = 6
#: Digits a number may have; what is longer is a slip, and would not fit where numbers are kept.
_MOST_DIGITS = 15

_MONTHS = ("january", "february", "march", "april", "may", "june", "july", "august", "september",
           "october", "november", "december")  # fmt: skip
_ISO = re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})")
_WRITTEN = re.compile(r"([0-9]{1,2})[ /.\-]+([0-9]{1,2}|[A-Za-z]{3,9})[ /.\-]+([0-9]{1,4})")


@dataclass(frozen=True, slots=True)
class Option:
    """One thing that may be chosen. `value` is what is stored, `label` what is shown."""

    value: str
    label: str


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """What a field asks, with its options and bounds settled. `least` and `most` are numbers, or dates for a date."""

    type: str
    options: tuple[Option, ...] = ()
    least: Decimal | date | None = None
    most: Decimal | date | None = None
    max_length: int | None = None
    accept: tuple[str, ...] = ()
    statement: str = ""
    columns: tuple[tuple[Column, FieldSpec], ...] = ()


class BadValue(ValueError):
    """What was given cannot be taken.

    `problems`: each with where it is inside the field ("2.cost" in a table, mostly empty) and what to do. `box`: which
    of the field's boxes is meant, where it has several: day, month or year; numerator or denominator.
    """

    def __init__(self, message: str, *more: tuple[str, str], box: str = "") -> None:
        super().__init__(message)
        self.problems: tuple[tuple[str, str], ...] = more or (("", message),)
        self.box = box


def is_blank(given: Any, depth: int = 3) -> bool:
    """Nothing was given: no value, spaces, or a mapping or list of nothings (three empty date boxes)."""
    if given is None:
        return True
    if isinstance(given, str):
        return not given or given.isspace()
    if isinstance(given, int | float):
        return False
    if depth and isinstance(given, Mapping):
        return all(is_blank(value, depth - 1) for value in given.values())
    if depth and isinstance(given, list | tuple):
        return all(is_blank(value, depth - 1) for value in given)
    return False


def says_unknown(given: Any) -> bool:
    return isinstance(given, str) and given.strip().lower() in _SAYS_UNKNOWN


# --- text ----------------------------------------------------------------------------------------------------


def as_text(given: Any, what: str = "text") -> str:
    """`given` as clean text: line ends as \\n, no control characters, no spaces around."""
    if not isinstance(given, str):
        if isinstance(given, bool) or not isinstance(given, int | float):
            raise BadValue(f"enter {what}")
        given = str(given)
    if given.isascii() and given.isprintable():
        return str(given).strip()
    try:
        given.encode()
    except UnicodeEncodeError:
        raise BadValue("use letters, numbers and punctuation; something here cannot be kept") from None
    return _CONTROL.sub("", given.replace("\r\n", "\n").replace("\r", "\n")).strip()


def _text(ask: FieldSpec, given: Any) -> str:
    text = as_text(given)
    if ask.type != "long text":
        text = " ".join(text.split())
    longest = ask.max_length or _LONGEST_TEXT.get(ask.type, 200)
    if len(text) > longest:
        raise BadValue(f"must be {longest:,} characters or fewer; it is {len(text):,}")
    return text


def _link(ask: FieldSpec, given: Any) -> str:
    text = _text(ask, given)
    if not _LINK.fullmatch(text):
        raise BadValue("enter a web address that begins with https:// or http://")
    return text


def _organisation(ask: FieldSpec, given: Any) -> str:
    text = as_text(given).upper()
    if ask.options:
        return _one_of(ask, text, "choose an organisation from the list")
    if not ODS_CODE.fullmatch(text):
        raise BadValue("enter an ODS code, for example Y90001")
    return text


# --- numbers -------------------------------------------------------------------------------------------------


def as_number(given: Any, what: str) -> Decimal:
    """`given` as a finite decimal; "1,234.50" and "1 234.50" are read too."""
    if isinstance(given, bool):
        raise BadValue(f"enter {what}")
    if isinstance(given, int):
        text = str(given) if abs(given) < 10**_MOST_DIGITS else ""
    else:
        text = format(Decimal(repr(given)), "f") if isinstance(given, float) else as_text(given, what)
    if _GROUPED.fullmatch(text):
        text = text.replace(",", "").replace(" ", "")
    if not _NUMBER.fullmatch(text):
        raise BadValue(f"enter {what}")
    if sum(map(str.isdigit, text)) > _MOST_DIGITS:
        raise BadValue("this number is too long; please check it")
    return Decimal(text)


def _within(
    ask: FieldSpec, number: Decimal, shown: Callable[[Decimal], str] = lambda n: f"{n:,f}"
) -> Decimal:
    if isinstance(ask.least, Decimal) and number < ask.least:
        raise BadValue(f"must be {shown(ask.least)} or more")
    if isinstance(ask.most, Decimal) and number > ask.most:
        raise BadValue(f"must be {shown(ask.most)} or less")
    return number


def whole(given: Any, what: str = "a whole number, such as 25") -> int:
    if type(given) is int and -(10**_MOST_DIGITS) < given < 10**_MOST_DIGITS:
        return given
    number = as_number(given, what)
    if number % 1:
        raise BadValue(f"enter {what}")
    return int(number)


def _integer(ask: FieldSpec, given: Any) -> int:
    number = whole(given)
    if ask.least is not None or ask.most is not None:
        _within(ask, Decimal(number))
    return number


def _places(number: Decimal, most: int, message: str) -> Decimal:
    """The number, refused when it has more than `most` decimal places that say something."""
    exponent = number.normalize().as_tuple().exponent
    if isinstance(exponent, int) and -exponent > most:
        raise BadValue(message)
    return number


def _decimal(ask: FieldSpec, given: Any) -> str:
    number = _places(as_number(given, "a number, such as 12.5"), 6, "use at most 6 decimal places")
    return _unsigned_zero(_within(ask, number))


def _unsigned_zero(number: Decimal) -> str:
    return f"{number if number else abs(number):f}"


def _percent(ask: FieldSpec, given: Any) -> str:
    bare = given.strip().removesuffix("%").rstrip() if isinstance(given, str) else given
    number = _places(as_number(bare, "a percentage, such as 45"), 4, "use at most 4 decimal places")
    if not 0 <= number <= 100:
        raise BadValue("must be between 0 and 100")
    return _unsigned_zero(_within(ask, number, lambda bound: f"{bound:f}%"))


def _money(ask: FieldSpec, given: Any) -> str:
    bare = re.sub(r"^([+-]?)\s*£\s*([+-]?)", r"\1\2", given.strip()) if isinstance(given, str) else given
    number = as_number(bare, "an amount of money, such as £1,234.50")
    _places(number, 2, "use pounds and pence, such as £1,234.50")
    return _unsigned_zero(_within(ask, number, _pounds).quantize(Decimal("0.01")))


def _pounds(amount: Decimal) -> str:
    return f"£{amount:,.2f}".removesuffix(".00")


def _fte(ask: FieldSpec, given: Any) -> str:
    number = as_number(given, "a full-time equivalent, such as 0.80")
    if not 0 <= number <= 2:
        raise BadValue("must be between 0.00 and 2.00 full-time equivalent")
    _places(number, 2, "use at most 2 decimal places, such as 0.80")
    return _unsigned_zero(_within(ask, number).quantize(Decimal("0.01")))


# --- dates ---------------------------------------------------------------------------------------------------


def long_date(day: date) -> str:
    return f"{day.day} {_MONTHS[day.month - 1].capitalize()} {day.year}"


def _date(ask: FieldSpec, given: Any) -> str:
    day = given if type(given) is date else _day_of(given)
    if isinstance(ask.least, date) and day < ask.least:
        raise BadValue(f"must be {long_date(ask.least)} or later")
    if isinstance(ask.most, date) and day > ask.most:
        raise BadValue(f"must be {long_date(ask.most)} or earlier")
    return day.isoformat()


def _day_of(given: Any) -> date:
    if isinstance(given, Mapping):
        boxes = [as_text(given.get(box) or "", "a date") for box in ("day", "month", "year")]
        missing = [box for box, text in zip(("day", "month", "year"), boxes, strict=True) if not text]
        if missing or len(given) > 3:
            told = " and a ".join(missing) or "day, month and year"
            raise BadValue(f"the date must include a {told}", box=next(iter(missing), ""))
        return _real_date(*boxes)
    text = as_text(given, "a date")
    if found := _ISO.fullmatch(text):
        return _real_date(found[3], found[2], found[1])
    if found := _WRITTEN.fullmatch(text):
        return _real_date(found[1], found[2], found[3])
    raise BadValue("enter a date, for example 15 1 2027")


def _real_date(day: str, month: str, year: str) -> date:
    if re.fullmatch(r"[0-9]{4}", year) is None:
        raise BadValue("enter the year in 4 numbers, for example 2027", box="year")
    number = _month_number(month)
    try:
        found = date(int(year), number, int(day) if re.fullmatch(r"[0-9]{1,2}", day) else 0)
    except ValueError:
        raise BadValue("enter a real date, for example 15 1 2027") from None
    if not 1900 <= found.year <= 2200:
        raise BadValue("the year must be between 1900 and 2200", box="year")
    return found


def _month_number(month: str) -> int:
    """1 to 12; 0 when it is none."""
    if re.fullmatch(r"[0-9]{1,2}", month):
        return int(month)
    named = [
        place for place, name in enumerate(_MONTHS, 1) if len(month) > 2 and name.startswith(month.lower())
    ]
    return named[0] if named else 0


# --- choices -------------------------------------------------------------------------------------------------


def _one_of(ask: FieldSpec, text: str, message: str) -> str:
    for option in ask.options:
        if option.value == text:
            return text
    folded = " ".join(text.split()).casefold()
    for option in ask.options:
        if folded in (option.value.casefold(), option.label.casefold()):
            return option.value
    raise BadValue(message)


def _choice(ask: FieldSpec, given: Any) -> str:
    if isinstance(given, bool):  # YAML 1.1 and many programs write yes as true
        given = "yes" if given else "no"
    return _one_of(ask, as_text(given, "one of the answers"), f"choose {_shown(ask.options)}")


def _shown(options: tuple[Option, ...]) -> str:
    """The options in words, where they are few: a program's user has no page to look at."""
    if not 2 <= len(options) <= _FEW:
        return "one of the answers shown"
    labels = [option.label for option in options]
    return f"one of {', '.join(labels[:-1])} or {labels[-1]}"


def _choices(ask: FieldSpec, given: Any) -> list[str]:
    wanted = given if isinstance(given, list | tuple) else [given]
    if len(wanted) > 1000:
        raise BadValue("choose from the answers shown")
    chosen = {
        _one_of(ask, as_text(one, "one of the answers"), "choose from the answers shown")
        for one in wanted
        if not is_blank(one)
    }
    _within_count(ask, len(chosen))
    return [option.value for option in ask.options if option.value in chosen]


def _within_count(ask: FieldSpec, count: int) -> None:
    if isinstance(ask.least, Decimal) and count < ask.least:
        raise BadValue(f"choose at least {ask.least:f}")
    if isinstance(ask.most, Decimal) and count > ask.most:
        raise BadValue(f"choose no more than {ask.most:f}")


YES_NO = (Option("yes", "Yes"), Option("no", "No"))
YES_NO_NA = (*YES_NO, Option("na", "Not applicable"))

Reader = Callable[[FieldSpec, Any], Any]

READERS: dict[str, Reader] = {
    "text": _text,
    "long text": _text,
    "person": _text,
    "link": _link,
    "organisation": _organisation,
    "integer": _integer,
    "rating": _integer,
    "decimal": _decimal,
    "percent": _percent,
    "money": _money,
    "fte": _fte,
    "date": _date,
    "yes/no": _choice,
    "yes/no/na": _choice,
    "choice": _choice,
    "decision": _choice,
    "choices": _choices,
}
