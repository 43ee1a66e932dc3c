"""Who is asked follows the directory by the day: roles pass on, cover begins and ends, people leave and come back."""

from __future__ import annotations

from typing import Any

import pytest

from engine import commands
from engine import events as e
from engine.commands.responses import reply
from engine.decisions.advance import advance
from engine.decisions.pending import next_deadline
from tests.engine.wide_bay import ROLES
from tests.engine.worlds import World, at, pcn, simple

PRIYA_S = [r for r in ROLES if r["person"] == "priya"]
OTHERS = [r for r in ROLES if r["person"] != "priya"]
LATER = "30 working days after start"


def world(due: str = LATER, kind: str = "collect", **members: Any) -> World:
    made = World(simple(due=due, kind=kind), of=pcn(**members))
    made.advance()
    return made


def to(made: World, person: str, since: int = 0) -> list[e.Notice]:
    return [notice for notice in made.notices(since) if notice.person == person]


def handed_on() -> list[dict[str, Any]]:
    """Priya has her roles until a day; Tom has Orchard's from the next one on."""
    return [*OTHERS, *(r | {"to": "2027-01-18"} for r in PRIYA_S),
            {"role": "practice_manager", "at": "Y10002", "person": "tom", "from": "2027-01-19"}]  # fmt: skip


def test_a_role_that_passes_on_at_a_date_takes_what_is_open_with_it() -> None:
    made = world(roles=handed_on())
    assert made.asked("ask", "Y10002").person == "priya"
    since = len(made.events)
    made.run("2027-01-18 17:00")
    assert made.asked("ask", "Y10002").person == "priya"  # her last day
    made.run("2027-03-20 09:00")
    assert made.asked("ask", "Y10002").person == "tom"
    (handed,) = [b for b in made.bodies(e.AssignmentReassigned, since) if ".Y10002." in b.assignment]
    assert (handed.old_person, handed.person, handed.reason) == ("priya", "tom", "Priya has left")
    leaving = next(n for n, event in enumerate(made.events) if event.body is handed)
    assert to(made, "priya", since=leaving) == []  # nobody writes to her after she left
    asks = [n for n in to(made, "tom") if n.kind == "ask"]
    assert len(asks) == 1 and asks[0].not_before >= at("2027-01-19 08:30")
    assert [n for n in to(made, "tom") if n.kind == "reminder"]


def test_where_the_directory_says_nobody_the_manager_has_one_question_with_a_proposal() -> None:
    made = world(roles=handed_on())
    since = len(made.events)
    made.run("2027-01-25 09:00")
    asked = made.asked("ask", "Y10004")
    assert asked.unfilled and asked.person == "asha"
    (question,) = [n for n in to(made, "asha", since) if n.about == asked.id]
    assert question.kind == "question" and "Priya has left" in question.facts["text"]
    assert question.facts["text"].endswith("Please say whom to ask.")  # nobody else is there
    # Somebody else of the practice is proposed.
    other = world(roles=[*handed_on(), {"role": "gp_lead", "at": "Y10004", "person": "rae"}])
    other.run("2027-01-25 09:00")
    (question,) = [n for n in to(other, "asha") if n.about == asked.id]
    assert "Rae (GP lead at Moor) could be asked" in question.facts["text"]


def test_a_practice_with_a_shared_mailbox_is_asked_there() -> None:
    roles = [*ROLES, {"role": "practice_manager", "at": "Y10003", "person": "tom", "to": "2027-01-18"}]
    made = world(roles=roles)
    made.run("2027-01-25 09:00")
    asked = made.asked("ask", "Y10003")
    assert (asked.person, asked.name, asked.unfilled) == ("", "Quayside", False)
    assert [n.email for n in made.notices() if n.about == asked.id and n.kind == "ask"] == [
        "tom@example.nhs.uk", "desk@quayside.example",
    ]  # fmt: skip


COVER = {"cover": [{"for": "jo", "by": "sam", "from": "2027-01-11", "to": "2027-01-15"}], "absences": []}


