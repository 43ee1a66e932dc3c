"""More time for everyone who is still asked; external dates stay, and are named."""

from __future__ import annotations

import pytest

from engine import commands
from engine import events as e
from engine.commands.refusals import Refused
from tests.engine import worlds
from tests.engine.worlds import World, simple

UNTIL = worlds.at("2027-02-02 17:00")
PRIYA = e.Actor("Priya", "practice_manager", "Y10002", "priya", channel="web")


def asked() -> World:
    world = World(simple())
    world.advance()
    return world


def due(world: World) -> dict[str, str]:
    return {a.organisation: f"{a.due.at:%m-%d}" for a in world.state.steps["ask"].assignments.values()}


def test_everyone_still_asked_has_it_and_hears_once() -> None:
    world = asked()
    world.answer("ask", "Y10001", {"visits": 1})
    before, since = due(world), len(world.events)
    world.do(commands.extend_many, UNTIL, "the van is late")
    after = due(world)
    assert after.pop("Y10001") == before["Y10001"] and set(after.values()) == {"02-02"}
    assert len(world.bodies(e.TimeGiven, since)) == 1 and len(world.bodies(e.DeadlineMoved, since)) == 3
    told = [n for n in world.notices(since) if n.only == "asked"]
    # Priya is asked at two practices, and hears of both at once.
    assert [(n.kind, n.email, len(n.facts["moves"])) for n in told] == [
        ("told", "priya@example.nhs.uk", 2),
        ("told", "desk@quayside.example", 1),
    ]
    assert {moved["due_at"] for n in told for moved in n.facts["moves"]} == {"2027-02-02T17:00:00+00:00"}


def test_one_practice_in_all_steps() -> None:
    world = asked()
    world.do(commands.extend_many, UNTIL, "the van is late", organisation="Y10002")
    assert [place for place, day in due(world).items() if day == "02-02"] == ["Y10002"]


def test_who_has_that_time_already_keeps_it() -> None:
    world = asked()
    one = world.asked("ask", "Y10002").id
    world.do(commands.extend, one, worlds.at("2027-02-09 17:00"), "leave")
    world.do(commands.extend_many, UNTIL, "the van is late")
    assert due(world)["Y10002"] == "02-09"
    with pytest.raises(Refused) as refused:
        world.do(commands.extend_many, UNTIL, "the van is late")
    assert refused.value.code == "no-change"


def test_the_wish_for_time_is_settled_with_it_and_a_question_is_not() -> None:
    world = asked()
    one, other = world.asked("ask", "Y10002").id, world.asked("ask", "Y10004").id
    moor = e.Actor("Priya", "practice_manager", "Y10004", "priya", channel="web")
    world.take(
        commands.reply(world.state, world.now, PRIYA, one, "more time", "", worlds.at("2027-01-29 17:00"))
    )
    world.take(commands.reply(world.state, world.now, moor, other, "question", "Which?", None))
    world.do(commands.extend_many, UNTIL, "the van is late")
    assert world.asked("ask", "Y10002").reply is None
    assert world.asked("ask", "Y10004").reply is not None and due(world)["Y10004"] == "02-02"


def test_external_dates_stay_and_are_named() -> None:
    world = World(simple(due="external_deadline"), {"start": "2027-01-04", "deadline": "2027-01-29"})
    world.advance()
    with pytest.raises(Refused) as refused:
        world.do(commands.extend_many, UNTIL, "the van is late")
    assert refused.value.code == "external"


def test_an_external_date_among_others_is_named_in_what_is_decided() -> None:
    world = World(worlds.process("figures"), worlds.LAUNCHES["figures"], "2027-04-01 09:00")
    world.run("2027-04-05 09:00")
    kinds = {a.id: a.due.external for a in world.state.open_assignments if a.due}
    until = worlds.at("2027-06-30 17:00")
    if True in kinds.values() and False in kinds.values():
        world.do(commands.extend_many, until, "the van is late")
        (given,) = world.bodies(e.TimeGiven)
        assert set(given.left) == {id for id, external in kinds.items() if external}


@pytest.mark.parametrize(
    ("more", "code"),
    [({"step": "none"}, "no-such-step"), ({"organisation": "Y9"}, "not-asked"), ({"step": "ask", "organisation": "U10001"}, "not-asked")],
)  # fmt: skip
def test_nothing_is_given_where_nothing_is_asked(more: dict[str, str], code: str) -> None:
    world = asked()
    with pytest.raises(Refused) as refused:
        world.do(commands.extend_many, UNTIL, "the van is late", **more)
    assert refused.value.code == code
