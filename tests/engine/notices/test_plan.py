"""What people are told: subjects in the tone of the domain, what comes next, and never a count."""

from __future__ import annotations

import re

import pytest

from engine import commands
from engine import events as e
from engine.commands.refusals import Refused
from engine.commands.responses import reply
from engine.decisions.pending import next_deadline, waiting_for
from engine.expressions.scope import Scope
from engine.notices.facts import due_words, what_next, words
from tests.engine import worlds
from tests.engine.worlds import World, at, simple


def test_the_first_email_says_what_why_how_long_by_when_and_what_silence_means() -> None:
    world = World(simple())
    world.advance()
    email = next(n for n in world.notices() if n.organisation == "Y10004")
    assert email.kind == "ask" and email.subject == "How many visits: 5 minutes, by Mon 18 January"
    facts = email.facts
    assert facts["why"] == "So that the van is full." and facts["takes"] == "5 minutes"
    assert facts["due"] == "Mon 18 January 2027, 5pm" and facts["due_why"].endswith("17:00.")
    assert facts["silence"] == "Then nothing is counted in your name."
    assert facts["manager"]["name"] == "Asha Patel" and facts["practice"] == "Moor"
    assert len(facts["next"]) == 6 and "the PCN manager rings you" in facts["next"][3]


def test_what_comes_next_leaves_out_what_has_been() -> None:
    world = World(simple())
    world.run("2027-01-21 10:00")
    asked = world.asked("ask", "Y10003")
    step = world.state.process.steps["ask"]
    said = what_next(Scope(world.state, world.now), step, asked)
    assert len(said) == len([rung for rung in asked.rungs if rung.rung not in asked.climbed])
    assert not [line for line in said if "morning email" in line]


SUBJECTS = [
    ("2027-01-13 10:00", "reminder", "Coming up: How many visits"),
    ("2027-01-18 10:00", "reminder", "Due today: How many visits"),
    ("2027-01-20 10:00", "offer of help", "Still to come from Moor: How many visits. Can I help?"),
    ("2027-01-27 10:00", "task", "Please ring Moor: How many visits"),
    ("2027-02-01 10:00", "task", "A word with Moor: How many visits"),
]


@pytest.mark.parametrize(("until", "kind", "subject"), SUBJECTS)
def test_the_subjects_of_the_ladder(until: str, kind: str, subject: str) -> None:
    world = World(simple(due="2027-01-18"))
    world.run(until)
    last = [n for n in world.notices() if n.about == world.asked("ask", "Y10004").id][-1]
    assert (last.kind, last.subject) == (kind, subject)
    assert last.digest_only == subject.startswith("Coming up")


def test_the_call_goes_to_the_manager_once_and_the_practice_hears_nothing_more() -> None:
    world = World(simple())
    world.run("2027-01-26 10:00")
    since = len(world.events)
    world.run("2027-05-01 10:00")
    to_practices = [n for n in world.notices(since) if n.organisation.startswith("Y") and n.kind != "outcome"]
    assert not to_practices
    calls = [n for n in world.notices() if n.rung == "ring_them" and n.about.startswith("w1.ask.1.Y10002")]
    assert [n.person for n in calls] == ["asha"]


def test_no_email_tells_what_was_answered() -> None:
    world = World(worlds.process("figures"), worlds.LAUNCHES["figures"], "2027-03-29 09:00")
    world.run("2027-04-06 09:00")
    for place in ("Y10001", "Y10002", "Y10003", "Y10004"):
        world.answer("returns", place, {"visits": 473})
    world.run("2027-07-01 09:00")
    for notice in world.notices():
        assert not re.search(r"\b(473|1892)\b", f"{notice.subject} {notice.facts}")


def test_urging_words_are_not_used() -> None:
    world = World(simple())
    world.run("2027-05-01 10:00")
    for notice in world.notices():
        said = f"{notice.subject} {notice.facts.get('text', '')}"
        assert not re.search(r"URGENT|failure|as per|close of play|overdue|!", said), said


