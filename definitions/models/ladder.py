"""Ladders: the reminders and escalations of an assignment, each in a file of its own."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from definitions.language.grammar import AsWritten, ExpressionText, Identifier, MomentText, Slug, TemplateText
from definitions.models.fields import Model
from definitions.models.primitives import Role

#: Registers that chase: at most MOST_CHASERS of these an assignment, then a person rings (domain 2.4).
CHASING = frozenset({"due today", "offer of help"})
MOST_CHASERS = 2
#: Registers that write to whoever is asked, by themselves.
WRITING = CHASING | {"coming up"}
#: Registers with which a person takes over: no email goes by itself afterwards.
TALKING = frozenset({"ring them", "conversation"})


class Rung(Model):
    """One step of a ladder, counted from the assignment's due date."""

    id: Identifier
    at: MomentText
    to: Annotated[list[Literal["assignee", "cover"] | Role], Field(min_length=1)]
    channel: Annotated[
        Literal["digest", "mail", "task"],
        Field(description="a line in the digest, an email, or something for a person to do"),
    ]
    register_: Annotated[
        Literal[
            "coming up", "due today", "offer of help", "ring them", "conversation", "board item", "decision"
        ],
        Field(alias="register"),
    ]
    text: Annotated[TemplateText, Field(description="what is said; sees practice, assignment, step, pcn")]
    choices: Annotated[
        list[str],
        AsWritten(),
        Field(
            description="ready answers: what is in the way, or what came of the call; free text is always open"
        ),
    ] = []
    when: Annotated[ExpressionText | None, Field(description="climbed only when true")] = None
    skippable: Annotated[bool, Field(description="the manager may hold or skip it")] = True


class Ladder(Model):
    """The reminders and escalations of an assignment, in order."""

    called: ClassVar[str] = "a ladder"
    id: Slug
    title: str
    source: str
    rungs: Annotated[list[Rung], Field(min_length=1)]
