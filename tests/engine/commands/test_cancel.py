"""Cancelling a workflow, and opening one again that is over."""

from __future__ import annotations

import pytest

from engine import commands
from engine import events as e
from engine.commands.refusals import Refused
from engine.decisions.children import unwanted
from engine.simulation.mail import emails
from tests.engine import worlds
from tests.engine.worlds import World, simple

STARTS = {"start": "2027-01-04"}


def asked(extra: str = "") -> World:
    world = World(simple(extra=extra), STARTS)
    world.advance()
    return world


def told(world: World, since: int) -> dict[str, e.Notice]:
    return {notice.name: notice for notice in world.notices(since)}


def test_who_was_asked_gets_one_apology_and_nobody_else_anything() -> None:
    world = asked()
    since = len(world.events)
    world.do(commands.cancel, "it was started by mistake.")
    assert sorted(n.email for n in world.notices(since)) == [
        "desk@quayside.example", "priya@example.nhs.uk", "sam@example.nhs.uk",
    ]  # fmt: skip
    for notice in world.notices(since):
        assert notice.subject == "Cancelled: Simple" and notice.only == "asked" and not notice.about
        assert notice.facts["text"] == (
            "Simple is cancelled: it was started by mistake. There is nothing more for you to do. "
            "We are sorry for the trouble."
        )


def test_the_apology_says_which_calendar_entries_end() -> None:
    world = asked()
    since = len(world.events)
    world.do(commands.cancel, "a mistake")
    (priya,) = [n for n in world.notices(since) if n.person == "priya"]
    entry, other = priya.facts["cancels"]
    due = world.asked("ask", "Y10002").due.at.isoformat()
    assert other["practice"] == "Moor"
    assert entry == {
        "about": "w1.ask.1.Y10002.practice_manager", "title": "How many visits", "practice": "Orchard", "due_at": due,
    }  # fmt: skip


def test_who_cancels_it_is_not_told() -> None:
    world = asked()
    world.do(commands.reassign, world.asked("ask", "Y10001").id, "asha", "she knows")
    since = len(world.events)
    world.do(commands.cancel, "a mistake")
    assert "asha" not in {n.person for n in world.notices(since)}


def test_before_the_first_email_went_nobody_hears_of_it() -> None:
    world = World(simple(), STARTS, "2027-01-03 22:00")  # a Sunday evening: emails wait for the morning
    world.advance()
    assert emails(world.events)
    world.do(commands.cancel, "a mistake")
    assert emails(world.events) == ()


def test_a_workflow_that_was_cancelled_goes_on_where_it_was() -> None:
    world = asked()
    world.answer("ask", "Y10002", {"visits": 3})
    world.advance()
    world.do(commands.cancel, "a mistake")
    since = len(world.events)
    world.do(commands.reopen_workflow, "ask", "it was right after all")
    world.advance()
    assert world.state.status == "open" and world.state.steps["ask"].attempt == 2
    assert len(world.state.earlier["ask"]) == 1 and world.state.earlier["ask"][0].assignments
    asking = [n for n in world.notices(since) if n.person == "priya"]
    assert [n.facts["text"] for n in asking] == ["This is asked again: it was right after all"] * 2
    assert {n.kind for n in world.notices(since)} == {"ask"}


def test_what_was_open_besides_asks_only_who_had_not_answered() -> None:
    world = World(worlds.process("vote"), worlds.LAUNCHES["vote"], "2027-01-11 09:00")
    world.advance()
    world.answer("few", "Y10001", {"host": "yes"})
    world.do(commands.cancel, "a mistake")
    since = len(world.events)
    world.do(commands.reopen_workflow, "gate", "it was right")
    world.advance()
    stands = {a.organisation: a.status for a in world.state.steps["few"].assignments.values()}
    assert stands == {"Y10001": "carried", "Y10002": "open", "Y10003": "open"}
    assert world.state.steps["gate"].attempt == 1
    asked = [n.about for n in world.notices(since) if n.kind == "ask" and n.step == "few"]
    assert len(asked) == 2 and not [n for n in world.notices(since) if n.about.startswith("w1.few.2.Y10001")]


def test_who_took_part_is_told_once_that_it_is_open_again() -> None:
    world = World(worlds.process("figures"), worlds.LAUNCHES["figures"], "2027-03-29 09:00")
    world.run("2027-04-06 09:00")
    for place in ("Y10001", "Y10002", "Y10003", "Y10004"):
        world.answer("returns", place, {"visits": 4})
    world.run("2027-04-20 09:00")
    world.do(commands.cancel, "a mistake")
    later = next(s.id for s in world.state.steps.values() if s.status == "open")
    since = len(world.events)
    world.do(commands.reopen_workflow, later, "it goes on")
    world.advance()
    hearing = [n.person or n.email for n in world.notices(since)]
    assert len(hearing) == len(set(hearing)), "twice to one person"
    assert {n.kind for n in world.notices(since)} - {"question"} == {"ask", "told"}


def test_the_lock_is_lifted_with_the_reason() -> None:
    world = asked("locks: true")
    for place in ("Y10001", "Y10002", "Y10003", "Y10004"):
        world.answer("ask", place, {"visits": 4}, person="sam", name="sam")
    world.advance()
    assert world.state.status == "completed" and world.state.locked
    world.do(commands.reopen_workflow, "ask", "two were counted twice")
    (lifted,) = world.bodies(e.LockLifted)
    assert lifted.reason == "two were counted twice" and not world.state.locked
    world.advance()
    assert [a.status for a in world.state.steps["ask"].assignments.values()] == ["open"] * 4


@pytest.mark.parametrize(
    ("step", "reason", "code"), [("none", "why not", "no-such-step"), ("ask", " ", "no-reason")]
)
def test_a_workflow_is_not_opened_again_without_a_step_and_a_reason(
    step: str, reason: str, code: str
) -> None:
    world = asked()
    with pytest.raises(Refused, match="open") as refused:
        world.do(commands.reopen_workflow, "ask", "why not")
    assert refused.value.code == "still-open"
    world.do(commands.cancel, "a mistake")
    with pytest.raises(Refused) as refused:
        world.do(commands.reopen_workflow, step, reason)
    assert refused.value.code == code


def test_a_child_of_a_cancelled_workflow_is_not_wanted_any_more() -> None:
    world = World(worlds.process("vote"), worlds.LAUNCHES["vote"], "2027-01-11 09:00")
    world.run("2027-02-11 09:00")
    world.do(commands.cancel, "a mistake")
    running = [child for child in world.state.children if child.status != "closed"]
    assert [child for child, _ in unwanted(world.state)] == running
