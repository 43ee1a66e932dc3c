"""The mail server: connections kept within a delivery, and what its answers mean.

An answer is about the message (try it later, or never), or about us (a wrong password, a sender that is not allowed, a
relay that will not have us): the latter says nothing about anybody's address, so nothing is refused because of it. A
server that refuses everybody may say so in any words; `notifications.server_answers` weighs that.
"""

from __future__ import annotations

import asyncio
import ssl
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType

import aiosmtplib

from notifications.content.catalogue import say
from notifications.transport.settings import PostSettings

_TOKEN_SECONDS = 30
_LONGEST_REASON = 300
#: Codes and words of 5xx answers that are about the sender's account, whoever the email is for.
_ACCOUNT_CODES = (530, 534, 535, 538)
_ACCOUNT_WORDS = (
    "5.1.7", "5.1.8", "5.7.57", "5.7.60", "5.7.139", "relay", "quotaexceeded", "not authenticated", "sender"
)  # fmt: skip


class ServerDown(Exception):
    """The mail server cannot be reached, or does not let us in. Nothing was sent."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """The server took the message; `said` is its answer."""

    said: str


@dataclass(frozen=True, slots=True)
class Later:
    """Not now. `ours`: the trouble is with the server or our account, not with this message; `trouble` says it in a
    sentence where there is more to say than the server's answer."""

    because: str
    ours: bool = False
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class Rejected:
    """The server will not take this message for this address, now or later; or so it says. `certain`: no server has to
    be asked, for the address is none."""

    because: str
    certain: bool = False


@dataclass(frozen=True, slots=True)
class Unconfirmed:
    """The connection broke after the message was handed over: it may have arrived, and may not."""

    because: str


Answer = Accepted | Later | Rejected | Unconfirmed


