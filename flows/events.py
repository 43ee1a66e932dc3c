"""Tells Prefect what happened, after it is in the log, so that automations can hook on.

At least once: an event is acknowledged to the runtime only when Prefect's server has taken it, and carries
the same id each time it is told. Nothing waits for this; when the server is away, it is told later.
"""

from __future__ import annotations

import asyncio
import logging

from prefect.client.orchestration import PrefectClient, get_client
from prefect.events import Event, Resource

from application.progress.published_events import PublishedEvent
from flows import runtime_access

logger = logging.getLogger(__name__)

#: Events in one request: well under the server's limit on a body, and one round trip for most commits.
AT_ONCE = 200

#: Seconds between two requests, when there is much to tell. An event costs Prefect's server more than an answer costs
#: Baton, and whoever answers meanwhile comes first.
PAUSE = 1.0


async def tell() -> None:
    """Emit every event not yet published. Raises what the client raises when the server is away."""
    async with get_client() as client:
        while to_publish := await runtime_access.ask(lambda baton: baton.to_publish(AT_ONCE)):
            await _emit(client, [as_event(each) for each in to_publish])
            await _acknowledge(to_publish[-1].position)
            await asyncio.sleep(PAUSE)


async def _acknowledge(position: int) -> None:
    await runtime_access.ask(lambda baton: baton.mark_published(position))


async def _emit(client: PrefectClient, events: list[Event]) -> None:
    # Not `prefect.events.emit_event`: it queues in memory and drops when the server is away, so nothing could
    # be acknowledged. The request says whether the events were taken.
    body = [event.model_dump(mode="json") for event in events]
    await client.request("POST", "/events", json=body)


def as_event(published: PublishedEvent) -> Event:
    """The event as Prefect's event."""
    resource = {"prefect.resource.id": published.resource_id, "prefect.resource.name": published.label}
    return Event(
        id=published.id,
        event=published.name,
        occurred=published.occurred,
        resource=Resource(resource),
        payload=published.payload,
    )
