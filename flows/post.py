"""`deliver-post`: sends what is due to be sent, one message a person, then waits for the next sending time."""

from __future__ import annotations

from prefect import flow

from flows import runtime_access
from flows.runs import hand_over
from flows.wait import try_again, wait_until


@flow(name="deliver-post", persist_result=False, validate_parameters=False)
async def deliver_post(day: str = "") -> None:
    """One delivery, then leave until more may be sent or a new notice is planned.

    Hands over to a new run when `day`, an ISO date, is over; without a day it ends after one delivery.
    """
    try:
        outcome = await runtime_access.ask(lambda baton: baton.deliver())
        over = await hand_over(day)
    except Exception as trouble:
        await try_again(trouble)
    if over:
        return

    async def moved() -> bool:
        return await runtime_access.ask(lambda baton: baton.post_moved_since(outcome.seen))

    await wait_until(outcome.next_sending, because=outcome.summary, moved=moved)