class SmtpClient:
    """A few connections to one server, opened when needed, reused, and closed together.

        async with SmtpClient(settings) as wire:
            await wire.open()                    # ServerDown when it is
            answer = await wire.send("ruth@elm.example", message)

    `send` never raises for what a server does; the sender's own cancellation passes through.
    """

    def __init__(self, settings: PostSettings) -> None:
        self._settings = settings
        self._slots = asyncio.Semaphore(settings.connections)
        self._idle: list[aiosmtplib.SMTP] = []

    async def __aenter__(self) -> SmtpClient:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for client in self._idle:
            try:
                await client.quit(timeout=2)
            except (aiosmtplib.SMTPException, OSError):
                client.close()
        self._idle.clear()

    async def open(self) -> None:
        """Make sure one connection stands, logged in. Raises ServerDown."""
        if not any(client.is_connected for client in self._idle):
            self._idle.append(await self._connect())

    async def send(self, to: str, message: bytes) -> Answer:
        """Send `message`; what the server said to it."""
        async with self._slots:
            reused = self._take()
            if reused is not None:
                answer = await self._hand_over(reused, to, message)
                if answer is not None:
                    return answer
                # The server had closed the connection we kept; nothing was sent on it. A new one tells the truth.
            try:
                client = await self._connect()
            except ServerDown as down:
                return Later(str(down), ours=True, trouble=say("post.mail_server_down", because=str(down)))
            answer = await self._hand_over(client, to, message)
            closed = "it closed the connection"
            return answer or Later(closed, ours=True, trouble=say("post.mail_server_down", because=closed))

    def _take(self) -> aiosmtplib.SMTP | None:
        while self._idle:
            client = self._idle.pop()
            if client.is_connected:
                return client
        return None

    async def would_take(self) -> bool:
        """Whether the server would take an email for our own address now. Asked, and taken back: nothing is sent."""
        try:
            client = self._take() or await self._connect()
        except ServerDown:
            return False
        try:
            await client.mail(self._settings.from_address)
            await client.rcpt(self._settings.from_address)
            await client.rset()
        except (aiosmtplib.SMTPException, OSError, UnicodeError):
            client.close()
            return False
        self._idle.append(client)
        return True

    async def _hand_over(self, client: aiosmtplib.SMTP, to: str, message: bytes) -> Answer | None:
        """One attempt on one connection; None when it was gone before any of it was said."""
        begun = handed_over = False
        try:
            await client.mail(self._settings.from_address)
            begun = True
            await client.rcpt(to)
            handed_over = True
            said = await client.data(message)
        except aiosmtplib.SMTPSenderRefused as refused:
            if refused.code == 421:  # "I am closing": said of the connection, not of the sender
                client.close()
                return None
            await self._keep(client, refused.code)
            return Later(_reason(refused.code, refused.message), ours=True)
        except aiosmtplib.SMTPResponseException as refused:
            await self._keep(client, refused.code)
            return _meaning(refused.code, refused.message)
        except (aiosmtplib.SMTPException, OSError, UnicodeError) as broken:
            client.close()
            if isinstance(broken, UnicodeError):
                return Rejected(f"{to!r} is not an address this server can be told", certain=True)
            if handed_over:
                return Unconfirmed(_broken(broken))
            return Later(_broken(broken)) if begun else None
        except asyncio.CancelledError:
            client.close()  # half a conversation; nobody may go on with it
            raise
        self._idle.append(client)
        return Accepted(_reason(said.code, said.message))

    async def _keep(self, client: aiosmtplib.SMTP, code: int) -> None:
        """Make a connection that heard a no ready for the next message, or drop it."""
        try:
            if code == 421 or not client.is_connected:
                raise aiosmtplib.SMTPServerDisconnected("going away")
            await client.rset()
            self._idle.append(client)
        except (aiosmtplib.SMTPException, OSError):
            client.close()

    async def _connect(self) -> aiosmtplib.SMTP:
        s = self._settings
        try:
            secret = s.password.get_secret_value()
            oauth = bool(s.oauth_token.get_secret_value() or s.oauth_command)
            client = aiosmtplib.SMTP(
                hostname=s.host,
                port=s.server_port,
                username=s.username or None,
                password=secret if s.username and not oauth else None,
                oauth_token_generator=self._token if oauth else None,
                use_tls=s.security == "tls",
                start_tls=s.security == "starttls",
                tls_context=ssl.create_default_context(cafile=s.ca_file or None)
                if s.security != "none"
                else None,
                timeout=s.timeout_seconds,
                local_hostname=s.id_domain,  # the default asks the resolver, which may take its time
            )
            await client.connect()
        except aiosmtplib.SMTPResponseException as refused:
            raise ServerDown(_reason(refused.code, refused.message)) from None
        except (aiosmtplib.SMTPException, OSError, ValueError) as broken:
            raise ServerDown(_broken(broken)) from None
        return client

    async def _token(self) -> str:
        given = self._settings.oauth_token.get_secret_value()
        if given:
            return given
        process = await asyncio.create_subprocess_exec(
            *self._settings.oauth_command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL
        )
        try:
            out, _ = await asyncio.wait_for(process.communicate(), _TOKEN_SECONDS)
        except TimeoutError:
            process.kill()
            raise ServerDown(f"the access token's command took over {_TOKEN_SECONDS} seconds") from None
        if process.returncode or not out.strip():
            raise ServerDown(f"the access token's command gave none (exit {process.returncode})")
        return out.decode().strip()


class Throttle:
    """At most so many messages in any minute; 0 is no limit. Counts by the machine's own clock, as servers do."""

    def __init__(self, per_minute: int, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._per_minute = per_minute
        self._monotonic = monotonic
        self._sent: deque[float] = deque()

    def allowance(self) -> int | None:
        """How many may go now; None for no limit."""
        if not self._per_minute:
            return None
        while self._sent and self._sent[0] <= self._monotonic() - 60:
            self._sent.popleft()
        return max(0, self._per_minute - len(self._sent))

    def spend(self) -> None:
        if self._per_minute:
            self._sent.append(self._monotonic())

    def frees_in(self) -> float:
        """Seconds until another may go; 0 when one may go now."""
        return 0.0 if self.allowance() != 0 else max(0.0, self._sent[0] + 60 - self._monotonic())


def _meaning(code: int, message: str) -> Answer:
    reason = _reason(code, message)
    ours = code in _ACCOUNT_CODES or any(word in message.lower() for word in _ACCOUNT_WORDS)
    if ours or code < 500:
        return Later(reason, ours=ours or code == 421)
    return Rejected(reason)


def _reason(code: int, message: str) -> str:
    return " ".join(f"{code} {message}".split())[:_LONGEST_REASON]


def _broken(error: Exception) -> str:
    return (" ".join(str(error).split()) or type(error).__name__)[:_LONGEST_REASON]
