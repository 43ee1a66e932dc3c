"""The links of whoever is not asked any more end with the decision, in the same commit."""

from __future__ import annotations

from datetime import timedelta

from application.operations import Operations
from engine import commands
from engine.dates.clock import VirtualClock
from engine.decisions.advance import advance
from engine.events import Actor, Event, LinkRevoked
from engine.events.post import LINKS
from notifications.links import Links
from store.protocol import Commit
from tests.application.test_launch_keys import launched

MANAGER = Actor("Asha Patel", "pcn_manager", "U90001", "asha-patel", channel="web")


async def test_a_link_opens_nothing_once_somebody_else_is_asked(
    operations: Operations, clock: VirtualClock
) -> None:
    store = operations.repository.store
    workflow = (await launched(operations, "")).workflows[0]
    await operations.repository.decide(workflow, lambda state: advance(state, clock.now()), clock.now())
    (one,) = (await operations.repository.state(workflow)).open_assignments
    for generation in (0, 1):
        _, issued = Links(b"s" * 32, "https://baton.example").issue(
            one.id, clock.now() + timedelta(days=30), generation
        )
        event = Event(LINKS, generation + 1, clock.now(), MANAGER, "post", issued)
        await store.commit([Commit(LINKS, generation, (event,))])
    assert all(row.opens(clock.now()) for row in await store.links_of(one.id))
    before = await store.position()
    kept = await operations.do_about(one.id, commands.reassign, MANAGER, "daniel-frost", "leave")
    assert not [row for row in await store.links_of(one.id) if row.opens(clock.now())]
    ends = await store.events(LINKS, 2)
    assert [(event.actor, event.cause) for event in ends] == [
        (MANAGER, f"{workflow}/{kept.events[0].version}")
    ] * 2
    assert {event.body.reason for event in ends if isinstance(event.body, LinkRevoked)} == {
        "Daniel Frost is asked now"
    }
    assert kept.position == before + len(kept.events) + len(ends)


async def test_an_ask_that_had_not_gone_is_for_whoever_is_asked_now(
    operations: Operations, clock: VirtualClock
) -> None:
    store = operations.repository.store
    workflow = (await launched(operations, "")).workflows[0]
    await operations.repository.decide(workflow, lambda state: advance(state, clock.now()), clock.now())
    (one,) = (await operations.repository.state(workflow)).open_assignments
    await operations.do_about(one.id, commands.reassign, MANAGER, "daniel-frost", "leave")
    rows = await store.notices(workflow)
    assert [(row.notice.kind, row.notice.person, row.status) for row in rows] == [
        ("ask", one.person, "void"),
        ("ask", "daniel-frost", "planned"),
        ("told", one.person, "void"),  # they were never written to, so there is nothing to take back
    ]


async def test_what_is_held_ends_no_link(operations: Operations, clock: VirtualClock) -> None:
    workflow = (await launched(operations, "")).workflows[0]
    await operations.do(workflow, commands.hold, MANAGER, "snow")
    assert await operations.repository.store.version(LINKS) == 0
