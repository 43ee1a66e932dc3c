"""A reminder by hand: counted, once a week a practice, and to nobody who said something or was not reached."""

from __future__ import annotations

from datetime import timedelta

import pytest

from engine import commands
from engine import events as e
from engine.commands.assignments.nudges import last_nudge
from engine.commands.refusals import Refused
from engine.decisions.advance import advance
from tests.engine.worlds import World, simple


def asked() -> World:
    world = World(simple())
    world.advance()
    return world


def test_it_is_an_email_in_the_manager_s_words_or_baton_s() -> None:
    world = asked()
    since = len(world.events)
    world.do(commands.nudge, world.asked("ask", "Y10002").id, "The van leaves on Monday.")
    world.do(commands.nudge, world.asked("ask", "Y10003").id)
    mine, its = world.notices(since)
    assert (mine.kind, mine.person, mine.subject) == ("reminder", "priya", "A reminder: How many visits")
    assert mine.facts["text"] == "The van leaves on Monday."
    assert its.email == "desk@quayside.example" and "still to come" in its.facts["text"]
    assert world.asked("ask", "Y10002").nudges == (world.now,)


def test_once_a_week_a_practice_whatever_it_is_asked() -> None:
    world = asked()
    one = world.asked("ask", "Y10002").id
    world.do(commands.nudge, one)
    world.now += timedelta(days=7, seconds=-1)
    with pytest.raises(Refused) as refused:
        world.do(commands.nudge, one)
    assert refused.value.code == "nudged-this-week"
    world.do(commands.nudge, world.asked("ask", "Y10004").id)
    world.now += timedelta(seconds=1)
    world.do(commands.nudge, one)
    assert last_nudge(world.state, "Y10002") == world.now and last_nudge(world.state, "Y10001") is None


def test_what_was_done_in_another_workflow_counts_too() -> None:
    world = asked()
    one = world.asked("ask", "Y10002").id
    with pytest.raises(Refused, match="Orchard was reminded by hand"):
        world.do(commands.nudge, one, elsewhere=world.now - timedelta(days=6))
    world.do(commands.nudge, one, elsewhere=world.now - timedelta(days=7))


def test_nobody_is_reminded_whose_clock_stands_still() -> None:
    world = asked()
    world.do(commands.hold, "snow", organisation="Y10002")
    with pytest.raises(Refused) as refused:
        world.do(commands.nudge, world.asked("ask", "Y10002").id)
    assert refused.value.code == "on-hold"
    world.do(commands.nudge, world.asked("ask", "Y10004").id)


def test_nobody_is_reminded_whom_the_ask_did_not_reach() -> None:
    world = asked()
    one = world.asked("ask", "Y10002").id
    world.now += timedelta(days=30)
    world.take(advance(world.state, world.now, {one: "refused"}))
    with pytest.raises(Refused) as refused:
        world.do(commands.nudge, one)
    assert refused.value.code == "unreached"


def test_nobody_is_reminded_who_could_not_be_found() -> None:
    world = World(simple(role="finance_lead"))
    world.advance()
    with pytest.raises(Refused) as refused:
        world.do(commands.nudge, world.asked("ask", "Y10002").id)
    assert refused.value.code == "unreached"


def test_who_said_that_they_cannot_is_reminded_of_that() -> None:
    form = "{id: ready, type: choice, options: [ready, cannot], label: Ready}"
    world = World(simple(form=form, extra="outcome: ready\ncounts_if: response.ready == 'ready'"))
    world.advance()
    world.answer("ask", "Y10002", {"ready": "cannot"})
    world.advance()
    assert world.asked("ask", "Y10002").left_open == "cannot"
    since = len(world.events)
    world.do(commands.nudge, world.asked("ask", "Y10002").id)
    assert "you said “cannot”" in world.notices(since)[0].facts["text"]
    world.run("2027-03-01 09:00")
    about = [n for n in world.notices(since) if n.person == "priya" and n.about.count("Y10002")]
    assert any(n.kind == "offer of help" for n in about)
    assert not [n for n in about if "not reached us" in str(n.facts["text"]) or "Still to come" in n.subject]
    assert any("You said “cannot”" in n.subject for n in about)
    assert isinstance(world.events[0].body, e.WorkflowLaunched)
