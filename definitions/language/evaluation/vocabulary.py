"""Every name that an expression may use of the language's own: filters, tests, functions. What is not here is not there."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from definitions.language.evaluation.filters import VALUE_FILTERS
from definitions.language.evaluation.list_filters import LIST_FILTERS, TESTS
from definitions.language.functions import FUNCTIONS

#: What may be called on `calendar`, with the arguments: what `engine.expressions.scope.CalendarNames` answers.
CALENDAR_METHODS: Mapping[str, tuple[str, ...]] = {
    "quarter_end": ("quarter", "financial_year"),
    "year_end": ("financial_year",),
    "financial_year_of": ("day",),
    "add_working_days": ("day", "count"),
    "last_working_day_of_month": ("day",),
}

#: Filters that work on a value they were given.
PLAIN_FILTERS: Mapping[str, Callable[..., Any]] = {**VALUE_FILTERS, **LIST_FILTERS}

#: Those of them that are asked about what may not be there.
FORGIVING = frozenset({"default", "d"})

#: Filters that apply a filter or test which they name: what it is, and at which place of what they are given.
NAMING: Mapping[str, tuple[str, int]] = {
    "map": ("filter", 0), "select": ("test", 0), "reject": ("test", 0), "selectattr": ("test", 1), "rejectattr": ("test", 1),
}  # fmt: skip
FILTERS = frozenset({*PLAIN_FILTERS, *NAMING})

#: Tests of what may not be there.
PRESENCE = frozenset({"defined", "undefined"})


@cache
def signature_of(callee: Callable[..., Any]) -> inspect.Signature:
    """What a filter, test or function takes."""
    return inspect.signature(callee)


def calendar_signature(method: str) -> inspect.Signature:
    """What a method of the calendar takes."""
    kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
    return inspect.Signature([inspect.Parameter(name, kind) for name in CALENDAR_METHODS[method]])


__all__ = ["FUNCTIONS", "TESTS"]
