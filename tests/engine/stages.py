"""A definition of the library on a virtual clock, for tests that look closer than a scenario can."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from definitions.loading.bank_holidays import bank_holidays
from definitions.loading.bundle import Process
from definitions.loading.directory_file import load_directory
from definitions.loading.library import Library
from definitions.models.directory import Pcn
from definitions.models.scenario import ScenarioLine
from definitions.source.reader import read_file
from engine import commands
from engine.dates.calendar import Calendar
from engine.events import Actor
from engine.forms.inputs import check_inputs
from engine.simulation.assignment_lines import moment
from engine.simulation.scenario import Stage

EXAMPLES = Path(__file__).parents[2] / "examples"
LIBRARY = Library()


@cache
def harbour_vale() -> Pcn:
    return load_directory(EXAMPLES / "harbour-vale.yaml").pcn("U90001")


@cache
def process(definition: str, dataset: str = "") -> Process:
    calendar = Calendar.of(bank_holidays()).to_data()
    chosen = {"indicators": dataset} if dataset else {}
    return LIBRARY.process(definition, chosen, calendar)


def staged(definition: str, at: str, inputs: Mapping[str, Any] | None = None) -> Stage:
    """The definition launched for Harbour Vale with its example inputs, those given over them."""
    given = {**read_file(EXAMPLES / "inputs" / f"{definition}.yaml").data, **(inputs or {})}
    used = process(definition, str(given.get("indicators", "")))
    now, pcn = moment(at), harbour_vale()
    checked = check_inputs(used, pcn, given, now)
    assert not checked.problems
    who = Actor("Asha Patel", "pcn_manager", pcn.code, channel="web")
    first = commands.launch("w", used, now, who, pcn, checked.values)
    stage = Stage(first.state, now, list(first.events))
    stage.settle()
    return stage


def do(stage: Stage, **line: Any) -> None:
    """One line of a scenario; fails when it does not hold."""
    words = {"with_": "with", "except_": "except", "everyone_answers": "everyone answers"}
    named = {words.get(key, key): value for key, value in line.items()}
    assert stage.perform(ScenarioLine.model_validate(named)) == ""
