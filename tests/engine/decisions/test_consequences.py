"""What a preview is made of: dates, people, emails, quorums and statuses before and after, and nothing committed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from engine import commands
from engine.decisions.consequences import Consequences, consequences
from engine.decisions.draft import Decision
from engine.notices.written import PostSoFar
from tests.engine.worlds import MANAGER, World, at, simple

STARTS = {"start": "2027-01-04"}
ELM, ORCHARD, QUAY, MOOR = "Y10001", "Y10002", "Y10003", "Y10004"


def asked(extra: str = "close_when: 80% of list size") -> World:
    world = World(simple(extra=extra), STARTS)
    world.advance()
    return world


def went(world: World) -> PostSoFar:
    return PostSoFar.of((notice, "sent") for notice in world.notices())


def preview(world: World, command: Any, *given: Any, written: PostSoFar | None = None) -> Consequences:
    decision: Decision = command(world.state, world.now, MANAGER, *given)
    return consequences(world.state, decision, world.now, written or went(world))


def test_a_start_that_slips_says_which_dates_move_and_who_hears() -> None:
    world = asked()
    found = preview(world, commands.move_named_date, "start", "2027-01-11", "The van comes later")
    assert [(m.assignment.organisation, m.due_to and m.due_to.at) for m in found.moved][1] == (
        ORCHARD, at("2027-01-25 17:00"),
    )  # fmt: skip
    assert len(found.moved) == 4 and not found.asked and not found.ended and not found.steps
    assert [n.subject for n in found.notices] == [
        "A new date: How many visits", "New dates: How many visits and 1 more", "A new date: How many visits",
    ]  # fmt: skip
    assert found.status == ("open", "open") and world.state.moved == {}


def test_before_anybody_was_written_to_the_asks_are_replaced() -> None:
    world = asked()
    waiting = PostSoFar.of((notice, "planned") for notice in world.notices())
    found = preview(world, commands.move_named_date, "start", "2027-01-11", "Later", written=waiting)
    assert {n.kind for n in found.notices} == {"ask"} and len(found.notices) == 4


def test_a_cancelled_workflow_says_who_is_apologised_to() -> None:
    world = asked()
    found = preview(world, commands.cancel, "A mistake")
    assert found.status == ("open", "cancelled")
    assert [a.organisation for a in found.ended] == [ELM, ORCHARD, QUAY, MOOR]
    assert [n.email for n in found.notices] == [
        "sam@example.nhs.uk", "priya@example.nhs.uk", "desk@quayside.example",
    ]  # fmt: skip
    only_priya = PostSoFar.of((n, "sent" if n.person == "priya" else "planned") for n in world.notices())
    assert [n.person for n in preview(world, commands.cancel, "A mistake", written=only_priya).notices] == [
        "priya"
    ]
    assert not preview(world, commands.cancel, "A mistake", written=PostSoFar()).notices


def test_a_practice_that_leaves_says_the_quorum_before_and_after() -> None:
    world = asked()
    world.answer("ask", ELM, {"visits": 3}, person="sam")
    world.answer("ask", ORCHARD, {"visits": 3})
    found = preview(world, commands.withdraw_practice, QUAY, "It left")
    (change,) = found.quorums
    assert change.before and change.after
    assert (change.before.needed, change.after.needed) == (20_000, 16_000)
    assert (change.before.met, change.after.met) == (False, True)
    assert [a.organisation for a in found.ended] == [QUAY]


def test_what_follows_at_once_is_part_of_it() -> None:
    world = asked("close_when: all")
    for place in (ELM, ORCHARD, MOOR):
        world.answer("ask", place, {"visits": 3}, person="sam")
    found = preview(world, commands.withdraw_practice, QUAY, "It left")
    assert found.status == ("open", "completed")
    assert [(s.step, s.before, s.after) for s in found.steps] == [("ask", ("open", 1), ("closed", 1))]
    assert found.quorums[0].after is None


def test_what_is_sent_back_says_who_is_asked_again_and_by_when() -> None:
    world = asked()
    world.answer("ask", ORCHARD, {"visits": 3})
    world.advance(world.now + timedelta(days=1))
    found = preview(world, commands.send_back, "ask", "Home visits are missing", ORCHARD)
    (again,) = found.asked
    assert again.organisation == ORCHARD and again.due is not None
    assert [(n.kind, n.person) for n in found.notices] == [("ask", "priya")]
