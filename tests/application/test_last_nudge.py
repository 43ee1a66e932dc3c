"""A practice is reminded by hand once a week, whatever workflow it is about."""

from __future__ import annotations

from datetime import timedelta

import pytest

from application.access.policy import Policy
from application.access.principal import ADMINISTRATION
from application.commands.assignments import Nudge
from application.commands.dispatcher import CommandDispatcher
from application.operations import Operations
from engine import commands
from engine.commands.refusals import Refused
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


async def test_a_reminder_in_one_workflow_is_one_for_the_practice(
    operations: Operations, clock: VirtualClock
) -> None:
    first, second = [(await launched(operations, key)).workflows[0] for key in ("one", "two")]
    asked = []
    for workflow in (first, second):
        await operations.repository.decide(workflow, lambda state: advance(state, clock.now()), clock.now())
        asked += list((await operations.repository.state(workflow)).open_assignments)
    one, other = asked
    assert one.organisation == other.organisation
    dispatcher = CommandDispatcher(operations, Policy(lambda: operations.launcher.directory, clock))
    await dispatcher.give(ADMINISTRATION, Nudge(), one.id, "the-first")
    for given in (dispatcher.give, dispatcher.preview):
        with pytest.raises(Refused) as refused:
            await given(ADMINISTRATION, Nudge(text="And this?"), other.id)
        assert refused.value.code == "nudged-this-week"
    again = await dispatcher.give(ADMINISTRATION, Nudge(), one.id, "the-first")
    assert again.repeated
