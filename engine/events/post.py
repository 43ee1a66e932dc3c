"""What can happen in the post and to links: the events of the two streams that are no workflow's.

They stand in the same log, under the same chain, as the events of `engine/events/workflow.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

#: The names of the streams.
POST = "post"
LINKS = "links"
#: The streams that are no workflow: nobody can hold one, or answer it.
NO_WORKFLOWS = frozenset({POST, LINKS})


@dataclass(frozen=True, slots=True)
class MessageClaimed:
    """One message, of these notices, is about to go. Whoever finds the lease expired sends it again under the
    same Message-ID."""

    message_id: str
    notices: tuple[str, ...]
    person: str
    to: str
    subject: str
    lease_until: datetime
    urgent: bool = False


@dataclass(frozen=True, slots=True)
class MessageSent:
    message_id: str
    server_said: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class MessageDeferred:
    """A 4xx or a broken connection: it is tried again at `retry_at`."""

    message_id: str
    because: str
    retry_at: datetime
    tries: int


@dataclass(frozen=True, slots=True)
class MessageRefused:
    """A 5xx: not tried again; the manager is told."""

    message_id: str
    because: str


@dataclass(frozen=True, slots=True)
class LinkIssued:
    """`sha256` of the link's token; the token itself is nowhere."""

    sha256: str
    assignment: str
    expires: datetime


@dataclass(frozen=True, slots=True)
class LinkRevoked:
    """The link opens nothing from now on; the next email about `assignment` carries another."""

    sha256: str
    assignment: str
    reason: str


PostBody = MessageClaimed | MessageSent | MessageDeferred | MessageRefused | LinkIssued | LinkRevoked
