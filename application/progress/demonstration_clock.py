"""The clock of a demonstration: kept in a file, and leapt over the time in which nothing happens."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from application.environment.executor import STOPPERS, worked_out
from application.environment.home import HomeFileError, using, write_whole
from application.network_calendar import network_calendar
from application.progress.children import about_to_begin
from application.progress.runtime import Runtime
from application.repository import Repository, answered, pending_of
from engine.commands.refusals import Refused
from engine.commands.responses import answerable
from engine.dates.calendar import BeyondHorizon
from engine.dates.clock import LeapingClock, london_date
from engine.decisions.advance import advance
from engine.expressions.evaluator import FormEvaluator
from engine.forms.samples import sample_answers
from engine.state.workflow import WorkflowState

Wake = Callable[[datetime], None]
A_YEAR = timedelta(days=366)

_THEN = (
    "Put it back from a backup, or remove it: the calendar then begins again at BATON_CLOCK_START, or today. It is "
    "used by demonstrations only."
)


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
        runtime: Runtime,
    ) -> None:
        self._repository, self._clock, self._wake, self._runtime = repository, clock, wake, runtime

    async def look(self) -> ClockReading:
        # The post first: a delivery that is under way says "now", which must not be later than our own.
        post = await self._runtime.next_post()
        now = self._clock.now()
        moments: list[datetime | None] = [await self._runtime.next_launch(now, now + A_YEAR)]
        idle = True
        for row in await self._repository.store.workflows(status="open"):
            state = await self._repository.state(row.workflow_id)
            if await self._moves(state, now) or await about_to_begin(self._repository, state, now):
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

    async def leap(self, to: datetime | None = None) -> ClockReading:
        """Move the clock to `to`, or to the next moment that matters, and wake what is due then.

        What starts by schedule on the way is started on its own morning. Raises Refused for a moment past the known bank holidays: the clock never goes back, so every date after it
        would be refused for ever (rule 13).
        """
        target = to or (await self.look()).next
        if target is not None:
            if why := _why_not_there(lambda: target):
                raise Refused(BeyondHorizon.code, why)
            while morning := await self._runtime.next_launch(self._clock.now(), target):
                self._move(morning)
                await self._runtime.launch_scheduled()
            self._move(target)
            self._wake(self._clock.now())
        return await self.look()

    def _move(self, to: datetime) -> None:
        self._clock.leap_to(to + timedelta(milliseconds=1))

    async def plausible(self, assignment_id: str) -> dict[str, Any]:
        """Answers somebody made up could give. Raises Refused where nothing can be answered."""
        state, _ = await self._repository.asked(assignment_id)
        assignment = answerable(state, assignment_id)
        evaluator = FormEvaluator(state, self._clock.now(), assignment)
        step = state.process.steps[assignment.step]
        return await answered(
            lambda: sample_answers(step.form, evaluator.names, evaluator, random.Random(assignment_id))
        )


def leaping_clock(path: Path, start: datetime | None = None) -> LeapingClock:
    """The clock kept in `path`; one that begins at `start`, or now, where there is none.

    Raises HomeFileError, and Refused where it would begin on a day whose bank holidays nobody knows.
    """

    def keep(ahead: timedelta) -> None:
        write_whole(path, json.dumps({"offset_seconds": ahead.total_seconds()}))

    ahead = _kept(path)
    if ahead is None:
        ahead = _ahead_at(start) if start else timedelta(0)
        keep(ahead)
    return LeapingClock(ahead, keep)


def _ahead_at(start: datetime) -> timedelta:
    if why := _why_not_there(lambda: start):
        raise Refused(BeyondHorizon.code, f"the calendar cannot begin at BATON_CLOCK_START: {why}")
    return LeapingClock.starting(start).ahead


def _why_not_there(moment: Callable[[], datetime]) -> str:
    """Why the calendar cannot stand at a moment; empty where it can."""
    try:
        network_calendar().check(london_date(moment()))
    except BeyondHorizon as beyond:
        return str(beyond)
    except OverflowError:
        return "No calendar has such a day."
    return ""


def _kept(path: Path) -> timedelta | None:
    try:
        with using(path, _THEN):
            text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    try:
        ahead = timedelta(seconds=float(json.loads(text)["offset_seconds"]))
    except (ValueError, KeyError, TypeError, OverflowError):
        raise HomeFileError(path, "is torn: it does not say how far the calendar is ahead", _THEN) from None
    if _why_not_there(LeapingClock(ahead).now):
        raise HomeFileError(path, "puts the calendar on a day whose bank holidays nobody knows", _THEN)
    return ahead
