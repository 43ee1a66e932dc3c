"""What a manager does to a step: sent back, left out, closed with what is in, decided on again."""

from __future__ import annotations

from datetime import timedelta

import pytest

from engine import commands
from engine import events as e
from engine.commands.refusals import Refused
from tests.engine import worlds
from tests.engine.worlds import World, refused, simple

STARTS = {"start": "2027-01-04"}
ELM, ORCHARD, QUAY, MOOR = "Y10001", "Y10002", "Y10003", "Y10004"


def asked(extra: str = "") -> World:
    world = World(simple(extra=extra), STARTS)
    world.advance()
    return world


def figures() -> World:
    """The figures are asked for, and all in."""
    world = World(worlds.process("figures"), worlds.LAUNCHES["figures"], "2027-03-29 09:00")
    world.run("2027-04-06 09:00")
    for place in (ELM, ORCHARD, QUAY, MOOR):
        world.answer("returns", place, {"visits": 4})
    world.advance()
    return world


# --- sent back


def test_one_answer_goes_back_with_what_is_wrong_while_the_others_are_asked() -> None:
    world = asked()
    world.answer("ask", ORCHARD, {"visits": 3})
    world.advance()
    since = len(world.events)
    world.do(commands.send_back, "ask", "Home visits are missing", ORCHARD)
    world.advance()
    (email,) = world.notices(since)
    assert (email.kind, email.about, email.facts["text"]) == (
        "ask", world.asked("ask", ORCHARD).id, "This is asked again: Home visits are missing",
    )  # fmt: skip
    assert world.state.steps["ask"].attempt == 1 and world.asked("ask", ORCHARD).status == "open"


def test_one_answer_of_a_step_that_closed_goes_back_and_the_others_stand() -> None:
    world = figures()
    since = len(world.events)
    world.do(commands.send_back, "returns", "The visits of March are missing", ORCHARD)
    world.advance()
    emails = [n for n in world.notices(since) if n.kind == "ask"]
    assert [(n.organisation, n.facts["text"]) for n in emails] == [
        (ORCHARD, "This is asked again: The visits of March are missing")
    ]
    stands = {a.organisation: a.status for a in world.state.steps["returns"].assignments.values()}
    assert stands == {ELM: "carried", ORCHARD: "open", QUAY: "carried", MOOR: "carried"}


def test_a_whole_step_goes_back() -> None:
    world = figures()
    world.do(commands.send_back, "returns", "The search was the wrong one")
    world.advance()
    assert {a.text for a in world.state.steps["returns"].assignments.values()} == {
        "This is asked again: The search was the wrong one"
    }


def test_what_nobody_gave_or_what_is_locked_does_not_go_back() -> None:
    assert refused(asked(), commands.send_back, "ask", "It is wrong", ORCHARD) == "nothing-in"
    assert refused(asked(), commands.send_back, "ask", "It is wrong", "Y9") == "not-asked"
    assert refused(figures(), commands.send_back, "returns", " ") == "no-reason"
    assert refused(figures(), commands.send_back, "review", "It is wrong") == "not-open"
    world = asked("locks: true")
    for place in (ELM, ORCHARD, QUAY, MOOR):
        world.answer("ask", place, {"visits": 4})
    world.advance()
    assert refused(world, commands.send_back, "ask", "It is wrong") == "over"


# --- left out


def test_a_step_is_left_out_and_who_was_asked_hears_it_once() -> None:
    world = asked()
    world.answer("ask", ELM, {"visits": 3}, person="sam")
    since = len(world.events)
    world.do(commands.skip_step, "ask", "The van is sold.")
    told = world.notices(since)
    assert [n.email for n in told] == ["priya@example.nhs.uk", "desk@quayside.example"]
    assert told[0].facts["text"] == "This is left out: The van is sold. There is nothing more for you to do."
    assert [each["practice"] for each in told[0].facts["cancels"]] == ["Orchard", "Moor"]
    assert {a.status for a in world.state.steps["ask"].assignments.values()} == {"answered", "ended"}
    world.advance()
    assert world.state.status == "completed"


