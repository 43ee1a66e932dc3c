"""What needs the manager stands on the list until it is seen to, and no longer."""

from __future__ import annotations

from datetime import date

from application.needs import needs
from engine import commands
from engine import events as e
from tests.engine.worlds import World, simple

PRIYA = e.Actor("Priya", "practice_manager", "Y10002", "priya", channel="link")


def kinds(world: World) -> list[str]:
    return [need.kind for need in needs(world.state, world.now) if need.organisation == "Y10002"]


def asking() -> World:
    world = World(simple())
    world.advance()
    one = world.asked("ask", "Y10002").id
    world.take(commands.reply(world.state, world.now, PRIYA, one, "question", "Home visits too?", None))
    return world


def test_a_question_stays_until_it_is_settled_also_once_they_have_answered() -> None:
    world = asking()
    assert kinds(world) == ["reply"]
    world.answer("ask", "Y10002", {"visits": 3})
    world.advance()
    assert kinds(world) == ["reply"]
    world.do(commands.settle_reply, world.asked("ask", "Y10002").id, "Yes, those too.")
    assert kinds(world) == []


def test_the_day_noted_for_the_next_step_is_on_the_list_though_no_rung_asked_for_a_call() -> None:
    world = World(simple())
    world.advance()
    one = world.asked("ask", "Y10002").id
    world.do(commands.note_call, one, True, "They will look", next_on=date(2027, 1, 7))
    assert kinds(world) == []
    world.run("2027-01-07 09:00")
    assert kinds(world) == ["ring"]
    world.do(commands.note_call, one, True, "On Friday")
    assert kinds(world) == []


def test_a_call_that_a_rung_asks_for_is_on_the_list_until_one_is_noted() -> None:
    world = World(simple())
    world.run("2027-01-27 12:00")
    assert kinds(world) == ["ring"]
    world.do(commands.note_call, world.asked("ask", "Y10002").id, False, "Nobody there")
    assert kinds(world) == []
