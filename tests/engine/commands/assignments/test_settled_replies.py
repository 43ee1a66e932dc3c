"""A reply is settled with words, a date, or another person; whoever said it hears, once, and the ladder goes on."""

from __future__ import annotations

from datetime import timedelta

import pytest

from engine import commands
from engine import events as e
from engine.commands.refusals import Refused
from tests.engine import worlds
from tests.engine.worlds import World, simple

PRIYA = e.Actor("Priya", "practice_manager", "Y10002", "priya", channel="web")
TOM = e.Actor("Tom", "nurse", "Y10002", "tom", channel="web")
LOCUM = e.Actor("A locum", "", "Y10002", channel="web")


def asking(by: e.Actor = PRIYA, kind: str = "question", days: int | None = None) -> World:
    world = World(simple())
    world.advance()
    until = world.now + timedelta(days=days) if days else None
    world.take(commands.reply(world.state, world.now, by, orchard(world).id, kind, "Home visits too?", until))
    return world


def orchard(world: World) -> worlds.WorkflowState:
    return world.asked("ask", "Y10002")


def told(world: World, since: int) -> list[tuple[str, str, str]]:
    return [(n.kind, n.person, n.facts["text"]) for n in world.notices(since)]


def test_the_words_go_to_whoever_asked_and_stay_with_what_they_asked() -> None:
    world = asking(TOM)
    since = len(world.events)
    world.do(commands.settle_reply, orchard(world).id, "Yes, those too.")
    assert told(world, since) == [("told", "tom", "Yes, those too.")]
    (reply,) = orchard(world).replies
    assert (reply.actor, reply.text, reply.settled) == (TOM, "Home visits too?", True)
    assert (reply.settlement.actor, reply.settlement.text) == (worlds.MANAGER, "Yes, those too.")


def test_somebody_the_directory_does_not_know_is_answered_at_whoever_is_asked() -> None:
    world = asking(LOCUM)
    since = len(world.events)
    world.do(commands.settle_reply, orchard(world).id, "Yes, those too.")
    assert told(world, since) == [("told", "priya", "Yes, those too.")]


def test_everybody_who_asked_is_answered_once() -> None:
    world = asking(TOM)
    world.take(
        commands.reply(world.state, world.now, PRIYA, orchard(world).id, "question", "And nights?", None)
    )
    since = len(world.events)
    world.do(commands.settle_reply, orchard(world).id, "Both.")
    assert sorted(told(world, since)) == [("told", "priya", "Both."), ("told", "tom", "Both.")]
    assert all(reply.settled for reply in orchard(world).replies)


def test_the_time_asked_for_is_given_with_a_ladder_that_starts_anew() -> None:
    world = asking()
    world.do(commands.settle_reply, orchard(world).id, "Yes.")
    world.run("2027-01-19 12:00")
    assert "due_today" in orchard(world).climbed
    world.take(
        commands.reply(
            world.state, world.now, TOM, orchard(world).id, "more time", "", worlds.at("2027-02-01 17:00")
        )
    )
    since = len(world.events)
    world.do(commands.settle_reply, orchard(world).id, "Of course.", until=worlds.at("2027-02-02 17:00"))
    # The one who asked, and the one whose calendar it stands in.
    said = "Of course. It is due Tue 2 February 2027, 5pm now."
    assert sorted(told(world, since)) == [("told", "priya", said), ("told", "tom", said)]
    assert {n.facts["due_at"] for n in world.notices(since)} == {"2027-02-02T17:00:00+00:00"}
    assert orchard(world).replies[-1].settlement.until == worlds.at("2027-02-02 17:00")
    since = len(world.events)
    world.run("2027-03-20 12:00")
    climbed = [b.rung for b in world.bodies(e.RungClimbed, since) if b.assignment == orchard(world).id]
    # One email has gone, so that one of the two is left; then a person rings.
    assert climbed == ["coming_up", "due_today", "ring_them", "conversation", "board_item"]


