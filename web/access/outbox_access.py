"""Who may read the embedded outbox: whoever was given a link to it by this machine's user.

A link carries a key that ends soon, and is exchanged for a session in a cookie. Both are signed with a secret that
lives as long as the process, so that no link in a terminal's or a browser's history opens anything for long.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Callable
from time import monotonic
from typing import Literal

#: In seconds: to type the link or click on it, and to read emails.
KEY_LASTS = 15 * 60
SESSION_LASTS = 12 * 60 * 60

Purpose = Literal["key", "session"]


class OutboxAccess:
    """Gives out keys and sessions, and knows them again. `ticks`: seconds of the machine, which no demo leaps over."""

    def __init__(self, ticks: Callable[[], float] = monotonic) -> None:
        self._secret, self._ticks = secrets.token_bytes(32), ticks

    def key(self) -> str:
        """For a link."""
        return self._made("key", KEY_LASTS)

    def session(self) -> str:
        """For a cookie."""
        return self._made("session", SESSION_LASTS)

    def opens(self, key: str) -> bool:
        return self._holds("key", key)

    def admits(self, session: str) -> bool:
        return self._holds("session", session)

    def _made(self, purpose: Purpose, lasts: int) -> str:
        until = str(int(self._ticks()) + lasts)
        return f"{until}.{self._signature(purpose, until)}"

    def _holds(self, purpose: Purpose, given: str) -> bool:
        until, _, signature = given.partition(".")
        if not hmac.compare_digest(signature.encode(), self._signature(purpose, until).encode()):
            return False
        return self._ticks() < int(until)

    def _signature(self, purpose: Purpose, until: str) -> str:
        return hmac.new(self._secret, f"{purpose} {until}".encode(), hashlib.sha256).hexdigest()
