"""Every scenario beside a definition holds, and between them they open every step of it."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from cli.commands.test import SUFFIX, Result, play_file
from definitions.loading.library import SHIPPED, Library
from definitions.loading.scenarios import read_scenarios

FILES = sorted((SHIPPED / "library").glob(f"*{SUFFIX}"))
LIBRARY = Library()

#: Steps no scenario opens, and why not. The list should be short, and every line of it a reason.
NOT_PLAYED: dict[str, dict[str, str]] = {
    "access-plan-sign-off": {
        "evidence_q1": "the first quarter ends on the ICB's date of 30 June, so there is nothing to show for it yet",
    },
}

SCENARIOS = [
    pytest.param(file, number, id=f"{file.name.removesuffix(SUFFIX)}: {scenario.scenario}")
    for file in FILES
    for number, scenario in enumerate(read_scenarios(file).scenarios.scenarios)
]


@cache
def played(file: Path) -> list[Result]:
    return list(play_file(file, LIBRARY))


@pytest.mark.parametrize(("file", "number"), SCENARIOS)
def test_scenario(file: Path, number: int) -> None:
    assert [str(failure) for failure in played(file)[number].failures] == []


def test_every_definition_has_scenarios() -> None:
    assert {file.name.removesuffix(SUFFIX) for file in FILES} >= {entry.id for entry in LIBRARY.list()}


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name.removesuffix(SUFFIX))
def test_every_step_opens_in_some_scenario(file: Path) -> None:
    definition = LIBRARY.definition(read_scenarios(file).scenarios.definition)
    opened = {step for result in played(file) for step in result.steps}
    unplayed = [step.id for step in definition.steps if step.id not in opened]
    assert unplayed == list(NOT_PLAYED.get(definition.id, {}))
