"""Signed links: one live link an assignment, the same in every reminder, revocable, and stored only as a hash.

A token is made from the assignment and a generation, so it need not be kept to be repeated. Revoking a link
moves the assignment to its next generation. The signature keeps guessers out; the store's row says whether the
link is live, until when, and for what. Whoever holds the store but not the secret cannot make a link.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from itsdangerous import BadData, URLSafeSerializer

from engine.events import AssignmentReassigned, Event, LinkIssued, LinkRevoked
from store.protocol import LinkRow

PATH = "/a/"
MAX_URL = 2000
#: Stands where the token was in the copy of an email that the log keeps.
REDACTED = "…"


def sha256_of(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Links:
    """Makes and reads the tokens of links. `base_url` is where people reach Baton, without query or fragment."""

    secret: bytes
    base_url: str

    def token(self, assignment_id: str, generation: int = 0) -> str:
        """The token: letters, digits, "-", "_" and "." only, so rewritten links carry it whole."""
        token = self._serializer().dumps([assignment_id, generation])
        return token.decode() if isinstance(token, bytes) else token

    def url(self, token: str) -> str:
        """The link of `token`. ValueError when it would be too long to survive in mail."""
        url = f"{self.base_url.rstrip('/')}{PATH}{token}"
        if len(url) >= MAX_URL:
            raise ValueError(f"a link of {len(url)} characters would not survive; keep under {MAX_URL}")
        return url

    def issue(self, assignment_id: str, expires: datetime, generation: int = 0) -> tuple[str, LinkIssued]:
        """The link of an assignment's generation, and the event that makes it live."""
        token = self.token(assignment_id, generation)
        return self.url(token), LinkIssued(sha256_of(token), assignment_id, expires)

    def read(self, token: str) -> str | None:
        """The assignment a token was signed for, or None. Says nothing about whether it is live: the store knows that."""
        if len(token) > MAX_URL:
            return None
        try:
            assignment_id, generation = self._serializer().loads(token)
        except (BadData, ValueError, TypeError):
            return None
        return assignment_id if isinstance(assignment_id, str) and isinstance(generation, int) else None

    def _serializer(self) -> URLSafeSerializer:
        return URLSafeSerializer(
            self.secret, salt="baton.link", signer_kwargs={"digest_method": hashlib.sha256}
        )


def live_link(
    links: Links, rows: Sequence[LinkRow], assignment_id: str, now: datetime, lasts: timedelta
) -> tuple[str, tuple[LinkIssued | LinkRevoked, ...]]:
    """The assignment's live link, and the events still missing for it to be live.

    `rows` is what the store knows (`links_of`). A live link is repeated and needs no event. An expired one is
    revoked, so that never two are live, and the next generation issued.
    """
    ended = sum(1 for row in rows if row.revoked)
    lapsed = [row for row in rows if not row.revoked and not row.opens(now)]
    token = links.token(assignment_id, ended)
    if any(row.sha256 == sha256_of(token) and row.opens(now) for row in rows):
        return links.url(token), ()
    # Any other live row was signed with a secret that is gone: the link it names cannot be repeated, so it ends.
    stale = lapsed + [row for row in rows if row.opens(now)]
    generation = ended + len(stale)
    url, issued = links.issue(assignment_id, now + lasts, generation)
    return url, (*revocations(stale, "a new link takes its place"), issued)


def ended_by(events: Iterable[Event]) -> dict[str, str]:
    """The assignments whose links end with these events, each with the reason: somebody else is asked now, and whoever had
    a link opens nothing with it any more."""
    bodies = (event.body for event in events)
    return {
        body.assignment: f"{body.name} is asked now"
        for body in bodies
        if isinstance(body, AssignmentReassigned)
    }


def revocations(rows: Iterable[LinkRow], reason: str) -> tuple[LinkRevoked, ...]:
    """The events that end these links, for those that have not ended yet."""
    return tuple(LinkRevoked(row.sha256, row.assignment, reason) for row in rows if not row.revoked)
