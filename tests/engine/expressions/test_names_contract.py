"""The table of names is a contract: what it declares for a place renders there in a real workflow, and nothing else loads."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from definitions.checks.scopes import Scopes
from definitions.language.expressions import Expression, Template
from definitions.language.names import NAMES, RESERVED, Parts
from definitions.loading.loader import load_definition, load_ladder, load_shape
from definitions.models.definition import Definition
from definitions.models.field_types.composite.attestation import statement_sha256
from definitions.models.marks import marks
from definitions.source.document import KeyPath
from definitions.source.problems import DefinitionErrors
from definitions.source.reader import read_text
from engine.commands.refusals import Refused
from engine.expressions.evaluator import FormEvaluator
from engine.expressions.scope import Scope
from engine.forms.answers import check_answers
from engine.forms.inputs import check_inputs
from engine.forms.presentation import draw_form
from engine.notices.facts import ladder_names
from engine.people.quorum import rule_of
from tests.engine import worlds
from tests.engine.worlds import World

#: A definition with a key of every place. Each ALL is replaced by a text of every name that is declared where it stands.
WHOLE = """\
id: whole
version: 1
title: Every place
summary: A process for tests.
retention: corporate-6
sensitivity: none
launch:
  by: [pcn_manager]
  reference: ALL
  inputs:
    - {id: start, type: date, label: ALL, show_if: ALL, required_if: ALL}
    - {id: lead, type: person, label: Lead}
    - {id: employer, type: organisation, label: Employer}
    - {id: indicators, type: dataset, dataset: iif-indicators-2025-26, label: Indicators}
    - {id: posts, type: table, label: Posts, columns: [{id: who, type: person, label: Who}, {id: begins, type: date, label: On}]}
dates:
  start: {is: inputs.start, when: ALL}
steps:
  - id: first
    kind: compute
    title: ALL
    when: ALL
    values: {one: ALL, two: ALL}
  - id: ask
    kind: collect
    title: ALL
    why: ALL
    where: ALL
    assign: {role: practice_manager, at: every practice}
    due: 10 working days after start
    form:
      - {id: visits, type: integer, label: ALL, help: ALL, show_if: ALL, required_if: ALL, warn: ALL, warn_message: ALL, prefill_from: ALL}
      - {id: decision, type: choice, options: ["yes", "no"], label: Decision}
      - {id: agreed, type: attestation, statement: ALL, label: Agreed}
      - repeat: "inputs.indicators if ALL else []"
        as: indicator
        title: ALL
        fields:
          - {id: result, type: ratio, label: ALL, show_if: ALL, warn: ALL, required: false}
    checks:
      - {check: ALL, message: Unlikely}
      - {check: 1 > 2, message: ALL, level: warn}
    stop_if: "not ALL or response.visits == 99"
    stop_message: ALL
    counts_if: ALL
    outcome: decision
    on: {"no": move start to ALL}
    close_when: {if: ALL, then: all, otherwise: any}
    if_short: {if: ALL, then: wait, otherwise: decide}
    ladder: {if: ALL, then: standard, otherwise: pcn}
  - id: gate
    kind: decide
    title: ALL
    why: ALL
    assign: {role: pcn_manager}
    due: 3 working days after opens
    form:
      - {id: decision, type: choice, options: [later, never], label: Decision}
      - {id: day, type: date, label: Day}
    on: {later: move start to ALL}
  - id: told
    kind: notify
    title: ALL
    message: {to: [{person: ALL}], subject: ALL, body: ALL}
  - id: made
    kind: produce
    artefact: {name: ALL, template: ALL}
