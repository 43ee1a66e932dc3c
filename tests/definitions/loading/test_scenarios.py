"""Scenario files: a mistake in one is told at its place, and so is a line that does not hold."""

from __future__ import annotations

from pathlib import Path

import pytest

from cli.commands.test import play_file
from definitions.loading.library import SHIPPED, Library
from definitions.loading.scenarios import read_scenarios
from definitions.source.problems import DefinitionErrors

EXAMPLES = Path(__file__).parents[3] / "examples"

FILE = """\
definition: access-plan-evidence
given:
  directory: DIRECTORY
  pcn: U90001
  at: "2027-09-23"
  inputs: {quarter: Q2, financial_year: 2027/28, template: access-plan-national-2026-27}
scenarios:
  - scenario: one line does not hold
    play:
      - clock: 2027-10-05
      - everyone answers: evidence
      - expect: {step: evidence, is: open}
"""


def written(folder: Path, text: str) -> Path:
    file = folder / "some.test.yaml"
    file.write_text(text.replace("DIRECTORY", str(EXAMPLES / "harbour-vale.yaml")), encoding="utf-8")
    return file


def test_a_line_that_does_not_hold_is_told_at_its_place(tmp_path: Path) -> None:
    (result,) = play_file(written(tmp_path, FILE), Library((SHIPPED,)))
    (failure,) = result.failures
    assert (failure.line, failure.code) == (12, "BD801")
    assert failure.message == "evidence is closed, not open"


def test_what_follows_a_failed_line_is_not_played(tmp_path: Path) -> None:
    text = FILE + "      - expect: {step: evidence, is: waiting}\n"
    (result,) = play_file(written(tmp_path, text), Library((SHIPPED,)))
    assert [failure.line for failure in result.failures] == [12]


def test_every_mistake_in_the_shape_is_told_at_once(tmp_path: Path) -> None:
    text = FILE.replace("is: open", "iss: open").replace("  pcn: U90001\n", "")
    with pytest.raises(DefinitionErrors) as caught:
        read_scenarios(written(tmp_path, text))
    assert [(problem.line, problem.code) for problem in caught.value.problems] == [
        (3, "BD202"),
        (11, "BD201"),
    ]


def test_a_line_that_does_two_things_is_refused(tmp_path: Path) -> None:
    text = FILE.replace("- everyone answers: evidence", "- everyone answers: evidence\n        hold: no")
    with pytest.raises(DefinitionErrors, match="a line does one thing"):
        read_scenarios(written(tmp_path, text))
