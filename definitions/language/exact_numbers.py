"""Exact numbers: what people wrote, as fractions and decimals, never as floats; and never of too many digits.

A number of a million digits, or with an exponent of a million, is a few bytes to write and minutes to work with.
So every number is `admitted` where it comes in and where it is worked out: it has at most MAX_DIGITS digits before
the point and as many after it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any

from definitions.language.budget import MAX_DIGITS, TooMuch, spend

#: Something a definition's function accepts as a number: 12, "12.50", Decimal("12.50").
Number = int | str | float | Decimal | Fraction
Record = Mapping[str, Any]

_BITS = int(10**MAX_DIGITS).bit_length()


class FunctionError(ValueError):
    """A function was given what it cannot work with. The message says what, in the definition's words."""


# --- numbers


def admitted(value: Any) -> Any:
    """`value`, a float as the decimal it was written as. Raises TooMuch for a number of too many digits."""
    kind = type(value)
    if kind is str or kind is bool or value is None:
        return value
    if kind is float:
        value, kind = Decimal(repr(value)), Decimal
    if kind is int:
        _fits(value)
    elif kind is Decimal:
        _fits_decimal(value)
    elif kind is Fraction:
        _fits(value.numerator)
        _fits(value.denominator)
    return value


def _fits(value: int) -> None:
    if value.bit_length() > _BITS:
        raise TooMuch(f"a number of more than {MAX_DIGITS} digits")


def _fits_decimal(value: Decimal) -> None:
    _, digits, exponent = value.as_tuple()
    if not isinstance(exponent, int):
        raise TooMuch(f"{value} is not a number to work with")
    if exponent < -MAX_DIGITS or len(digits) + exponent > MAX_DIGITS:
        raise TooMuch(f"a number of more than {MAX_DIGITS} digits before or after the point")


def is_number(value: Any) -> bool:
    """Whether it can be worked with as a number; yes and no can, as 1 and 0."""
    return isinstance(value, int | Decimal | Fraction)


def number_of(value: Any) -> Decimal:
    """A number, or a text that is one, as a Decimal. Raises FunctionError, and TooMuch where it is too large."""
    if isinstance(value, Fraction):
        return Decimal(admitted(value).numerator) / value.denominator
    if isinstance(value, int | float | Decimal):
        return Decimal(admitted(value))
    if not isinstance(value, str) or len(value) > 2 * MAX_DIGITS + 2:
        raise FunctionError(f"{shown(value)} is not a number")
    try:
        found = Decimal(str(value))
    except ArithmeticError:
        raise FunctionError(f"{shown(value)} is not a number") from None
    _fits_decimal(found)
    return found


def exact(value: Any) -> Fraction | None:
    """A number as a fraction; None for what was not given or is not known. Raises FunctionError for anything else."""
    spend(1)
    if value is None or value == "" or value == "unknown":
        return None
    if isinstance(value, bool):
        raise FunctionError(f"{value} is not a number")
    try:
        return admitted(value) if isinstance(value, Fraction) else Fraction(number_of(value))
    except TooMuch:
        raise FunctionError(f"{shown(value)} is not a number to work with") from None


def shown(value: Any) -> str:
    """A value as an error names it: short, and without reading all of it."""
    if isinstance(value, str):
        return repr(value[:40])
    if isinstance(value, date | bool) or value is None:
        return str(value)
    if is_number(value):
        return "this number"
    return (
        "a mapping" if isinstance(value, Mapping) else "a list" if isinstance(value, list | tuple) else "this"
    )


def required_number(value: Any, what: str) -> Fraction:
    """A number that must be there. Raises FunctionError naming it."""
    number = exact(value)
    if number is None:
        raise FunctionError(f"{what} is not given")
    return number


def decimal(value: Fraction, places: int) -> Decimal:
    """A fraction to `places` decimals, halves away from zero."""
    scaled = value * 10**places
    whole = abs(scaled.numerator) * 2 + scaled.denominator
    units = whole // (2 * scaled.denominator)
    return Decimal(units if scaled >= 0 else -units).scaleb(-places)


def pence(value: Fraction) -> Decimal:
    """Money to the penny, halves away from zero."""
    return decimal(value, 2).quantize(Decimal("0.01"), ROUND_HALF_UP)


def reach(record: Any, path: str) -> Any:
    """A dotted part of a record, None where it stops: reach(r, "result.numerator")."""
    spend(1 + len(path) // 8)
    for part in path.split("."):
        if not isinstance(record, Mapping):
            return None
        record = record.get(part)
    return record


def rows_of(rows: Any) -> list[Record]:
    """The rows of a table, or the records of several answers. Raises FunctionError for what is neither."""
    if rows is None:
        return []
    if isinstance(rows, Mapping) or not isinstance(rows, Iterable) or isinstance(rows, str):
        raise FunctionError("a list of rows is needed here")
    spend(len(rows) if isinstance(rows, list | tuple) else 1)
    return [row for row in rows if isinstance(row, Mapping)]


class Returns(list[Record]):
    """The answers of a step asked of several, one record each, and `missing`: the practices that have not answered.

    A record: {"practice": {"code", "name", "list_size", "tags"}, field ids..., and a repeated group under its id:
    "indicators": {"HI-03": {"result": {"numerator": 1, "denominator": 2}}}}.
    """

    def __init__(self, records: Iterable[Record] = (), missing: Iterable[Record] = ()) -> None:
        super().__init__(records)
        self.missing: tuple[Record, ...] = tuple(missing)


def missing_of(returns: Any) -> tuple[Record, ...]:
    """The practices that have not answered, where the returns know."""
    return tuple(getattr(returns, "missing", ()))


def practice_name(record: Any) -> str:
    """The name of a practice, or of the practice of a record; its code when it has no name."""
    spend(1)
    practice = record.get("practice", record) if isinstance(record, Mapping) else record
    if isinstance(practice, Mapping):
        return str(practice.get("name") or practice.get("code") or "")
    return str(practice)