def test_a_step_still_to_come_is_left_out() -> None:
    world = World(worlds.process("figures"), worlds.LAUNCHES["figures"], "2027-03-29 09:00")
    world.advance()
    since = len(world.events)
    world.do(commands.skip_step, "review", "The board looks at it itself")
    assert world.state.steps["review"].status == "skipped" and not world.notices(since)


def test_what_a_signature_still_to_come_covers_is_not_left_out() -> None:
    world = World(worlds.process("figures"), worlds.LAUNCHES["figures"], "2027-03-29 09:00")
    world.run("2027-04-06 09:00")
    with pytest.raises(Refused, match="confirm signs what returns says") as raised:
        world.do(commands.skip_step, "returns", "No time")
    assert raised.value.code == "signed-later"
    world.do(commands.skip_step, "confirm", "No time")
    world.do(commands.skip_step, "returns", "No time")
    assert world.state.steps["returns"].status == "skipped"


def test_a_step_that_was_left_out_is_opened_again() -> None:
    world = asked("close_when: any")
    world.do(commands.skip_step, "ask", "The van is sold")
    world.do(commands.reopen_step, "ask", "It is not sold")
    world.advance()
    assert world.state.steps["ask"].status == "open" and world.state.steps["ask"].attempt == 2


def test_what_is_over_or_was_never_begun_on_demand_is_not_left_out() -> None:
    world = figures()
    assert refused(world, commands.skip_step, "returns", "No time") == "not-open"
    assert refused(world, commands.skip_step, "query", "No time") == "not-open"
    assert refused(world, commands.skip_step, "none", "No time") == "no-such-step"
    assert refused(world, commands.skip_step, "confirm", "") == "no-reason"


# --- closed with what is in


def test_a_step_is_closed_with_what_is_in_and_the_gaps_are_named() -> None:
    world = asked()
    world.answer("ask", ELM, {"visits": 3}, person="sam")
    since = len(world.events)
    world.do(commands.close_short, "ask", "The van goes tomorrow")
    world.advance()
    step = world.state.steps["ask"]
    assert (step.status, step.missing) == ("closed", (ORCHARD, QUAY, MOOR))
    told = [n for n in world.notices(since) if n.kind == "told"]
    assert [n.email for n in told] == ["priya@example.nhs.uk", "desk@quayside.example"]
    assert "nothing is counted in your name" in told[0].facts["text"]
    (decided,) = world.bodies(e.ShortfallDecided, since)
    assert (decided.choice, decided.reason) == ("proceed", "The van goes tomorrow")


def test_nothing_cannot_be_gone_on_with() -> None:
    assert refused(asked(), commands.close_short, "ask", "The van goes tomorrow") == "nothing-in"
    assert refused(figures(), commands.close_short, "returns", "No time") == "not-open"


# --- decided on


def test_too_little_after_waiting_is_asked_about_again() -> None:
    world = asked("if_short: decide")
    world.run("2027-02-10 09:00")
    assert world.state.steps["ask"].shortfall == "raised"
    until = world.now + timedelta(days=5)
    world.do(commands.decide_shortfall, "ask", "wait", "They are at it", until)
    world.run(until - timedelta(hours=1))
    assert world.state.steps["ask"].shortfall == ""
    since = len(world.events)
    world.run(until + timedelta(hours=1))
    assert world.state.steps["ask"].shortfall == "raised"
    assert {n.kind for n in world.notices(since)} == {"decision"}


def test_who_decides_to_cancel_apologises() -> None:
    world = asked("if_short: decide")
    world.run("2027-02-10 09:00")
    since = len(world.events)
    world.do(commands.decide_shortfall, "ask", "cancel", "Nobody needs it any more")
    assert world.state.status == "cancelled"
    assert {n.subject for n in world.notices(since)} == {"Cancelled: Simple"}
