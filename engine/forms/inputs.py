"""Checking what the manager gives at launch, as answers are checked."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from definitions.loading.bundle import Process
from definitions.models.definition import Input
from definitions.models.directory import Pcn
from definitions.models.fields import FormField
from engine.events.workflow import BATON, Event, WorkflowLaunched
from engine.expressions.scope import Scope
from engine.forms.answers import AnswerProblem, CheckedAnswers, check_answers
from engine.state.fold import begin

#: Input types that are no form fields: they choose from the library and the directory.
_CHOOSING = ("dataset", "practices")


class _Before:
    """The Evaluator of a launch that has not happened: what is given already, on the PCN's calendar."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def expression(self, text: str, context: Mapping[str, Any]) -> Any:
        return self._scope.state.process.expression(text).evaluate(context)

    def template(self, text: str, context: Mapping[str, Any]) -> str:
        return self._scope.state.process.template(text).render(context)

    def moment(self, text: str) -> date | None:
        found = self._scope.resolve(text)
        return found.day if found else None


def check_inputs(process: Process, pcn: Pcn, raw: Mapping[str, Any], now: datetime) -> CheckedAnswers:
    """Typed inputs with the defaults filled in, and every problem at once."""
    declared = process.definition.launch.inputs
    given = {i.id: i.default for i in declared if i.default is not None} | {
        k: v for k, v in raw.items() if v not in (None, "")
    }
    scope = draft_scope(process, pcn, given, now)
    form = [FormField.model_validate(_as_field(i)) for i in declared if i.type not in _CHOOSING]
    plain = {
        key: value
        for key, value in given.items()
        if key not in {i.id for i in declared if i.type in _CHOOSING}
    }
    checked = check_answers(form, [], plain, scope.at("launch"), _Before(scope))
    chosen: dict[str, Any] = {}
    problems = list(checked.problems)
    for item in declared:
        if item.type in _CHOOSING:
            problems += _choose(item, given.get(item.id), process, pcn, chosen)
    return CheckedAnswers({**checked.values, **chosen}, tuple(problems), checked.warnings)


def draft_scope(process: Process, pcn: Pcn, given: Mapping[str, Any], now: datetime) -> Scope:
    """What expressions would see if this were launched now with these inputs."""
    body = WorkflowLaunched(
        process.definition.id, process.definition.version, process.hash, "", "", "", dict(given),
        pcn.model_dump(mode="json", by_alias=True),
    )  # fmt: skip
    return Scope(
        begin(Event("draft", 1, now, BATON, "launch", body), {process.hash: process}.__getitem__), now
    )


def _as_field(item: Input) -> dict[str, Any]:
    data = item.model_dump(by_alias=True)
    data.pop("dataset")
    data.pop("default")
    return data


def _choose(
    item: Input, value: Any, process: Process, pcn: Pcn, chosen: dict[str, Any]
) -> list[AnswerProblem]:
    if item.type == "dataset":
        name = str(value or item.dataset or "")
        if name and name not in process.datasets:
            return [AnswerProblem(item.id, f"There is no dataset {name}", "wrong")]
        chosen[item.id] = name
        return []
    codes = [part.strip() for part in value.split(",")] if isinstance(value, str) else list(value or [])
    unknown = [code for code in codes if code not in pcn.practices_by_code]
    if unknown:
        return [AnswerProblem(item.id, f"{', '.join(unknown)} is no practice of {pcn.name}", "wrong")]
    if item.required and not codes:
        return [AnswerProblem(item.id, f"Choose the practices: {item.label}", "missing")]
    chosen[item.id] = codes
    return []
