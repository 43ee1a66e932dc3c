"""`launch-scheduled`: starts processes that the PCN adopted on a schedule, each morning."""

from __future__ import annotations

from datetime import datetime, timedelta

from prefect import flow

from application.progress.schedule import morning_of
from engine.dates.clock import LONDON, london_date
from flows import runtime_access
from flows.runs import ensure_runs, hand_over
from flows.wait import try_again, wait_until


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
    """The next morning of launches strictly after `now`, in UTC."""
    today = london_date(now)
    morning = morning_of(today)
    return morning if morning > now else morning_of(today + timedelta(days=1))
