"""What was told outside Baton counts as theirs who told it, and the log says who recorded it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from engine import commands
from engine import events as e
from engine.commands.refusals import Refused
from engine.events.codec import from_record, to_record
from tests.engine import worlds
from tests.engine.worlds import DECISION, MANAGER, World, simple


def asked(**how: Any) -> World:
    world = World(simple(**how))
    world.advance()
    world.advance("2027-01-06 15:00")
    return world


def record(world: World, by: str, when: str = "2027-01-05 10:00", place: str = "Y10002", **more: Any) -> Any:
    one = world.asked("ask", place).id
    answers = more.pop("answers", {"visits": 3})
    world.do(commands.record_response, one, answers, by, "by telephone", worlds.at(when), **more)
    return world.asked("ask", place)


@pytest.mark.parametrize("by", ["priya", "Priya", " priya "])
def test_it_counts_as_theirs_and_says_who_recorded_it(by: str) -> None:
    world = asked()
    given = record(world, by).response
    assert (given.actor.name, given.actor.role, given.actor.person) == ("Priya", "practice_manager", "priya")
    assert (given.actor.organisation, given.recorded_by, given.counts) == ("Y10002", MANAGER, True)
    assert (given.told.how, given.told.at) == ("by telephone", worlds.at("2027-01-05 10:00"))
    event = next(ev for ev in world.events if isinstance(ev.body, e.ResponseReceived))
    assert from_record(to_record(event)) == event


def test_somebody_of_the_practice_whom_nobody_knows_may_tell_it() -> None:
    given = record(asked(), "A locum", role="locum GP").response
    assert (given.actor.name, given.actor.role, given.actor.person) == ("A locum", "locum GP", "")
    assert given.actor.organisation == "Y10002"


def test_who_covers_tells_it_for_whom_they_cover() -> None:
    given = record(asked(), "sam", place="Y10001").response
    assert (given.actor.person, given.actor.on_behalf_of) == ("sam", "jo")


def test_late_is_what_was_told_late() -> None:
    world = asked()
    world.advance("2027-02-01 09:00")
    assert record(world, "priya", "2027-01-12 10:00").response.late is False
    assert record(world, "priya", "2027-01-28 10:00").response.late is True


@pytest.mark.parametrize("when", ["2027-01-04 08:59", "2027-01-06 15:01"])
def test_it_was_told_after_the_ask_and_not_later_than_now(when: str) -> None:
    with pytest.raises(Refused) as refused:
        record(asked(), "priya", when)
    assert refused.value.code == "not-then"


@pytest.mark.parametrize("by", ["jo", "nina"])
def test_nobody_of_another_practice_tells_it(by: str) -> None:
    with pytest.raises(Refused) as refused:
        record(asked(), by, place="Y10004")
    assert refused.value.code == "another-practice"


@pytest.mark.parametrize("kind", ["approve", "attest"])
def test_a_signature_is_never_recorded_for_somebody(kind: str) -> None:
    form, extra = (
        (DECISION, "")
        if kind == "approve"
        else ("{id: sure, type: yes/no, label: Sure}", "statement: It is so.")
    )
    world = asked(kind=kind, form=form, extra=extra)
    with pytest.raises(Refused) as refused:
        record(world, "priya", answers={"decision": "approved"})
    assert refused.value.code == "signature"
    one = world.asked("ask", "Y10002").id
    world.do(commands.record_reply, one, "question", "Must I?", None, "priya", "by telephone", world.now)
    assert world.asked("ask", "Y10002").reply.text == "Must I?"


def test_a_question_by_telephone_stops_the_ladder_and_is_theirs() -> None:
    world = asked()
    one, since = world.asked("ask", "Y10002").id, len(world.events)
    until = world.now + timedelta(days=20)
    world.do(commands.record_reply, one, "more time", "Snow", until, "A locum", "at a meeting", world.now)
    reply = world.asked("ask", "Y10002").reply
    assert (reply.actor.name, reply.recorded_by, reply.told.how) == ("A locum", MANAGER, "at a meeting")
    assert world.asked("ask", "Y10002").ladder_stopped
    assert world.notices(since) == []  # the manager knows what she has just written down
    world.run("2027-01-08 16:00")
    (back,) = [n for n in world.notices(since) if n.kind == "task"]
    assert "A locum at Orchard asks for more time" in back.facts["text"]


def test_another_one_s_record_is_told_to_the_manager() -> None:
    world = asked()
    lead = e.Actor("Leo", "pcn_manager", "U10001", "leo", channel="api")
    since = len(world.events)
    one = world.asked("ask", "Y10002").id
    args = one, "question", "Which?", None, "Priya", "by telephone", world.now
    world.take(commands.record_reply(world.state, world.now, lead, *args))
    (notice,) = world.notices(since)
    assert (notice.kind, notice.person) == ("question", "asha") and "Priya at Orchard" in notice.facts["text"]
