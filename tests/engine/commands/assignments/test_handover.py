"""All that a person was asked goes to another: each hears once."""

from __future__ import annotations

import pytest

from engine import commands
from engine import events as e
from engine.commands.refusals import Refused
from tests.engine import worlds
from tests.engine.wide_bay import ROLES
from tests.engine.worlds import World, simple


def asked(**of: object) -> World:
    world = World(simple(), of=worlds.pcn(**of) if of else None)
    world.advance()
    return world


def test_one_list_to_who_was_asked_and_each_with_its_link_to_who_is() -> None:
    world, since = asked(), 0
    theirs = [world.asked("ask", place).id for place in ("Y10002", "Y10004")]
    since = len(world.events)
    world.do(commands.hand_over, "priya", "tom", "Priya is leaving")
    assert [world.asked("ask", place).person for place in ("Y10002", "Y10004")] == ["tom", "tom"]
    told = [(n.kind, n.person, n.about) for n in world.notices(since)]
    assert told == [("told", "priya", ""), ("ask", "tom", theirs[0]), ("ask", "tom", theirs[1])]
    assert world.notices(since)[0].facts["items"] == ["How many visits", "How many visits"]
    (event,) = world.bodies(e.HandedOver, since)
    assert (event.person, event.to, event.assignments) == ("priya", "tom", tuple(theirs))


def test_what_is_covered_for_somebody_goes_with_what_is_theirs() -> None:
    world = asked()
    assert world.asked("ask", "Y10001").person == "sam"
    since = len(world.events)
    world.do(commands.hand_over, "jo", "tom", "Jo is leaving")
    assert world.asked("ask", "Y10001").person == "tom"
    assert [(n.kind, n.person) for n in world.notices(since)] == [("told", "sam"), ("ask", "tom")]


def test_a_question_of_theirs_is_settled_without_a_second_email() -> None:
    world = asked()
    priya = e.Actor("Priya", "practice_manager", "Y10002", "priya", channel="web")
    tom = e.Actor("Gil", "nurse", "Y10004", "gil", channel="web")
    for actor, place in ((priya, "Y10002"), (tom, "Y10004")):
        one = world.asked("ask", place).id
        world.take(commands.reply(world.state, world.now, actor, one, "question", "Which?", None))
    since = len(world.events)
    world.do(commands.hand_over, "priya", "tom", "Priya is leaving")
    told = [(n.kind, n.person) for n in world.notices(since)]
    assert told == [("told", "priya"), ("ask", "tom"), ("told", "gil"), ("ask", "tom")]
    assert not [a for a in world.state.open_assignments if a.reply]


def test_who_has_left_is_not_written_to() -> None:
    leaving = [{**role, "to": "2027-01-06"} if role["person"] == "priya" else role for role in ROLES]
    world = asked(roles=leaving)
    one = world.asked("ask", "Y10002").id
    world.advance("2027-01-07 09:00")
    since = len(world.events)
    world.do(commands.reassign, one, "tom", "Priya has left")
    assert [(n.kind, n.person) for n in world.notices(since)] == [("ask", "tom")]
    with pytest.raises(Refused, match="Priya has left"):
        world.do(commands.reassign, one, "priya", "by mistake")
