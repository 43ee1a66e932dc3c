"""A kind of step is one module: what it leaves out is found, and what it declares is enough for everything."""

from __future__ import annotations

import types
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from definitions.loading.bank_holidays import bank_holidays
from definitions.loading.bundle import Bundle, open_bundle
from definitions.loading.loader import load_definition
from definitions.models.step_kinds import STEP_KINDS
from definitions.models.step_kinds.declaration import Contents, StepKind, Surroundings
from definitions.source.problems import DefinitionErrors
from engine.commands import launch
from engine.dates.calendar import Calendar
from engine.events import Actor
from engine.expressions.scope import Scope
from engine.simulation.assignment_lines import moment
from engine.simulation.scenario import Stage
from tests.engine.stages import harbour_vale
from web.assignment_view import shown

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize("name", STEP_KINDS)
def test_every_kind_declares_what_it_is(name: str) -> None:
    kind = STEP_KINDS[name]
    doc = STEP_KINDS.doc(name)
    assert doc.strip().startswith(f"{name}: ")
    assert f"kind: {name}" in doc.split("Example::")[1]
    assert kind.needs and kind.outcome
    if kind.automatic:
        assert not (kind.decides or kind.signs or kind.mailbox or kind.sends_back or kind.ends)
        assert kind.leaves != "answers"
    else:
        assert {"assign", "due"} <= set(kind.needs)
        assert kind.leaves == "answers"


def test_a_module_that_declares_nothing_or_too_little_is_found() -> None:
    with pytest.raises(TypeError, match="declares no KIND"):
        STEP_KINDS.add(types.ModuleType("empty"))
    with pytest.raises(TypeError, match="leaves"):
        StepKind(name="half", needs=(), outcome="done")  # type: ignore[call-arg]


def test_no_other_module_asks_a_step_for_the_name_of_its_kind() -> None:
    rooms = ("audit", "application", "cli", "definitions", "engine", "flows", "notifications", "store", "web")
    asked = (
        "step.kind ==",
        "step.kind in",
        "earlier.kind ==",
        "spec.kind ==",
        "s.kind ==",
        "field.type ==",
        "drawn.type ==",
    )
    found = {
        f"{file.relative_to(ROOT)}: {each}"
        for room in rooms
        for file in (ROOT / room).rglob("*.py")
        for each in asked
        if each in file.read_text(encoding="utf-8")
    }
    assert found == set()


# --- a kind that Baton does not have: all there is of it stands here


def _count(step: Contents, around: Surroundings) -> dict[str, Any]:
    return {name: around.kept(expression) for name, expression in step.values.items()} | {"counted": "yes"}


COUNT = StepKind(
    name="count",
    needs=("values",),
    outcome="counted",
    leaves="values",
    keys=frozenset({"values"}),
    perform=_count,
)

DEFINITION = """\
id: counting
version: 1
title: Counting
summary: How many practices there are.
retention: corporate-6
sensitivity: aggregate
launch:
  by: [pcn_manager]
  reference: Counting
steps:
  - id: how_many
    kind: count
    values: {practices_here: practices | count}
  - id: look
    kind: review
    after: [how_many]
    assign: {role: pcn_manager}
    due: 5 working days after launch
    shows: [how_many]
    title: "Of {{ values.how_many.practices_here }} practices"
"""


@pytest.fixture
def count() -> Iterator[None]:
    module = types.ModuleType("count")
    module.KIND = COUNT  # type: ignore[attr-defined]
    STEP_KINDS.add(module)
    yield
    STEP_KINDS.remove("count")


def test_without_its_module_the_kind_is_a_mistake() -> None:
    with pytest.raises(DefinitionErrors, match="'kind' is 'count'; use one of"):
        load_definition(DEFINITION)


def test_what_it_needs_and_may_not_have_is_checked(count: None) -> None:
    with pytest.raises(DefinitionErrors, match="a count step needs 'values'"):
        load_definition(DEFINITION.replace("    values: {practices_here: practices | count}\n", ""))
    with pytest.raises(DefinitionErrors, match="a count step asks nobody, so it has no 'due'"):
        load_definition(DEFINITION.replace("kind: count\n", "kind: count\n    due: 1 day after launch\n"))
    with pytest.raises(DefinitionErrors, match="only a compute and a count step has 'values'"):
        load_definition(DEFINITION.replace("shows: [how_many]", "shows: [how_many]\n    values: {x: '1'}"))


def test_a_made_up_kind_is_loaded_performed_seen_and_shown(count: None) -> None:
    load_definition(DEFINITION)
    process = open_bundle(Bundle(DEFINITION, {}, {}, Calendar.of(bank_holidays()).to_data()).body)
    pcn, now = harbour_vale(), moment("2026-12-01 10:00")
    who = Actor("Priya", "pcn_manager", pcn.code, channel="web")
    first = launch("counting", process, now, who, pcn, {})
    stage = Stage(first.state, now, list(first.events))
    stage.settle()
    state = stage.state
    assert state.steps["how_many"].status == "closed"
    assert state.steps["how_many"].values == {"practices_here": 5, "counted": "yes"}
    (asked,) = state.steps["look"].assignments.values()
    scope = Scope(state, now)
    assert scope.title(process.steps["look"], asked) == "Of 5 practices"
    (result,) = shown(
        scope, process.steps["look"], pcn.code, Actor("Priya", "pcn_manager", pcn.code, channel="web")
    )
    assert result.rows == (("Practices here", "5"), ("Counted", "yes"))
