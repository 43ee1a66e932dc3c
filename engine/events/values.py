"""What every event is made of: who did it, when, and what led to it; and the values that events carry.

Every event says who, when, how, and what caused it (rule 7). Nothing stored is ever edited: when a body's shape
changes, an upcaster in `engine/events/codec.py` reads the old one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Any, Literal

#: The SHA-256 of a document. Whoever keeps the event keeps the document too (engine/events/documents.py).
Document = Annotated[str, "document"]

#: How somebody came in: through a mailed link, on a page after signing in, over the API or at the command line with a
#: token; by nothing, where another recorded what they told; and Baton itself, by the clock or by schedule.
Channel = Literal["link", "web", "api", "cli", "told", "schedule", "engine"]
#: How something was told that another person recorded.
Means = Literal["by telephone", "on paper", "by email", "at a meeting"]
NoticeKind = Literal["ask", "reminder", "offer of help", "task", "question", "told", "outcome", "decision"]


#: The role of whoever comes in with the home folder's own key. No directory gives it to anybody.
ADMINISTRATOR = "administrator"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who did it: a person, in a role, at an organisation, and for whom when covering.

    `person` is an id in the directory, or empty when the link's holder typed a name the directory lacks. Whoever comes in
    through a link says their own name and role, which prove nothing; everybody else is told by what they hold, and
    `application/access` says who they are. `channel` is how they came in, and is never theirs to say: each edge sets its own.
    "told": somebody else recorded what they told them (`Told`), and answers for that.
    `not_nhs_number`: they said that what looked like an NHS number in what they gave was something else.
    """

    name: str
    role: str = ""
    organisation: str = ""
    person: str = ""
    on_behalf_of: str = ""
    not_nhs_number: bool = False
    channel: Channel = field(kw_only=True)

    @property
    def is_baton(self) -> bool:
        """Baton itself, by the clock, by schedule, or because of a fact. No page, API, command or email comes in as it."""
        return self.channel in ("engine", "schedule")

    @property
    def proven(self) -> bool:
        """Their name and role are known by more than their own word."""
        return self.channel not in ("link", "told")

    @property
    def is_administrator(self) -> bool:
        """They hold the key of Baton's home folder, and may do for the PCN what its manager may."""
        return self.proven and self.role == ADMINISTRATOR


#: Baton itself, acting on the clock or on what follows from a fact.
BATON = Actor(name="Baton", channel="engine")


@dataclass(frozen=True, slots=True)
class Told:
    """What somebody told outside Baton: who, how, and when. Who recorded it is the event's actor.

    It counts as theirs. `by` is of the channel "told", which proves nothing about them.
    """

    by: Actor
    how: Means
    at: datetime


@dataclass(frozen=True, slots=True)
class Notice:
    """A message planned for one person.

    `facts` are what the email says, settled when it was planned: title, why, takes, due (words), due_at (ISO),
    silence, next, text ... `about` is the assignment, or empty. A notice with `about` is dropped unsent when
    that assignment ends, unless `kind` is outcome. `not_before` is a working moment for the person. `only`: "asked"
    is for somebody whom an email of this workflow has asked or is about to ask, "unasked" takes the place of the ask that
    has not gone; each is void from the start otherwise.
    """

    id: str
    kind: NoticeKind
    person: str
    name: str
    email: str
    organisation: str
    about: str
    step: str
    subject: str
    not_before: datetime
    urgent: bool = False
    digest_only: bool = False
    only: Literal["", "asked", "unasked"] = ""
    rung: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def reader(self) -> str:
        """Whose it is: the person of the directory, or the address where it lacks one."""
        return self.person or self.email.casefold()


@dataclass(frozen=True, slots=True)
class When:
    """A date with its explanation, as it stands in the log."""

    at: datetime
    external: bool
    explanation: str


@dataclass(frozen=True, slots=True)
class PlannedRung:
    rung: str
    at: datetime


class Body:
    """What happened: the base of every event's own fields."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Event:
    """One line of the log. `version` counts from 1 within the workflow (or stream), without a gap.

    `cause` says what led to it: "clock", a command ("launch", "respond" ...), or "WORKFLOW/VERSION" of the
    event it followed from.
    """

    workflow_id: str
    version: int
    at: datetime
    actor: Actor
    cause: str
    body: Body

    @property
    def type(self) -> str:
        return type(self.body).__name__

    @property
    def told(self) -> Told | None:
        """How it was told whoever recorded it; None where who did it is who acted."""
        told: Told | None = getattr(self.body, "told", None)
        return told

    @property
    def by(self) -> Actor:
        """Whose it is: of whoever told it, where it was told somebody."""
        return self.told.by if self.told else self.actor
