"""Checking what the manager gives at launch, as answers are checked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from definitions.loading.bundle import Process
from definitions.models.definition import Input
from definitions.models.directory import Pcn
from definitions.models.field_types import FIELD_TYPES
from definitions.source.typed_text import BadValue
from engine.events import BATON, Event, WorkflowLaunched
from engine.expressions.scope import Scope
from engine.forms.answers import CheckedAnswers, check_answers
from engine.state.fold import begin


class _Before:
    """The Evaluator of a launch that has not happened: what is given already, on the PCN's calendar."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def expression(self, text: str, context: Mapping[str, Any]) -> Any:
        return self._scope.state.process.expression(text).evaluate(context)

    def template(self, text: str, context: Mapping[str, Any]) -> str:
        return self._scope.state.process.template(text).render(context)

    def moment(self, text: str) -> date | None:
        return self._scope.calendar_day(text)


def check_inputs(
    process: Process, pcn: Pcn, raw: Mapping[str, Any], now: datetime, not_nhs_number: bool = False
) -> CheckedAnswers:
    """Typed inputs with the defaults filled in, and every problem at once. `not_nhs_number` as in `check_answers`."""
    declared = process.definition.launch.inputs
    usual = {each.id: each.default or each.dataset for each in declared if each.default or each.dataset}
    given = {**usual, **{key: value for key, value in raw.items() if value not in (None, "")}}
    datasets = sorted(process.datasets)
    read = {each.id: _read_alone(each, given[each.id], datasets) for each in declared if each.id in given}
    scope = draft_scope(process, pcn, read, now)
    names = {**scope.at("launch"), "datasets": datasets}
    return check_answers(declared, [], given, names, _Before(scope), not_nhs_number)


def _read_alone(declared: Input, given: Any, datasets: Sequence[str]) -> Any:
    """An input as it is kept, for expressions of other inputs; as it was given where it cannot be read by itself."""
    try:
        return FIELD_TYPES[declared.type].read(declared.asks({"datasets": datasets}), given)
    except BadValue:
        return given


def draft_scope(process: Process, pcn: Pcn, given: Mapping[str, Any], now: datetime) -> Scope:
    """What expressions would see if this were launched now with these inputs."""
    body = WorkflowLaunched(
        process.definition.id, process.definition.version, process.hash, "", "", "", dict(given),
        pcn.model_dump(mode="json", by_alias=True),
    )  # fmt: skip
    return Scope(
        begin(Event("draft", 1, now, BATON, "launch", body), {process.hash: process}.__getitem__), now
    )
