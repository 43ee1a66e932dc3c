"""What the web asks of Baton, as a protocol, and the values that cross it.

The web knows pages, forms and HTTP. Who may answer, what an answer sets off and where it is kept is the gateway's
business. Every method may raise `Refused`; a store that cannot write raises `StoreError`, and nothing is kept.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from ipaddress import IPv4Network, IPv6Network
from typing import Any, Literal, Protocol

from definitions.models.replies import ReplyKind
from engine.commands.refusals import Invalid, Refused, Warned
from engine.events.workflow import Actor
from engine.forms.answers import AnswerProblem, AnswerWarning
from engine.forms.presentation import DrawnField
from store.protocol import LinkRow, WorkflowRow

__all__ = [
    "AssignmentPage", "Contact", "ConversationLine", "GatewayProtocol", "Invalid", "LaunchReceipt", "Outbox", "OutboxEmail",
    "Refused", "ResponseReceipt", "ShownResult", "StandingAnswer", "Warned", "WebSettings", "status_of", "told",
]  # fmt: skip

#: HTTP statuses of the codes a gateway may refuse with; codes that begin with "no-such" are 404, others a conflict.
_STATUSES = {
    "not_found": 404, "forbidden": 403, "another-practice": 403, "another-pcn": 403, "deputy": 403, "not-the-signer": 403,
    "invalid": 422, "no-day": 422, "no-question": 422, "no-reason": 422, "not-a-practice": 422, "busy": 503,
}  # fmt: skip


def status_of(refused: Refused) -> int:
    """The HTTP status of a refusal."""
    return _STATUSES.get(refused.code, 404 if refused.code.startswith("no-such") else 409)


def told(refused: Refused) -> str:
    """What a practice is told of a refusal. Why a process cannot be worked out may name another practice's figures."""
    if refused.code == "stuck":
        return "This process has a fault, so that cannot be worked out. It is for the PCN manager to see to: please ring."
    return refused.message


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
class Contact:
    """Whom to ring or write to."""

    name: str
    email: str = ""
    phone: str = ""


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
    """A result of an earlier step, above the form: Markdown, or a table, or both."""

    title: str
    markdown: str = ""
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class ConversationLine:
    """A line of the conversation about an assignment. `said` stands before their own words, `answer` is what the
    manager said to it."""

    kind: ReplyKind
    text: str
    name: str
    when: str
    answer: str = ""
    said: str = ""


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
    manager: Contact = Contact("your PCN manager")

    @property
    def takes_answers(self) -> bool:
        return self.status in ("open", "answered")


class GatewayProtocol(Protocol):
    """What the web asks of Baton. Nothing here changes anything but the methods that say so."""

    async def link(self, sha256: str) -> LinkRow | None:
        """What the store knows of a link, by the hash of its token."""
        ...

    async def page(self, assignment_id: str, *, to_manager: bool = False) -> AssignmentPage | None:
        """The page of an assignment as whoever was asked may see it, or the manager; None when there is none."""
        ...

    async def check(self, assignment_id: str, answers: Mapping[str, Any]) -> Sequence[AnswerProblem]:
        """What is wrong with these answers. Keeps nothing."""
        ...

    async def respond(
        self,
        assignment_id: str,
        answers: Mapping[str, Any],
        actor: Actor,
        *,
        anyway: bool = True,
        seen: int | None = None,
    ) -> ResponseReceipt:
        """Take the answers, durably, before returning. Raises Invalid, and Warned unless `anyway`.

        `actor` has the name and role as typed, and no organisation: that is the assignment's.
        """
        ...

    async def reply(
        self, assignment_id: str, kind: ReplyKind, text: str, until: date | None, actor: Actor
    ) -> None:
        """Keep what somebody said instead of an answer. Raises Invalid (paths `text`, `until`)."""
        ...

    async def keep_file(self, name: str, content: bytes) -> str:
        """Keep a file's bytes as a document; its sha256. The same bytes are kept once."""
        ...

    async def launch(
        self,
        definition: str,
        pcns: Sequence[str],
        inputs: Mapping[str, Any],
        actor: Actor,
        idempotency_key: str,
    ) -> LaunchReceipt:
        """Start a process for these PCNs, once for each key. Raises Invalid for the inputs."""
        ...

    async def hold(self, workflow_id: str, reason: str, actor: Actor) -> None: ...

    async def lift(self, workflow_id: str, reason: str, actor: Actor) -> None: ...

    async def workflows(
        self, *, pcn: str = "", definition: str = "", status: str = "", limit: int = 100
    ) -> Sequence[WorkflowRow]: ...

    async def workflow(self, workflow_id: str) -> Mapping[str, Any] | None:
        """A workflow with its steps and assignments, ready for JSON; None when there is none."""
        ...


class OutboxEmail(Protocol):
    """An email in the embedded outbox."""

    @property
    def id(self) -> str: ...
    @property
    def at(self) -> datetime: ...
    @property
    def to(self) -> str: ...
    @property
    def subject(self) -> str: ...
    @property
    def text(self) -> str: ...
    @property
    def html(self) -> str: ...


class Outbox(Protocol):
    """The embedded outbox: what would have been sent, newest first."""

    def emails(self, limit: int = 200) -> Sequence[OutboxEmail]: ...

    def email(self, id: str) -> OutboxEmail | None: ...


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
