"""A caller's place in the writer's queue."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence

from store.log import chain
from store.log.commit_checks import check_commit
from store.protocol import Commit, StoreError


class Ticket:
    """The commits of one call, atomic together, and what became of them."""

    def __init__(self, commits: Sequence[Commit]) -> None:
        """Checks and encodes, in the caller's thread, on whose event loop the outcome is awaited. Raises StoreError."""
        for commit in commits:
            check_commit(commit)
        self.commits = tuple(commits)
        self.prepared = [[chain.prepare(event) for event in commit.events] for commit in commits]
        self.size = sum(len(commit.events) for commit in commits)
        self.position = 0
        self.error: StoreError | None = None
        self.done = False
        self.loop = asyncio.get_running_loop()
        self._told: asyncio.Future[None] = self.loop.create_future()

    # --- the writer's side

    def succeed(self, position: int) -> None:
        if not self.done:
            self.position, self.done = position, True

    def fail(self, error: StoreError) -> None:
        """The first outcome stands: a ticket that failed is not made good by what follows."""
        if not self.done:
            self.error, self.done = error, True

    # --- the caller's side

    def tell(self) -> None:
        if not self._told.done():  # it is done when the caller was cancelled; the commit stands all the same
            self._told.set_result(None)

    async def outcome(self) -> int:
        """The position, once it is flushed. Raises StoreError, Conflict."""
        await self._told
        if self.error is not None:
            raise self.error
        return self.position


def tell(tickets: Iterable[Ticket]) -> None:
    """Tell all who wait. A loop is woken once a group, not once a ticket."""
    loops: dict[asyncio.AbstractEventLoop, list[Ticket]] = {}
    for ticket in tickets:
        loops.setdefault(ticket.loop, []).append(ticket)
    for loop, waiting in loops.items():
        try:
            loop.call_soon_threadsafe(_tell_all, waiting)
        except RuntimeError:  # the loop is closed: nobody waits any more
            continue


def _tell_all(tickets: Sequence[Ticket]) -> None:
    for ticket in tickets:
        ticket.tell()
