"""Nobody is chased about an email that never went, and nobody's silence counts who was not asked (design 8)."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from definitions.models.ladder import WRITING
from engine import events as e
from engine.decisions.advance import advance
from engine.decisions.pending import next_deadline
from engine.decisions.unsent import UNREACHED_BECAUSE, Fate, something_due
from tests.engine.worlds import World, simple

PLACES = ("Y10004", "Y10002")


def run(world: World, to: datetime, fates: dict[str, Fate]) -> list[e.Event]:
    """From deadline to deadline until `to`, while the asks of these organisations have not gone."""
    began = len(world.events)
    while True:
        due = [world.state.assignment(each) for each in something_due(world.state, world.now)]
        unsent = {each.id: fates[each.organisation] for each in due if each and each.organisation in fates}
        world.take(advance(world.state, world.now, unsent))
        following = next_deadline(world.state, world.now)
        if following is None or following > to:
            return world.events[began:]
        assert following > world.now, "it would be entered again at once, for ever"
        world.now = following


def about(events: list[e.Event], kind: type[e.Body], world: World, place: str) -> list[e.Event]:
    asked = world.asked("ask", place).id
    return [
        event
        for event in events
        if isinstance(event.body, kind) and getattr(event.body, "assignment", "") == asked
    ]


def test_what_could_not_be_sent_is_asked_anew_instead_of_chased() -> None:
    world = World(simple())
    world.advance()
    first = world.asked("ask", "Y10004")
    happened = run(world, world.now + timedelta(days=60), {"Y10004": "waiting"})
    assert not about(happened, e.RungClimbed, world, "Y10004")
    assert about(happened, e.RungClimbed, world, "Y10002")
    again = about(happened, e.AskedAgain, world, "Y10004")
    assert again
    for event in again:
        assert isinstance(event.body, e.AskedAgain) and event.body.email and event.body.due
        assert event.body.due.at > event.at and all(rung.at > event.at for rung in event.body.rungs)
    asks = [n for n in world.notices() if n.kind == "ask" and n.about == first.id]
    assert len(asks) == 1 + len(again)


def test_once_it_has_gone_they_are_chased_like_everybody_else() -> None:
    world = World(simple())
    world.advance()
    run(world, world.now + timedelta(days=30), {"Y10004": "waiting"})
    happened = run(world, world.now + timedelta(days=60), {})
    climbed = about(happened, e.RungClimbed, world, "Y10004")
    registers = [event.body.register for event in climbed if isinstance(event.body, e.RungClimbed)]
    assert registers[-4:] == ["offer of help", "ring them", "conversation", "board item"]


@pytest.mark.parametrize("fate", ["refused", "unconfirmed"])
def test_where_it_may_not_have_arrived_a_person_rings_and_no_email_chases(fate: Fate) -> None:
    world = World(simple())
    world.advance()
    happened = run(world, world.now + timedelta(days=60), {"Y10004": fate})
    (told,) = about(happened, e.AskUndelivered, world, "Y10004")
    assert isinstance(told.body, e.AskUndelivered) and told.body.because == UNREACHED_BECAUSE[fate]
    assert ("refused" in told.body.because) == (fate == "refused"), "nobody's mail server is blamed for ours"
    climbed = about(happened, e.RungClimbed, world, "Y10004")
    registers = [event.body.register for event in climbed if isinstance(event.body, e.RungClimbed)]
    assert registers == ["ring them", "conversation", "board item"]
    assert not about(happened, e.AskedAgain, world, "Y10004")


@pytest.mark.parametrize("fate", ["waiting", "refused", "unconfirmed"])
@pytest.mark.parametrize("due", ["10 working days after start", "external_deadline"])
def test_no_silence_is_counted_of_whoever_was_not_asked(fate: Fate, due: str) -> None:
    process = simple(due=due, extra="silence: counts as agreement\nif_short: proceed and name the gaps")
    world = World(process, {"start": "2027-01-04", "deadline": "2027-01-29"})
    world.advance()
    happened = run(world, world.now + timedelta(days=60), {"Y10004": fate})
    assert not about(happened, e.SilenceCounted, world, "Y10004")
    assert about(happened, e.SilenceCounted, world, "Y10002")


def test_a_rung_that_nobody_may_skip_is_climbed_whatever_the_post_does() -> None:
    world = World(simple(), {"start": "2027-01-04", "deadline": "2027-01-29"})
    world.advance()
    happened = run(world, world.now + timedelta(days=60), {"Y10004": "waiting"})
    climbed = {
        event.body.rung
        for event in about(happened, e.RungClimbed, world, "Y10004")
        if isinstance(event.body, e.RungClimbed)
    }
    assert climbed <= {"external_decision"}


@settings(max_examples=40, deadline=None)
@given(
    st.dictionaries(st.sampled_from(PLACES), st.sampled_from(["waiting", "refused", "unconfirmed"])),
    st.integers(1, 45),
    st.sampled_from(["never counts", "counts as agreement", "counts as abstention"]),
)
def test_no_email_chases_while_the_ask_has_not_gone(fates: dict[str, Fate], days: int, silence: str) -> None:
    world = World(simple(extra=f"silence: {silence}"))
    world.advance()
    happened = run(world, world.now + timedelta(days=days), fates)
    for place in fates:
        chased = [
            event.body.register
            for event in about(happened, e.RungClimbed, world, place)
            if isinstance(event.body, e.RungClimbed)
        ]
        assert not WRITING & set(chased)
        assert not about(happened, e.SilenceCounted, world, place)
