"""Numbers within bounds: checked, told in words, and made up."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from random import Random
from typing import Any

from definitions.models.field_types.declaration import FieldSpec, View
from definitions.source.typed_text import BadValue


def _grouped(number: Decimal) -> str:
    return f"{number:,f}"


def within(ask: FieldSpec, number: Decimal, shown: Callable[[Decimal], str] = _grouped) -> Decimal:
    """The number, refused outside the bounds of the field. Raises BadValue."""
    if isinstance(ask.least, Decimal) and number < ask.least:
        raise BadValue(f"must be {shown(ask.least)} or more")
    if isinstance(ask.most, Decimal) and number > ask.most:
        raise BadValue(f"must be {shown(ask.most)} or less")
    return number


def in_words(ask: FieldSpec) -> str:
    """The bounds, as a hint."""
    least = f"{ask.least:f}" if isinstance(ask.least, Decimal) else ""
    most = f"{ask.most:f}" if isinstance(ask.most, Decimal) else ""
    if least and most:
        return f"Between {least} and {most}"
    return f"{least} or more" if least else f"{most} or less" if most else ""


def made_up(ask: FieldSpec, rng: Random, places: int, low: str, high: str) -> Decimal:
    """A number within the bounds of the field, and between `low` and `high` where it has none."""
    least = ask.least if isinstance(ask.least, Decimal) else Decimal(low)
    most = ask.most if isinstance(ask.most, Decimal) else max(least, Decimal(high))
    least = least if isinstance(ask.least, Decimal) else min(least, most)
    step = Decimal(1).scaleb(-places)
    # Up to the last step inside the bounds: they may be finer than what the type can hold.
    first, last = -(-least // step), most // step
    return rng.randint(int(first), max(int(first), int(last))) * step


def as_decimal(value: Any, view: View) -> Any:
    """A number that is kept as text, as expressions see it."""
    return Decimal(str(value))
