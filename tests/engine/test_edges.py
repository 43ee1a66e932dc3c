"""Where steps meet: answers that do not count, practices sent back one by one, abstentions, on-demand steps, clocks."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from engine import commands
from engine import events as e
from engine.commands.refusals import Refused
from engine.decisions.advance import advance
from engine.decisions.pending import next_deadline
from tests.engine import worlds
from tests.engine.worlds import LAUNCHES, MANAGER, World, at, simple

PLACES = ("Y10001", "Y10002", "Y10003", "Y10004")
VOTE: dict[str, Any] = {"kind": "approve", "role": "gp_lead",
                        "form": "{id: decision, type: decision, options: [approved, approved with conditions], label: Vote}"}  # fmt: skip


def vote() -> World:
    world = World(worlds.process("vote"), LAUNCHES["vote"])
    world.advance()
    return world


def figures(quarter: str = "Q1") -> World:
    world = World(worlds.process("figures"), LAUNCHES["figures"] | {"quarter": quarter}, "2026-12-14 09:00")
    world.advance()
    return world


# --- when it is due


def test_time_to_catch_up_does_not_reach_past_the_date_that_is_led_up_to() -> None:
    """Asked after its date had passed, a step has five working days, and none beyond what it leads up to."""
    world = World(simple(due="10 working days before start"), {"start": "2027-01-07"})
    world.advance()
    assert world.asked("ask", "Y10002").due.at == at("2027-01-07 17:00")
    assert "The date it leads up to, Thu 7 Jan 2027" in world.asked("ask", "Y10002").due.explanation
    gone = World(simple(due="10 working days before start"), {"start": "2027-01-02"})
    gone.advance()
    assert gone.asked("ask", "Y10002").due.at == at("2027-01-11 17:00")


# --- enough, and not enough


def test_who_abstained_weighs_on_neither_side() -> None:
    extra = "close_when: majority\nif_short: decide\nsilence: counts as abstention"
    world = World(simple(**VOTE, extra=extra))
    world.advance()
    world.answer("ask", "Y10001", {"decision": "approved"})
    world.run("2027-02-28 09:00")
    # Y10004 has no GP lead, so nobody there was asked and nobody there abstained: one of two is no majority.
    assert {a.organisation for a in world.state.steps["ask"].assignments.values() if a.abstained} == {
        "Y10002",
        "Y10003",
    }
    assert world.state.steps["ask"].shortfall == "raised"
    world.answer("ask", "Y10003", {"decision": "approved"})
    world.advance()
    assert world.state.over and world.state.steps["ask"].missing == ("Y10004",)


def test_when_everybody_abstains_nothing_was_approved() -> None:
    roles = [*worlds.pcn_data()["roles"], {"role": "gp_lead", "at": "Y10004", "person": "tom"}]
    extra = "if_short: decide\nsilence: counts as abstention"
    world = World(simple(**VOTE, extra=extra), of=worlds.pcn(roles=roles))
    world.run("2027-02-28 09:00")
    assert world.state.status == "open" and world.state.steps["ask"].shortfall == "raised"


def test_silence_as_agreement_has_the_outcome_of_agreement() -> None:
    world = World(
        simple(
            kind="review", form=worlds.DECISION, extra="silence: counts as agreement\nclose_when: majority"
        )
    )
    world.run("2027-02-28 09:00")
    assert world.state.steps["ask"].outcome == "reviewed"
    assert world.state.steps["ask"].missing == ()


def test_a_share_waits_for_the_due_date_and_is_met_late() -> None:
    world = World(simple(extra="close_when: 80% of list size\nif_short: decide"))
    world.advance()
    for place in PLACES[:2]:
        world.answer("ask", place, {"visits": 1})
    world.run("2027-01-19 18:00")  # 16,000 of 25,000 patients
    assert world.state.steps["ask"].shortfall == "raised"
    decision = [n for n in world.notices() if n.kind == "decision"]
    assert {n.person for n in decision} == {"asha", "nina"} and "Quayside, Moor" in decision[0].facts["text"]
    world.answer("ask", "Y10003", {"visits": 1})
    world.advance()
    assert world.state.over and world.state.steps["ask"].missing == ("Y10004",)


def test_waiting_until_another_day_asks_again_on_that_day() -> None:
    world = World(simple(extra="if_short: decide"))
    world.run("2027-01-19 18:00")
    for until in (None, world.now):
        with pytest.raises(Refused, match="until when"):
            world.do(commands.decide_shortfall, "ask", "wait", "half term", until=until)
    world.do(commands.decide_shortfall, "ask", "wait", "half term", until=at("2027-02-22 12:00"))
    assert not world.state.steps["ask"].shortfall
    world.run("2027-02-22 11:59")
    assert not world.state.steps["ask"].shortfall
    world.run("2027-02-22 12:00")
    assert world.state.steps["ask"].shortfall == "raised"
    world.do(commands.decide_shortfall, "ask", "proceed", "it is enough for the board")
    world.advance()
    assert world.state.over and set(world.state.steps["ask"].missing) == set(PLACES)


def test_a_decision_may_be_to_cancel() -> None:
    world = World(simple(extra="if_short: decide"))
    world.run("2027-01-19 18:00")
    world.do(commands.decide_shortfall, "ask", "cancel", "nobody needs it any more")
    assert world.state.status == "cancelled"


# --- answers


def test_an_answer_is_amended_while_the_step_is_open() -> None:
    world = World(simple())
    world.advance()
    world.answer("ask", "Y10002", {"visits": 1})
    body = world.answer("ask", "Y10002", {"visits": 2}, person="tom", name="Tom")[0].body
    assert body.number == 2
    asked = world.asked("ask", "Y10002")
    assert [r.answers["visits"] for r in asked.responses] == [1, 2] and asked.response.actor.name == "Tom"


def test_answered_on_hold_it_is_not_late_for_the_time_the_clock_stood_still() -> None:
    world = World(simple())
    world.run("2027-01-15 10:00")
    world.do(commands.hold, "the system is down")
    world.now = at("2027-01-25 10:00")
    assert world.answer("ask", "Y10003", {"visits": 1})[0].body.late is False


# --- sent back


def test_two_practices_sent_back_at_once_are_both_asked_again_and_the_others_stand() -> None:
    world = figures()
    for place in PLACES:
        world.answer("returns", place, {"visits": 1})
    world.advance()
    world.answer("confirm", "Y10001", {"decision": "returned"})
    world.answer("confirm", "Y10002", {"decision": "returned"})
    world.advance()
    returns = world.state.steps["returns"]
    assert {a.organisation for a in returns.assignments.values() if a.status == "open"} == {
        "Y10001",
        "Y10002",
    }
    assert {a.organisation for a in returns.assignments.values() if a.status == "carried"} == {
        "Y10003",
        "Y10004",
    }


def test_a_refusal_that_still_stands_does_not_send_back_again_by_itself() -> None:
    world = figures()
    for place in PLACES:
        world.answer("returns", place, {"visits": 1})
    world.advance()
    world.answer("confirm", "Y10003", {"decision": "returned"})
    world.advance()
    world.answer("returns", "Y10003", {"visits": 1})  # the same figures, on purpose
    world.advance()
    assert world.asked("confirm", "Y10003").status == "open"
    assert len(world.state.earlier["confirm"]) == 1


def test_what_is_sent_back_neither_locks_nor_starts_anything() -> None:
    world = figures("Q4")
    text = worlds.FIGURES.format(head=worlds.HEAD.format(title="figures"))
    assert "locks: true" in text
    world.run("2027-04-06 09:00")
    for place in PLACES:
        world.answer("returns", place, {"visits": 1})
    world.advance()
    for place in PLACES[:3]:
        world.answer("confirm", place, {"decision": "approved"})
    world.advance()
    world.answer("review", "U10001", {"decision": "approved"})
    world.advance()
    world.answer("declare", "U10001", {"declared": "yes"})
    world.advance()
    world.answer("approval", "U10001", {"status": "returned"})
    world.advance()
    assert not world.state.locked and world.state.steps["review"].attempt == 2
    world.answer("review", "U10001", {"decision": "approved"})
    world.advance()
    assert world.state.steps["declare"].attempt == 2 and world.state.steps["declare"].status == "open"


# --- on demand


def test_a_step_on_demand_is_opened_for_others_while_it_is_open_and_reopened_when_it_is_done() -> None:
    world = figures()
    for place in PLACES:
        world.answer("returns", place, {"visits": 1})
    world.advance()
    with pytest.raises(Refused) as refused:
        world.do(commands.open_on_demand, "query", ())
    assert refused.value.code == "no-practice"
    world.do(commands.open_on_demand, "query", ("Y10001",), text="Is 1 right?")
    assert world.notices()[-1].facts["text"] == "Is 1 right?"
    world.do(commands.open_on_demand, "query", ("Y10002",))
    assert {a.organisation for a in world.state.steps["query"].assignments.values()} == {"Y10001", "Y10002"}
    with pytest.raises(Refused):
        world.do(commands.open_on_demand, "query", ("Y10002",))
    for place in PLACES[:2]:
        world.answer("query", place, {"finding": "right"})
    world.advance()
    assert world.state.steps["query"].status == "closed"
    world.do(commands.reopen_step, "query", "asked too little")
    world.advance()
    assert {a.organisation for a in world.state.steps["query"].assignments.values()} == {"Y10001", "Y10002"}
    assert world.state.steps["query"].attempt == 2


def test_an_answer_that_does_not_count_opens_the_conversation_now() -> None:
    world = vote()
    world.answer("few", "Y10001", {"host": "no"})
    world.advance()
    assert world.state.steps["few"].status == "open"
    talk = world.asked("talk", "Y10001")
    assert talk.person == "nina" and talk.status == "open"
    world.answer("few", "Y10002", {"host": "no"})
    world.advance()
    assert {a.organisation for a in world.state.steps["talk"].assignments.values()} == {"Y10001", "Y10002"}


# --- dates


def test_a_step_whose_day_had_passed_gives_time_to_catch_up_and_a_hold_moves_that_too() -> None:
    world = World(simple(), {"start": "2026-11-02"})
    world.advance()
    assert world.asked("ask", "Y10002").due.at == at("2027-01-11 17:00")  # five working days
    world.do(commands.hold, "later")
    world.now = at("2027-01-07 09:00")  # three working days
    world.do(commands.lift)
    assert world.asked("ask", "Y10002").due.at == at("2027-01-14 17:00")


def test_catching_up_goes_no_further_than_the_external_date_it_leads_up_to() -> None:
    world = World(
        simple(due="10 working days before external_deadline"),
        {"start": "2027-01-04", "deadline": "2027-01-08"},
    )
    world.advance()
    assert world.asked("ask", "Y10002").due.at == at("2027-01-08 17:00")


def test_a_date_moved_into_the_past_gives_time_to_catch_up_once() -> None:
    world = World(simple(), {"start": "2027-01-11"})
    world.advance("2027-01-12 09:00")
    world.do(commands.move_named_date, "start", "2026-12-01", "they began early")
    assert world.asked("ask", "Y10002").due.at == at("2027-01-19 17:00")
    since = len(world.events)
    world.now = at("2027-01-14 09:00")
    world.do(commands.change_membership, worlds.pcn(name="Wide Bay"), "nothing to speak of")
    assert not world.bodies(e.DeadlineMoved, since)


def test_a_person_s_date_stays_whatever_moves_around_it() -> None:
    world = World(simple())
    world.advance()
    world.do(
        commands.extend, world.asked("ask", "Y10002").id, at("2027-02-06 10:00"), "they asked"
    )  # a Saturday
    assert world.asked("ask", "Y10002").due.at == at("2027-02-08 10:00")
    world.do(commands.move_named_date, "start", "2027-01-11", "later")
    assert world.asked("ask", "Y10002").due.at == at("2027-02-08 10:00")
    assert world.asked("ask", "Y10004").due.at == at("2027-01-25 17:00")


def test_an_external_date_that_somebody_outside_changed_takes_what_is_due_on_it_along() -> None:
    process = simple(due="external_deadline", extra="external: true")
    world = World(process, {"start": "2027-01-04", "deadline": "2027-02-05"})
    world.advance()
    since = len(world.events)
    world.do(
        commands.correct_external_date,
        "external_deadline",
        "2027-02-19",
        "The ICB's email of 5 January",
        "It moved",
    )
    assert world.asked("ask", "Y10002").due.at == at("2027-02-19 17:00")
    assert "Set from outside: The ICB's email of 5 January." in world.asked("ask", "Y10002").due.explanation
    assert all("The ICB's email of 5 January" in n.facts["text"] for n in world.notices(since) if n.about)
    assert world.asked("ask", "Y10002").due.external
    with pytest.raises(Refused) as refused:
        world.do(commands.extend, world.asked("ask", "Y10002").id, at("2027-03-01 17:00"), "please")
    assert refused.value.code == "external"


def test_a_decision_that_nobody_may_skip_is_never_passed_over() -> None:
    world = World(simple(), {"start": "2027-01-04", "deadline": "2027-01-29"})
    world.advance()
    world.advance("2027-02-15 10:00")  # nothing ran for six weeks
    climbed = [b.rung for b in world.bodies(e.RungClimbed) if ".Y10004." in b.assignment]
    assert climbed == ["external_decision", "board_item"]
    skipped = {b.rung for b in world.bodies(e.RungSkipped) if ".Y10004." in b.assignment}
    assert skipped == {"coming_up", "due_today", "offer_of_help", "ring_them", "conversation"}


# --- the whole


def test_a_process_of_which_nothing_applies_completes_at_once() -> None:
    world = World(worlds.process("nothing"), {})
    world.advance()
    assert world.state.status == "completed" and not world.notices()


def test_it_stops_where_a_decision_says_so_and_everyone_hears() -> None:
    world = vote()
    world.run("2027-02-01 09:00")
    for place in PLACES[:3]:
        if world.asked("ballot", place).status == "open":
            world.answer("ballot", place, {"decision": "approved"})
    world.answer("anyone", "Y10001", {"host": "yes"})
    for place in PLACES[:2]:
        world.answer("few", place, {"host": "yes"})
    world.advance()
    for asked in world.state.steps["employer_word"].assignments.values():
        actor = e.Actor(asked.name, asked.role, asked.organisation, asked.person, channel="web")
        from engine.commands.responses import respond

        world.take(respond(world.state, world.now, actor, asked.id, {"fine": "yes"}))
    world.advance()
    world.answer("gate", "U10001", {"decision": "give up"})
    since = len(world.events)
    world.advance()
    assert world.state.status == "stopped"
    assert {n.kind for n in world.notices(since)} == {"outcome"}
    with pytest.raises(Refused):
        commands.hold(world.state, world.now, MANAGER, "late")


def test_nothing_happens_while_it_is_on_hold_and_no_burst_comes_after() -> None:
    world = World(simple())
    world.advance()
    world.do(commands.hold, "the system is down")
    assert next_deadline(world.state, world.now) is None
    assert advance(world.state, world.now + timedelta(days=60)).events == ()
    world.now = at("2027-03-08 09:00")
    world.do(commands.lift)
    since = len(world.events)
    world.advance()
    assert not world.bodies(e.RungClimbed, since)
