"""Arithmetic and comparison, within bounds: numbers are exact, texts and lists only as long as a text or list may be."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from definitions.language.budget import MAX_DIGITS, TooMuch, spend_items, spend_text
from definitions.language.evaluation.values import printed, spend_size
from definitions.language.exact_numbers import admitted, is_number, shown

Binary = Callable[[Any, Any], Any]


def _numbers(sign: str, work: Binary) -> Binary:
    """An operator that goes with numbers only."""

    def operate(left: Any, right: Any) -> Any:
        left, right = admitted(left), admitted(right)
        if not is_number(left) or not is_number(right):
            raise TypeError(
                f"only numbers may stand on both sides of {sign}, not {shown(left)} and {shown(right)}"
            )
        return admitted(work(left, right))

    return operate


def add(left: Any, right: Any) -> Any:
    """The sum of numbers; texts or lists put together."""
    if isinstance(left, str) and isinstance(right, str):
        spend_text(len(left), len(right))
        return left + right
    if isinstance(left, list | tuple) and isinstance(right, list | tuple):
        spend_items(len(left) + len(right))
        return [*left, *right]
    return _sum(left, right)


_sum = _numbers("+", operator.add)


def _divided(left: Any, right: Any) -> Any:
    if not right:
        raise ZeroDivisionError("divided by nothing")
    return (Decimal(left) if isinstance(left, int) else left) / right


def _power(left: Any, right: Any) -> Any:
    """Whole powers, of at most as many digits as a number may have."""
    if right != int(right) or abs(right) > 4 * MAX_DIGITS:
        raise TooMuch("a power too large, or not a whole number")
    digits = max(Decimal(left).adjusted() + 1, 1) if left else 1
    if digits * abs(int(right)) > 4 * MAX_DIGITS:
        raise TooMuch("a power too large")
    return (Decimal(left) if right < 0 else left) ** int(right)


BINARY: dict[str, Binary] = {
    "Add": add,
    "Sub": _numbers("-", operator.sub),
    "Mul": _numbers("*", operator.mul),
    "Div": _numbers("/", _divided),
    "FloorDiv": _numbers("//", operator.floordiv),
    "Mod": _numbers("%", operator.mod),
    "Pow": _numbers("**", _power),
}


def negated(value: Any) -> Any:
    return _SUBTRACT(0, value)


_SUBTRACT = BINARY["Sub"]


def concatenated(values: list[Any]) -> str:
    """The `~` operator: the values as they are printed, put together."""
    texts = [printed(value) for value in values]
    spend_text(*map(len, texts))
    return "".join(texts)


# --- comparing


def equal(left: Any, right: Any) -> bool:
    left, right = admitted(left), admitted(right)
    _count(left, right)
    return bool(left == right)


def unequal(left: Any, right: Any) -> bool:
    return not equal(left, right)


def contains(left: Any, right: Any) -> bool:
    """Whether `left` is in a list, a text, or among the keys of a mapping."""
    if isinstance(right, str) and isinstance(left, str):
        spend_size(left, right)
        return left in right
    if isinstance(right, Mapping):
        return isinstance(left, str | int | Decimal) and admitted(left) in right
    if not isinstance(right, list | tuple):
        raise TypeError(f"nothing can be in {shown(right)}")
    spend_size(right)
    return any(equal(left, each) for each in right)


def absent(left: Any, right: Any) -> bool:
    return not contains(left, right)


def _ordered(compare: Binary) -> Binary:
    def ordered(left: Any, right: Any) -> bool:
        left, right = admitted(left), admitted(right)
        _count(left, right)
        return bool(compare(left, right))

    return ordered


def _count(left: Any, right: Any) -> None:
    """Count comparing two values: only lists, mappings and long texts take long, and only with their like."""
    if isinstance(left, str | list | tuple | Mapping) and isinstance(right, str | list | tuple | Mapping):
        spend_size(left, right)


COMPARE: dict[str, Binary] = {
    "eq": equal, "ne": unequal, "lt": _ordered(operator.lt), "lteq": _ordered(operator.le),
    "gt": _ordered(operator.gt), "gteq": _ordered(operator.ge), "in": contains, "notin": absent,
}  # fmt: skip
