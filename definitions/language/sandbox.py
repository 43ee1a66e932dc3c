"""The sandbox that expressions and templates run in: data may be read, listed functions called, nothing else.

Jinja2's SandboxedEnvironment keeps code in; this one also keeps size in. Whatever can multiply (text times a
number, a chain of `replace`, nested loops) is counted, so a hostile definition is an error and never a wait.
Numbers are exact: a decimal is a Decimal, never a float, however it was written.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from types import GeneratorType
from typing import Any

from jinja2 import StrictUndefined
from jinja2.exceptions import SecurityError
from jinja2.runtime import Context, LoopContext
from jinja2.sandbox import SandboxedEnvironment
from jinja2.utils import pass_context
from pydantic import BaseModel

from definitions.language.filters import FILTERS
from definitions.language.named_values import Named

MAX_TEXT = 200_000  #: characters a template may make, or a text an expression may give
MAX_ITEMS = 20_000  #: turns of all loops of one rendering together
MAX_WORK = 1_000_000  #: items that filters, functions and comparisons of one rendering go through together
MAX_BITS = 4_096  #: of a whole number
_CHARACTERS = 256  #: of a text that are as much work as one item of a list
BUDGET = " budget"  #: the name in the context, which no template can write, where turns are counted

#: What may be called on `calendar`, with the arguments: what `engine.expressions.scope.CalendarNames` answers.
CALENDAR_METHODS: dict[str, tuple[str, ...]] = {
    "quarter_end": ("quarter", "financial_year"),
    "year_end": ("financial_year",),
    "financial_year_of": ("day",),
    "add_working_days": ("day", "count"),
    "last_working_day_of_month": ("day",),
}
_LOOP = frozenset({"index", "index0", "revindex", "first", "last", "length", "previtem", "nextitem"})
_DATE = frozenset({"year", "month", "day"})
_TESTS = frozenset({
    "defined", "undefined", "none", "true", "false", "boolean", "integer", "number", "string", "mapping",
    "sequence", "iterable", "in", "odd", "even", "divisibleby", "eq", "ne", "lt", "le", "gt", "ge", "equalto",
    "==", "!=", "<", "<=", ">", ">=", "lessthan", "greaterthan", "lower", "upper",
})  # fmt: skip


#: Names that are None where there is nobody: an email about the whole PCN has no practice.
AROUND = ("practice", "person", "manager", "assignment", "step", "previous", "response")


class TooMuch(SecurityError):
    """An expression or template that grew past a bound."""


class LoopBudget:
    """Counts the turns of the loops of one rendering, and what is worked through within them."""

    __slots__ = ("left", "work")

    def __init__(self) -> None:
        self.left = MAX_ITEMS
        self.work = MAX_WORK

    def take(self, count: int) -> None:
        """Count some turns. Raises TooMuch when too many were taken."""
        self.left -= count
        if self.left < 0:
            raise TooMuch(f"more than {MAX_ITEMS:,} turns of loops")

    def weigh(self, values: Iterable[Any]) -> None:
        """Count what is about to be worked through. Raises TooMuch when it was too much: a sort within a loop
        multiplies as a loop within a loop does."""
        for value in values:
            if isinstance(value, list | tuple | dict):
                self.work -= len(value)
            elif isinstance(value, str):
                self.work -= len(value) // _CHARACTERS
        if self.work < 0:
            raise TooMuch(f"more than {MAX_WORK:,} items to go through")


class Sandbox(SandboxedEnvironment):
    """Jinja2's sandbox with bounds, exact numbers, and no methods of values."""

    intercepted_binops = frozenset({"+", "-", "*", "/", "//", "%", "**"})

    def __init__(self, functions: Mapping[str, Callable[..., Any]]) -> None:
        # Unoptimised: constants are not folded while compiling, where no bound could see them.
        super().__init__(undefined=StrictUndefined, optimized=False, finalize=printed, cache_size=0)
        self.globals = {**dict.fromkeys(AROUND), **functions}
        filters = {name: _weighed(each) for name, each in FILTERS.items()}
        self.filters = {
            **filters,
            " turns": _turns,
            " weighed": _weigh,
            " joined": _joined,
            " decimal": Decimal,
        }
        self.tests = {name: _weighed(test) for name, test in self.tests.items() if name in _TESTS}

    def is_safe_callable(self, obj: Any) -> bool:
        """Only the functions of the registry, and the calendar's methods."""
        name = getattr(obj, "__name__", "")
        return self.globals.get(name) is obj or name in CALENDAR_METHODS

    def call(self, context: Context, obj: Any, *args: Any, **kwargs: Any) -> Any:
        _budget(context).weigh((*args, *kwargs.values()))
        return super().call(context, obj, *args, **kwargs)

    def getattr(self, obj: Any, attribute: str) -> Any:
        return self._read(obj, attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        if isinstance(argument, str):
            return self._read(obj, argument)
        if isinstance(obj, list | tuple | str) and isinstance(argument, int | slice):
            try:
                return exact_number(obj[argument])
            except IndexError:
                return self.undefined(obj=obj, name=str(argument))
        if isinstance(obj, Mapping) and isinstance(argument, int | Decimal | date):
            return (
                exact_number(obj[argument])
                if argument in obj
                else self.undefined(obj=obj, name=str(argument))
            )
        return None if obj is None else self.undefined(obj=obj, name=str(argument)[:60])

    def _read(self, obj: Any, name: str) -> Any:
        """A part of a value. What was not given (None) has parts not given: a missing answer stays missing."""
        if name.startswith("_"):
            raise SecurityError(f"{name!r} is not for definitions to read")
        if obj is None:
            return None
        if isinstance(obj, Mapping):
            try:  # rather than `in`: a forgiving mapping answers for what it does not hold
                return exact_number(obj[name])
            except KeyError:
                return self.undefined(obj=obj, name=name)
        if readable(obj, name):
            return exact_number(getattr(obj, name))
        return self.undefined(obj=obj, name=name)

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        return operate(self, operator, exact_number(left), exact_number(right))


def readable(obj: Any, name: str) -> bool:
    """Whether `name` of an object that is not a mapping may be read."""
    if isinstance(obj, LoopContext):
        return name in _LOOP
    if isinstance(obj, Named):
        return name in obj.parts
    if isinstance(obj, date):
        return name in _DATE
    if isinstance(obj, BaseModel):
        return name in type(obj).model_fields
    if dataclasses.is_dataclass(obj) and any(field.name == name for field in dataclasses.fields(obj)):
        return True
    if name == "missing" and isinstance(obj, list):
        return hasattr(obj, name)
    return name in CALENDAR_METHODS and not isinstance(obj, str | int | list | tuple) and hasattr(obj, name)


def exact_number(value: Any) -> Any:
    """A float as the decimal it was written as; anything else unchanged."""
    return Decimal(repr(value)) if isinstance(value, float) else value


def operate(environment: Sandbox, operator: str, left: Any, right: Any) -> Any:
    """Arithmetic within bounds. Raises TooMuch; TypeError where the operands do not go together."""
    numbers = isinstance(left, int | Decimal | Fraction) and isinstance(right, int | Decimal | Fraction)
    if operator in ("*", "**", "%") and not numbers:
        raise TooMuch(f"only numbers may stand on both sides of {operator}")
    if operator == "+" and isinstance(left, str | list | tuple) and isinstance(right, str | list | tuple):
        _fits(len(left) + len(right))
    if operator == "**" and (abs(right) > 64 or _bits(left) * abs(int(right)) > MAX_BITS):
        raise TooMuch("a power too large")
    if operator == "/" and isinstance(left, int) and isinstance(right, int):
        left = Decimal(left)
    result = environment.binop_table[operator](left, right)
    if isinstance(result, int) and result.bit_length() > MAX_BITS:
        raise TooMuch("a number too large")
    return result


def _bits(value: Any) -> int:
    return int(value).bit_length() + 1 if abs(value) < Decimal(10) ** 100 else MAX_BITS + 1


def _fits(size: int) -> None:
    if size > MAX_TEXT:
        raise TooMuch(f"more than {MAX_TEXT:,} characters")


def printed(value: Any) -> Any:
    """How a value reads in an email: nothing for what was not given, a date in words."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, date):
        return FILTERS["date"](value)
    if isinstance(value, list | tuple | dict):
        return FILTERS["string"](value)
    return value


def _budget(context: Context) -> LoopBudget:
    """What is left to this rendering; a budget of its own where none is kept."""
    loops = context.get(BUDGET)
    return loops if isinstance(loops, LoopBudget) else LoopBudget()


def _weighed(function: Any) -> Callable[..., Any]:
    """A filter or test whose work is counted; also where `map` and `select` reach it."""
    wants = getattr(function, "jinja_pass_arg", None)

    @pass_context
    def weighed(context: Context, value: Any, *args: Any, **kwargs: Any) -> Any:
        budget = _budget(context)
        value = list(value) if isinstance(value, GeneratorType) else value
        budget.weigh((value, *args))
        first = {None: (), "context": (context,), "eval_context": (context.eval_ctx,)}.get(
            wants and wants.name, (context.environment,)
        )
        return function(*first, value, *args, **kwargs)

    return weighed


@pass_context
def _weigh(context: Context, value: Any) -> Any:
    """What a comparison looks through, counted."""
    value = list(value) if isinstance(value, GeneratorType) else value
    _budget(context).weigh((value,))
    return value


@pass_context
def _turns(context: Context, values: Iterable[Any]) -> list[Any]:
    """What a loop goes over, counted against the rendering's budget."""
    items = [] if values is None else list(values)
    _budget(context).take(len(items) + 1)
    return items


def _joined(parts: list[Any]) -> str:
    """The `~` operator, within bounds."""
    texts = [str(printed(part)) for part in parts]
    _fits(sum(map(len, texts)))
    return "".join(texts)