def test_cover_begins_and_ends_with_what_was_said_meanwhile() -> None:
    made = world(**COVER)
    assert made.asked("ask", "Y10001").person == "jo"
    since = len(made.events)
    made.run("2027-01-12 09:00")
    asked = made.asked("ask", "Y10001")
    assert (asked.person, asked.on_behalf_of) == ("sam", "jo")
    (ask,) = to(made, "sam", since)
    assert ask.kind == "ask" and ask.facts["on_behalf_of"] == "Jo Marsh"
    assert to(made, "jo", since) == []  # who is on leave is told nothing
    sam = e.Actor("Sam", "practice_manager", "Y10001", "sam", "jo", channel="web")
    made.take(reply(made.state, made.now, sam, asked.id, "question", "Which list do you mean?", None))
    since = len(made.events)
    made.run("2027-01-19 09:00")
    asked = made.asked("ask", "Y10001")
    assert (asked.person, asked.on_behalf_of) == ("jo", "")
    (ask,) = to(made, "jo", since)
    assert ask.facts["items"] == ["Sam on 12 January: Which list do you mean?"]
    assert "on_behalf_of" not in ask.facts
    (told,) = to(made, "sam", since)
    assert told.kind == "told" and "Jo Marsh is back" in told.facts["text"]
    assert asked.reply is not None  # it still waits to be settled


def test_nobody_but_who_covers_is_told_that_they_cover() -> None:
    made = world("8 working days after start", **COVER)
    made.run("2027-01-15 17:00")
    about = [n for n in made.notices() if ".Y10001." in n.about]
    assert {n.person for n in about if "on_behalf_of" in n.facts} == {"sam"}
    assert {n.person for n in about} == {"jo", "sam"}
    # The director, who is told of it when the ladder comes to it, covers for nobody.
    late = world(
        "3 working days after start",
        cover=[{"for": "jo", "by": "sam", "from": "2027-01-04", "to": "2027-03-31"}],
    )
    late.run("2027-03-01 09:00")
    rung = [n for n in late.notices() if ".Y10001." in n.about and n.kind == "task"]
    assert {n.person for n in rung} >= {"asha"} and not [n for n in rung if "on_behalf_of" in n.facts]


def test_somebody_away_for_some_days_keeps_what_is_due_after_them() -> None:
    made = world(absences=[{"person": "priya", "from": "2027-01-11", "to": "2027-01-15"}], cover=[])
    made.run("2027-01-20 09:00")
    assert made.bodies(e.AssignmentReassigned) == [] and made.asked("ask", "Y10002").person == "priya"


def test_who_is_away_on_the_day_it_is_due_is_a_question_and_gets_it_back() -> None:
    made = world(
        "6 working days after start", absences=[{"person": "priya", "from": "2027-01-11", "to": "2027-01-15"}]
    )
    made.run("2027-01-11 10:00")
    asked = made.asked("ask", "Y10002")
    assert asked.unfilled and asked.person == "asha"
    (question,) = [n for n in to(made, "asha") if n.about == asked.id]
    assert "Priya is away, also when it is due, and nobody covers for them" in question.facts["text"]
    assert "Dr Nina Hassan (GP lead at Orchard) could be asked" in question.facts["text"]
    made.run("2027-01-18 10:00")
    assert made.asked("ask", "Y10002").person == "priya"


def test_whom_the_manager_chose_keeps_it_until_they_leave() -> None:
    made = world(
        roles=[*ROLES, {"role": "pcn_admin", "at": "U10001", "person": "rae", "to": "2027-01-20"}], cover=[]
    )
    asked = made.asked("ask", "Y10002")
    made.do(commands.reassign, asked.id, "rae", "she knows it")
    assert made.asked("ask", "Y10002").chosen
    made.run("2027-01-20 17:00")
    assert made.asked("ask", "Y10002").person == "rae"
    made.run("2027-01-21 09:00")
    assert (made.asked("ask", "Y10002").person, made.asked("ask", "Y10002").chosen) == ("priya", False)


