"""A membership that changes under a workflow: a practice merges or leaves, list sizes and closures are counted anew."""

from __future__ import annotations

from typing import Any

import pytest

from engine import commands
from engine import events as e
from tests.engine.wide_bay import PRACTICES
from tests.engine.worlds import World, pcn, simple


def world(extra: str = "", role: str = "practice_manager") -> World:
    made = World(simple(extra=extra, role=role))
    made.advance()
    return made


def without(code: str, **sizes: int) -> Any:
    practices = [
        p | {"list_size": sizes.get(p["code"], p["list_size"])} for p in PRACTICES if p["code"] != code
    ]
    return pcn(practices=practices)


def test_a_practice_that_merges_is_asked_nothing_more_and_the_other_once() -> None:
    made = world()
    since = len(made.events)
    made.do(
        commands.change_membership, without("Y10002"), "Orchard went into Moor", merged={"Y10002": "Y10004"}
    )
    gone = made.asked("ask", "Y10002")
    assert gone.status == "ended"
    assert len([a for a in made.state.steps["ask"].assignments.values() if a.organisation == "Y10004"]) == 1
    (told,) = made.notices(since)  # Moor is asked the same already
    assert (told.kind, told.person) == ("told", "priya")
    assert told.facts["text"].startswith("Orchard is part of Moor now: Orchard went into Moor.")
    (ended,) = made.bodies(e.AssignmentEnded, since)
    assert ended.because == "the practice merged into Moor"


def test_where_the_other_was_not_asked_it_is_now() -> None:
    made = World(simple(extra="where: practice.code == 'Y10001'", role="gp_lead"))
    made.advance()
    (asked,) = made.state.steps["ask"].assignments.values()
    since = len(made.events)
    made.do(commands.change_membership, without("Y10001"), "they are one now", merged={"Y10001": "Y10002"})
    after = made.asked("ask", "Y10002")
    assert (after.status, after.person, after.role, after.list_size) == ("open", "nina", "gp_lead", 7000)
    assert made.state.assignment(asked.id).status == "ended"  # type: ignore[union-attr]
    assert sorted((n.kind, n.person) for n in made.notices(since)) == [("ask", "nina"), ("told", "owen")]


def test_a_practice_that_only_leaves_is_told_once() -> None:
    made = world()
    since = len(made.events)
    made.do(commands.change_membership, without("Y10003"), "they go on alone")
    (told,) = made.notices(since)  # asked at the shared mailbox
    assert (told.email, told.kind) == ("desk@quayside.example", "told")
    assert told.facts["text"].startswith("Quayside is asked no more: they go on alone.")


@pytest.mark.parametrize(("size", "closes"), [(7000, False), (9000, True)])
def test_a_list_size_that_is_published_anew_counts_for_what_is_open(size: int, closes: bool) -> None:
    """Elm Tree and Orchard have 16,000 of 25,000 patients: too few for 66%, until more are registered at Orchard."""
    made = world("close_when: 66% of list size")
    for place in ("Y10001", "Y10002"):
        made.answer("ask", place, {"visits": "4"})
    if size != 7000:
        members = pcn(
            practices=[
                p | {"list_size": size if p["code"] == "Y10002" else p["list_size"]} for p in PRACTICES
            ]
        )
        made.do(commands.change_membership, members, "NHS Digital published them")
        assert made.asked("ask", "Y10002").list_size == size
    made.run("2027-01-19 18:00")
    assert made.state.steps["ask"].done is closes


def test_a_closure_added_later_moves_open_dates_and_is_said_once_to_each() -> None:
    made = world()
    since = len(made.events)
    due = made.asked("ask", "Y10001").due
    members = pcn(
        closures=[
            *made.state.pcn.model_dump(by_alias=True)["closures"],
            {"organisation": "*", "date": due.at.date()},
        ]
    )
    made.do(commands.change_membership, members, "a bank holiday was announced")
    assert made.asked("ask", "Y10001").due.at > due.at
    told = made.notices(since)
    assert {n.email for n in told} == {"sam@example.nhs.uk", "priya@example.nhs.uk"}  # Quayside is due later
    about = [(n.email, n.about) for n in told]
    assert len(about) == len(set(about))
