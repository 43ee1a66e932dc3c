"""The definition language: what a process is, as pydantic models.

The JSON Schema in `definition.schema.json` is generated from these. Order, dates, roles and expressions are
checked by the loader, which knows where in the file each stands.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, HttpUrl, model_validator

from definitions.language.grammar import (
    ActionText,
    AsWritten,
    CloseWhenText,
    ExpressionText,
    FinancialYear,
    Identifier,
    MomentText,
    Slug,
    StepName,
    TemplateText,
)
from definitions.models.field_types import FIELD_TYPES, InputType
from definitions.models.fields import Check, FormField, FormItem, Model, Sensitivity, titled
from definitions.models.primitives import Role
from definitions.models.step_kinds import STEP_KINDS, KindName
from definitions.models.step_kinds.contents import Artefact, Assign, Message

#: Retention classes (domain section 4.3); the periods are in a data file that says who confirmed them.
Retention = Literal["corporate-6", "corporate-20", "staff"]


#: Answers whether an expression is true where the step stands; the engine gives it.
Truth = Callable[[str], bool]


#: How deep below the first a workflow may stand that was started by another.
MOST_DEEP = 5


class Source(Model):
    title: str
    url: HttpUrl | None = None
    note: str | None = None


class Input(FormField):
    """Something the manager gives at launch. A `dataset` input names a dataset file; `practices` chooses practices."""

    type: InputType
    dataset: Annotated[
        Slug | None, Field(description="for a dataset input: the dataset taken unless another is named")
    ] = None
    default: Annotated[
        str | list[str] | None, AsWritten(), Field(description="taken when nothing is given")
    ] = None


class Every(Model):
    """When the process is offered, and started by schedule if the PCN adopted it."""

    anchor: Identifier
    start: MomentText


class Launch(Model):
    by: Annotated[list[Role], Field(min_length=1)]
    reference: Annotated[TemplateText, Field(description="what this launch is called, in lists and emails")]
    every: Every | None = None
    inputs: list[Input] = []

    @property
    def dataset_inputs(self) -> tuple[Input, ...]:
        """The inputs that choose a dataset."""
        return tuple(each for each in self.inputs if FIELD_TYPES[each.type].takes("dataset"))

    def datasets_of(self, given: Mapping[str, Any]) -> dict[str, str]:
        """The dataset that is given for each of them, where one is."""
        return {each.id: str(given[each.id]) for each in self.dataset_inputs if given.get(each.id)}


class DateSpec(Model):
    """A named date that deadlines count from. One of `is` (an expression) or `at` (words)."""

    is_: Annotated[ExpressionText | None, Field(alias="is")] = None
    at: MomentText | None = None
    external: Annotated[bool, Field(description="fixed by somebody outside; never moves")] = False
    when: Annotated[ExpressionText | None, Field(description="the date exists only when this is true")] = None
    label: Annotated[str | None, Field(description="how people call it; the id in words unless said")] = None


ShortAction = Literal["wait", "decide", "proceed and name the gaps"]


class IfShort(Model):
    """What happens when too little is in by a date."""

    do: ShortAction
    at: Annotated[MomentText, Field(description="when; the step's due date unless said")] = "due"


class CloseWhenIf(Model):
    """`{if: EXPRESSION, then: all, otherwise: 80% of list size}`."""

    if_: Annotated[ExpressionText, Field(alias="if")]
    then: CloseWhenText
    otherwise: CloseWhenText


class IfShortIf(Model):
    """What happens when too little is in, one way or another: in the last quarter, say."""

    if_: Annotated[ExpressionText, Field(alias="if")]
    then: ShortAction | IfShort
    otherwise: ShortAction | IfShort


class LadderIf(Model):
    """One ladder or another."""

    if_: Annotated[ExpressionText, Field(alias="if")]
    then: Slug
    otherwise: Slug


class NotBy(Model):
    """Separation of duties: who did `step` may not do this one (domain section 2.2)."""

    step: StepName
    level: Literal["warn", "refuse"] = "refuse"


class Step(Model):
    """One stage of a definition."""

    id: Identifier
    kind: KindName
    title: Annotated[TemplateText, Field(description="what people read; the id in words unless said")] = ""
    why: Annotated[TemplateText | None, Field(description="one sentence, in the first email")] = None
    takes: Annotated[str | None, Field(description="how long it takes: '10 minutes'")] = None
    after: Annotated[
        list[StepName] | None, Field(description="steps that come first; the one above unless said")
    ] = None
    when: Annotated[ExpressionText | None, Field(description="skipped when false")] = None
    where: Annotated[ExpressionText | None, Field(description="the practices concerned; sees `practice`")] = (
        None
    )
    assign: Annotated[Assign | list[Assign] | None, Field(description="who is asked")] = None
    opens: Annotated[MomentText | None, Field(description="not before this moment")] = None
    due: MomentText | None = None
    external: Annotated[bool, Field(description="the due date is somebody else's and never moves")] = False
    form: list[FormItem] = []
    checks: list[Check] = []
    shows: Annotated[
        list[StepName], Field(description="earlier steps whose results stand above the form")
    ] = []
    outcome: Annotated[
        Identifier | None,
        Field(description="the field whose value `on` looks at; for approvals the decision"),
    ] = None
    counts_if: Annotated[
        ExpressionText | None, Field(description="a response counts towards closing only when true")
    ] = None
    close_when: CloseWhenText | CloseWhenIf = "all"
    if_short: Annotated[ShortAction | IfShort | IfShortIf, Field(description="when too little is in")] = (
        "wait"
    )
    silence: Annotated[
        Literal["never counts", "counts as agreement", "counts as abstention"],
        Field(description="what saying nothing means; printed in the first email"),
    ] = "never counts"
    ladder: Annotated[
        Slug | LadderIf | None, Field(description="the reminders and escalations; none when absent")
    ] = None
    on: Annotated[
        dict[str, ActionText | list[ActionText]], Field(description="what each outcome sets off")
    ] = {}
    signs: Annotated[
        list[StepName], Field(description="the steps whose content a signature covers, by hash")
    ] = []
    not_by: NotBy | StepName | None = None
    own_practice: Annotated[
        Literal["warn"] | None,
        Field(
            description="who works at a practice this is about may sign; the manager is asked for a second approver"
        ),
    ] = None
    stop_if: Annotated[ExpressionText | None, Field(description="true refuses the response: a hard stop")] = (
        None
    )
    stop_message: TemplateText | None = None
    on_demand: Annotated[
        bool, Field(description="opened by the manager, for practices chosen, as often as needed")
    ] = False
    starts: Annotated[
        Slug | None, Field(description="a definition that is launched, for the same PCN, as a child workflow")
    ] = None
    start_inputs: Annotated[
        dict[str, ExpressionText],
        Field(description="the child's inputs; with `for_each` they know the item as `each`"),
    ] = {}
    wait: Annotated[
        Literal["closed", "no"],
        Field(
            description="whether the step waits until what it starts has closed; only a step that asks nobody can"
        ),
    ] = "closed"
    for_each: Annotated[
        ExpressionText | None,
        Field(description="a list, such as practices: one child is started for each item, a hundred at most"),
    ] = None
    locks: Annotated[bool, Field(description="when this closes, what came before cannot change")] = False
    visible_to: Annotated[list[Role], Field(description="only these roles see the answers")] = []
    cover_may: Annotated[
        Literal["complete", "attest"],
        Field(description="what cover may do here; attest allows a deputy to sign"),
    ] = "complete"
    statement: Annotated[TemplateText | None, Field(description="attest: the words signed")] = None
    values: Annotated[dict[Identifier, ExpressionText], Field(description="compute: what is worked out")] = {}
    message: Annotated[Message | None, Field(description="notify: what is told")] = None
    artefact: Annotated[Artefact | None, Field(description="produce: what is made")] = None
    sensitivity: Sensitivity | None = None

    @model_validator(mode="before")
    @classmethod
    def _called_by_its_id(cls, data: Any) -> Any:
        return titled(data, "title")

    @property
    def automatic(self) -> bool:
        """Done by the engine itself, with nobody asked."""
        return STEP_KINDS[self.kind].automatic

    @property
    def awaits_children(self) -> bool:
        """Whether the step stays open until the workflows it starts have closed."""
        return self.starts is not None and self.automatic and self.wait == "closed"

    @property
    def assigns(self) -> tuple[Assign, ...]:
        if self.assign is None:
            return ()
        return tuple(self.assign) if isinstance(self.assign, list) else (self.assign,)

    def closing(self, holds: Truth) -> str:
        """The phrase of `close_when`, its condition settled by `holds`."""
        rule = self.close_when
        if isinstance(rule, str):
            return rule
        return rule.then if holds(rule.if_) else rule.otherwise

    def short(self, holds: Truth) -> IfShort:
        """What happens when too little is in, its condition settled by `holds`."""
        rule = self.if_short
        if isinstance(rule, IfShortIf):
            rule = rule.then if holds(rule.if_) else rule.otherwise
        return rule if isinstance(rule, IfShort) else IfShort(do=rule)

    def ladder_id(self, holds: Truth) -> str | None:
        """The ladder climbed, its condition settled by `holds`."""
        rule = self.ladder
        if isinstance(rule, LadderIf):
            return rule.then if holds(rule.if_) else rule.otherwise
        return rule

    @property
    def separation(self) -> NotBy | None:
        return NotBy(step=self.not_by) if isinstance(self.not_by, str) else self.not_by

    def actions(self, outcome: str) -> tuple[str, ...]:
        """The actions that `outcome` sets off, as written."""
        found = self.on.get(outcome, [])
        return (found,) if isinstance(found, str) else tuple(found)


class Definition(Model):
    """A process, written once."""

    called: ClassVar[str] = "a definition"
    id: Slug
    version: Annotated[int, Field(ge=1)]
    title: str
    summary: str
    financial_year: FinancialYear | None = None
    owner: str | None = None
    adopted_by: Annotated[str | None, Field(description="the board minute that adopted it")] = None
    retention: Retention
    sensitivity: Sensitivity
    sources: list[Source] = []
    launch: Launch
    dates: dict[Identifier, DateSpec] = {}
    steps: Annotated[list[Step], Field(min_length=1)]

    def step(self, step_id: str) -> Step:
        """The step of that id; KeyError when there is none."""
        for step in self.steps:
            if step.id == step_id:
                return step
        raise KeyError(step_id)
