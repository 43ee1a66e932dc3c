"""Stopping the clock of a practice, or of a step, while the rest goes on."""

from __future__ import annotations

import pytest

from engine import commands
from engine import events as e
from engine.dates.clock import london_date
from engine.decisions.pending import next_deadline, waiting_for
from tests.engine import worlds
from tests.engine.worlds import World, at, refused, simple

STARTS = {"start": "2027-01-04"}
ELM, ORCHARD, QUAY, MOOR = "Y10001", "Y10002", "Y10003", "Y10004"


def asked(extra: str = "if_short: decide") -> World:
    world = World(simple(extra=extra), STARTS)
    world.advance()
    return world


def test_a_practice_on_hold_is_not_chased_and_the_others_are() -> None:
    world = asked()
    world.do(commands.hold, "Their server is down", "", MOOR)
    world.run("2027-02-15 09:00")
    climbed = {b.assignment.split(".")[3] for b in world.bodies(e.RungClimbed)}
    assert MOOR not in climbed and ORCHARD in climbed
    assert world.state.steps["ask"].shortfall == "", "nobody decides while one that is waited for is on hold"


def test_when_it_is_lifted_its_dates_move_on_by_what_was_lost_and_it_hears_once() -> None:
    world = asked()
    before = world.asked("ask", MOOR).due.at
    others = world.asked("ask", ORCHARD).due
    world.run("2027-01-06 10:00")
    world.do(commands.hold, "Their server is down", "", MOOR)
    world.run("2027-01-13 10:00")
    since = len(world.events)
    world.do(commands.lift, "It is up again", "", MOOR)
    calendar = world.state.calendar
    assert (
        calendar.working_days_between(london_date(before), london_date(world.asked("ask", MOOR).due.at)) == 5
    )
    assert world.asked("ask", ORCHARD).due == others
    (told,) = world.notices(since)
    assert told.person == "priya" and "5 working days were spent on hold" in told.facts["text"]
    (lifted,) = world.bodies(e.PartLifted)
    assert (lifted.lost, lifted.organisation) == (5, MOOR)


def test_who_is_on_hold_is_not_named_as_waited_for() -> None:
    world = asked()
    world.do(commands.hold, "Their server is down", "", MOOR)
    world.do(commands.withdraw_practice, QUAY, "It left")
    assert waiting_for(world.state, world.now).startswith(
        "waiting for Elm Tree and Orchard: How many visits (Moor on hold); next"
    )


@pytest.mark.parametrize("part", [("", ELM), ("ask", ""), ("ask", ELM)])
def test_who_takes_over_is_asked_when_the_hold_is_lifted_with_the_date_that_holds(
    part: tuple[str, str],
) -> None:
    world = asked()
    world.do(commands.hold, "Their server is down", *part)
    world.run("2027-01-18 10:00")
    assert world.asked("ask", ELM).person == "sam", "who covers until 15 January"
    since = len(world.events)
    world.do(commands.lift, "", *part)
    world.advance()
    assert [n.subject for n in world.notices(since) if n.person == "sam"] == [
        "No longer with you: How many visits"
    ]
    assert [n.person for n in world.notices(since) if n.kind == "ask"] == ["jo"]


def test_a_day_that_two_holds_took_is_lost_once() -> None:
    world = asked()
    before = world.asked("ask", MOOR).due.at
    world.run("2027-01-06 10:00")
    world.do(commands.hold, "Their server is down", "", MOOR)
    world.run("2027-01-08 10:00")
    world.do(commands.hold, "The van broke down")
    world.run("2027-01-12 10:00")
    world.do(commands.lift)
    world.run("2027-01-13 10:00")
    world.do(commands.lift, "", "", MOOR)
    calendar = world.state.calendar
    assert (
        calendar.working_days_between(london_date(before), london_date(world.asked("ask", MOOR).due.at)) == 5
    )


def test_a_step_on_hold_neither_opens_nor_closes() -> None:
    world = asked("close_when: any")
    world.do(commands.hold, "The van broke down", "ask")
    world.answer("ask", ORCHARD, {"visits": 3})
    world.run("2027-02-15 09:00")
    assert world.state.steps["ask"].status == "open" and not world.bodies(e.RungClimbed)
    assert next_deadline(world.state, world.now) is None
    world.do(commands.lift, "", "ask")
    world.advance()
    assert world.state.steps["ask"].status == "closed"


def test_the_window_is_not_over_while_one_that_is_waited_for_is_on_hold() -> None:
    world = asked("close_when: majority")
    world.do(commands.hold, "Their server is down", "", MOOR)
    for place in (ELM, ORCHARD, QUAY):
        world.answer("ask", place, {"visits": 3}, person="sam")
    world.run("2027-02-15 09:00")
    assert world.state.steps["ask"].status == "open"
    world.do(commands.lift, "", "", MOOR)
    world.answer("ask", MOOR, {"visits": 3})
    world.advance()
    assert world.state.steps["ask"].status == "closed"


def test_an_answer_given_while_on_hold_is_not_late() -> None:
    world = asked()
    world.run("2027-01-06 10:00")
    world.do(commands.hold, "Their server is down", "ask", MOOR)
    world.run("2027-02-15 09:00")
    world.answer("ask", MOOR, {"visits": 3})
    world.answer("ask", ORCHARD, {"visits": 3})
    assert not world.asked("ask", MOOR).response.late and world.asked("ask", ORCHARD).response.late


def test_an_external_date_has_no_holds() -> None:
    world = World(simple(due="external_deadline"), STARTS | {"deadline": "2027-01-20"})
    world.advance()
    world.do(commands.hold, "Their server is down", "", MOOR)
    world.run("2027-01-21 10:00")
    assert world.state.is_late(world.asked("ask", MOOR), world.now)
    world.do(commands.lift, "", "", MOOR)
    assert world.asked("ask", MOOR).due.at == at("2027-01-20 17:00")


def test_only_what_there_is_can_be_held_and_only_what_is_held_lifted() -> None:
    world = asked()
    assert refused(world, commands.hold, "Why", "none") == "no-such-step"
    assert refused(world, commands.hold, "Why", "", "Y9") == "not-a-practice"
    assert refused(world, commands.hold, " ", "ask") == "no-reason"
    assert refused(world, commands.lift, "", "ask") == "not-held"
    world.do(commands.hold, "Why", "ask")
    assert refused(world, commands.hold, "Why", "ask") == "already-held"
    world = World(worlds.process("figures"), worlds.LAUNCHES["figures"], "2027-03-29 09:00")
    world.advance()
    assert refused(world, commands.hold, "Why", "heads_up") == "not-open"
