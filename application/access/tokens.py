"""The tokens that open the API for one person: made by the administrator, kept as hashes, expiring, ended at any time.

The log has them in a stream of their own. What it comes to is kept in memory, since every request asks it; only Baton's one
process writes that stream, through `Tokens`.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from application.access.principal import SCOPES, Principal, Scope
from engine.commands.command import refuse_identifiable
from engine.commands.refusals import Refused, required_reason
from engine.dates.clock import Clock
from engine.events import Actor, Body, Event, TokenIssued, TokenRevoked
from engine.events.streams.access import TOKENS
from store.protocol import Commit, Conflict, Store

#: What a token begins with: whoever finds one knows what it is, and programs that look for leaked secrets find it.
PREFIX = "baton_"
#: Characters of its hash that name a token: enough for every token of a PCN to have its own.
ID_LENGTH = 12
LONGEST = timedelta(days=400)
TRIES = 8


@dataclass(frozen=True, slots=True)
class Token:
    """A token, without what opens the API. `id` names it in lists."""

    id: str
    person: str
    pcn: str
    name: str
    scopes: tuple[str, ...]
    issued: datetime
    expires: datetime
    note: str
    revoked: bool = False

    def opens(self, now: datetime) -> bool:
        return not self.revoked and now < self.expires


class Tokens:
    """The tokens of one store. `load` before the first request."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store, self._clock = store, clock
        self._by_hash: dict[str, Token] = {}
        self._version = 0

    async def load(self) -> Tokens:
        """Read what the log has more than is known here; itself."""
        for event in await self._store.events(TOKENS, self._version):
            self._take(event)
        return self

    def principal(self, secret: str) -> Principal | None:
        """Whose token it is; None for one that opens nothing."""
        token = self._by_hash.get(_hash(secret)) if secret.startswith(PREFIX) else None
        if token is None or not token.opens(self._clock.now()):
            return None
        return Principal(token.person, token.pcn, frozenset(s for s in SCOPES if s in token.scopes))

    async def issue(
        self, actor: Actor, person: str, name: str, pcn: str, scopes: Sequence[Scope], lasts: timedelta, note: str = ""
    ) -> tuple[str, Token]:  # fmt: skip
        """A new token, which is shown now and never again. Raises Refused, Invalid for an NHS number in the note."""
        refuse_identifiable(actor, {"note": note})
        if not scopes:
            raise Refused("no-scope", f"say what the token is for: {', '.join(SCOPES)}")
        if not timedelta() < lasts <= LONGEST:
            raise Refused("no-day", f"a token lasts from one day to {LONGEST.days}")
        secret = PREFIX + secrets.token_urlsafe(32)
        expires = self._clock.now() + lasts
        body = TokenIssued(_hash(secret), person, pcn, name, tuple(scopes), expires, note.strip())
        await self._record(actor, "issue_token", body)
        return secret, self._by_hash[body.sha256]

    async def revoke(self, actor: Actor, id_: str, reason: str) -> Token:
        """End a token. Raises Refused where there is none of that id, or it has ended."""
        refuse_identifiable(actor, {"reason": reason})
        reason = required_reason(reason, "end a token")
        found = [sha256 for sha256, token in self._by_hash.items() if token.id == id_]
        if not found:
            raise Refused(
                "no-such-token", f"there is no token {id_}; `baton token list` shows those that there are"
            )
        if self._by_hash[found[0]].revoked:
            raise Refused("no-change", "this token was ended already")
        await self._record(actor, "revoke_token", TokenRevoked(found[0], reason))
        return self._by_hash[found[0]]

    def all(self) -> list[Token]:
        """Every token there ever was, the latest first."""
        return sorted(self._by_hash.values(), key=lambda token: token.issued, reverse=True)

    async def _record(self, actor: Actor, cause: str, body: Body) -> None:
        for _ in range(TRIES):
            await self.load()
            event = Event(TOKENS, self._version + 1, self._clock.now(), actor, cause, body)
            with suppress(Conflict):
                await self._store.commit([Commit(TOKENS, self._version, (event,))])
                self._take(event)
                return
        raise Refused("busy", "other tokens are being made just now; try again")

    def _take(self, event: Event) -> None:
        body = event.body
        if isinstance(body, TokenIssued):
            self._by_hash[body.sha256] = Token(
                body.sha256[:ID_LENGTH], body.person, body.pcn, body.name, tuple(body.scopes), event.at, body.expires, body.note
            )  # fmt: skip
        elif isinstance(body, TokenRevoked):
            self._by_hash[body.sha256] = replace(self._by_hash[body.sha256], revoked=True)
        self._version = event.version


def _hash(secret: str) -> str:
    # 32 random bytes need no slow hash: nobody guesses them.
    return hashlib.sha256(secret.encode()).hexdigest()
