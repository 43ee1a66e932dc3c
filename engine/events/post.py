"""What happens in the post and to links: notices planned, messages sent, and the events of the two streams that are no workflow's."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from engine.events.declarations import AT, Of, Sets
from engine.events.kinds import BY_CODE, NOTHING, event
from engine.events.values import Body, Document, Notice

#: The names of the streams.
POST = "post"
LINKS = "links"


@event(
    folds=NOTHING,
    notifies=NOTHING,
    rows=BY_CODE,
    story=NOTHING,
    published=NOTHING,
)
@dataclass(frozen=True, slots=True)
class NoticePlanned(Body):
    notice: Notice


@event(
    folds=NOTHING,
    notifies=NOTHING,
    rows=BY_CODE,
    story=NOTHING,
    published=NOTHING,
    stream=POST,
)
@dataclass(frozen=True, slots=True)
class MessageClaimed(Body):
    """One message, of these notices, is about to go. Whoever finds the lease expired sends it again under the
    same Message-ID."""

    message_id: str
    notices: tuple[str, ...]
    person: str
    to: str
    subject: str
    lease_until: datetime
    urgent: bool = False


@event(
    folds=NOTHING,
    notifies=NOTHING,
    rows=Sets("message", status="sent", sent_at=AT, because=""),
    story=NOTHING,
    published=NOTHING,
    stream=POST,
)
@dataclass(frozen=True, slots=True)
class MessageSent(Body):
    message_id: str
    server_said: str
    size: int
    sha256: Document


@event(
    folds=NOTHING,
    notifies=NOTHING,
    rows=Sets(
        "message", status="deferred", because=Of("because"), lease_until=Of("retry_at"), tries=Of("tries")
    ),
    story=NOTHING,
    published=NOTHING,
    stream=POST,
)
@dataclass(frozen=True, slots=True)
class MessageDeferred(Body):
    """A 4xx or a broken connection: it is tried again at `retry_at`."""

    message_id: str
    because: str
    retry_at: datetime
    tries: int


@event(
    folds=NOTHING,
    notifies=NOTHING,
    rows=Sets("message", status="refused", because=Of("because")),
    story=NOTHING,
    published=NOTHING,
    stream=POST,
)
@dataclass(frozen=True, slots=True)
class MessageRefused(Body):
    """A 5xx: not tried again; the manager is told."""

    message_id: str
    because: str


@event(
    folds=NOTHING,
    notifies=NOTHING,
    rows=Sets("message", status="unconfirmed", because=Of("because")),
    story=NOTHING,
    published=NOTHING,
    stream=POST,
)
@dataclass(frozen=True, slots=True)
class MessageUnconfirmed(Body):
    """Sent more than once, each time without an answer: it may have arrived, and is not sent again; the manager is told."""

    message_id: str
    because: str


@event(
    folds=NOTHING,
    notifies=NOTHING,
    rows=BY_CODE,
    story=NOTHING,
    published=NOTHING,
    stream=LINKS,
)
@dataclass(frozen=True, slots=True)
class LinkIssued(Body):
    """`sha256` of the link's token; the token itself is nowhere."""

    sha256: str
    assignment: str
    expires: datetime


@event(
    folds=NOTHING,
    notifies=NOTHING,
    rows=Sets("link", revoked=True),
    story="{actor} revoked the link to {assignment:whose}{reason:because}",
    published=NOTHING,
    stream=LINKS,
)
@dataclass(frozen=True, slots=True)
class LinkRevoked(Body):
    """The link opens nothing from now on; the next email about `assignment` carries another."""

    sha256: str
    assignment: str
    reason: str
