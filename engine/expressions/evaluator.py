"""A form's expressions, worked out where one assignment stands."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from functools import cached_property
from typing import Any

from definitions.language.formats import Format
from definitions.language.plain_values import plain
from definitions.models.definition import Step
from engine.expressions.scope import Scope
from engine.state.workflow import Assignment, WorkflowState


class FormEvaluator:
    """The Evaluator of engine/forms/layout.py, for one assignment of one workflow at one moment."""

    def __init__(self, state: WorkflowState, now: datetime, assignment: Assignment) -> None:
        self._scope = Scope(state, now)
        self._assignment = assignment

    @cached_property
    def names(self) -> dict[str, Any]:
        """What the form's expressions see besides its own fields."""
        step = self._scope.state.process.steps[self._assignment.step]
        return self._scope.at("form", step, self._assignment)

    def expression(self, text: str, context: Mapping[str, Any]) -> Any:
        return self._scope.state.process.expression(text).evaluate(context)

    def template(self, text: str, context: Mapping[str, Any]) -> str:
        return self._scope.state.process.template(text).render(context)

    def moment(self, text: str) -> date | None:
        """The day of the calendar that the words mean; None when a date they count from does not exist here."""
        due = self._assignment.due
        own = {"opens": self._assignment.opened_at, "due": due.at if due else None}
        return self._scope.calendar_day(text, self._assignment.organisation, own)


class StepTexts:
    """The Surroundings of definitions/models/step_kinds, for one step that asks nobody."""

    def __init__(self, scope: Scope, step: Step) -> None:
        self._scope, self._step = scope, step

    def kept(self, text: str, /, **earlier: Any) -> Any:
        return plain(self._scope.kept(text, **earlier))

    def text(self, text: str, to: Format, /) -> str:
        return self._scope.text(text, to, **self._scope.around(self._step))
