"""A mail server that does what it is told, and a store with notices in it."""

from __future__ import annotations

import asyncio
import base64
import email
import email.policy
import ssl
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from email.message import EmailMessage
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from engine.dates.calendar import Calendar
from engine.dates.clock import VirtualClock
from engine.events import BATON, AssignmentOpened, Event, MessageClaimed, Notice, NoticePlanned
from engine.events.post import POST
from notifications.links import Links, sha256_of
from notifications.mailer import Mailer
from notifications.outbox import as_planned
from notifications.transport.settings import PostSettings
from store.memory.store import MemoryStore
from store.protocol import Commit, Conflict, MessageRow
from tests.notifications import email_samples as samples


@dataclass
class MailServer:
    """Takes emails, and answers as `script` says: recipient to what it says to RCPT, DATA, or "drop"."""

    port: int = 0
    received: list[EmailMessage] = field(default_factory=list)
    connections: int = 0
    logins: list[tuple[str, str]] = field(default_factory=list)
    rcpt: dict[str, str] = field(default_factory=dict)
    data: dict[str, str] = field(default_factory=dict)
    mail: str = ""
    everybody: dict[str, str] = field(default_factory=dict)  #: "rcpt" or "data": said to whatever address
    drop_after_data: set[str] = field(default_factory=set)  #: once for each
    drops_always: set[str] = field(default_factory=set)
    before_answer: Callable[[], Awaitable[None]] | None = None
    options: dict[str, Any] = field(default_factory=dict)
    listen_ssl: ssl.SSLContext | None = None
    _server: asyncio.Server | None = None

    async def start(self) -> None:
        loop = asyncio.get_running_loop()

        def conversation() -> asyncio.Protocol:
            self.connections += 1
            protocol: asyncio.Protocol = SMTP(self, loop=loop, hostname="mail.test", **self.options)
            return protocol

        self._server = await loop.create_server(conversation, "127.0.0.1", self.port, ssl=self.listen_ssl)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        if self._server:
            self._server.close()
            await self._server.wait_closed()
            self._server = None

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.mail:
            return self.mail
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if refusal := self.everybody.get("rcpt") or self.rcpt.get(address):
            return refusal
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        to = envelope.rcpt_tos[0]
        if refusal := self.everybody.get("data") or self.data.get(to):
            return refusal
        content = envelope.content
        assert isinstance(content, bytes)
        message = email.message_from_bytes(content, policy=email.policy.default)
        assert isinstance(message, EmailMessage)
        self.received.append(message)
        if self.before_answer:
            await self.before_answer()
        if to in self.drop_after_data:
            self.drop_after_data.discard(to)
            server.transport.abort()
        if to in self.drops_always:
            server.transport.abort()
        return "250 2.0.0 queued"

    async def auth_XOAUTH2(self, server: SMTP, args: list[str]) -> AuthResult:
        raw = base64.b64decode(args[1]).decode()
        user, token = (part.split("=", 1)[1] for part in raw.split("\x01")[:2])
        self.logins.append((user, token))
        return AuthResult(success=token == "Bearer good-token", handled=False)

    def authenticate(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, given: Any
    ) -> AuthResult:
        if isinstance(given, LoginPassword):
            self.logins.append((given.login.decode(), given.password.decode()))
            return AuthResult(success=given.password == b"right", handled=False)
        return AuthResult(success=False, handled=False)

    def ids(self, to: str = "") -> list[str]:
        return [str(m["Message-ID"]) for m in self.received if to in str(m["To"])]

    def subjects(self) -> list[str]:
        return sorted(str(m["Subject"]) for m in self.received)


@dataclass
class PostBench:
    """A store, a clock and a mailer over the mail server."""

    server: MailServer
    store: MemoryStore
    clock: VirtualClock
    settings: PostSettings
    told: list[tuple[str, str]] = field(default_factory=list)
    calendar: Calendar = field(
        default_factory=lambda: Calendar({date(2027, 1, 1): "New Year"}, last_year=2028)
    )
    links: Links = field(default_factory=lambda: Links(b"0" * 32, "https://baton.harbourvale.example"))

    def mailer(self, **given: Any) -> Mailer:
        async def tell(message: MessageRow, because: str) -> None:
            self.told.append((message.to, because))

        addressed = given.pop("addressed", as_planned)
        return Mailer(
            given.pop("store", self.store), self.clock, self.settings.model_copy(update=given), self.links,
            lambda: self.calendar, tell, lambda row: f"https://baton.harbourvale.example/w/{row.workflow_id}",
            addressed=addressed,
        )  # fmt: skip

    async def plan(self, *notices: Notice) -> None:
        await append(self.store, "w1", [NoticePlanned(n) for n in notices], self.clock.now())

    async def open(self, *assignments: str) -> None:
        opened = [
            AssignmentOpened(a, "s", 1, "Y90001", "practice_manager", "ruth", "Ruth Bell", "", None, ())
            for a in assignments
        ]
        await append(self.store, "w1", opened, self.clock.now())

    async def opened_by(self, token: str) -> str | None:
        """The assignment a link opens now, as the page behind it judges; None for one that is over."""
        row = await self.store.link(sha256_of(token))
        live = row is not None and not row.revoked and self.clock.now() < row.expires
        return self.links.read(token) if live else None

    async def claimed(self) -> list[MessageClaimed]:
        return [e.body for e in await self.store.events(POST) if isinstance(e.body, MessageClaimed)]

    async def statuses(self) -> Counter[str]:
        return Counter(row.status for row in await self.store.notices("w1"))


async def append(store: MemoryStore, stream: str, bodies: Sequence[Any], at: datetime) -> None:
    version = await store.version(stream)
    happened = tuple(Event(stream, n, at, BATON, "test", body) for n, body in enumerate(bodies, version + 1))
    await store.commit([Commit(stream, version, happened)])


def person(number: int, **given: Any) -> Notice:
    """An ask to a person of their own."""
    values = {
        "id": f"n{number}", "person": f"p{number}", "name": f"Person {number}", "email": f"p{number}@elm.example",
        "about": f"a{number}", "subject": f"Subject {number}",
    } | given  # fmt: skip
    return samples.notice(**values)


class Dying(MemoryStore):
    """A store whose process dies at the n-th write to the post's stream from now on."""

    lives = 10**6

    async def commit(self, commits: Sequence[Commit]) -> int:
        if any(commit.stream == POST for commit in commits):
            self.lives -= 1
            if self.lives < 0:
                raise SystemExit("killed")
        return await super().commit(commits)


class Racing(MemoryStore):
    """A store where another delivery claims first, now and then."""

    losing = 3

    async def commit(self, commits: Sequence[Commit]) -> int:
        if commits[0].stream == POST and self.losing:
            self.losing -= 1
            raise Conflict([POST])
        return await super().commit(commits)
