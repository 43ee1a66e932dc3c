"""Conditions of a form: true, false, or open, because they read what nobody gave."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from definitions.language.expressions import ExpressionError, Forgiving, compile_cached
from definitions.language.syntax import EACH
from definitions.models.field_types.declaration import UNKNOWN
from engine.forms.layout import Evaluator


@dataclass(frozen=True, slots=True)
class WarningFault:
    """A `warn` of the definition that could not be worked out, with the code of why: nothing that whoever answers could
    mend, and nothing of what they answered is in it. `path` is where."""

    path: str
    warn: str
    code: str


def holds(condition: str, names: Mapping[str, Any], evaluate: Evaluator, gaps: bool) -> bool:
    """Whether a condition is true; `gaps` where it does not suit an answer, or last time's, that nobody gave.

    Raises ExpressionError where it cannot be worked out for any other reason, also where it takes too many steps.
    """
    try:
        return bool(evaluate.expression(condition, names))
    except ExpressionError as error:
        if error.code != "BD502" and _reads_a_gap(condition, names):
            return gaps
        raise


def _reads_a_gap(condition: str, names: Mapping[str, Any]) -> bool:
    return any(_is_gap(names, reference.parts) for reference in compile_cached(condition).references)


def _is_gap(value: Any, parts: Sequence[str]) -> bool:
    """Whether what stands at a path was not given, or some of it."""
    if value is None or value == UNKNOWN:
        return True
    if not parts:
        return any(_is_gap(each, ()) for each in _inside(value))
    if parts[0] == EACH:
        return any(_is_gap(each, parts[1:]) for each in _inside(value))
    if not isinstance(value, Mapping) or (parts[0] not in value and not isinstance(value, Forgiving)):
        return False
    return _is_gap(value.get(parts[0]), parts[1:])


def _inside(value: Any) -> Sequence[Any]:
    if isinstance(value, Mapping):
        return list(value.values())
    return value if isinstance(value, list | tuple) else ()
