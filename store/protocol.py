"""What a store promises, whichever engine keeps it. One contract test holds every backend to it.

Rules 1 and 2 of the store: what is acknowledged is flushed; a lost race is a `Conflict` the caller retries.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from typing import Any, NamedTuple, Protocol

from engine.events import Event, Notice
from store.audit import Search, Verdict


class StoreError(Exception):
    """Something the store cannot do; the message says what to do next."""


class StoreFull(StoreError):
    """There is no room on the disk. Nothing was taken and nothing is lost; when there is room, the same goes through."""


class Conflict(StoreError):
    """Somebody else wrote to the stream first. Load it again, decide again, commit again.

    Also raised for a `MessageClaimed` of a notice that was voided, sent or claimed for another message meanwhile, and
    for a `WorkflowLaunched` whose key another launch has.
    """

    def __init__(self, streams: Sequence[str]) -> None:
        super().__init__(f"another change to {', '.join(streams)} came first; load it again and decide again")
        self.streams = tuple(streams)


@dataclass(frozen=True, slots=True)
class Pending:
    """What a workflow waits for, worked out by the engine from its state; kept beside it for the lists.

    `seen` is true of an advance's commit: all that came in up to it was looked at. Whatever else is committed, Baton's own
    doing too, is to be looked at by an advance yet.
    """

    next_deadline: datetime | None
    waiting_for: str
    seen: bool = False


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
    status: str  #: open, held, completed, stopped, cancelled
    locked: bool
    launched_at: datetime
    closed_at: datetime | None
    next_deadline: datetime | None
    waiting_for: str
    seen: int  #: the version up to which an advance has looked at it; 0 of none, and of what is over

    def public(self) -> dict[str, Any]:
        """What people and programs may see of it: how far Baton itself has looked is nobody's business."""
        return {name: value for name, value in asdict(self).items() if name != "seen"}


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

    def opens(self, now: datetime) -> bool:
        """Whether it opens its assignment at `now`."""
        return not self.revoked and now < self.expires


@dataclass(frozen=True, slots=True)
class LaunchRow:
    """The launch that an idempotency key made; `content` is the hash of what was asked for under that key."""

    key: str
    launch: str
    content: str


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


@dataclass(frozen=True, slots=True)
class WorkflowSummary:
    """A workflow in a list, with how much there is of it."""

    workflow: WorkflowRow
    events: int
    steps_closed: int
    asked: int
    answered: int
    late: int
    messages_sent: int


