"""Who is asked: cover chains, vacant roles, tags, people with two practices; and who is sent to speak with whom."""

from __future__ import annotations

from datetime import date

import pytest

from definitions.models import role_holders
from definitions.models.definition import Assign
from engine import commands
from engine import events as e
from engine.commands.refusals import Refused
from engine.events.assignment_id import AssignmentId
from engine.expressions.scope import Scope
from engine.people.targets import targets
from tests.engine import worlds
from tests.engine.worlds import World, at, pcn, simple

JANUARY = date(2027, 1, 12)
MARCH = date(2027, 3, 1)


@pytest.mark.parametrize(
    ("role", "place", "day", "who", "for_"),
    [
        ("practice_manager", "Y10001", MARCH, "jo", ""),
        ("practice_manager", "Y10001", JANUARY, "sam", "jo"),  # away, and covered
        ("practice_manager", "Y10002", MARCH, "priya", ""),
        ("practice_manager", "Y10004", MARCH, "priya", ""),  # the same person, at two practices
        ("gp_lead", "Y10003", JANUARY, "rae", "gil"),
        ("clinical_director", "U10001", MARCH, "nina", ""),
        ("practice_manager", "Y10003", MARCH, None, None),  # vacant
        ("gp_lead", "Y10004", MARCH, None, None),
    ],
)
def test_a_role_is_resolved_to_whoever_is_there_on_the_day(
    role: str, place: str, day: date, who: str | None, for_: str | None
) -> None:
    found = role_holders.whom(pcn(), role, place, day)
    assert (found and found.person.id, found and found.for_) == (who, for_)


def test_when_the_cover_is_away_too_nobody_is_asked_silently_in_their_place() -> None:
    away = [*worlds.pcn_data()["absences"], {"person": "sam"}]
    assert role_holders.whom(pcn(absences=away), "practice_manager", "Y10001", JANUARY) is None


@pytest.mark.parametrize(
    ("cover", "absences", "who"),
    [
        ({"from": "2027-01-11", "to": "2027-01-15"}, [], "sam"),  # cover with dates is an absence by itself
        ({"from": "2027-01-13"}, [], "jo"),
        ({}, [], "jo"),  # whenever she is away, and she is not
        ({}, [{"person": "jo", "from": "2027-01-12", "to": "2027-01-12"}], "sam"),
        # Where an absence is noted within the cover, it says on which days she is away.
        ({"from": "2027-01-01", "to": "2027-02-28"}, [{"person": "jo", "from": "2027-01-18", "to": "2027-01-22"}], "jo"),
        ({"from": "2027-01-01", "to": "2027-02-28"}, [{"person": "jo", "from": "2027-01-11", "to": "2027-01-12"}], "sam"),
    ],
)  # fmt: skip
def test_cover_holds_on_its_days_or_on_those_of_the_absence(
    cover: dict[str, str], absences: list[dict[str, str]], who: str
) -> None:
    members = pcn(cover=[{"for": "jo", "by": "sam", **cover}], absences=absences)
    found = role_holders.whom(members, "practice_manager", "Y10001", JANUARY)
    assert found is not None and found.person.id == who


def test_a_role_that_only_the_pcn_has_is_found_there_for_a_practice_as_well() -> None:
    assert role_holders.where_held(pcn(), "clinical_director", "Y10001", MARCH) == "U10001"
    assert role_holders.where_held(pcn(), "gp_lead", "Y10004", MARCH) == "Y10004"


@pytest.mark.parametrize(
    ("where", "chosen", "codes"),
    [
        ("every practice", (), ["Y10001", "Y10002", "Y10003", "Y10004"]),
        ("the PCN", (), ["U10001"]),
        ("practices with tag town", (), ["Y10001", "Y10002", "Y10003"]),
        ("practices with tag nowhere", (), []),
        ("chosen practices", ("Y10004", "Y10002"), ["Y10002", "Y10004"]),
        ("practices in inputs.chosen", (), ["Y10001", "Y10002", "Y10003"]),
        ("organisation inputs.employer", (), ["U10001"]),
    ],
)
def test_where_a_step_is_asked(where: str, chosen: tuple[str, ...], codes: list[str]) -> None:
    world = World(worlds.process("vote"), worlds.LAUNCHES["vote"])
    found = list(targets(Scope(world.state, world.now), [Assign(role="gp_lead", at=where)], chosen))
    assert [target.organisation for target in found] == codes


def test_a_vacant_role_goes_to_the_mailbox_or_becomes_the_managers_question() -> None:
    vacant = pcn(roles=[r for r in worlds.pcn_data()["roles"] if r["at"] not in ("Y10003", "Y10004")])
    world = World(simple(), of=vacant)
    world.advance()
    mailbox, unfilled = world.asked("ask", "Y10003"), world.asked("ask", "Y10004")
    assert (mailbox.person, mailbox.unfilled, bool(mailbox.rungs)) == ("", False, True)
    assert (unfilled.person, unfilled.unfilled, unfilled.rungs) == ("asha", True, ())
    emails = {
        notice.organisation: notice for notice in world.notices() if notice.about in (mailbox.id, unfilled.id)
    }
    assert emails["Y10003"].email == "desk@quayside.example" and emails["Y10003"].kind == "ask"
    assert emails["U10001"].kind == "question" and emails["U10001"].subject.startswith(
        "Whom should we ask at Moor?"
    )
    since = len(world.events)
    world.run("2027-06-01 09:00")
    assert not [b for b in world.bodies(e.RungClimbed, since) if b.assignment == unfilled.id]


