"""Scenario tests: what should happen to a definition, in YAML beside it (`NAME.test.yaml`).

given a directory, a PCN, a moment and the inputs; then, line by line, what people do and what must be true:

    - scenario: one practice stays silent
      given: {directory: ../../examples/harbour-vale.yaml, pcn: U90001, at: "2026-12-15 09:00", inputs: {quarter: Q3}}
      play:
        - everyone answers: confirm_set
        - clock: 2027-01-04 09:00
        - expect: {step: practice_return, is: open, due: 2027-01-15}
        - everyone answers: practice_return
          except: [Y90003]
        - clock: 2027-01-22 12:00
        - expect: {mail to: Priya Nair, kind: offer of help, count: 1}
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from definitions.loading.loader import load_shape
from definitions.models.scenario import Given, Scenario, Scenarios
from definitions.source.document import Document, Place
from definitions.source.problems import Problem
from definitions.source.reader import read_file


@dataclass(frozen=True, slots=True)
class ScenarioFile:
    """A file of scenarios, read: what it says, and where each line of it stands."""

    path: Path
    scenarios: Scenarios
    document: Document

    def given(self, scenario: Scenario) -> Given:
        found = scenario.given or self.scenarios.given
        assert found is not None  # the shape's own check makes this impossible
        return found

    def place(self, scenario: int, line: int) -> Place:
        """Where a line of `play` stands, both counted from 1 as a reader would; line 0 is the scenario itself."""
        path = ("scenarios", scenario - 1)
        return self.document.at((*path, "play", line - 1) if line else path)

    def problem(self, scenario: int, line: int, message: str) -> Problem:
        """What did not hold, at its place in the file."""
        return self.document.problem(self.place(scenario, line), "BD801", message)


def read_scenarios(path: Path, name: str | None = None) -> ScenarioFile:
    """The scenarios of a file. Raises DefinitionErrors with every error in it."""
    document = read_file(path, name or path.name)
    return ScenarioFile(path, load_shape(document, Scenarios), document)


def inputs_of(found: ScenarioFile, given: Given) -> dict[str, Any]:
    """What the launch is given: the file of inputs, and over it those that stand in the scenario."""
    if given.inputs_file is None:
        return dict(given.inputs)
    from_file = read_file(found.path.parent / given.inputs_file, given.inputs_file).texts
    return {**from_file, **given.inputs}
