"""A workflow begun with an older list of bank holidays is pinned to the one that Baton knows today, once, and is read again so."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from application.access.policy import Policy
from application.access.principal import ADMINISTRATION
from application.commands.dispatcher import CommandDispatcher
from application.commands.workflows import RenewCalendar
from application.network_calendar import network_calendar
from application.operations import Operations
from application.repository import Repository
from engine.commands.refusals import Refused
from engine.dates.clock import VirtualClock
from engine.decisions.advance import advance
from tests.application.test_launch_keys import launched


async def test_open_dates_are_counted_by_the_holidays_known_today(
    operations: Operations, clock: VirtualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    workflow = (await launched(operations, "")).workflows[0]
    await operations.repository.decide(workflow, lambda state: advance(state, clock.now()), clock.now())
    (asked,) = (await operations.repository.state(workflow)).open_assignments
    dispatcher = CommandDispatcher(operations, Policy(lambda: operations.launcher.directory, clock))
    renew = RenewCalendar(reason="a bank holiday was announced")
    with pytest.raises(Refused, match="already"):
        await dispatcher.give(ADMINISTRATION, renew, workflow)
    assert asked.due is not None
    day = asked.due.at.date()
    later = replace(network_calendar(), added={**network_calendar().added, day: "A coronation"})
    monkeypatch.setattr("application.commands.workflows.network_calendar", lambda: later)
    preview = await dispatcher.preview(ADMINISTRATION, renew, workflow)
    assert [each.old for each in preview.dates] == [asked.due.at]
    assert len(preview.emails) == 1
    receipt = await dispatcher.give(ADMINISTRATION, renew, workflow, "k1")
    assert (await dispatcher.give(ADMINISTRATION, renew, workflow, "k1")).repeated and not receipt.repeated
    # Whoever reads the log anew opens the texts it is pinned to now.
    again = await Repository(operations.repository.store).state(workflow)
    (moved,) = again.open_assignments
    assert moved.due is not None and moved.due.at.date() > day
    assert date.fromisoformat(str(day)) in again.calendar.added