class Store(Protocol):
    """The log, its projections, its notices, and what an audit asks of it.

    Every method is a coroutine, so that no backend holds up the event loop; what a backend has in memory it answers
    without leaving it. What `commit` acknowledged, every later read sees. Reads give rows as of one moment each, not
    one moment for all; a decision made on them is safe, because its commit is refused when its stream moved. Any
    method raises StoreError when the store is closed or cannot be read.
    """

    # --- writing

    async def commit(self, commits: Sequence[Commit]) -> int:
        """Append all of `commits` or none; the log's last position, once it is flushed.

        Raises Conflict when a stream does not stand where its commit expects it, and StoreError when a commit
        contradicts itself or nothing can be written.
        """
        ...

    # --- the log

    async def events(self, stream: str, after_version: int = 0) -> list[Event]:
        """The events of a stream after a version, in order; none for a stream nobody wrote to."""
        ...

    async def events_since(self, position: int, limit: int = 1000) -> list[tuple[int, Event]]:
        """The events after a position of the log, at most `limit`, each with its position."""
        ...

    async def entries(self, stream: str) -> list[LogEntry]:
        """A stream as the log keeps it, with the hashes."""
        ...

    async def entries_since(self, position: int, limit: int = 1000) -> list[LogEntry]:
        """The log as it is kept, after a position, at most `limit` entries; empty at its end."""
        ...

    async def version(self, stream: str) -> int:
        """The version of a stream's last event; 0 for a stream nobody wrote to."""
        ...

    async def position(self) -> int:
        """The position of the last event that was acknowledged; 0 for an empty log."""
        ...

    async def head(self) -> str:
        """The hash of that event, in hex: whoever holds it can prove later what the log held now."""
        ...

    async def document(self, sha256: str) -> bytes:
        """A document by its hash. Raises StoreError when it is not there."""
        ...

    async def verify(self) -> Verdict:
        """Walk the whole chain, hashing every event again; then compare the lists with what the log makes of them, the
        documents with their names, and what stands beside an event's hash with what is under it."""
        ...

    # --- the lists

    async def workflow(self, workflow_id: str) -> WorkflowRow | None:
        """One workflow as the lists have it; None when it was never launched."""
        ...

    async def workflows(
        self,
        *,
        prefix: str = "",
        pcn: str = "",
        definition: str = "",
        status: str = "",
        batch: str = "",
        limit: int = 500,
    ) -> list[WorkflowRow]:
        """Workflows, the latest launched first; a filter that is empty lets everything through.

        `prefix` is what their ids begin with; no character of it is a wildcard. `status` is one of a row, where "open" are
        all that can still move, held ones too, or "closed": all others.
        """
        ...

    async def launched_with(self, key: str) -> LaunchRow | None:
        """The launch made with this idempotency key, compared whole; None while nothing was."""
        ...

    async def workflows_of(self, launch: str) -> list[WorkflowRow]:
        """The workflows of a launch, in the order of their batches."""
        ...

    async def batch_deadline(self, batch: str) -> datetime | None:
        """The next moment that matters to any open workflow of the batch."""
        ...

    async def open_batches(self) -> dict[str, tuple[str, ...]]:
        """The ids of the workflows that can still move, held ones too, by batch."""
        ...

    async def unseen(self) -> list[str]:
        """The workflows to which something came in that no advance has committed after. There may be nothing to do."""
        ...

    async def parents_to_see_to(self) -> list[str]:
        """The workflows one of whose children is over while they can still move, or the other way round."""
        ...

    async def due(self, now: datetime) -> list[str]:
        """The workflows whose next deadline is `now` or before, the longest overdue first."""
        ...

    async def steps(self, workflow_id: str) -> list[StepRow]:
        """Every attempt of every step that began, by step and attempt."""
        ...

    async def assignments(self, workflow_id: str) -> list[AssignmentRow]:
        """By step, attempt, organisation and role."""
        ...

    async def assignment(self, assignment_id: str) -> AssignmentRow | None:
        """One assignment; None when it was never opened."""
        ...

    async def last_closed(self, definition: str, pcn: str) -> str | None:
        """The workflow of this definition and PCN that was completed last."""
        ...

    async def pinned_bundle(self, definition: str, version: int) -> str | None:
        """The bundle of the workflow of this definition and version that was launched last; None when none was."""
        ...

    # --- the post and the links

    async def notices_due(self, now: datetime, limit: int = 5000) -> list[NoticeRow]:
        """The planned notices that may go at `now`, the earliest first."""
        ...

    async def next_notice(self) -> datetime | None:
        """When the next planned notice may go."""
        ...

    async def notices(self, workflow_id: str) -> list[NoticeRow]:
        """In the order they were planned."""
        ...

    async def notice(self, notice_id: str) -> NoticeRow | None:
        """One notice; None when it was never planned."""
        ...

    async def messages(self, limit: int = 500) -> list[MessageRow]:
        """The messages claimed last, the latest first."""
        ...

    async def messages_unfinished(self) -> list[MessageRow]:
        """The messages claimed or deferred, whose fate is open, the oldest claim first."""
        ...

    async def automatic_sent(self, persons: Sequence[str], day: date) -> dict[str, int]:
        """How many messages that are not urgent were claimed for each of `persons` on a London day; none: left out."""
        ...

    async def link(self, sha256: str) -> LinkRow | None:
        """The link whose token has this hash, whether it still opens anything or not; None when none was issued."""
        ...

    async def links_of(self, assignment_id: str) -> list[LinkRow]:
        """The links to an assignment, the first to expire first."""
        ...

    # --- the audit

    async def summaries(
        self, *, pcn: str = "", definition: str = "", status: str = "", limit: int = 200
    ) -> list[WorkflowSummary]:
        """Workflows, the latest launched first, with how much there is of each. `status`: open, closed, or empty."""
        ...

    async def messages_of(self, workflow_id: str) -> list[MessageRow]:
        """The messages that carried a notice of the workflow, in the order they were claimed."""
        ...

    async def search(self, wanted: Search) -> list[LogEntry]:
        """The events that fit, the newest first."""
        ...

    async def holds(self, hashes: Sequence[str]) -> list[str]:
        """Those of `hashes`, in hex, that an event of the log carries: the witnessed heads that are true."""
        ...

    async def close(self) -> None:
        """Write what was taken, then let go of everything. Closing twice is closing once."""
        ...