def test_waiting_names_whom_it_waits_for_and_until_when() -> None:
    world = World(simple())
    world.advance()
    assert waiting_for(world.state, world.now) == (
        "waiting for Elm Tree and 3 others: How many visits; next Wed 13 Jan 2027 09:00"
    )
    for place in ("Y10001", "Y10003"):
        world.answer("ask", place, {"visits": 1})
    assert waiting_for(world.state, world.now).startswith("waiting for Orchard and Moor: ")
    world.do(commands.hold, "the van broke down")
    assert waiting_for(world.state, world.now) == "on hold: the van broke down"
    assert next_deadline(world.state, world.now) is None
    world.do(commands.lift)
    world.do(commands.cancel, "no van")
    assert waiting_for(world.state, world.now) == "cancelled: no van"


def test_everybody_hears_how_it_came_out_the_mailbox_too() -> None:
    world = World(simple())
    world.advance()
    since = len(world.events)
    world.do(commands.cancel, "no van")
    told = {n.email for n in world.notices(since)}
    assert told == {"sam@example.nhs.uk", "priya@example.nhs.uk", "desk@quayside.example"}
    assert {n.kind for n in world.notices(since)} == {"outcome"}


def test_a_question_reaches_the_manager_and_its_answer_the_asker() -> None:
    world = World(simple())
    world.advance()
    asked = world.asked("ask", "Y10002")
    actor = e.Actor("Priya", "practice_manager", "Y10002", "priya", channel="web")
    since = len(world.events)
    world.take(reply(world.state, world.now, actor, asked.id, "question", "Home visits too?", None))
    (notice,) = world.notices(since)
    assert (notice.kind, notice.person) == ("question", "asha")
    assert notice.subject == "Orchard has a question: How many visits" and notice.facts["items"] == [
        "Home visits too?"
    ]
    since = len(world.events)
    world.do(commands.settle_reply, asked.id, "Yes, those too.")
    (notice,) = world.notices(since)
    assert (notice.kind, notice.person, notice.facts["text"]) == ("told", "priya", "Yes, those too.")


def test_a_bank_holiday_announced_midway_is_said_once_to_each() -> None:
    plain, extra = simple(), simple(holidays=("2027-01-12",))
    world = World(plain)
    world.processes[extra.hash] = extra
    world.advance()
    since = len(world.events)
    world.do(commands.change_calendar, extra.hash, world.open_bundle, "a day of mourning was announced")
    moved = world.bodies(e.DeadlineMoved, since)
    # Orchard was moved off its half day already, and its date stays where it is.
    assert len(moved) == 3 and len(world.notices(since)) == 3
    assert all("a day of mourning was announced" in n.facts["text"] for n in world.notices(since))
    with pytest.raises(Refused) as refused:
        world.do(commands.change_calendar, extra.hash, world.open_bundle, "again")
    assert refused.value.code == "no-change"


def test_launched_on_the_23rd_of_december_nobody_is_written_to_on_a_day_off() -> None:
    world = World(simple(due="5 working days after launch"), {"start": "2026-12-23"}, "2026-12-23 18:30")
    world.run("2027-02-01 09:00")
    for notice in world.notices():
        opens = world.state.calendar.messaging_opens(notice.not_before, notice.organisation)
        assert opens == notice.not_before
    first = world.notices()[0]
    assert first.not_before == at("2026-12-24 08:30")


@pytest.mark.parametrize(
    ("role", "said"), [("gp_lead", "GP lead"), ("pcn_manager", "PCN manager"), ("hr_lead", "HR lead")]
)
def test_roles_in_words(role: str, said: str) -> None:
    assert words(role) == said


def test_a_due_date_in_words() -> None:
    assert due_words(e.When(at("2027-01-15 17:00"), False, "")) == "Fri 15 January 2027, 5pm"
    assert due_words(e.When(at("2027-01-15 12:30"), False, "")) == "Fri 15 January 2027, 12:30pm"
    assert due_words(None) == ""
