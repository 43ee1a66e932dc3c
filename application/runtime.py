"""What the flows need of the rest of Baton, and how a flow function finds it.

The flows decide who acts and when; what happened and what happens next is known to the *runtime*: the
store, the engine and the post behind one small protocol. `baton serve` registers its runtime once, and
every flow that runs in that process asks it. Nothing here imports Prefect.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol, TypeVar
from uuid import UUID

from engine.dates.clock import Clock

#: Workflows of one flow run, at most. Each wake advances all of a batch in one commit; beyond about a
#: hundred the parameters and the commit of a single run grow more than the number of runs shrinks.
BATCH_LIMIT = 100

Answer = TypeVar("Answer")


@dataclass(frozen=True)
class Outcome:
    """What an advance left behind.

    `open` counts workflows still open; 0 ends the flow run. `next_deadline` is Baton calendar time (UTC,
    aware); None means that only a response can move them. `waiting_for` is a sentence for a person, shown
    as the flow run's state message. `seen` is the log position this outcome has seen, its own commit
    included, and is what `Runtime.moved_since` is asked with.
    """

    open: int
    next_deadline: datetime | None
    waiting_for: str
    seen: int


@dataclass(frozen=True)
class Batch:
    """At most `BATCH_LIMIT` workflows of one launch, advanced by one flow run.

    `batch_id` is stable for ever: it is the flow run's idempotency key. `title` names the flow run for a
    person ("IIF Q3 2026/27 · Harbour Vale PCN"). `next_deadline` is as in `Outcome`; reconcile and leaps of
    the calendar wake a batch whose deadline has passed.
    """

    batch_id: str
    workflow_ids: tuple[str, ...]
    title: str
    next_deadline: datetime | None = None


@dataclass(frozen=True)
class PostOutcome:
    """What a delivery left behind: messages sent and failed, and when the next may be sent.

    `next_sending` is Baton calendar time (UTC, aware); None means that only a new notice calls for a delivery.
    `seen` is the log position the delivery has seen, for `Runtime.post_moved_since`.
    """

    sent: int
    failed: int
    next_sending: datetime | None
    summary: str
    seen: int


@dataclass(frozen=True)
class PublishedEvent:
    """A committed Baton event, as Prefect's automations see it.

    `name` is like 'baton.step.escalated'; `id` is stable, so an emission repeated is the same event;
    `position` is its place in the log; `resource_id` is like 'baton.workflow.<id>'; `label` names the
    resource for a person. `occurred` is machine time. `payload` holds no personal or sensitive data.
    """

    id: UUID
    position: int
    name: str
    resource_id: str
    label: str
    occurred: datetime
    payload: dict[str, Any] = field(default_factory=dict)


class Runtime(Protocol):
    """Everything the flows ask of Baton. Every method may be called again after a crash: all are idempotent.

    Methods may raise; the flow then waits a minute and tries again, and its state says so.
    """

    @property
    def clock(self) -> Clock: ...

    async def advance(self, workflow_ids: Sequence[str]) -> Outcome:
        """Load, decide and commit, as far as facts and the clock allow."""
        ...

    async def moved_since(self, workflow_ids: Sequence[str], seen: int) -> bool:
        """Whether the log has any event of these workflows after position `seen`: the second look."""
        ...

    async def deliver(self) -> PostOutcome:
        """One delivery: send what is due to be sent."""
        ...

    async def post_moved_since(self, seen: int) -> bool:
        """Whether a notice was planned after position `seen`: the second look for post."""
        ...

    async def launch_scheduled(self) -> Sequence[Batch]:
        """Start the adopted processes that are due today; the batches those launches made.

        Called more than once a day it launches nothing twice, and may answer today's batches again.
        """
        ...

    async def open_batches(self) -> Sequence[Batch]:
        """Every batch with an open workflow."""
        ...

    async def flows_due(self) -> Sequence[str]:
        """Which of the standing flows ("deliver-post", "launch-scheduled") have something to do now.

        Asked after a leap of the calendar, when their timers no longer fit it.
        """
        ...

    async def to_publish(self, limit: int) -> Sequence[PublishedEvent]:
        """Committed events not yet emitted to Prefect, oldest first, at most `limit`."""
        ...

    async def mark_published(self, position: int) -> None:
        """Prefect has taken every event up to and including `position`."""
        ...


class NoRuntime(RuntimeError):
    """A flow was started in a process that has no runtime."""

    def __init__(self) -> None:
        super().__init__(
            "This flow run was started where Baton's store is not open, so it cannot advance anything. With the "
            "embedded store, flows run inside `baton serve`: start that, and send this deployment to the work "
            'pool "baton" of type "baton". Another work pool works only where the process opens a PostgreSQL '
            "store and calls application.runtime.register() first."
        )


@dataclass(frozen=True)
class _Registered:
    runtime: Runtime
    home: asyncio.AbstractEventLoop


_registered: _Registered | None = None


def register(runtime: Runtime) -> None:
    """Make `runtime` the one this process's flows ask. Call it on the event loop the runtime lives on."""
    global _registered
    _registered = _Registered(runtime, asyncio.get_running_loop())


def unregister() -> None:
    """Forget the runtime; flows started afterwards raise `NoRuntime`."""
    global _registered
    _registered = None


def clock() -> Clock:
    """The registered runtime's clock. Raises `NoRuntime`."""
    if _registered is None:
        raise NoRuntime
    return _registered.runtime.clock


async def ask(question: Callable[[Runtime], Coroutine[Any, Any, Answer]]) -> Answer:
    """Put `question` to the runtime, on the event loop the runtime lives on. Raises `NoRuntime`.

    The flows run on an event loop of their own thread (see flows/controller.py), while the store and the web
    share another; a store must never find itself on two loops.
    """
    if _registered is None:
        raise NoRuntime
    if _registered.home is asyncio.get_running_loop():
        return await question(_registered.runtime)
    return await asyncio.wrap_future(
        asyncio.run_coroutine_threadsafe(question(_registered.runtime), _registered.home)
    )
