"""The runtime: what the flows ask of Baton, over the store, the engine and the post.

The flows decide when; what happened and what happens next is known here. Every method may be called again after
a crash: all are idempotent, for a commit is on (workflow, version). A method may raise; the flow then waits a minute
and tries again, and its state says so.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import NAMESPACE_URL, uuid5

from application.batches import Batch
from application.environment.alarms import Alarms
from application.incidents import Incidents
from application.operations import Operations
from application.progress.advancer import Advancer, Outcome
from application.progress.children import Children
from application.progress.memberships import Memberships
from application.progress.published_events import PublishedEvent, PublishedPosition
from application.progress.schedule import launch_adopted, next_launch
from application.repository import Repository
from engine import events as e
from engine.dates.clock import Clock
from engine.events import Event
from engine.events.kinds import NOTHING, kind_named
from store.log.chain import to_event
from store.protocol import Commit, LogEntry

logger = logging.getLogger("baton.runtime")

NO_EMAIL_GOES = "Emails are not being sent just now. They wait, and go when they can; nobody is chased meanwhile, and answers are taken."


@dataclass(frozen=True)
class PostOutcome:
    """What a delivery left behind: messages sent and failed, and when the next may be sent.

    `next_sending` is Baton calendar time (UTC, aware); None means that only a new notice calls for a delivery.
    `seen` is the log position the delivery has seen, for `Runtime.post_moved_since`. `trouble`: why nothing can be sent
    to anybody just now; empty when something can.
    """

    sent: int
    failed: int
    next_sending: datetime | None
    summary: str
    seen: int
    trouble: str = ""


Deliver = Callable[[datetime], Awaitable[PostOutcome]]


class Runtime:
    """What the flows ask, over one `Operations`.

    `deliver` is one delivery of the post. `published` is how far Prefect's automations have been told, `alarms` hear
    of what does not work; without them both are kept in memory. `memberships` are kept to the directory each morning.
    """

    def __init__(
        self, operations: Operations, deliver: Deliver, published: PublishedPosition | None = None,
        alarms: Alarms | None = None, memberships: Memberships | None = None,
    ) -> None:  # fmt: skip
        self.alarms = alarms or Alarms()
        self._operations, self._deliver = operations, deliver
        self._repository: Repository = operations.repository
        self._published = published or PublishedPosition()
        self._memberships = memberships
        self._last_post: PostOutcome | None = None
        self._deliveries = 0  #: deliveries under way
        self._children = Children(operations)
        stuck = Incidents(self._repository.store)
        self._advancer = Advancer(self._repository, stuck.try_, self._committed, self.alarms)

    @property
    def clock(self) -> Clock:
        return self._operations.clock

    # --- workflows

    async def advance(self, workflow_ids: Sequence[str]) -> Outcome:
        """Advance all that are ready in one commit; those that lost a race are tried again with what is there."""
        outcome = await self._advancer.advance(workflow_ids, self.clock.now())
        await self._children.after(workflow_ids)
        return outcome

    async def _committed(self, commits: Sequence[Commit]) -> None:
        if any(isinstance(event.body, e.NoticePlanned) for commit in commits for event in commit.events):
            self._operations.signals.wake_post()
        self._operations.signals.tell()

    async def moved_since(self, workflow_ids: Sequence[str], seen: int) -> bool:
        """Whether the log has any event of these workflows after position `seen`: the second look."""
        wanted = set(workflow_ids)
        async for entry in self._after(seen):
            if entry.workflow_id in wanted:
                return True
        return False

    async def open_batches(self) -> Sequence[Batch]:
        """Every batch with an open workflow."""
        await self._children.catch_up()
        store = self._repository.store
        found: list[Batch] = []
        unseen = await self._unseen()
        for batch, workflow_ids in (await store.open_batches()).items():
            first = await store.workflow(workflow_ids[0])
            title = f"{first.reference} · {first.pcn_name}" if first else batch
            if len(workflow_ids) > 1:
                title += f" and {len(workflow_ids) - 1} more"
            # Overdue for whoever asks, by whatever moment they took down before asking.
            overdue = first is not None and not unseen.isdisjoint(workflow_ids)
            deadline = first.launched_at if first and overdue else await store.batch_deadline(batch)
            found.append(Batch(batch, workflow_ids, title, deadline))
        return found

    async def _unseen(self) -> set[str]:
        """The workflows that are moved by something that came in, and that no advance has looked at since: Baton was killed
        between the commit of it and its wake. Most answers move nothing, and wake nobody: they are looked at here."""
        found = await self._repository.store.unseen()
        return set(found) - await self._advancer.at_rest(found, self.clock.now())

    async def launch_scheduled(self) -> Sequence[Batch]:
        """Have what runs follow the directory of today, and start the adopted processes that are due; the batches of those.

        Called more than once a day it launches nothing twice, and may answer today's batches again.
        """
        if self._memberships is not None:
            await self._memberships.follow()
        return [
            batch
            for launched in await launch_adopted(self._operations, self.alarms)
            for batch in launched.batches
        ]

    async def next_launch(self, after: datetime, until: datetime) -> datetime | None:
        """When an adopted process starts next by schedule, after `after` and not after `until`."""
        return await next_launch(self._operations, after, until)

    # --- post

    async def deliver(self) -> PostOutcome:
        """One delivery: send what is due to be sent."""
        self._deliveries += 1
        try:
            self._last_post = await self._deliver(self.clock.now())
        finally:
            self._deliveries -= 1
        if self._last_post.trouble:
            self.alarms.set("post", NO_EMAIL_GOES, [self._last_post.trouble])
        else:
            self.alarms.clear("post")
        return self._last_post

    async def next_post(self) -> datetime | None:
        """When the next email may go: as the last delivery said, or as the first notice planned since then wants."""
        if self._deliveries:  # emails are on the wire, claimed and not yet sent
            return self.clock.now()
        last = self._last_post
        if last is not None and not await self.post_moved_since(last.seen):
            return last.next_sending
        moments = [await self._repository.store.next_notice()]
        if last is None:  # what was in hand when Baton was ended goes when its lease is over
            moments += [message.lease_until for message in await self._repository.store.messages_unfinished()]
        return min((moment for moment in moments if moment is not None), default=None)

    async def post_moved_since(self, seen: int) -> bool:
        """Whether a notice was planned after position `seen`: the second look for post."""
        async for entry in self._after(seen):
            if entry.type == e.NoticePlanned.__name__:
                return True
        return False

    async def flows_due(self) -> Sequence[str]:
        """Which of the standing flows ("deliver-post", "launch-scheduled") have something to do now.

        Asked after a leap of the calendar, when their timers no longer fit it.
        """
        post = await self.next_post()
        due = ["deliver-post"] if post is not None and post <= self.clock.now() else []
        daily = any(pcn.adopted for pcn in self._operations.launcher.directory.pcns)
        daily = daily or (self._memberships is not None and self._memberships.turned)
        return [*due, "launch-scheduled"] if daily else due

    async def _after(self, seen: int) -> AsyncIterator[LogEntry]:
        """The log after a position, to its very end: on a busy day that is more than one page."""
        while page := await self._repository.store.entries_since(seen):
            for entry in page:
                yield entry
            seen = page[-1].position

    # --- what Prefect's automations hear

    async def to_publish(self, limit: int) -> Sequence[PublishedEvent]:
        """Committed events not yet emitted to Prefect, oldest first, at most `limit`; none when it has heard all.

        Most of the log has no name there: pages of it without any are passed over.
        """
        found: list[PublishedEvent] = []
        position = self._published.position
        while not found and (page := await self._repository.store.entries_since(position, limit)):
            position = page[-1].position
            named = [(entry, kind_named(entry.type).published) for entry in page]
            found = [
                await self._as_published(entry.position, to_event(entry), str(name))
                for entry, name in named
                if name is not NOTHING
            ]
            if not found:
                self._published.move_to(position)
        return found

    async def _as_published(self, position: int, event: Event, name: str) -> PublishedEvent:
        row = await self._repository.store.workflow(event.workflow_id)
        step = getattr(event.body, "step", "")
        return PublishedEvent(
            id=uuid5(NAMESPACE_URL, f"baton:{event.workflow_id}/{event.version}"), position=position, name=name,
            resource_id=f"baton.workflow.{event.workflow_id}", label=row.reference if row else event.workflow_id,
            occurred=self.clock.real(event.at), payload={"step": step, "version": event.version},
        )  # fmt: skip

    async def mark_published(self, position: int) -> None:
        """Prefect has taken every event up to and including `position`."""
        self._published.move_to(position)
