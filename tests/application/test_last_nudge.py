"""A practice is reminded by hand once a week, whatever workflow it is about."""

from __future__ import annotations

from datetime import timedelta

from application.operations import Operations
from engine import commands
from engine.dates.clock import VirtualClock
from engine.decisions.advance import advance
from engine.events import Actor
from tests.application.test_launch_keys import launched

MANAGER = Actor("Asha Patel", "pcn_manager", "U90001", "asha-patel", channel="web")


async def test_when_a_practice_was_last_reminded_by_hand(operations: Operations, clock: VirtualClock) -> None:
    workflow = (await launched(operations, "")).workflows[0]
    await operations.repository.decide(workflow, lambda state: advance(state, clock.now()), clock.now())
    (one,) = (await operations.repository.state(workflow)).open_assignments
    last = operations.repository.last_nudge
    assert await last(one.organisation, clock.now()) is None
    at = clock.now()
    # What somebody writes may hold another's code, and is no reminder of theirs.
    await operations.do_about(one.id, commands.nudge, MANAGER, "As at practice .Y90003. please")
    for later in (timedelta(), timedelta(days=6)):
        assert await last(one.organisation, at + later) == at
        assert await last("Y90003", at + later) is None
    assert await last(one.organisation, at + timedelta(days=9)) is None
