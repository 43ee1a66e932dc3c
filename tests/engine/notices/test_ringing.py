"""A task to ring somebody says whom, and on which number; and nobody is chased on the day of the ask."""

from __future__ import annotations

import pytest

from engine import commands
from engine import events as e
from engine.expressions.scope import Scope
from engine.notices.facts import what_next
from tests.engine import worlds
from tests.engine.stages import do, staged
from tests.engine.worlds import World, simple


@pytest.mark.parametrize(
    ("rung", "until", "whom"),
    [
        ("ring_them", "2027-01-22 12:00", "Daniel Frost: 01632 960021"),
        ("conversation", "2027-01-27 12:00", "Dr Nina Hassan: 01632 960022"),  # the GP lead
    ],
)
def test_a_task_to_ring_carries_the_person_and_the_number(rung: str, until: str, whom: str) -> None:
    stage = staged("iif-quarter-close", "2026-12-15")
    do(stage, clock="2026-12-16")
    do(stage, answer="confirm_set")
    do(stage, clock=until)
    planned = [ev.body.notice for ev in stage.events if isinstance(ev.body, e.NoticePlanned)]
    (task,) = [n for n in planned if n.rung == rung and ".Y90002." in n.about]
    assert (task.kind, task.facts["items"]) == ("task", [whom])


def test_who_has_no_number_is_named_all_the_same() -> None:
    world = World(simple())
    world.run("2027-01-28 09:00")
    items = {n.facts["items"][0] for n in world.notices() if n.rung == "ring_them" and "items" in n.facts}
    assert "Priya" in items


@pytest.mark.parametrize(
    ("due", "climbed"),
    [("3 working days after start", []), ("4 working days after start", ["coming_up"])],
)  # fmt: skip
def test_nobody_is_chased_on_the_day_of_the_ask(due: str, climbed: list[str]) -> None:
    """Asked at half past eight, a line at nine would only repeat it."""
    world = World(simple(due=due), now="2027-01-04 08:30")
    world.run("2027-01-05 12:00")
    orchard = world.asked("ask", "Y10002")
    assert [b.rung for b in world.bodies(e.RungClimbed) if b.assignment == orchard.id] == climbed


def test_what_nobody_may_skip_comes_on_the_day_of_the_ask_too() -> None:
    inputs = {"start": "2027-01-04", "deadline": "2027-01-11"}  # five working days later
    world = World(simple(due="3 working days after start"), inputs, "2027-01-04 08:30")
    world.run("2027-01-04 12:00")
    assert {b.rung for b in world.bodies(e.RungClimbed)} == {"external_decision"}


def promised(world: World) -> str:
    asked, scope = world.asked("ask", "Y10002"), Scope(world.state, world.now)
    return " ".join(what_next(scope, world.state.process.steps["ask"], asked))


def test_no_email_is_promised_that_will_not_go() -> None:
    world = World(simple())
    world.run("2027-01-22 12:00")  # both emails have gone
    world.do(commands.extend, world.asked("ask", "Y10002").id, worlds.at("2027-02-17 17:00"), "snow")
    said = promised(world)
    assert (
        "the PCN manager rings you" in said and "a short reminder" not in said and "offers help" not in said
    )