def test_whom_the_manager_chose_is_covered_and_gets_it_back() -> None:
    made = world(cover=[{"for": "tom", "by": "maya", "from": "2027-01-11", "to": "2027-01-15"}])
    made.do(commands.reassign, made.asked("ask", "Y10002").id, "tom", "he knows it")
    made.run("2027-01-12 09:00")
    assert (made.asked("ask", "Y10002").person, made.asked("ask", "Y10002").on_behalf_of) == ("maya", "tom")
    made.run("2027-01-18 09:00")
    assert made.asked("ask", "Y10002").person == "tom" and made.asked("ask", "Y10002").chosen


def test_a_date_that_has_passed_stays_while_it_has_the_same_owner() -> None:
    made = world("3 working days after start", **COVER)
    due = made.asked("ask", "Y10001").due
    made.run("2027-01-20 09:00")
    assert made.asked("ask", "Y10001").due == due and made.asked("ask", "Y10001").person == "jo"
    (ask,) = [n for n in to(made, "jo") if n.kind == "ask" and n.not_before > at("2027-01-15 17:00")]
    assert " by " not in ask.subject  # nobody is asked by a day that has passed
    other = world("3 working days after start", roles=handed_on())
    other.run("2027-01-20 09:00")
    fresh = other.asked("ask", "Y10002").due
    assert fresh is not None and fresh.at > other.now  # who comes new has time to catch up


def test_nothing_happens_while_it_is_on_hold_and_it_follows_when_it_goes_on() -> None:
    made = world(roles=handed_on())
    made.do(commands.hold, "the board meets first")
    made.run("2027-01-25 09:00")
    assert made.asked("ask", "Y10002").person == "priya"
    made.do(commands.lift)
    made.advance()
    assert made.asked("ask", "Y10002").person == "tom"


def test_a_change_of_the_directory_asks_nobody_of_what_is_on_hold() -> None:
    made = world()
    made.do(commands.hold, "the board meets first")
    since = len(made.events)
    made.do(commands.change_membership, pcn(roles=handed_on()), "Priya leaves")
    made.now = at("2027-01-25 09:00")
    made.do(commands.change_membership, pcn(roles=handed_on(), name="Wide Bay"), "another name")
    assert made.notices(since) == [] and made.asked("ask", "Y10002").person == "priya"
    made.do(commands.lift)
    made.advance()
    assert made.asked("ask", "Y10002").person == "tom"


def test_how_it_came_out_is_told_to_who_has_the_leaver_s_role_now() -> None:
    made = world(roles=handed_on())
    made.run("2027-01-25 09:00")
    since = len(made.events)
    made.do(commands.cancel, "nobody needs it")
    told = {n.person for n in made.notices(since)}
    assert "tom" in told and "priya" not in told


@pytest.mark.parametrize("month", ["2027-01-31 09:00", "2027-06-01 09:00"])
def test_between_the_deadlines_nothing_happens(month: str) -> None:
    made = world(roles=handed_on(), **COVER)
    while (following := next_deadline(made.state, made.now)) is not None and following < at(month):
        assert following > made.now
        made.now = following
        made.take(advance(made.state, made.now))
        assert not advance(made.state, made.now).events


def test_the_manager_who_leaves_takes_no_question_along() -> None:
    roles = [r for r in handed_on() if r["person"] != "asha"]
    made = world(roles=[*roles, {"role": "pcn_manager", "at": "U10001", "person": "asha", "to": "2027-01-25"},
                        {"role": "pcn_manager", "at": "U10001", "person": "leo", "from": "2027-01-26"}])  # fmt: skip
    made.run("2027-01-25 09:00")
    assert made.asked("ask", "Y10004").person == "asha"
    made.run("2027-01-26 09:00")
    assert made.asked("ask", "Y10004").person == "leo"
    assert [n.kind for n in to(made, "leo") if ".Y10004." in n.about] == ["question"]
