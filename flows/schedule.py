"""`launch-scheduled`: starts processes that the PCN adopted on a schedule, each morning."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

from prefect import flow

from engine.dates.clock import LONDON
from flows import runtime_access
from flows.runs import ensure_runs, hand_over
from flows.wait import try_again, wait_until

#: When the day's launches are made, in London: before anybody is at work, after any night's maintenance.
MORNING = time(7, 0)


@flow(name="launch-scheduled", persist_result=False, validate_parameters=False)
async def launch_scheduled(day: str = "") -> None:
    """Launch what is due today, then leave until tomorrow morning by Baton's calendar.

    Hands over to a new run when `day`, an ISO date, is over; without a day it ends when it has launched.
    """
    try:
        batches = await runtime_access.ask(lambda baton: baton.launch_scheduled())
        await ensure_runs(batches)
        over = await hand_over(day)
    except Exception as trouble:
        await try_again(trouble)
    if over:
        return
    morning = next_morning(runtime_access.clock().now())
    started = f"{len(batches)} started" if batches else "nothing was due to start"
    await wait_until(
        morning, because=f"{started}; looks again {morning.astimezone(LONDON):%a %d %b %H:%M}", moved=never
    )


async def never() -> bool:
    """Nothing that is committed makes a launch due before its day."""
    return False


def next_morning(now: datetime) -> datetime:
    """The next 07:00 in London strictly after `now`, in UTC; right across changes to and from summer time."""
    local = now.astimezone(LONDON)
    morning = datetime.combine(local.date(), MORNING, tzinfo=LONDON)
    if morning <= local:
        morning = datetime.combine(local.date() + timedelta(days=1), MORNING, tzinfo=LONDON)
    return morning.astimezone(UTC)
