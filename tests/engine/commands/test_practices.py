"""A practice that leaves, merges or joins while a workflow runs, and one whose list size was wrong."""

from __future__ import annotations

from typing import Any

import pytest

from engine import commands
from engine import events as e
from engine.commands.refusals import Refused
from engine.dates.clock import london_date
from engine.people.quorum import quorum_of
from engine.simulation.mail import emails
from tests.engine import worlds
from tests.engine.wide_bay import pcn_data
from tests.engine.worlds import World, refused, simple

STARTS = {"start": "2027-01-04"}
ELM, ORCHARD, QUAY, MOOR, NEW = "Y10001", "Y10002", "Y10003", "Y10004", "Y10005"


def asked(extra: str = "close_when: 80% of list size", due: str = "10 working days after start") -> World:
    world = World(simple(extra=extra, due=due), STARTS)
    world.advance()
    return world


def with_new(**practice: Any) -> worlds.Pcn:
    """The PCN as the directory has it, with one practice more."""
    data = pcn_data()
    new = {"code": NEW, "name": "New", "list_size": 6000, "tags": ["town"]} | practice
    people = [*data["people"], {"id": "zoe", "name": "Zoe", "email": "zoe@example.nhs.uk"}]
    roles = [*data["roles"], {"role": "practice_manager", "at": NEW, "person": "zoe"}]
    return worlds.Pcn.model_validate(
        data | {"practices": [*data["practices"], new], "people": people, "roles": roles}
    )


# --- leaving


def test_a_practice_that_leaves_is_asked_no_more_and_hears_it_once() -> None:
    world = asked()
    since = len(world.events)
    world.do(commands.withdraw_practice, QUAY, "It joined Bay East")
    assert world.asked("ask", QUAY).status == "ended"
    (told,) = world.notices(since)
    assert told.email == "desk@quayside.example" and told.only == "asked"
    assert told.facts["text"] == (
        "Quayside is asked no more: It joined Bay East. There is nothing more for you to do."
    )
    assert world.state.pcn.organisation_name(QUAY) == "Quayside", "what it gave keeps its name"
    assert QUAY not in world.state.pcn.practices_by_code
    assert str(quorum_of(world.state, "ask", world.now)) == (
        "0 of 20,000 patients are in, and 16,000 are needed"
    )


def test_who_was_not_written_to_yet_hears_nothing() -> None:
    world = World(simple(), STARTS, "2027-01-03 22:00")
    world.advance()
    world.do(commands.withdraw_practice, QUAY, "It left")
    assert not [n for n in emails(world.events) if n.only == "asked"]


def test_what_a_practice_gave_stays_and_is_no_part_of_the_quorum() -> None:
    world = asked()
    world.answer("ask", ELM, {"visits": 3}, person="sam")
    world.do(commands.withdraw_practice, ELM, "It left", "")
    assert world.asked("ask", ELM).response.answers == {"visits": 3}
    assert str(quorum_of(world.state, "ask", world.now)) == (
        "0 of 16,000 patients are in, and 12,800 are needed"
    )
    assert refused_answer(world, ELM) == "closed"
    assert refused(world, commands.send_back, "ask", "wrong", ELM) == "not-asked"
    for place in (ORCHARD, QUAY, MOOR):
        world.answer("ask", place, {"visits": 3})
    world.advance()
    assert (world.state.status, world.state.steps["ask"].missing) == ("completed", ())


def refused_answer(world: World, place: str) -> str:
    with pytest.raises(Refused) as raised:
        world.answer("ask", place, {"visits": 4}, person="sam")
    return raised.value.code


def test_the_last_one_waited_for_leaves_and_the_step_closes() -> None:
    world = asked("close_when: all")
    for place in (ELM, ORCHARD, MOOR):
        world.answer("ask", place, {"visits": 3}, person="sam")
    world.do(commands.withdraw_practice, QUAY, "It left")
    world.advance()
    assert world.state.status == "completed"


def test_a_merger_adds_the_patients_to_the_other() -> None:
    world = asked()
    since = len(world.events)
    world.do(commands.withdraw_practice, QUAY, "They are one practice from April", ORCHARD)
    (changed,) = world.bodies(e.MembershipChanged, since)
    assert (changed.left, changed.merged, changed.list_sizes) == ((QUAY,), {QUAY: ORCHARD}, {ORCHARD: 12000})
    assert world.asked("ask", ORCHARD).list_size == 12000
    assert quorum_of(world.state, "ask", world.now).asked == 25000
    (told,) = world.notices(since)
    assert told.facts["text"].startswith("Quayside is part of Orchard now: They are one practice from April.")


def test_a_step_that_has_closed_keeps_the_list_sizes_it_closed_on() -> None:
    world = asked("close_when: any\nlocks: false")
    world = World(worlds.process("figures"), worlds.LAUNCHES["figures"], "2027-03-29 09:00")
    world.run("2027-04-06 09:00")
    for place in (ELM, ORCHARD, QUAY, MOOR):
        world.answer("returns", place, {"visits": 4})
    world.advance()
    world.do(commands.withdraw_practice, QUAY, "A merger", ORCHARD)
    assert world.asked("returns", ORCHARD).list_size == 7000
    assert world.asked("confirm", ORCHARD).list_size == 12000


