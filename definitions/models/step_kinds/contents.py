"""What steps are made of that is more than a word: whom they ask, what they tell, what they make."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from definitions.language.grammar import AssignAtText, ExpressionText, TemplateText
from definitions.models.fields import Model
from definitions.models.primitives import Role


class Assign(Model):
    """Who is asked: a role at some organisations, or a person named in the inputs."""

    role: Role | None = None
    at: AssignAtText = "the PCN"
    person: Annotated[
        ExpressionText | None, Field(description="instead of a role: inputs.supervisor, say")
    ] = None


class Message(Model):
    """What a notify step tells, and whom."""

    to: Annotated[
        list[Literal["everyone who took part", "every practice", "the PCN"] | Role | Assign],
        Field(min_length=1, description="or, as a step is asked: a role at some organisations, a person"),
    ]
    subject: TemplateText
    body: TemplateText
    urgent: Annotated[bool, Field(description="exempt from one message a day; counted and listed")] = False


class Artefact(Model):
    """What a produce step makes: a text rendered from a template, kept with its hash."""

    name: TemplateText
    format: Annotated[
        Literal["markdown", "csv", "json", "text"],
        Field(description="values are text in it; rows, headings and links are the template's own"),
    ] = "markdown"
    template: TemplateText
