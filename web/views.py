"""What pages and the API show, as values: made by `web/gateway.py` and `web/assignment_view.py`, drawn by the rest."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network
from typing import Literal

from definitions.models.replies import ReplyKind
from engine.forms.answers import AnswerWarning
from engine.forms.presentation import DrawnField
from notifications.content.items import Contact

#: Whom to ask where the directory names no manager.
SOME_MANAGER = Contact("your PCN manager")


@dataclass(frozen=True, slots=True)
class ResponseReceipt:
    """An answer is in the log. `number` counts from 1 within the assignment."""

    number: int
    late: bool = False
    warnings: tuple[AnswerWarning, ...] = ()


@dataclass(frozen=True, slots=True)
class LaunchReceipt:
    """A launch. `repeated`: the idempotency key was seen before, and these are the workflows it made then."""

    launch: str
    workflows: tuple[str, ...]
    repeated: bool = False


@dataclass(frozen=True, slots=True)
class StandingAnswer:
    """The answer that stands: whose, and when, in words."""

    name: str
    role: str
    when: str
    number: int = 1
    late: bool = False
    on_behalf_of: str = ""


@dataclass(frozen=True, slots=True)
class ShownResult:
    """A result of an earlier step, above the form: Markdown, a text as it is, or a table."""

    title: str
    markdown: str = ""
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    text: str = ""


@dataclass(frozen=True, slots=True)
class ConversationLine:
    """A line of the conversation about an assignment. `said` stands before their own words; `answer` is what was said to
    it, by `answered_by`."""

    kind: ReplyKind
    text: str
    name: str
    when: str
    answer: str = ""
    said: str = ""
    answered_by: str = ""


@dataclass(frozen=True, slots=True)
class AssignmentPage:
    """Everything the page of an assignment shows, in words for a person.

    `status`: open, nobody has answered, or it is asked again; answered, an answer stands and can be changed; ended,
    it is over without one; closed, the step is over. `question` is what the manager wrote on opening it. `form`
    carries the answer that stands, or what is offered. `answered` and `previous` are pairs of question and answer:
    what stands now, and what was said the last time.
    """

    assignment: str
    pcn: str
    reference: str
    title: str
    organisation: str
    asked: str
    status: Literal["open", "answered", "ended", "closed"]
    form: tuple[DrawnField, ...] = ()
    role: str = ""
    on_behalf_of: str = ""
    why: str = ""
    question: str = ""
    takes: str = ""
    due: str = ""
    due_explained: str = ""
    late: bool = False
    silence: str = ""
    next: tuple[str, ...] = ()
    standing: StandingAnswer | None = None
    closed_because: str = ""
    answered: tuple[tuple[str, str], ...] = ()
    previous: tuple[tuple[str, str], ...] = ()
    shown: tuple[ShownResult, ...] = ()
    conversation: tuple[ConversationLine, ...] = ()
    unverified: tuple[str, ...] = ()
    statement: str = ""
    held: str = ""
    manager: Contact = SOME_MANAGER

    @property
    def takes_answers(self) -> bool:
        return self.status in ("open", "answered")


@dataclass(frozen=True, slots=True)
class WebSettings:
    """How the web behaves.

    `secret` signs forms (at least 32 bytes). `api_token` opens the API; empty closes it. `secure`: people reach
    Baton over https, so cookies are sent over that only. `hosts`: the names it is reached by, beside this machine's own. `trusted_proxies`: whose
    word is taken for where a request comes from. `help` is said where no link tells whom to ring.
    """

    secret: bytes
    api_token: str = ""
    secure: bool = False
    hosts: frozenset[str] = frozenset()
    trusted_proxies: tuple[IPv4Network | IPv6Network, ...] = ()
    name: str = "Baton"
    help: str = "Ring or write to the PCN manager who sent you the email."
