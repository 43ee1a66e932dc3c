"""The embedded mail server's side of an SMTP conversation: nothing is taken before the password, and nobody waits long."""

from __future__ import annotations

import asyncio
import hmac
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

USERNAME = "baton"
_LARGEST = 35 * 1024 * 1024  # what NHSmail takes (domain 4.2)
_SILENCE = 20  #: seconds
#: Conversations without the password that may stand at once.
_MOST_STRANGERS = 20


class Strangers:
    """The conversations that have not given the password yet. Where there are too many, the oldest ends."""

    def __init__(self, most: int = _MOST_STRANGERS) -> None:
        self._most = most
        self._standing: dict[Conversation, None] = {}

    def __len__(self) -> int:
        return len(self._standing)

    def arrive(self, newcomer: Conversation) -> None:
        if len(self._standing) >= self._most:
            next(iter(self._standing)).end()
        self._standing[newcomer] = None

    def leave(self, conversation: Conversation) -> None:
        self._standing.pop(conversation, None)


class Conversation(SMTP):
    """One client's conversation with the embedded mail server."""

    def __init__(
        self, handler: Any, loop: asyncio.AbstractEventLoop, password: str, strangers: Strangers
    ) -> None:
        super().__init__(
            handler, loop=loop, hostname="outbox.localhost", ident="Baton outbox", data_size_limit=_LARGEST,
            timeout=_SILENCE, auth_required=True, authenticator=self._known,
        )  # fmt: skip
        # There is no TLS: it listens on loopback alone. Given as an argument, every conversation would be warned of.
        self._auth_require_tls = False
        self._password, self._strangers = password, strangers

    def _known(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, given: Any
    ) -> AuthResult:
        known = isinstance(given, LoginPassword) and given.login == USERNAME.encode()
        if known and hmac.compare_digest(given.password, self._password.encode()):
            self._strangers.leave(self)
            return AuthResult(success=True)
        return AuthResult(success=False, handled=False)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self._strangers.arrive(self)

    def connection_lost(self, error: Exception | None) -> None:
        self._strangers.leave(self)
        super().connection_lost(error)

    def end(self) -> None:
        """End it now, whatever is said."""
        self._strangers.leave(self)
        if isinstance(self.transport, asyncio.WriteTransport):
            self.transport.abort()
