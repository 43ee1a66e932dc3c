"""The grace after a launch, and the apology: a mistake that is cancelled at once has written to nobody."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from pathlib import Path

from application.operations import Operations
from engine import commands
from engine.dates.clock import VirtualClock
from tests.application.asked import MANAGER, asked_on

GRACE = timedelta(minutes=10)


async def test_a_mistake_cancelled_within_the_grace_has_written_to_nobody(
    tmp_path: Path, operations: Operations, clock: VirtualClock
) -> None:
    async with asked_on(tmp_path, operations, clock, GRACE) as asked:
        await asked.runtime.advance([asked.workflow])
        clock.move_on(GRACE - timedelta(seconds=1))
        await asked.runtime.deliver()
        assert not asked.server.received
        await operations.do(asked.workflow, commands.cancel, MANAGER, "It was the wrong PCN")
        await asked.go_on(clock.now() + timedelta(days=2))
        assert not asked.server.received


async def test_the_first_emails_go_when_the_grace_is_over(
    tmp_path: Path, operations: Operations, clock: VirtualClock
) -> None:
    async with asked_on(tmp_path, operations, clock, GRACE) as asked:
        await asked.runtime.advance([asked.workflow])
        delivered = await asked.runtime.deliver()
        assert delivered.next_sending == clock.now() + GRACE
        clock.move_on(GRACE)
        await asked.runtime.deliver()
        assert asked.server.received


async def test_who_was_asked_gets_one_apology(
    tmp_path: Path, operations: Operations, clock: VirtualClock
) -> None:
    async with asked_on(tmp_path, operations, clock) as asked:
        await asked.go_on(clock.now() + timedelta(hours=3))
        wrote_to = Counter(str(email["To"]) for email in asked.server.received)
        await operations.do(asked.workflow, commands.cancel, MANAGER, "It was the wrong PCN")
        await asked.go_on(clock.now() + timedelta(days=2))
        apologies = [
            email for email in asked.server.received if str(email["Subject"]).startswith("Cancelled")
        ]
        assert Counter(str(email["To"]) for email in apologies) == dict.fromkeys(wrote_to, 1)