def test_a_practice_that_is_not_there_or_is_the_last_does_not_leave() -> None:
    world = asked()
    assert refused(world, commands.withdraw_practice, "Y9", "It left") == "not-a-practice"
    assert refused(world, commands.withdraw_practice, QUAY, "It left", "Y9") == "not-a-practice"
    assert refused(world, commands.withdraw_practice, QUAY, "It left", QUAY) == "not-a-practice"
    assert refused(world, commands.withdraw_practice, QUAY, " ") == "no-reason"
    for place in (ELM, ORCHARD, QUAY):
        world.do(commands.withdraw_practice, place, "It left")
    assert refused(world, commands.withdraw_practice, MOOR, "It left") == "last-practice"


# --- joining


def test_a_practice_that_joins_is_asked_with_as_much_time_as_the_others_had() -> None:
    world = asked()
    world.run("2027-01-14 11:00")
    since = len(world.events)
    world.do(commands.add_practice, NEW, with_new(), "It was left out by mistake")
    (ask,) = world.notices(since)
    assert (ask.kind, ask.person, ask.facts["text"]) == ("ask", "zoe", "It was left out by mistake")
    others, new = world.asked("ask", MOOR), world.asked("ask", NEW)
    calendar = world.state.calendar
    given = calendar.working_days_between(london_date(others.opened_at), london_date(others.due.at))
    assert calendar.working_days_between(london_date(world.now), london_date(new.due.at)) == given
    assert "asked later than the others" in new.due.explanation
    assert all(rung.at > world.now for rung in new.rungs) and len(new.rungs) == len(others.rungs)
    assert quorum_of(world.state, "ask", world.now).asked == 31000


def test_an_external_date_is_the_same_for_who_joins() -> None:
    process = simple(due="external_deadline")
    world = World(process, STARTS | {"deadline": "2027-01-20"})
    world.advance()
    world.run("2027-01-14 11:00")
    world.do(commands.add_practice, NEW, with_new(), "It joined")
    assert world.asked("ask", NEW).due == world.asked("ask", MOOR).due


def test_a_practice_that_left_and_is_back_is_asked_again() -> None:
    world = asked()
    world.answer("ask", ELM, {"visits": 3}, person="sam")
    world.do(commands.withdraw_practice, QUAY, "It left")
    world.do(commands.withdraw_practice, ELM, "It left")
    since = len(world.events)
    world.do(commands.add_practice, QUAY, worlds.pcn(), "It did not leave")
    world.do(commands.add_practice, ELM, worlds.pcn(), "It did not leave")
    assert world.asked("ask", QUAY).status == "open" and world.asked("ask", ELM).counts
    assert [n.email for n in world.notices(since)] == ["desk@quayside.example"]
    assert quorum_of(world.state, "ask", world.now).counted == 9000
    assert not world.state.pcn.former


def test_a_practice_joins_once_and_only_from_the_directory() -> None:
    world = asked()
    assert refused(world, commands.add_practice, ELM, with_new(), "It joined") == "asked-already"
    assert refused(world, commands.add_practice, "Y9", with_new(), "It joined") == "not-a-practice"
    assert refused(world, commands.add_practice, NEW, worlds.pcn(code="U2"), "It joined") == "another-pcn"
    assert refused(world, commands.add_practice, NEW, with_new(), "") == "no-reason"


# --- list sizes


def test_a_list_size_is_corrected_and_the_quorum_counted_again() -> None:
    world = asked()
    for place in (ELM, ORCHARD):
        world.answer("ask", place, {"visits": 3}, person="sam")
    assert not quorum_of(world.state, "ask", world.now).met
    since = len(world.events)
    world.do(commands.correct_list_size, ELM, 40_000, "The figure of October was used")
    assert quorum_of(world.state, "ask", world.now).met and not world.notices(since)
    assert refused(world, commands.correct_list_size, ELM, 40_000, "again") == "no-change"
    assert refused(world, commands.correct_list_size, ELM, -1, "again") == "no-list-size"
    assert refused(world, commands.correct_list_size, "Y9", 1, "again") == "not-a-practice"


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ("all", "1 of 4 answers are in, and 4 are needed"),
        ("any", "1 of 4 answers are in, and 1 is needed"),
        ("majority", "1 of 4 answers are in, and 3 are needed"),
        ("at least 3", "1 of 4 answers are in, and 3 are needed"),
        ("80% of list size", "9,000 of 25,000 patients are in, and 20,000 are needed"),
    ],
)
def test_a_quorum_in_words(rule: str, said: str) -> None:
    world = asked(f"close_when: {rule}")
    world.answer("ask", ELM, {"visits": 3}, person="sam")
    assert str(quorum_of(world.state, "ask", world.now)) == said
