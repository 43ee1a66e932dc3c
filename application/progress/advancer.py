"""Advances the workflows of a batch: only those that can have moved, and without holding up the web.

A wake names one batch of up to a hundred workflows, of which mostly one has moved. Where an advance has left a
workflow is remembered: until its version changes or its deadline comes there is nothing to decide (see
`engine.decisions.pending.next_deadline`), and it is not looked at.

What was seen, in full. The flow run asks afterwards whether anything came in that its advance had not seen, and
enters again if so. A fact may be committed for any workflow of the batch while ours are being committed. So the
position that was seen is read first, and is given out only if every workflow then rests; if one does not, it is
advanced too. When facts keep coming in, the position from before is given out, and the run enters again.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

from application.environment.alarms import Alarms
from application.environment.executor import worked_out
from application.incidents import Decided
from application.repository import STUCK, Repository, Unreadable, pending_of
from engine.state.workflow import WorkflowState
from store.protocol import Commit, Conflict, Pending

logger = logging.getLogger("baton.runtime")

#: Passes of one advance: lost races are decided again, and facts that came in meanwhile are taken up.
PASSES = 5

#: After which a workflow that cannot be read is tried again: its document may have been restored.
TRY_AGAIN_AFTER = timedelta(minutes=1)
CANNOT_BE_READ = "A process cannot go on, because what it was begun with cannot be read. The others go on."

Decide = Callable[[WorkflowState, datetime], Awaitable[Decided]]
Committed = Callable[[Sequence[Commit]], Awaitable[None]]


@dataclass(frozen=True, slots=True)
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


@dataclass(frozen=True, slots=True)
class _Rest:
    """Where an advance left a workflow."""

    version: int
    pending: Pending
    over: bool


class Advancer:
    """Advances workflows of one repository. `decide` is the engine's; `committed` is told of every commit."""

    def __init__(self, repository: Repository, decide: Decide, committed: Committed, alarms: Alarms) -> None:
        self._repository, self._decide, self._committed = repository, decide, committed
        self._alarms = alarms
        self._rests: dict[str, _Rest] = {}

    async def advance(self, workflow_ids: Sequence[str], now: datetime) -> Outcome:
        """Advance all that are ready in one commit, then those that moved meanwhile."""
        store = self._repository.store
        seen = await store.position()
        made: dict[str, tuple[Commit, WorkflowState]] = {}
        for _ in range(PASSES):
            await self._look(workflow_ids, now, made)
            if made and not await self._commit(made, now):
                continue
            made.clear()
            position = await store.position()
            if await self._all_rest(workflow_ids, now):
                seen = position
                break
        return self._outcome(workflow_ids, now, seen)

    async def _look(
        self, workflow_ids: Iterable[str], now: datetime, made: dict[str, tuple[Commit, WorkflowState]]
    ) -> None:
        """Decide for every workflow that does not rest. What has something to commit goes to `made`."""
        for workflow_id in workflow_ids:
            if workflow_id in made or await self._rests_now(workflow_id, now):
                continue
            try:
                state = await self._repository.state(workflow_id)
            except Unreadable as unreadable:
                await self._leave(workflow_id, unreadable, now)
                continue
            self._alarms.clear(f"workflow {workflow_id}")
            decided = await self._decide(state, now)
            decision = decided.decision
            pending = await worked_out(partial(pending_of, decision.state, now, decided.stuck))
            if decision.events:
                commit = Commit(workflow_id, state.version, decision.events, replace(pending, seen=True))
                made[workflow_id] = commit, decision.state
            else:
                self._rest(state, pending)
            # A hundred launches take longer than an answer may: let the web have its turn in between.
            await asyncio.sleep(0)

    async def _leave(self, workflow_id: str, unreadable: Unreadable, now: datetime) -> None:
        """Let the others of its batch go on without it, and try it again later. Who its manager is cannot be read either,
        so whoever runs Baton is told."""
        self._alarms.set(f"workflow {workflow_id}", CANNOT_BE_READ, [f"{workflow_id}: {unreadable}."])
        pending = Pending(now + TRY_AGAIN_AFTER, f"{STUCK}: {unreadable}")
        version = await self._repository.store.version(workflow_id)
        self._rests[workflow_id] = _Rest(version, pending, over=False)

    async def _commit(self, made: dict[str, tuple[Commit, WorkflowState]], now: datetime) -> bool:
        """Whether it was committed; where races were lost, their workflows are taken out of `made`."""
        commits = [commit for commit, _ in made.values()]
        events = [event for commit in commits for event in commit.events]
        try:
            await self._repository.store.commit([*commits, *await self._repository.links_ended(events)])
        except Conflict as lost:
            logger.debug("lost a race for %s; deciding again", lost.streams)
            for stream in lost.streams:
                made.pop(stream, None)
            return False
        for commit, state in made.values():
            self._repository.keep(state)
            self._rest(state, commit.pending or pending_of(state, now))
        await self._committed(commits)
        return True

    async def at_rest(self, workflow_ids: Sequence[str], now: datetime) -> set[str]:
        """Those of them for which there is nothing to do now: whatever came in, it moves nothing. What there is to do for
        the others is left to an advance."""
        made: dict[str, tuple[Commit, WorkflowState]] = {}
        await self._look(workflow_ids, now, made)
        return set(workflow_ids) - made.keys()

    async def _all_rest(self, workflow_ids: Iterable[str], now: datetime) -> bool:
        for workflow_id in workflow_ids:
            if not await self._rests_now(workflow_id, now):
                return False
        return True

    def _rest(self, state: WorkflowState, pending: Pending) -> None:
        self._rests[state.id] = _Rest(state.version, pending, state.over)

    async def _rests_now(self, workflow_id: str, now: datetime) -> bool:
        rest = self._rests.get(workflow_id)
        if rest is None or rest.version != await self._repository.store.version(workflow_id):
            return False
        return rest.pending.next_deadline is None or rest.pending.next_deadline > now

    def _outcome(self, workflow_ids: Sequence[str], now: datetime, seen: int) -> Outcome:
        rests = [rest for w in workflow_ids if (rest := self._rests.get(w)) and not rest.over]
        moments = [r.pending.next_deadline for r in rests if r.pending.next_deadline is not None]
        said = "; ".join(r.pending.waiting_for for r in rests[:3])
        more = f" and {len(rests) - 3} more" if len(rests) > 3 else ""
        if not rests:  # the batch is over, and nobody asks for it again
            for workflow_id in workflow_ids:
                self._rests.pop(workflow_id, None)
        return Outcome(len(rests), min(moments, default=None), (said + more)[:1000], seen)
