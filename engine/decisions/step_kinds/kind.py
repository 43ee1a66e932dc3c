"""What a kind of step is to the engine."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from definitions.models.definition import Step
from definitions.models.outcomes import outcome_field
from engine.expressions.scope import Scope


@dataclass(frozen=True, slots=True)
class Human:
    """A kind that people answer.

    plain: the outcome of a response where the form has no field that gives one.
    signs: a response is a signature: only the assignee gives it, or cover where the step allows (rule 11).
    sends_back: outcomes that do not count as done, unless the step says what they set off.
    ends: outcomes that stop the workflow, unless the step says what they set off.
    """

    plain: str
    signs: bool = False
    sends_back: frozenset[str] = frozenset()
    ends: frozenset[str] = frozenset()

    def outcome(self, step: Step, answers: Mapping[str, Any]) -> str:
        """What a response comes to, as `on` and the audit name it."""
        field = outcome_field(step)
        value = answers.get(field.id) if field else None
        return str(value) if value not in (None, "") else self.plain


@dataclass(frozen=True, slots=True)
class Automatic:
    """A kind the engine does at once. `perform` gives the values that the closed step keeps."""

    outcome: str
    perform: Callable[[Step, Scope], dict[str, Any]]