"""
STEPS = ("first", "ask", "gate", "told", "made")
GIVEN = {
    "start": "2027-01-04",
    "lead": "Somebody New",
    "employer": "U10001",
    "posts": [{"who": "asha", "begins": "2027-01-05"}],
}


def test_every_name_that_is_declared_renders_where_it_is_declared(monkeypatch: pytest.MonkeyPatch) -> None:
    text, written = _with_every_name()
    worked_out = _watched(monkeypatch)
    process = worlds.bundled(text)
    now = worlds.at("2027-01-04 09:00")
    missing = check_inputs(process, worlds.pcn(), {**GIVEN, "start": ""}, now)
    assert [each.code for each in missing.problems] == ["missing"]
    checked = check_inputs(process, worlds.pcn(), GIVEN, now)
    assert checked.problems == ()
    world = World(process, checked.values)
    world.advance()
    for place in ("Y10001", "Y10002", "Y10003", "Y10004"):
        _answered(world, place)
    world.advance()
    world.answer("gate", "U10001", {"decision": "later", "day": "2027-01-20"})
    world.advance()
    assert world.state.status == "completed"
    scope = Scope(world.state, world.now)
    assert scope.title(process.steps["first"])  # as the story calls it
    assert (
        rule_of(scope, process.steps["ask"]).rule == "all"
    )  # as a step asks that has not heard from everybody
    assert {path for path, text in written.items() if text not in worked_out} == set()


def _answered(world: World, place: str) -> None:
    """The form drawn, checked and sent, as a page does it."""
    asked, step = world.asked("ask", place), world.state.process.steps["ask"]
    evaluator = FormEvaluator(world.state, world.now, asked)
    drawn = draw_form(step.form, evaluator.names, evaluator)
    statement = next(each.statement for each in drawn if each.type == "attestation")
    given = {
        "visits": 3,
        "decision": "no",
        "agreed": {"agreed": True, "statement_sha256": statement_sha256(statement)},
    }
    given["indicators"] = {"HI-03": {"result": {"numerator": 1, "denominator": 2}}}
    checked = check_answers(step.form, step.checks, given, evaluator.names, evaluator)
    assert checked.problems == ()
    without = {key: value for key, value in given.items() if key != "visits"}
    assert check_answers(step.form, step.checks, without, evaluator.names, evaluator).problems
    with pytest.raises(Refused):
        world.answer("ask", place, {**checked.values, "visits": 99})
    world.answer("ask", place, checked.values)


def test_every_name_of_a_rung_renders() -> None:
    world = World(worlds.simple())
    world.advance()
    text = " ".join(f"{{{{ {each} }}}}" for each in _every(NAMES["rung"]))
    when = f"[{', '.join(_every(NAMES['rung']))}] | length > 0"
    rung = {
        "id": "one",
        "at": "due",
        "to": ["assignee"],
        "channel": "mail",
        "register": "due today",
        "text": text,
        "when": when,
    }
    load_ladder(json.dumps({"id": "l", "title": "L", "source": "Tests", "rungs": [rung]}))
    step, asked = world.state.process.steps["ask"], world.asked("ask", "Y10003")
    scope = Scope(world.state, world.now)
    names = ladder_names(scope, step, asked)
    assert names.keys() == NAMES["rung"].keys()
    assert "Mon 18 January 2027" in scope.text(text, **names)
    assert scope.truth(when, **names)


def test_a_name_that_is_not_declared_is_an_error_of_loading_everywhere() -> None:
    data, definition = read_text(WHOLE, "f").data, load_shape(WHOLE, Definition)
    scopes = Scopes(definition)
    for path, _, written in _places(data, definition):
        known = scopes.at(path)
        foreign = sorted((RESERVED | {"nobody"}) - known.keys() - {"loop"})
        parts = [f"{name}.nothing" for name, parts in known.items() if parts.parts is not None]
        text = f"[{', '.join([*foreign, *parts])}]"
        one = copy.deepcopy(data)
        _put(one, path, written(text))
        told = _refusals(one, path)
        for name in foreign:
            assert any(name in each for each in told), (path, name)
        for name in parts:
            assert any(name.removesuffix(".nothing") in each for each in told), (path, name)


def _refusals(data: Any, path: KeyPath) -> list[str]:
    with pytest.raises(DefinitionErrors) as caught:
        load_definition(json.dumps(data))
    return [each.message for each in caught.value.problems if each.code == "BD303"]


# --- texts of every name


def _with_every_name() -> tuple[str, dict[KeyPath, str]]:
    """The definition with every ALL replaced, and what stands at each place now."""
    data, definition = read_text(WHOLE, "f").data, load_shape(WHOLE, Definition)
    scopes, found = Scopes(definition), {}
    filled = copy.deepcopy(data)
    for path, language, written in _places(data, definition):
        names = [repr(".".join(map(str, path))), *_every(_come_before(scopes.at(path), path))]
        text = " ".join(f"{{{{ {each} }}}}" for each in names)
        if language != "template":
            text = f"([{', '.join(names)}] | length > 0)"
        _put(filled, path, written(text))
        found[path] = written(text).removeprefix("move start to ")
    return json.dumps(filled), found


def _places(data: Any, definition: Definition) -> Iterator[tuple[KeyPath, str, Any]]:
    """Every ALL: its path, the language it is written in, and what puts a text in its place."""
    for mark in marks(definition):
        if "ALL" in mark.text:
            template = mark.language == "template"
            yield (
                mark.path,
                mark.language,
                lambda text, mark=mark, template=template: mark.text.replace(
                    "ALL", f"{{{{ {text} }}}}" if template and not text.startswith("{") else text
                ),
            )


def _come_before(known: Mapping[str, Parts], path: KeyPath) -> Mapping[str, Parts]:
    """The names without the answers and values of steps that come later."""
    here = int(path[1]) if path[0] == "steps" else 0
    kept = {}
    for name, parts in known.items():
        if name == "dates" and path[0] == "dates":
            continue  # a date cannot count from itself
        if name in ("answers", "values") and parts.parts is not None:
            before = {step: inner for step, inner in parts.parts.items() if STEPS.index(step) < here}
            parts = Parts(before)
        kept[name] = parts
    return kept


def _every(known: Mapping[str, Parts]) -> list[str]:
    """Every name and every part of it, as an expression reads it."""
    found = [each for name, parts in known.items() if name != "calendar" for each in _read(name, parts)]
    return [*found, "calendar.quarter_end('Q1', '2026/27')"] if "calendar" in known else found


def _read(name: str, parts: Parts) -> Iterator[str]:
    if name not in ("inputs", "dates", "answers", "values") and parts.item is None:
        yield name
    for part, inner in (parts.parts or {}).items():
        yield from _read(f"{name}.{part}", inner)
    for part in (parts.item.parts or {}) if parts.item else ():
        yield f"({name} | map(attribute='{part}') | list)"


def _put(data: Any, path: KeyPath, text: str) -> None:
    for key in path[:-1]:
        data = data[key]
    data[path[-1]] = text


def _watched(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """The texts that are worked out from now on."""
    seen: set[str] = set()

    def watch(kind: type, method: str) -> None:
        before = getattr(kind, method)

        def watched(self: Any, *given: Any) -> Any:
            seen.add(self.text)
            return before(self, *given)

        monkeypatch.setattr(kind, method, watched)

    watch(Expression, "evaluate")
    watch(Template, "render")
    return seen
