"""What nobody has seen to comes back to the manager: a reply twice, a time asked for and a noted day once."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

from engine import commands
from engine import events as e
from engine.decisions.pending import next_deadline
from engine.expressions.evaluator import FormEvaluator
from engine.forms.samples import sample_answers
from engine.state.workflow import Assignment
from tests.engine import worlds
from tests.engine.worlds import World, simple

PRIYA = e.Actor("Priya", "practice_manager", "Y10002", "priya", channel="web")


def replied(kind: str = "question", days: int | None = None, now: str = "2027-01-07 11:00") -> World:
    world = World(simple())
    world.advance()
    world.advance(now)
    until = world.now + timedelta(days=days) if days else None
    one = world.asked("ask", "Y10002").id
    world.take(commands.reply(world.state, world.now, PRIYA, one, kind, "Home visits too?", until))
    return world


def sampled(world: World, asked: Assignment) -> None:
    """They answer with whatever the form takes."""
    evaluator = FormEvaluator(world.state, world.now, asked)
    form = world.state.process.steps[asked.step].form
    world.answer(asked.step, asked.organisation, sample_answers(form, evaluator.names, evaluator, Random(1)))


def reminders(world: World) -> list[tuple[str, str]]:
    """Day and kind of each that came back."""
    kinds = e.ReplyUnsettled | e.PromisePassed | e.CallDue
    return [(f"{ev.at:%m-%d %H:%M}", ev.type) for ev in world.events if isinstance(ev.body, kinds)]


def test_a_reply_comes_back_after_two_working_days_and_once_more() -> None:
    world = replied()  # a Thursday
    assert next_deadline(world.state, world.now) == worlds.at("2027-01-11 11:00")
    since = len(world.events)
    world.run("2027-06-01 09:00")
    assert reminders(world) == [("01-11 11:00", "ReplyUnsettled"), ("01-13 11:00", "ReplyUnsettled")]
    first, again = [n for n in world.notices(since) if n.subject.startswith("Waiting for you")]
    assert again.facts["text"] == first.facts["text"]
    assert (first.kind, first.person, first.facts["items"]) == ("task", "asha", ["Home visits too?"])
    assert first.subject == "Waiting for you: Orchard has a question: How many visits"
    assert "Priya at Orchard has a question. That was on 7 January" in first.facts["text"]
    assert world.asked("ask", "Y10002").unsettled is not None


def test_a_question_comes_back_also_where_all_have_answered_since() -> None:
    text = worlds.process("figures")
    world = World(text, worlds.LAUNCHES["figures"], "2027-04-01 09:00")
    world.run("2027-04-05 09:00")
    asked = list(world.state.steps["returns"].assignments.values())
    who = e.Actor(asked[0].name, asked[0].role, asked[0].organisation, asked[0].person, channel="web")
    world.take(commands.reply(world.state, world.now, who, asked[0].id, "question", "Home visits too?", None))
    for each in asked:
        sampled(world, each)
    world.advance()
    assert world.state.steps["returns"].status == "closed" and world.state.status == "open"
    since = len(world.events)
    world.run("2027-04-12 09:00")
    assert [b.assignment for b in world.bodies(e.ReplyUnsettled, since)] == [asked[0].id, asked[0].id]


def test_what_is_settled_does_not_come_back() -> None:
    world = replied()
    world.do(commands.settle_reply, world.asked("ask", "Y10002").id, "Yes, those too.")
    world.run("2027-02-01 09:00")
    assert reminders(world) == []


def test_of_a_reply_and_the_time_it_asked_for_one_comes_back_at_a_time() -> None:
    world = replied("more time", 1)
    world.run("2027-03-01 09:00")
    assert reminders(world) == [("01-08 11:00", "PromisePassed")]


def test_a_hold_moves_it_on() -> None:
    world = replied()
    world.do(commands.hold, "snow")
    world.advance("2027-01-21 09:00")
    assert next_deadline(world.state, world.now) is None and reminders(world) == []
    world.do(commands.lift)
    assert next_deadline(world.state, world.now) == worlds.at("2027-01-25 11:00")  # ten working days lost


def test_a_day_that_was_noted_comes_once_unless_there_is_an_answer() -> None:
    world = World(simple())
    world.advance()
    one, other = world.asked("ask", "Y10002").id, world.asked("ask", "Y10004").id
    world.do(commands.note_call, one, False, "", next_on=date(2027, 1, 9))  # a Saturday
    world.do(commands.note_call, other, True, "They will send it", next_on=date(2027, 1, 8))
    world.answer("ask", "Y10004", {"visits": 3})
    since = len(world.events)
    world.run("2027-01-12 09:00")
    assert reminders(world) == [("01-11 09:00", "CallDue")]
    (notice,) = [n for n in world.notices(since) if n.kind == "task"]
    assert (notice.person, notice.subject) == ("asha", "Next step with Orchard: How many visits")


def test_a_later_call_takes_the_place_of_the_one_before() -> None:
    world = World(simple())
    world.advance()
    one = world.asked("ask", "Y10002").id
    world.do(commands.note_call, one, False, "", next_on=date(2027, 1, 7))
    world.do(commands.note_call, one, True, "They will send it")
    world.run("2027-01-13 09:00")
    assert reminders(world) == []
