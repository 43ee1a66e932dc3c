"""Scenario tests as models: what is given, what people do line by line, and what must then be true."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, model_validator

from definitions.language.grammar import AsWritten, Slug
from definitions.models.fields import Model
from definitions.models.replies import ReplyKind

Moment = Annotated[
    str, Field(pattern=r"^\d{4}-\d{2}-\d{2}( \d{2}:\d{2})?$", description="London time; 09:00 unless said")
]


class Given(Model):
    directory: Annotated[str, Field(description="a directory file, beside this one or by a path from it")]
    pcn: str
    at: Moment
    inputs: Annotated[dict[str, Any], AsWritten()] = {}
    without: Annotated[
        list[str], Field(description="practices of the directory that were not of the PCN yet at launch")
    ] = []
    grace: Annotated[int, Field(ge=0, description="minutes from the launch until its first email may go")] = 0
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
    workflow: Literal["open", "held", "completed", "stopped", "cancelled"] | None = None
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
        dict[str, Any],
        AsWritten(),
        Field(alias="with", description="answers; what is not given is made up plausibly"),
    ] = {}
    reply: Annotated[
        ReplyKind | None,
        Field(description="instead of an answer, to the step `to`"),
    ] = None
    to: str | None = None
    told_by: Annotated[
        str | None,
        Field(description="who gave the answer, or the reply, outside Baton: the manager records it"),
    ] = None
    how: Literal["by telephone", "on paper", "by email", "at a meeting"] = "by telephone"
    when: Annotated[Moment | None, Field(description="when they told it; now unless said")] = None
    settle: Annotated[
        str | None,
        Field(
            description="a step whose reply the manager answers with `text`, with time `until`, or by asking `person`"
        ),
    ] = None
    extend: Annotated[str | None, Field(description="a step that gets time `until`")] = None
    extend_all: Annotated[
        str | None,
        Field(
            alias="extend all",
            description="a step, or `every step`: everyone still asked, or those `by` an organisation, get time `until`",
        ),
    ] = None
    reassign: Annotated[str | None, Field(description="a step that `person` is asked instead")] = None
    hand_over: Annotated[
        str | None,
        Field(
            alias="hand over", description="a person's id: `person` is asked instead, for all that is theirs"
        ),
    ] = None
    nudge: Annotated[str | None, Field(description="a step that is reminded of by hand, with `text`")] = None
    rang: Annotated[
        str | None, Field(description="a step somebody was rung about; `text` is what came of it")
    ] = None
    reached: Annotated[bool, Field(description="the call reached somebody")] = True
    next_on: Annotated[dt.date | None, Field(description="the day of the next step after a call")] = None
    rung: Annotated[str, Field(description="the rung that asked for the call")] = ""
    text: str = ""
    until: Moment | None = None
    hold: Annotated[
        str | None,
        Field(description="for this reason: the workflow, the step `to`, or the practice in `for`"),
    ] = None
    cancel: Annotated[str | None, Field(description="the workflow ends here, for this reason")] = None
    lift: Annotated[str | None, Field(description="a hold, of the same as it was put on")] = None
    reopen: str | None = None
    reopen_workflow: Annotated[
        str | None,
        Field(alias="reopen workflow", description="a step at which a workflow that is over is opened again"),
    ] = None
    send_back: Annotated[
        str | None,
        Field(
            alias="send back",
            description="a step, or the answer of the practice in `for`; `because` says what is wrong",
        ),
    ] = None
    skip: Annotated[str | None, Field(description="a step that is left out")] = None
    close_short: Annotated[
        str | None, Field(alias="close short", description="a step that is closed with what is in")
    ] = None
    withdraw_practice: Annotated[
        str | None,
        Field(alias="withdraw practice", description="a practice that left, or merged into that in `into`"),
    ] = None
    into: str = ""
    add_practice: Annotated[
        str | None,
        Field(alias="add practice", description="a practice of the directory that joins the workflow"),
    ] = None
    correct: Annotated[str | None, Field(description="an input that is `value`")] = None
    value: Annotated[Any, AsWritten()] = None
    correct_date: Annotated[
        str | None,
        Field(alias="correct date", description="a date of others, which is `day`, as `source` says"),
    ] = None
    source: str = ""
    list_size: Annotated[
        str | None, Field(alias="list size", description="a practice that has `patients`")
    ] = None
    patients: int = 0
    because: str = "it was wanted"
    unlock: bool = False
    open: Annotated[str | None, Field(description="an on-demand step, for the practices in `for`")] = None
    for_: Annotated[list[str], Field(alias="for")] = []
    decide: Annotated[str | None, Field(description="a step that fell short: `choice` says how to go on")] = (
        None
    )
    choice: Literal["proceed", "wait", "cancel"] | None = None
    move: Annotated[str | None, Field(description="a named date, given the day `day`")] = None
    day: dt.date | None = None
    child_closes: Annotated[
        str | None,
        Field(
            alias="child closes",
            description="a step: the workflows it started close `as` said; `with` has their `answers` and `values`",
        ),
    ] = None
    as_: Annotated[Literal["completed", "stopped", "cancelled"], Field(alias="as")] = "completed"
    refused: Annotated[
        str | None, Field(description="the code it must be refused with; a word of the message will do")
    ] = None
    expect: Expect | list[Expect] | None = None

    @model_validator(mode="after")
    def _one_thing(self) -> ScenarioLine:
        things = (
            self.clock, self.answer, self.everyone_answers, self.reply, self.hold, self.lift, self.reopen, self.open,
            self.decide, self.move, self.settle, self.extend, self.extend_all, self.reassign, self.hand_over, self.nudge,
            self.rang, self.cancel,
            self.child_closes, self.reopen_workflow, self.send_back, self.skip, self.close_short, self.withdraw_practice,
            self.add_practice, self.correct, self.correct_date, self.list_size,
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

    called: ClassVar[str] = "a file of scenarios"
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
