"""Leaping over the time in which nothing happens: for the demo, on a clock that can be moved."""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from application.executor import worked_out
from application.incidents import STOPPERS
from application.repository import Repository, answered, pending_of
from engine.commands.responses import answerable
from engine.dates.clock import LeapingClock
from engine.decisions.advance import advance
from engine.expressions.evaluator import FormEvaluator
from engine.forms.samples import sample_answers
from engine.state.workflow import WorkflowState

Wake = Callable[[datetime], None]


@dataclass(frozen=True, slots=True)
class ClockReading:
    """Where the calendar stands. `idle`: nothing is left to do before `next`, the next moment that matters."""

    now: datetime
    idle: bool
    next: datetime | None


class DemonstrationClock:
    """Looks whether everything that is due has been done, and moves the clock on."""

    def __init__(
        self,
        repository: Repository,
        clock: LeapingClock,
        wake: Wake,
        next_post: Callable[[], Awaitable[datetime | None]],
    ) -> None:
        self._repository, self._clock, self._wake, self._next_post = repository, clock, wake, next_post

    async def look(self) -> ClockReading:
        # The post first: a delivery that is under way says "now", which must not be later than our own.
        post = await self._next_post()
        now = self._clock.now()
        moments: list[datetime | None] = []
        idle = True
        for row in self._repository.store.workflows(open_only=True):
            state = self._repository.state(row.workflow_id)
            if await self._moves(state, now) or self._awaits_child(state):
                idle = False
            # Worked out, not read from the lists: a workflow just launched has not been entered, and is not in them.
            moments.append((await worked_out(partial(pending_of, state, now))).next_deadline)
        if post is not None:
            moments.append(post)
            idle = idle and post > now
        return ClockReading(now, idle, min((m for m in moments if m and m > now), default=None))

    async def _moves(self, state: WorkflowState, now: datetime) -> bool:
        """Whether something follows by itself; nothing does where it cannot be worked out."""
        try:
            return bool((await worked_out(partial(advance, state, now))).events)
        except STOPPERS:
            return False

    def _awaits_child(self, state: WorkflowState) -> bool:
        """Whether a child workflow was asked for and is about to be launched."""
        return any(not self._repository.store.version(child) for _, child in state.pending)

    async def leap(self, to: datetime | None = None) -> ClockReading:
        """Move the clock to `to`, or to the next moment that matters, and wake what is due then."""
        target = to or (await self.look()).next
        if target is not None:
            self._clock.leap_to(target + timedelta(milliseconds=1))
            self._wake(self._clock.now())
        return await self.look()

    async def plausible(self, assignment_id: str) -> dict[str, Any]:
        """Answers somebody made up could give. Raises Refused where nothing can be answered."""
        state, _ = self._repository.asked(assignment_id)
        assignment = answerable(state, assignment_id)
        evaluator = FormEvaluator(state, self._clock.now(), assignment)
        step = state.process.steps[assignment.step]
        return await answered(
            lambda: sample_answers(step.form, evaluator.names, evaluator, random.Random(assignment_id))
        )