def test_not_ours_is_asked_of_somebody_else_and_each_hears_once() -> None:
    world = asking(kind="not ours")
    since = len(world.events)
    world.do(commands.settle_reply, orchard(world).id, "Thank you.", to="tom")
    heard = [(n.kind, n.person, n.about) for n in world.notices(since)]
    assert heard == [("told", "priya", ""), ("ask", "tom", orchard(world).id)]
    assert "Tom is asked instead" in world.notices(since)[0].facts["text"]
    # Whoever is asked now reads what was said, and what was said to it.
    said = [line.partition(": ")[2] for line in world.notices(since)[1].facts["items"]]
    assert said == ["Home visits too?", "Thank you."]
    assert (orchard(world).person, orchard(world).replies[-1].settlement.to) == ("tom", "tom")


def test_who_asked_for_it_is_not_told_that_somebody_else_is_asked() -> None:
    world = asking(TOM, "not ours")
    since = len(world.events)
    world.do(commands.settle_reply, orchard(world).id, "Yours, please.", to="tom")
    heard = [(n.kind, n.person, n.facts.get("text", "")) for n in world.notices(since)]
    assert heard[:2] == [("told", "tom", "Yours, please."), ("ask", "tom", "")]
    assert [(kind, person) for kind, person, _ in heard[2:]] == [("told", "priya")]


def test_the_words_of_a_reassignment_reach_whoever_asked() -> None:
    world = asking(TOM)
    since = len(world.events)
    world.do(commands.reassign, orchard(world).id, "gil", "Gil knows about visits")
    heard = [(n.kind, n.person) for n in world.notices(since)]
    assert heard == [("told", "tom"), ("ask", "gil"), ("told", "priya")]
    assert "Gil knows about visits" in world.notices(since)[0].facts["text"]


def test_a_question_is_answered_also_where_the_answer_came_meanwhile() -> None:
    world = asking()
    world.answer("ask", "Y10002", {"visits": 3})
    since = len(world.events)
    world.do(commands.settle_reply, orchard(world).id, "Yes, those too.")
    (notice,) = world.notices(since)
    assert (notice.person, notice.about) == ("priya", "")
    with pytest.raises(Refused) as refused:
        world.do(commands.settle_reply, orchard(world).id, "Yes, those too.")
    assert refused.value.code == "no-reply"


def test_an_answer_makes_the_wish_for_more_time_moot() -> None:
    world = asking(kind="more time", days=9)
    world.answer("ask", "Y10002", {"visits": 3})
    assert orchard(world).unsettled is None


def test_an_external_date_is_given_to_nobody() -> None:
    world = World(simple(due="external_deadline"), {"start": "2027-01-04", "deadline": "2027-02-26"})
    world.advance()
    asked = orchard(world)
    world.take(commands.reply(world.state, world.now, PRIYA, asked.id, "question", "Which?", None))
    with pytest.raises(Refused) as refused:
        world.do(commands.settle_reply, asked.id, "Yes", until=worlds.at("2027-03-26 17:00"))
    assert refused.value.code == "external"


def test_a_rung_that_nobody_may_skip_is_climbed_after_the_question() -> None:
    world = World(simple(), {"start": "2027-01-04", "deadline": "2027-02-26"})
    world.advance()
    asked = orchard(world)
    world.take(commands.reply(world.state, world.now, PRIYA, asked.id, "question", "Which?", None))
    world.run("2027-02-22 12:00")  # five working days before the deadline are the 19th
    since = len(world.events)
    world.do(commands.settle_reply, asked.id, "The blue one")
    world.advance()
    climbed = [b.rung for b in world.bodies(e.RungClimbed, since) if b.assignment == asked.id]
    assert climbed == ["external_decision"]
    assert "ring_them" in [b.rung for b in world.bodies(e.RungSkipped, since)]
