"""A network whose directory changes at random while a process runs: what is kept, and what is sent, holds to it.

People leave, cover, take over and come back, practices merge, addresses change, days pass, practices answer. After each: what
runs has the membership of the day, nothing is left to hand over, every email of the post goes to an address that the
directory has on that day, for somebody who has not left, and one thing is told nobody twice.
"""

from __future__ import annotations

import asyncio
import os
import tempfile
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from application.directory.addresses import AddressBook
from application.directory.record import DirectoryRecord
from application.network_calendar import NetworkHours, network_calendar
from engine import events as e
from engine.commands.refusals import Invalid, Refused
from engine.dates.clock import VirtualClock, london_date
from engine.decisions.hand_overs import hand_overs
from engine.events.post import POST
from notifications.outbox import due_emails
from store.protocol import Commit
from tests.application.progress.test_memberships import ASHA, Network, changes

EXAMPLES = int(os.environ.get("DIRECTORY_EXAMPLES", "25"))
PEOPLE = st.sampled_from(
    ["jo-marsh", "sam-lee", "daniel-frost", "priya-nair", "beth-carter", "grace-lin", "tom-ashby"]
)
PRACTICES = st.sampled_from(["Y90001", "Y90002", "Y90003", "Y90004", "Y90005"])
DAYS = st.integers(-1, 9)

happening = st.one_of(
    st.tuples(st.just("days"), st.integers(1, 6)),
    st.tuples(st.just("leaves"), PEOPLE, DAYS),
    st.tuples(st.just("takes-over"), PRACTICES, PEOPLE, DAYS),
    st.tuples(st.just("cover"), PEOPLE, PEOPLE, DAYS, st.integers(0, 5)),
    st.tuples(st.just("absence"), PEOPLE, DAYS, st.integers(0, 5)),
    st.tuples(st.just("practice-leaves"), PRACTICES, PRACTICES, DAYS),
    st.tuples(st.just("email"), PEOPLE, st.integers(0, 9)),
    st.tuples(st.just("mailbox"), PRACTICES, st.integers(0, 9)),
    st.tuples(st.just("answer"), PRACTICES),
)


@settings(max_examples=EXAMPLES, deadline=None)
@given(st.lists(happening, max_size=12))
def test_whatever_happens_to_the_directory(happened: list[tuple[Any, ...]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(_play(Path(folder), happened))


async def _play(folder: Path, happened: list[tuple[Any, ...]]) -> None:
    network = Network(VirtualClock(datetime(2026, 12, 1, 10, tzinfo=UTC)), folder)
    await network.begin()
    for each in happened:
        before = await network.version()
        await _happens(network, each)
        await network.memberships.follow()
        await network.advance()
        await _look(network, before)
        await _deliver(network)


async def _happens(network: Network, what: tuple[Any, ...]) -> None:
    if what[0] == "days":
        network.clock.move_on(timedelta(days=what[1]))
    elif what[0] == "answer":
        step = (await network.state()).steps["ask"]
        asked = [a for a in step.assignments.values() if a.organisation == what[1] and a.status == "open"]
        for assignment in asked:
            actor = e.Actor(assignment.name, assignment.role, what[1], assignment.person, channel="api")
            await network.operations.respond(assignment.id, {"visits": "3"}, actor)
    else:
        try:
            given = _change(what, london_date(network.clock.now()))
            await network.memberships.change(changes(given), ASHA, "so it is")
        except (Refused, Invalid, ValidationError):
            return  # it is so already, or no directory may say it


def _change(what: tuple[Any, ...], today: Any) -> dict[str, Any]:
    def day(days: int) -> str:
        return str(today + timedelta(days=days))

    match what:
        case ("leaves", person, days):
            return {"change": "leaves", "person": person, "to": day(days)}
        case ("takes-over", place, person, days):
            role = {"role": "practice_manager", "at": place, "person": person}
            return {"change": "takes-over", **role, "from": day(days)}
        case ("cover", person, by, days, lasts):
            return {"change": "cover", "for": person, "by": by, "from": day(days), "to": day(days + lasts)}
        case ("absence", person, days, lasts):
            return {"change": "absence", "person": person, "from": day(days), "to": day(days + lasts)}
        case ("practice-leaves", place, into, days):
            return {"change": "practice-leaves", "practice": place, "into": into, "to": day(days)}
        case ("email", person, number):
            return {"change": "person", "id": person, "email": f"new{number}@x.example"}
        case ("mailbox", place, number):
            return {"change": "mailbox", "practice": place, "mailbox": f"desk{number}@x.example"}
    raise AssertionError(what)


async def _look(network: Network, since: int) -> None:
    """What runs holds to the directory of today, and nobody is told the same twice."""
    state, now = await network.state(), network.clock.now()
    members = network.record.pcn("U90001", london_date(now))
    assert members is not None and not network.memberships.turned
    if not state.over:
        assert state.pcn.practices == members.practices and state.pcn.roles == members.roles
        assert hand_overs(state, now).events == (), "something is left to hand over"
    for asked in state.steps["ask"].assignments.values():
        if asked.status == "open":
            assert asked.organisation in members.practices_by_code
            assert asked.unfilled or not asked.person or not members.has_left(asked.person, london_date(now))
    events = await network.store.events(network.workflow, since)
    told = Counter(
        (n.person or n.email, n.about, n.kind, n.subject)
        for n in (event.body.notice for event in events if isinstance(event.body, e.NoticePlanned))
    )
    assert not told or max(told.values()) == 1, told


async def _deliver(network: Network) -> None:
    """What the post would send now goes to whom the directory has, at the address that it has."""
    now, day = network.clock.now(), london_date(network.clock.now())
    hours = NetworkHours(network_calendar(), network.record.current)
    found = await due_emails(network.store, now, hours(), "x.example", AddressBook(network.record.current))
    pcn = network.record.current().pcn("U90001")
    for sending in found.outgoing:
        for notice in sending.email.notices:
            if notice.person:
                assert not pcn.has_left(notice.person, day), "an email to somebody who has left"
                assert notice.email == sending.email.to == pcn.people_by_id[notice.person].email
            else:
                assert notice.email == pcn.practices_by_code[notice.organisation].mailbox
    bodies: list[e.Body] = []
    for sending in (*found.outgoing, *found.gone):
        bodies += [
            e.MessageClaimed(
                sending.message_id, sending.notices, sending.email.person, sending.email.to, "x", now
            ),
            e.MessageSent(sending.message_id, "250 ok", 1, ""),
        ]
    version = await network.store.version(POST)
    events = tuple(
        e.Event(POST, n, now, e.BATON, "clock", body) for n, body in enumerate(bodies, version + 1)
    )
    if events:
        await network.store.commit([Commit(POST, version, events)])


async def test_another_start_finds_nothing_left_to_do(tmp_path: Path) -> None:
    network = Network(VirtualClock(datetime(2026, 12, 1, 10, tzinfo=UTC)), tmp_path)
    await network.begin()
    await _happens(network, ("practice-leaves", "Y90003", "Y90005", 2))
    record = DirectoryRecord(network.store)
    await record.load()
    assert record.current() == network.record.current()
    assert record.to_follow(london_date(network.clock.now())) == ()
