"""Leaping over the time in which nothing happens: for the demo, on a clock that can be moved."""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from application.repository import Keeper, outlook_of
from engine.commands.responses import answerable
from engine.dates.clock import LeapingClock
from engine.decisions.advance import advance
from engine.expressions.evaluator import Judge
from engine.forms.samples import sample_answers
from engine.state.workflow import WorkflowState, workflow_of

Wake = Callable[[datetime], None]


@dataclass(frozen=True, slots=True)
class Moment:
    """Where the calendar stands. `idle`: nothing is left to do before `next`, the next moment that matters."""

    now: datetime
    idle: bool
    next: datetime | None


class Leaper:
    """Looks whether everything that is due has been done, and moves the clock on."""

    def __init__(
        self,
        keeper: Keeper,
        clock: LeapingClock,
        wake: Wake,
        next_post: Callable[[], Awaitable[datetime | None]],
    ) -> None:
        self._keeper, self._clock, self._wake, self._next_post = keeper, clock, wake, next_post

    async def look(self) -> Moment:
        # The post first: a round that is under way says "now", which must not be later than our own.
        post = await self._next_post()
        now = self._clock.now()
        moments: list[datetime | None] = []
        idle = True
        for row in self._keeper.store.workflows(open_only=True):
            state = self._keeper.state(row.workflow_id)
            if advance(state, now) or self._awaits_child(state):
                idle = False
            # Worked out, not read from the lists: a workflow just launched has not been entered, and is not in them.
            moments.append(outlook_of(state, now).next_deadline)
        if post is not None:
            moments.append(post)
            idle = idle and post > now
        return Moment(now, idle, min((m for m in moments if m and m > now), default=None))

    def _awaits_child(self, state: WorkflowState) -> bool:
        """Whether a child workflow was asked for and is about to be launched."""
        return any(not self._keeper.store.version(child) for _, child in state.pending)

    async def leap(self, to: datetime | None = None) -> Moment:
        """Move the clock to `to`, or to the next moment that matters, and wake what is due then."""
        target = to or (await self.look()).next
        if target is not None:
            self._clock.leap_to(target + timedelta(milliseconds=1))
            self._wake(self._clock.now())
        return await self.look()

    def plausible(self, assignment_id: str) -> dict[str, Any]:
        """Answers somebody made up could give. Raises Refused where nothing can be answered."""
        state = self._keeper.state(workflow_of(assignment_id))
        assignment = answerable(state, assignment_id)
        judge = Judge(state, self._clock.now(), assignment)
        step = state.process.steps[assignment.step]
        return sample_answers(step.form, judge.names, judge, random.Random(assignment_id))
