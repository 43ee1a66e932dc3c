"""Correcting an input, a start date that slips, and a date that others set."""

from __future__ import annotations

from typing import Any

import pytest

from engine import commands
from engine import events as e
from engine.commands.refusals import Invalid, Refused
from tests.engine import worlds
from tests.engine.worlds import World, at, refused, simple

STARTS = {"start": "2027-01-04"}
ORCHARD, MOOR = "Y10002", "Y10004"


def asked(**more: Any) -> World:
    world = World(simple(**more), STARTS)
    world.advance()
    return world


def figures(to: str = "2027-04-06 09:00") -> World:
    world = World(worlds.process("figures"), worlds.LAUNCHES["figures"], "2027-03-29 09:00")
    world.run(to)
    return world


# --- the start slips


def test_everyone_is_told_once_of_all_their_dates_together() -> None:
    world = asked()
    since = len(world.events)
    world.do(commands.move_named_date, "start", "2027-01-11", "The van comes a week later")
    assert [len(n.facts["moves"]) for n in world.notices(since)] == [1, 2, 1]
    both = next(n for n in world.notices(since) if n.person == "priya")
    assert both.subject == "New dates: How many visits and 1 more" and not both.about
    assert both.facts["text"] == "The days these are due have moved: The van comes a week later."
    assert both.facts["items"] == [
        "How many visits, Orchard: Mon 25 January 2027, 5pm", "How many visits, Moor: Mon 25 January 2027, 5pm",
    ]  # fmt: skip
    assert [entry["about"] for entry in both.facts["moves"]] == [
        world.asked("ask", ORCHARD).id, world.asked("ask", MOOR).id,
    ]  # fmt: skip
    (one,) = [n for n in world.notices(since) if n.person == "sam"]
    assert one.subject == "A new date: How many visits" and one.about == world.asked("ask", "Y10001").id


def test_who_was_not_asked_yet_is_asked_with_the_date_that_holds() -> None:
    world = World(simple(), STARTS, "2027-01-03 22:00")
    world.advance()
    world.do(commands.move_named_date, "start", "2027-01-11", "The van comes a week later")
    assert {n.kind for n in world.notices()} == {"ask"} and len(world.notices()) == 4
    days = [n.subject.rpartition("by ")[2] for n in world.notices()]
    assert days == ["Tue 26 January", "Mon 25 January", "Fri 29 January", "Mon 25 January"]


def test_a_date_of_others_is_not_moved_but_corrected_with_its_source() -> None:
    world = asked()
    assert refused(world, commands.move_named_date, "external_deadline", "2027-02-01", "late") == "external"
    assert (
        refused(world, commands.correct_external_date, "start", "2027-02-01", "an email", "late")
        == "not-external"
    )
    assert (
        refused(world, commands.correct_external_date, "external_deadline", "2027-02-01", " ", "late")
        == "no-source"
    )
    world.do(commands.correct_external_date, "external_deadline", "2027-02-01", "NHS England's page", "late")
    assert world.state.moved["external_deadline"].source == "NHS England's page"
    (moved,) = world.bodies(e.DateMoved)
    assert (moved.new, moved.source) == ("2027-02-01", "NHS England's page")


# --- an input


def test_what_rests_on_an_input_is_worked_out_again() -> None:
    world = asked()
    since = len(world.events)
    world.do(commands.correct_input, "start", "2027-01-11", "It was typed wrongly")
    assert world.asked("ask", MOOR).due.at == at("2027-01-25 17:00")
    (corrected,) = world.bodies(e.InputCorrected, since)
    assert (corrected.name, corrected.old, corrected.value) == ("start", "2027-01-04", "2027-01-11")
    readers = [n.person or n.email for n in world.notices(since)]
    assert sorted(readers) == ["desk@quayside.example", "priya", "sam"]


def test_titles_and_what_the_workflow_is_called_are_made_again() -> None:
    world = World(worlds.process("figures"), {"quarter": "Q4", "cut_off": "2027-05-21"}, "2027-03-29 09:00")
    assert world.state.reference == "Figures Q4"
    world.do(commands.correct_input, "quarter", "Q1", "The wrong one was chosen")
    assert world.state.reference == "Figures Q1"


def test_a_title_that_changed_is_told_also_where_no_date_moved() -> None:
    world = World(worlds.process("vote"), worlds.LAUNCHES["vote"], "2027-01-11 09:00")
    world.advance()
    since = len(world.events)
    world.do(commands.correct_input, "supervisor", "jo", "It was typed wrongly")
    assert not world.notices(since), "nobody is asked for anything else"


def test_an_input_is_checked_as_it_was_at_launch() -> None:
    world = asked()
    with pytest.raises(Invalid) as invalid:
        world.do(commands.correct_input, "start", "soon", "It was typed wrongly")
    assert invalid.value.problems[0].path == "start"
    with pytest.raises(Invalid):
        world.do(commands.correct_input, "start", None, "It was typed wrongly")


def test_what_has_become_fixed_is_said_with_the_reason() -> None:
    world = World(worlds.process("vote"), worlds.LAUNCHES["vote"], "2027-01-11 09:00")
    world.advance()
    with pytest.raises(Refused, match="Practices decided who is asked in few") as raised:
        world.do(commands.correct_input, "chosen", ["Y10001"], "It was typed wrongly")
    assert raised.value.code == "fixed"
    world.do(commands.correct_input, "employer", "Y10001", "It was typed wrongly")
    assert world.state.inputs["employer"] == "Y10001"


def test_a_dataset_is_fixed_once_a_form_was_made_of_it() -> None:
    world = figures()
    assert refused(world, commands.correct_input, "indicators", "iif-indicators-2025-26", "no") == "fixed"
    assert refused(world, commands.correct_input, "cut_off", "2027-05-28", "no") == "external"
    assert refused(world, commands.correct_input, "none", "Q1", "no") == "no-such-input"
