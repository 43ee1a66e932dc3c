"""Numbers as people type and paste them: thousands separators of every kind, minus signs, currency, per cent.

A comma groups thousands and a full stop begins the decimals, as in Britain. What could be read in another way (1,5 or
1.234,50) is refused with how to write it.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from definitions.source.typed_text import BadValue, plain_text

#: Digits a number may have; what is longer is a slip, and would not fit where numbers are kept.
MOST_DIGITS = 15

_NUMBER = re.compile(r"[+-]?[0-9]+(?:\.[0-9]*)?|[+-]?\.[0-9]+")
_GROUPED = re.compile(r"[+-]?[0-9]{1,3}(?:([, '])[0-9]{3})(?:\1[0-9]{3})*(?:\.[0-9]*)?")
_SPACED_SIGN = re.compile(r"^([+-]) +")
_COMMA = re.compile(r"[+-]?[0-9]+(?:[.' ][0-9]{3})*,[0-9]+|[+-]?[0-9]{1,3}(?:,[0-9]{2,3})+(?:\.[0-9]*)?")
_POWER = re.compile(r"[+-]?[0-9.]+e[+-]?[0-9]+", re.IGNORECASE)
_PERCENT = re.compile(r" ?(?:%|per ?cent)$", re.IGNORECASE)
_POUNDS = re.compile(r"^([+-]?) ?(?:£|GBP) ?([+-]?)|^([+-]?)(.*?) ?(?:£|GBP)$", re.IGNORECASE)
_CURRENCY = re.compile(r"[$€¥]|\b(?:USD|EUR|dollars?|euros?)\b", re.IGNORECASE)


def as_number(given: Any, what: str) -> Decimal:
    """`given` as a finite decimal. Raises BadValue: "enter {what}", or what to write instead."""
    if isinstance(given, bool):
        raise BadValue(f"enter {what}")
    if isinstance(given, int):
        text = str(given) if abs(given) < 10**MOST_DIGITS else ""
    else:
        text = format(Decimal(repr(given)), "f") if isinstance(given, float) else plain_text(given, what)
    return _number(text, what)


def _number(text: str, what: str) -> Decimal:
    text = _SPACED_SIGN.sub(r"\1", text)
    if _GROUPED.fullmatch(text):
        text = re.sub("[, ']", "", text)
    if not _NUMBER.fullmatch(text):
        raise BadValue(_instead(text) or f"enter {what}")
    if sum(map(str.isdigit, text)) > MOST_DIGITS:
        raise BadValue("this number is too long; please check it")
    return Decimal(text)


def _instead(text: str) -> str:
    """How to write what looks like a number and could be read in two ways; empty for what is none."""
    if _COMMA.fullmatch(text):
        return "write decimals after a full stop, and commas only between thousands, such as 1,234.50"
    if _POWER.fullmatch(text):
        return "write the number out in digits, such as 100,000"
    if re.fullmatch(r"\([0-9., ']+\)|[0-9., ']+-", text):
        return "write a minus sign before a number below zero, such as -5"
    return ""


def whole(given: Any, what: str = "a whole number, such as 25") -> int:
    """`given` as a whole number. Raises BadValue."""
    if type(given) is int and -(10**MOST_DIGITS) < given < 10**MOST_DIGITS:
        return given
    number = as_number(given, what)
    if number % 1:
        raise BadValue(f"enter {what}")
    return int(number)


def per_cent(given: Any, what: str) -> Decimal:
    """A percentage, with its sign or without. Raises BadValue."""
    return as_number(_PERCENT.sub("", plain_text(given, what)) if isinstance(given, str) else given, what)


def pounds(given: Any, what: str) -> Decimal:
    """An amount of money, with a pound sign or without; of another currency, refused. Raises BadValue."""
    if not isinstance(given, str):
        return as_number(given, what)
    text = plain_text(given, what)
    if _CURRENCY.search(text):
        raise BadValue("enter the amount in pounds")
    return as_number(_POUNDS.sub(r"\1\2\3\4", text), what)


def at_most_places(number: Decimal, most: int, message: str) -> Decimal:
    """The number, refused with `message` when it has more than `most` decimal places that say something."""
    exponent = number.normalize().as_tuple().exponent
    if isinstance(exponent, int) and -exponent > most:
        raise BadValue(message)
    return number


def written(number: Decimal) -> str:
    """A decimal as the log keeps it: no exponent, and no minus sign before zero."""
    return f"{number if number else abs(number):f}"
