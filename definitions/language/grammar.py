"""The small languages that stand inside a definition's strings, named so the loader can check each in its place.

A model marks a string with what it holds (`Moment`, `Expression`, `Template`); the loader walks the marks,
compiles each and reports every fault with its line and column.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler, StringConstraints
from pydantic_core import CoreSchema, core_schema


@dataclass(frozen=True, slots=True)
class Holds:
    """Marks a string in a model with the language it is written in."""

    language: Literal["moment", "expression", "template", "step", "date", "close_when", "assign_at", "action"]


@dataclass(frozen=True, slots=True)
class Written:
    """Says in people's words how a value is written, where its pattern says it in symbols. `joins` is what joins the
    words of a name of this kind: what somebody wrote with capitals and spaces is then offered as such a name."""

    words: str
    joins: str = ""

    def offered(self, value: object) -> str | None:
        """`value` as a name of this kind; None when there is none, or it is one already."""
        name = re.sub(r"[^a-z0-9]+", self.joins, str(value).lower()).strip(self.joins or None)[:60]
        return name if self.joins and re.match(r"[a-z]", name) and name != value else None


def _without_quotes(schema: Any) -> Any:
    """A JSON Schema that takes a text also where an editor thinks that it is a number, for want of quotes."""
    if isinstance(schema, list):
        return [_without_quotes(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    wider = {"type": ["string", "number", "boolean"]} if schema.get("type") == "string" else {}
    return {key: _without_quotes(value) for key, value in schema.items()} | wider


@dataclass(frozen=True, slots=True)
class AsWritten:
    """Marks a part of a file in which a value is the text that stands there: 0042 is not 42, nor 2026.10 2026.1."""

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        widened: dict[str, Any] = _without_quotes(handler(schema))
        return widened


@dataclass(frozen=True, slots=True)
class OneOf:
    """Marks a text that is one of the names of a table. The table is asked each time, so it may grow."""

    names: Callable[[], Iterable[str]]

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_after_validator_function(self._known, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return {"type": "string", "enum": list(self.names())}

    def _known(self, value: str) -> str:
        if value not in self.names():
            raise ValueError(f"use one of {', '.join(self.names())}")
        return value


Identifier = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z][a-z0-9_]*$", max_length=60),
    Written("use small letters, digits and _, beginning with a letter", "_"),
]
Slug = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z][a-z0-9-]*$", max_length=60),
    Written("use small letters, digits and -, beginning with a letter", "-"),
]
FinancialYear = Annotated[str, StringConstraints(pattern=r"^\d{4}/\d{2}$"), Written("write it as 2026/27")]
MomentText = Annotated[
    str, Holds("moment")
]  #: "10 working days after quarter_end"; see definitions/language/moments.py
ExpressionText = Annotated[str, Holds("expression")]  #: a Jinja2 expression, "inputs.quarter == 'Q4'"
TemplateText = Annotated[
    str, Holds("template")
]  #: a Jinja2 template, "Your figures for {{ inputs.quarter }}"
StepName = Annotated[str, Holds("step")]  #: the id of a step of the same definition
CloseWhenText = Annotated[str, Holds("close_when")]
AssignAtText = Annotated[str, Holds("assign_at")]
ActionText = Annotated[str, Holds("action")]


class GrammarError(ValueError):
    """A phrase that is not of its small language. The message says what is allowed."""


@dataclass(frozen=True, slots=True)
class CloseWhen:
    """How much of what was asked must be in before a step closes.

    `share` is a fraction of the list size of the practices asked, 0 to 1, for rule `list size`.
    """

    rule: Literal["all", "any", "majority", "at least", "list size"]
    count: int = 0
    share: float = 0.0

    def __str__(self) -> str:
        if self.rule == "at least":
            return f"at least {self.count}"
        if self.rule == "list size":
            return f"{self.share * 100:g}% of list size"
        return self.rule


def parse_close_when(text: str) -> CloseWhen:
    """`all`, `any`, `majority`, `at least 3` or `80% of list size`."""
    words = " ".join(text.lower().split())
    if words == "all":
        return CloseWhen("all")
    if words == "any":
        return CloseWhen("any")
    if words == "majority":
        return CloseWhen("majority")
    if found := re.fullmatch(r"at least (\d+)", words):
        return CloseWhen("at least", count=int(found[1]))
    if found := re.fullmatch(r"(\d+(?:\.\d+)?)% of list size", words):
        return CloseWhen("list size", share=float(found[1]) / 100)
    raise GrammarError(f"{text!r}: use all, any, majority, at least 3, or 80% of list size")


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """Which organisations a step is asked of. `argument` is the tag or the expression, by `kind`."""

    kind: Literal[
        "every practice", "the PCN", "chosen practices", "practices in", "practices with tag", "organisation"
    ]
    argument: str = ""


def parse_assign_at(text: str) -> Whereabouts:
    """`every practice`, `the PCN`, `chosen practices`, `practices in EXPR`, `practices with tag TAG`, `organisation EXPR`."""
    words = " ".join(text.split())
    if words == "every practice":
        return Whereabouts("every practice")
    if words == "the PCN":
        return Whereabouts("the PCN")
    if words == "chosen practices":
        return Whereabouts("chosen practices")
    if words.startswith("practices in "):
        return Whereabouts("practices in", words.removeprefix("practices in "))
    if words.startswith("practices with tag "):
        return Whereabouts("practices with tag", words.removeprefix("practices with tag "))
    if words.startswith("organisation "):
        return Whereabouts("organisation", words.removeprefix("organisation "))
    raise GrammarError(
        f"{text!r}: use every practice, the PCN, chosen practices, practices in inputs.NAME, "
        "practices with tag NAME, or organisation inputs.NAME"
    )


@dataclass(frozen=True, slots=True)
class Action:
    """What an outcome sets off.

    `reopen`: a new attempt of `target` (of one practice where `for_practice`) and of all that depends on it.
    `open`: opens the on-demand step `target`. `move`: gives the date `target` the value of `expression`.
    `stop`: the workflow closes here, as stopped.
    """

    kind: Literal["reopen", "open", "move", "stop"]
    target: str = ""
    for_practice: bool = False
    expression: str = ""


def parse_action(text: str) -> Action:
    """`reopen STEP`, `reopen STEP for the practice`, `open STEP`, `move DATE to EXPR`, `stop`."""
    words = " ".join(text.split())
    if words == "stop":
        return Action("stop")
    if found := re.fullmatch(r"reopen ([a-z][a-z0-9_]*)( for the practice)?", words):
        return Action("reopen", found[1], for_practice=bool(found[2]))
    if found := re.fullmatch(r"open ([a-z][a-z0-9_]*)( for the practice)?", words):
        return Action("open", found[1], for_practice=bool(found[2]))
    if found := re.fullmatch(r"move ([a-z][a-z0-9_]*) to (.+)", words):
        return Action("move", found[1], expression=found[2])
    raise GrammarError(
        f"{text!r}: use reopen STEP, reopen STEP for the practice, open STEP, move DATE to EXPRESSION, or stop"
    )
