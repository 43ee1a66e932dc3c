"""A caller's place in the writer's queue: a thread that blocks, or a coroutine that awaits."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterable, Sequence

from store.log import chain
from store.log.commit_checks import check_commit
from store.protocol import Commit, StoreError


class Ticket:
    """The commits of one call, atomic together, and what became of them."""

    def __init__(self, commits: Sequence[Commit]) -> None:
        """Checks and encodes, in the caller's thread. Raises StoreError."""
        for commit in commits:
            check_commit(commit)
        self.commits = tuple(commits)
        self.prepared = [[chain.prepare(event) for event in commit.events] for commit in commits]
        self.size = sum(len(commit.events) for commit in commits)
        self.position = 0
        self.error: StoreError | None = None
        self.done = False

    def succeed(self, position: int) -> None:
        if not self.done:
            self.position, self.done = position, True

    def fail(self, error: StoreError) -> None:
        """The first outcome stands: a ticket that failed is not made good by what follows."""
        if not self.done:
            self.error, self.done = error, True

    def result(self) -> int:
        if self.error is not None:
            raise self.error
        return self.position

    def resolve(self) -> None:
        """Tell whoever waits. Called once, in the writer's thread."""
        raise NotImplementedError


class BlockingTicket(Ticket):
    """For a thread."""

    def __init__(self, commits: Sequence[Commit]) -> None:
        super().__init__(commits)
        self._told = threading.Event()

    def resolve(self) -> None:
        self._told.set()

    def wait(self) -> int:
        self._told.wait()
        return self.result()


class AwaitedTicket(Ticket):
    """For a coroutine. Its loop is woken once a group, not once a ticket."""

    def __init__(self, commits: Sequence[Commit]) -> None:
        super().__init__(commits)
        self.loop = asyncio.get_running_loop()
        self.future: asyncio.Future[None] = self.loop.create_future()

    def resolve(self) -> None:
        """In its own loop's thread."""
        if not self.future.done():  # it is done when the caller was cancelled; the commit stands all the same
            self.future.set_result(None)


def resolve(tickets: Iterable[Ticket]) -> None:
    """Tell all who wait."""
    loops: dict[asyncio.AbstractEventLoop, list[AwaitedTicket]] = {}
    for ticket in tickets:
        if isinstance(ticket, AwaitedTicket):
            loops.setdefault(ticket.loop, []).append(ticket)
        else:
            ticket.resolve()
    for loop, awaited in loops.items():
        try:
            loop.call_soon_threadsafe(_resolve_all, awaited)
        except RuntimeError:  # the loop is closed: nobody waits any more
            continue


def _resolve_all(tickets: Sequence[AwaitedTicket]) -> None:
    for ticket in tickets:
        ticket.resolve()
