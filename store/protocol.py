"""What a store promises, whichever engine keeps it. One contract test holds every backend to it.

Rules 1 and 2 of the store: what is acknowledged is flushed; a lost race is a `Conflict` the caller retries.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple, Protocol

from engine.events.workflow import Event, Notice


class StoreError(Exception):
    """Something the store cannot do; the message says what to do next."""


class Conflict(StoreError):
    """Somebody else wrote to the stream first. Load it again, decide again, commit again.

    Also raised for a `MessageClaimed` of a notice that was voided, sent or claimed for another message meanwhile.
    """

    def __init__(self, streams: Sequence[str]) -> None:
        super().__init__(f"another change to {', '.join(streams)} came first; load it again and decide again")
        self.streams = tuple(streams)


@dataclass(frozen=True, slots=True)
class Pending:
    """What a workflow waits for, worked out by the engine from its state; kept beside it for the lists."""

    next_deadline: datetime | None
    waiting_for: str


@dataclass(frozen=True, slots=True)
class Commit:
    """Events to append to one stream, which must stand at `expected_version`.

    `documents` are texts the events name by their sha256 (bundles), stored once whoever names them.
    """

    stream: str
    expected_version: int
    events: tuple[Event, ...]
    pending: Pending | None = None
    documents: Mapping[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class WorkflowRow:
    workflow_id: str
    version: int
    definition: str
    definition_version: int
    bundle: str
    reference: str
    pcn: str
    pcn_name: str
    launch: str
    batch: str
    parent: str
    status: str  #: open, held, completed, stopped, withdrawn
    locked: bool
    launched_at: datetime
    closed_at: datetime | None
    next_deadline: datetime | None
    waiting_for: str


@dataclass(frozen=True, slots=True)
class StepRow:
    workflow_id: str
    step: str
    attempt: int
    status: str  #: open, closed, skipped, reopened (an earlier attempt)
    opened_at: datetime | None
    closed_at: datetime | None
    due: datetime | None
    outcome: str


@dataclass(frozen=True, slots=True)
class AssignmentRow:
    assignment: str
    workflow_id: str
    step: str
    attempt: int
    organisation: str
    role: str
    person: str
    name: str
    status: str  #: open, answered, carried, ended
    opened_at: datetime
    due: datetime | None
    external: bool
    answered_at: datetime | None
    late: bool
    responses: int
    rungs_climbed: int


@dataclass(frozen=True, slots=True)
class NoticeRow:
    notice: Notice
    workflow_id: str
    status: str  #: planned, claimed, sent, refused, void
    message_id: str
    planned_at: datetime


@dataclass(frozen=True, slots=True)
class MessageRow:
    message_id: str
    notices: tuple[str, ...]
    person: str
    to: str
    subject: str
    status: str  #: claimed, deferred, sent, refused
    claimed_at: datetime
    lease_until: datetime
    sent_at: datetime | None
    tries: int
    urgent: bool
    because: str


@dataclass(frozen=True, slots=True)
class LinkRow:
    sha256: str
    assignment: str
    expires: datetime
    revoked: bool


@dataclass(frozen=True, slots=True)
class Verdict:
    """What walking the chain found. `intact` false: `problem` says at which position, and what is wrong."""

    intact: bool
    events: int
    head: str
    problem: str = ""


class LogEntry(NamedTuple):
    """An event as the log keeps it: what is hashed and what evidence packs carry. `at` in microseconds since 1970 UTC; `actor` and `data` canonical JSON."""

    position: int
    workflow_id: str
    version: int
    type: str
    at: int
    actor: str
    data: str
    previous_hash: bytes
    hash: bytes


class Store(Protocol):
    """The log, its projections and its notices."""

    # writing: atomic for all the commits of one call; returns the last position when it is flushed
    async def commit(self, commits: Sequence[Commit]) -> int: ...
    def commit_now(self, commits: Sequence[Commit]) -> int:
        """`commit` for threads without an event loop; it blocks until flushed."""
        ...

    # the log
    def events(self, stream: str, after_version: int = 0) -> list[Event]: ...
    def events_since(self, position: int, limit: int = 1000) -> list[tuple[int, Event]]: ...
    def version(self, stream: str) -> int: ...
    def position(self) -> int: ...
    def head(self) -> str:
        """The hash of the last event, in hex: what receipts and closing mails carry as witness."""
        ...

    def entries(self, stream: str) -> list[LogEntry]: ...
    def entries_since(self, position: int, limit: int = 1000) -> list[LogEntry]: ...
    def document(self, sha256: str) -> bytes: ...
    def verify(self) -> Verdict: ...

    # projections
    def workflow(self, workflow_id: str) -> WorkflowRow | None: ...
    def workflows(
        self,
        *,
        pcn: str = "",
        open_only: bool = False,
        closed_only: bool = False,
        batch: str = "",
        limit: int = 500,
    ) -> list[WorkflowRow]: ...
    def workflows_starting(self, prefix: str) -> list[str]: ...
    def launched_with(self, key: str) -> list[WorkflowRow]:
        """The workflows of the launch made with this idempotency key, in the order of their batches."""
        ...

    def batch_deadline(self, batch: str) -> datetime | None:
        """The next moment that matters to any open workflow of the batch."""
        ...

    def open_batches(self) -> dict[str, tuple[str, ...]]: ...
    def due(self, now: datetime) -> list[str]: ...
    def steps(self, workflow_id: str) -> list[StepRow]: ...
    def assignments(self, workflow_id: str) -> list[AssignmentRow]: ...
    def assignment(self, assignment_id: str) -> AssignmentRow | None: ...
    def last_closed(self, definition: str, pcn: str) -> str | None: ...

    # post and links
    def notices_due(self, now: datetime, limit: int = 5000) -> list[NoticeRow]: ...
    def next_notice(self) -> datetime | None: ...
    def notices(self, workflow_id: str) -> list[NoticeRow]: ...
    def messages_unfinished(self) -> list[MessageRow]: ...
    def messages(self, limit: int = 500) -> list[MessageRow]: ...
    def automatic_sent(self, persons: Sequence[str], day: date) -> dict[str, int]: ...
    def notice(self, notice_id: str) -> NoticeRow | None: ...
    def link(self, sha256: str) -> LinkRow | None: ...
    def links_of(self, assignment_id: str) -> list[LinkRow]: ...

    def close(self) -> None: ...
