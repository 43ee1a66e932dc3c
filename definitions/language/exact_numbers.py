"""Exact numbers: what people wrote, as fractions and decimals, never as floats."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from fractions import Fraction
from typing import Any

#: Something a definition's function accepts as a number: 12, "12.50", Decimal("12.50").
Number = int | str | float | Decimal | Fraction
Record = Mapping[str, Any]


class FunctionError(ValueError):
    """A function was given what it cannot work with. The message says what, in the definition's words."""


def exact(value: Any) -> Fraction | None:
    """A number as a fraction; None for what was not given or is not known. Raises FunctionError for anything else."""
    if value is None or value == "" or value == "unknown":
        return None
    if isinstance(value, bool) or not isinstance(value, int | str | float | Decimal | Fraction):
        raise FunctionError(f"{value!r} is not a number")
    if isinstance(value, Fraction):
        return value
    try:
        decimal = Decimal(repr(value) if isinstance(value, float) else value)
    except InvalidOperation:
        raise FunctionError(f"{value!r} is not a number") from None
    if not decimal.is_finite() or abs(decimal.adjusted()) > 60:
        raise FunctionError(f"{value!r} is not a number")
    return Fraction(decimal)


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
    practice = record.get("practice", record) if isinstance(record, Mapping) else record
    if isinstance(practice, Mapping):
        return str(practice.get("name") or practice.get("code") or "")
    return str(practice)
