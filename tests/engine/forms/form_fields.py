"""Fields to ask for, and what checking an answer to them comes to."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import date
from typing import Any

from definitions.language.expressions import compile_cached, template_cached
from definitions.models.field_types import FIELD_TYPES
from definitions.models.fields import Check, Column, FormField, FormItem
from engine.forms.answers import CheckedAnswers, check_answers

NHS_NUMBER = "943 476 5919"
MOMENTS = {"1 day after quarter_end": date(2027, 1, 1), "today": date(2027, 1, 20), "never": None}
CONTEXT: dict[str, Any] = {
    "inputs": {
        "indicators": [{"id": "LD01", "name": "Health checks"}, {"id": "CAN-02", "name": "FIT tests"}]
    },
    "previous": {"indicators": {"LD01": {"result": {"numerator": 20, "denominator": 40}}}},
    "practice": {"code": "Y90001", "name": "Elm Tree"},
}


class Words:
    """The real expressions, and a few moments."""

    def expression(self, text: str, context: Mapping[str, Any]) -> Any:
        return compile_cached(text).evaluate(context)

    def template(self, text: str, context: Mapping[str, Any]) -> str:
        return template_cached(text).render(context)

    def moment(self, text: str) -> date | None:
        return MOMENTS[text] if text in MOMENTS else date.fromisoformat(text)


def one(type_: str, **more: Any) -> FormField:
    return FormField.model_validate({"id": "answer", "type": type_, "label": "Result", **more})


def check(*form: FormItem, checks: tuple[Check, ...] = (), **raw: Any) -> CheckedAnswers:
    return check_answers(form, checks, raw, CONTEXT, Words())


def messages(checked: CheckedAnswers) -> list[tuple[str, str]]:
    return [(problem.path, problem.message) for problem in checked.problems]


POSTS = [
    Column(id="role", label="Role"),
    Column(id="cost", type="money", label="Cost"),
    Column(id="start", type="date", label="Start", required=False),
]
TYPES = [name for name, type_ in FIELD_TYPES.items() if "form" in type_.places]
OPTIONS = ["Q1", "Q2", "At risk"]
AGREED = {"agreed": True, "statement_sha256": hashlib.sha256(b"Counts only.").hexdigest()}
FILE = {"name": "plan.pdf", "sha256": "9434765919" + "a" * 54, "size": 1000}