def test_whoever_is_named_for_a_vacant_role_gets_time_and_a_ladder_from_then() -> None:
    vacant = pcn(roles=[r for r in worlds.pcn_data()["roles"] if r["at"] != "Y10004"])
    world = World(simple(), of=vacant)
    world.run("2027-02-01 10:00")  # the due date, 18 January, has passed
    asked = world.asked("ask", "Y10004")
    since = len(world.events)
    world.do(commands.reassign, asked.id, "tom", "Tom helps out")
    now = world.asked("ask", "Y10004")
    assert not now.unfilled and now.due.at == at("2027-02-08 17:00")  # five working days
    assert [rung.rung for rung in now.rungs] == [
        "coming_up",
        "due_today",
        "offer_of_help",
        "ring_them",
        "conversation",
        "board_item",
    ]
    assert [(n.kind, n.person) for n in world.notices(since)] == [("ask", "tom")]
    assert "Mon 8 February" in world.notices(since)[0].subject


def test_a_reassignment_tells_both_and_settles_what_was_replied() -> None:
    from engine.commands.responses import reply

    world = World(simple())
    world.advance()
    asked = world.asked("ask", "Y10002")
    actor = e.Actor("Priya", "practice_manager", "Y10002", "priya", channel="web")
    world.take(reply(world.state, world.now, actor, asked.id, "not ours", "", None))
    since = len(world.events)
    world.do(commands.reassign, asked.id, "tom", "it is Tom's now")
    assert [(n.kind, n.person) for n in world.notices(since)] == [("told", "priya"), ("ask", "tom")]
    assert world.asked("ask", "Y10002").reply is None
    world.run("2027-01-19 10:00")
    assert "due_today" in world.asked("ask", "Y10002").climbed
    with pytest.raises(Refused):
        world.do(commands.reassign, asked.id, "tom", "again")


def test_nobody_has_a_word_with_their_own_practice() -> None:
    world = World(simple())
    world.run("2027-02-03 10:00")  # eight working days after the due date
    spoke = {
        AssignmentId.parse(b.assignment).organisation: b.people
        for b in world.bodies(e.RungClimbed)
        if b.rung == "conversation"
    }
    assert spoke["Y10003"] == ("Dr Nina Hassan",)
    assert spoke["Y10002"] == ("Dr Owen Bright",)  # the clinical director's own: the deputy goes


def test_a_successor_is_asked_when_the_directory_changes_and_the_manager_when_there_is_none() -> None:
    world = World(simple())
    world.advance()
    data = worlds.pcn_data()
    handed = [
        r | {"person": "tom"} if (r["role"], r["at"]) == ("practice_manager", "Y10002") else r
        for r in data["roles"]
    ]
    gone = [r for r in handed if (r["role"], r["at"]) != ("practice_manager", "Y10004")]
    since = len(world.events)
    world.do(commands.change_membership, pcn(roles=gone), "Priya is leaving")
    assert world.asked("ask", "Y10002").person == "tom" and not world.asked("ask", "Y10002").unfilled
    left = world.asked("ask", "Y10004")
    assert left.unfilled and left.person == "asha" and left.rungs == ()
    assert {(n.kind, n.person) for n in world.notices(since)} >= {("ask", "tom"), ("question", "asha")}
    world.do(commands.change_membership, pcn(roles=handed), "Priya stays at Moor")
    back = world.asked("ask", "Y10004")
    assert (back.person, back.unfilled) == ("priya", False) and back.rungs


def test_a_practice_that_leaves_is_asked_nothing_more_and_weighs_nothing() -> None:
    world = World(simple(extra="close_when: 80% of list size"))
    world.advance()
    world.answer("ask", "Y10002", {"visits": 1})
    world.answer("ask", "Y10003", {"visits": 1})
    data = worlds.pcn_data()
    world.do(
        commands.change_membership,
        pcn(practices=data["practices"][1:], closures=data["closures"][1:], roles=[r for r in data["roles"] if r["at"] != "Y10001"]),
        "Elm Tree joins another network",
    )  # fmt: skip
    world.advance("2027-01-18 17:00")  # 12,000 of 16,000 patients are 75%
    assert world.state.steps["ask"].status == "open"
    world.answer("ask", "Y10004", {"visits": 1})
    world.advance()
    assert world.state.status == "completed" and world.state.steps["ask"].missing == ()


def test_what_a_practice_was_to_do_that_has_left_the_pcn_sees_to() -> None:
    world = World(worlds.process("vote"), {**worlds.LAUNCHES["vote"], "employer": "Y10001", "chosen": []})
    world.do(commands.withdraw_practice, "Y10001", "it merged")
    world.run("2027-01-12 09:00")
    for step in ("views", "ballot"):
        if not world.state.steps[step].done:
            world.do(commands.skip_step, step, "it was said at the meeting")
        world.advance()
    asked = world.state.steps["employer_word"].assignments.values()
    assert [(each.organisation, each.role, each.person) for each in asked] == [
        ("U10001", "hr_lead", "maya"),
        ("U10001", "named_person", "tom"),
    ]
