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

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from definitions.language.grammar import Slug
from definitions.loading.loader import shaped
from definitions.models.fields import Model
from definitions.models.replies import ReplyKind
from definitions.source.problems import DefinitionErrors, Problem
from definitions.source.reader import Document, Place, read_file

Moment = Annotated[
    str, Field(pattern=r"^\d{4}-\d{2}-\d{2}( \d{2}:\d{2})?$", description="London time; 09:00 unless said")
]


class Given(Model):
    directory: Annotated[str, Field(description="a directory file, beside this one or by a path from it")]
    pcn: str
    at: Moment
    inputs: dict[str, Any] = {}
    inputs_file: Annotated[
        str | None, Field(description="a file of inputs; those given here come before it")
    ] = None


class Expect(Model):
    """What must be true now. Several keys must all hold."""

    step: str | None = None
    is_: Annotated[Literal["waiting", "open", "closed", "skipped"] | None, Field(alias="is")] = None
    attempt: int | None = None
    outcome: str | None = None
    due: Annotated[dt.date | None, Field(description="the day it is due in London")] = None
    of: Annotated[str | None, Field(description="the organisation whose assignment is meant")] = None
    assignment: Annotated[
        Literal["open", "answered", "carried", "ended"] | None, Field(description="how it stands")
    ] = None
    late: bool | None = None
    missing: Annotated[list[str] | None, Field(description="codes named as missing")] = None
    short: Annotated[bool | None, Field(description="a decision on too little was asked for")] = None
    values: Annotated[
        dict[str, Any], Field(description="values of a compute or produce step; text is looked for")
    ] = {}
    mail_to: Annotated[str | None, Field(alias="mail to", description="a person's name")] = None
    about: Annotated[str | None, Field(description="a step: emails about that only")] = None
    kind: str | None = None
    subject: Annotated[str | None, Field(description="words the subject holds")] = None
    says: Annotated[str | None, Field(description="words the email holds")] = None
    rung: Annotated[str | None, Field(description="the rung of the ladder it came from")] = None
    on: Annotated[dt.date | None, Field(description="the day the email may first go")] = None
    count: Annotated[int | None, Field(description="how many such emails; at least one unless said")] = None
    workflow: Literal["open", "held", "completed", "stopped", "withdrawn"] | None = None
    locked: bool | None = None
    date: Annotated[str | None, Field(description="a named date of the definition; `day` is its value")] = (
        None
    )
    day: dt.date | None = None


class ScenarioLine(Model):
    """One thing done, or one expectation."""

    clock: Annotated[
        Moment | None, Field(description="the clock moves here; everything due on the way happens")
    ] = None
    answer: Annotated[str | None, Field(description="a step that somebody answers")] = None
    everyone_answers: Annotated[
        str | None, Field(alias="everyone answers", description="a step that all asked answer")
    ] = None
    except_: Annotated[list[str], Field(alias="except", description="organisations that do not")] = []
    by: Annotated[
        str | None, Field(description="the organisation, or ROLE at an organisation: gp_lead at Y90001")
    ] = None
    person: Annotated[str | None, Field(description="the person's id, where it is not the one asked")] = None
    with_: Annotated[
        dict[str, Any], Field(alias="with", description="answers; what is not given is made up plausibly")
    ] = {}
    reply: Annotated[
        ReplyKind | None,
        Field(description="instead of an answer, to the step `to`"),
    ] = None
    to: str | None = None
    settle: Annotated[str | None, Field(description="a step whose reply the manager answers with `text`")] = (
        None
    )
    extend: Annotated[str | None, Field(description="a step that gets time `until`")] = None
    reassign: Annotated[str | None, Field(description="a step that `person` is asked instead")] = None
    rang: Annotated[
        str | None, Field(description="a step somebody was rung about; `text` is what came of it")
    ] = None
    rung: str = "ring_them"
    text: str = ""
    until: Moment | None = None
    hold: str | None = None
    withdraw: Annotated[str | None, Field(description="the workflow ends here, for this reason")] = None
    lift: str | None = None
    reopen: str | None = None
    because: str = "it was wanted"
    unlock: bool = False
    open: Annotated[str | None, Field(description="an on-demand step, for the practices in `for`")] = None
    for_: Annotated[list[str], Field(alias="for")] = []
    decide: Annotated[str | None, Field(description="a step that fell short: `choice` says how to go on")] = (
        None
    )
    choice: Literal["proceed", "wait", "withdraw"] | None = None
    move: Annotated[str | None, Field(description="a named date, given the day `day`")] = None
    day: dt.date | None = None
    refused: Annotated[
        str | None, Field(description="the code it must be refused with; a word of the message will do")
    ] = None
    expect: Expect | list[Expect] | None = None

    @model_validator(mode="after")
    def _one_thing(self) -> ScenarioLine:
        things = (
            self.clock, self.answer, self.everyone_answers, self.reply, self.hold, self.lift, self.reopen, self.open,
            self.decide, self.move, self.settle, self.extend, self.reassign, self.rang, self.withdraw,
        )  # fmt: skip
        if sum(thing is not None for thing in things) > 1:
            raise ValueError("a line does one thing; make two lines of it")
        if not any(thing is not None for thing in (*things, self.expect)):
            raise ValueError("a line does something or expects something")
        return self


class Scenario(Model):
    scenario: str
    given: Given | None = None
    play: Annotated[list[ScenarioLine], Field(min_length=1)]


class Scenarios(Model):
    """A file of scenarios; `given` at the top serves every scenario that has none of its own."""

    definition: Slug
    given: Given | None = None
    scenarios: Annotated[list[Scenario], Field(min_length=1)]

    @model_validator(mode="after")
    def _given(self) -> Scenarios:
        for scenario in self.scenarios:
            if scenario.given is None and self.given is None:
                raise ValueError(
                    f"{scenario.scenario!r} is given nothing; say which directory, PCN, moment and inputs"
                )
        return self


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
    """The scenarios of a file. Raises OSError, or DefinitionErrors with every error in it."""
    document = read_file(path, name or path.name)
    return ScenarioFile(path, load_scenarios(document.text, document.file), document)


def inputs_of(found: ScenarioFile, given: Given) -> dict[str, Any]:
    """What the launch is given: the file of inputs, and over it those that stand in the scenario."""
    if given.inputs_file is None:
        return dict(given.inputs)
    try:
        from_file = read_file(found.path.parent / given.inputs_file, given.inputs_file).data
    except OSError as error:
        why = f"the inputs cannot be read: {error.strerror}"
        raise DefinitionErrors([found.document.problem(Place(1, 1), "BD205", why)]) from None
    return {**from_file, **given.inputs}


def load_scenarios(text: str, file: str) -> Scenarios:
    """The scenarios in `text`. Raises DefinitionErrors with every error in the shape, at its place."""
    return shaped(text, Scenarios, file)
