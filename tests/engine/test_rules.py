"""The rules of the engine, one property each: time and people (rules 1 to 7)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine import commands
from engine import events as e
from engine.commands.refusals import Refused
from engine.dates.clock import LONDON, london_date
from engine.decisions.advance import advance
from engine.decisions.draft import Decision
from engine.events.codec import from_record, to_record
from engine.state.fold import fold
from tests.engine import worlds
from tests.engine.worlds import MANAGER, World, simple

PLACES = ("Y10001", "Y10002", "Y10003", "Y10004")
MAILBOX, VACANT = "Y10003", "Y10004"
FEW = settings(max_examples=40, deadline=None)

#: Days from the launch on which something happens, and who answers on them.
answering = st.dictionaries(st.sampled_from(PLACES), st.integers(0, 40), max_size=4)


def played(world: World, when: dict[str, int], answers: dict[str, Any]) -> World:
    """Each practice of `when` answers that many days after the launch; then a quarter of a year passes."""
    began = world.now
    world.advance()
    for place, days in sorted(when.items(), key=lambda each: each[1]):
        world.run(began + timedelta(days=days, hours=1))
        if world.state.steps["ask"].status == "open":
            world.answer("ask", place, answers)
            world.advance()
    world.run(began + timedelta(days=90))
    return world


@FEW
@given(answering)
def test_rule_1_advance_is_deterministic_and_the_log_folds_to_the_same_state(when: dict[str, int]) -> None:
    world = played(World(simple()), when, {"visits": 3})
    again = played(World(simple()), when, {"visits": 3})
    assert world.events == again.events
    stored = [from_record(to_record(event)) for event in world.events]
    assert fold(stored, world.open_bundle) == fold(world.events, world.open_bundle) == world.state
    assert advance(world.state, world.now) == advance(world.state, world.now)


@FEW
@given(answering, st.sampled_from(["all", "any", "majority", "at least 2", "80% of list size"]))
def test_rule_2_a_step_closes_once_an_attempt_and_ends_its_assignments_and_rungs_with_it(
    when: dict[str, int], rule: str
) -> None:
    world = played(
        World(simple(extra=f"close_when: {rule}\nif_short: proceed and name the gaps")), when, {"visits": 3}
    )
    closed = [event for event in world.events if isinstance(event.body, e.StepClosed)]
    assert len({(event.body.step, event.body.attempt) for event in closed}) == len(closed)
    if not closed:
        assert world.state.steps["ask"].shortfall == "raised"  # nobody was heard in time, so a person decides
        return
    assert all(asked.status != "open" for asked in world.state.steps["ask"].assignments.values())
    ended = [event.at for event in world.events if isinstance(event.body, e.AssignmentEnded)]
    assert set(ended) <= {closed[0].at}
    assert not [
        event
        for event in world.events
        if isinstance(event.body, e.RungClimbed) and event.version > closed[0].version
    ]


@FEW
@given(st.integers(0, 30), st.sampled_from(["membership", "calendar"]))
def test_rule_3_changing_what_a_workflow_is_pinned_to_is_an_event_with_a_reason(days: int, what: str) -> None:
    plain, extra = simple(), simple(holidays=("2027-01-14",))
    world = World(plain)
    world.processes[extra.hash] = extra
    world.run(world.now + timedelta(days=days))
    pinned = (world.state.process, world.state.calendar, world.state.pcn)

    def change(reason: str) -> Decision:
        if what == "membership":
            return commands.change_membership(
                world.state, world.now, MANAGER, worlds.pcn(absences=[]), reason
            )
        return commands.change_calendar(
            world.state, world.now, MANAGER, extra.hash, world.open_bundle, reason
        )

    with pytest.raises(Refused) as refused:
        change("  ")
    assert refused.value.code == "no-reason"
    assert (world.state.process, world.state.calendar, world.state.pcn) == pinned
    first = world.take(change("they moved house"))[0]
    assert isinstance(first.body, e.MembershipChanged | e.CalendarChanged)
    assert first.body.reason == "they moved house" and first.actor == MANAGER
    assert (world.state.process, world.state.calendar, world.state.pcn) != pinned


def test_rule_3_another_definition_does_not_come_in_as_a_calendar() -> None:
    world, other = World(simple()), simple(extra="close_when: any")
    world.processes[other.hash] = other
    with pytest.raises(Refused) as refused:
        commands.change_calendar(world.state, world.now, MANAGER, other.hash, world.open_bundle, "new")
    assert refused.value.code == "another-definition"


@FEW
@given(
    st.lists(
        st.tuples(st.sampled_from(["hold", "holiday", "extend", "days", "closure"]), st.integers(1, 12)),
        max_size=8,
    )
)
def test_rule_4_an_external_date_never_moves(shocks: list[tuple[str, int]]) -> None:
    plain = simple(due="external_deadline", extra="external: true")
    other = simple(due="external_deadline", extra="external: true", holidays=("2027-02-01", "2027-02-02"))
    world = World(plain, {"start": "2027-01-04", "deadline": "2027-02-06"})  # a Saturday
    world.processes[other.hash] = other
    world.advance()
    shake(world, shocks, [plain.hash, other.hash])
    for asked in world.state.steps["ask"].assignments.values():
        assert asked.due.external
        assert asked.due.at.astimezone(LONDON).strftime("%Y-%m-%d %H:%M") == "2027-02-06 17:00"
    assert not world.bodies(e.DeadlineMoved)


@FEW
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["hold", "holiday", "extend", "days", "closure", "move"]), st.integers(1, 12)
        ),
        max_size=8,
    )
)
def test_rule_4_an_internal_date_never_falls_on_a_day_its_assignee_does_not_work(
    shocks: list[tuple[str, int]],
) -> None:
    plain, other = simple(), simple(holidays=("2027-01-18", "2027-01-19", "2027-02-01"))
    world = World(plain)
    world.processes[other.hash] = other
    world.advance()
    shake(world, shocks, [plain.hash, other.hash])
    for asked in world.state.steps["ask"].assignments.values():
        due = asked.due.at.astimezone(LONDON)
        if asked.due.at <= world.now:
            continue  # what has passed is left as it was
        assert world.state.calendar.is_working(due.date(), asked.organisation), asked.due.explanation
        assert world.state.calendar.shut_at(due.date(), due.time(), asked.organisation) is None


def change(world: World, command: Any, *given: Any) -> None:
    """A change, unless it is so already."""
    try:
        world.do(command, *given)
    except Refused as refused:
        assert refused.code == "no-change"


def shake(world: World, shocks: list[tuple[str, int]], bundles: list[str]) -> None:
    """What moves dates about, one after another."""
    for what, count in shocks:
        if what == "days":
            world.run(world.now + timedelta(days=count))
        elif what == "hold":
            world.do(commands.hold, "nobody is here")
            world.advance(world.now + timedelta(days=count))
            world.do(commands.lift)
        elif what == "holiday":
            bundle = bundles[count % 2]
            change(world, commands.change_calendar, bundle, world.open_bundle, "announced")
        elif what == "closure":
            shut = {"organisation": "Y10002", "date": str(london_date(world.now) + timedelta(days=count))}
            closures = [*worlds.pcn_data()["closures"], shut]
            change(world, commands.change_membership, worlds.pcn(closures=closures), "a boiler")
        elif what == "move":
            change(
                world,
                commands.move_named_date,
                "start",
                str(london_date(world.now) + timedelta(days=count)),
                "later",
            )
        else:
            extended(world, count)
        world.advance()


def extended(world: World, days: int) -> None:
    asked = world.asked("ask", PLACES[days % 4])
    until = datetime(2027, 1, 20, 13, 30, tzinfo=world.now.tzinfo) + timedelta(days=days)
    try:
        world.do(commands.extend, asked.id, max(until, world.now + timedelta(days=1)), "they asked")
    except Refused as refused:
        assert refused.code in ("external", "no-change")


@FEW
@given(st.integers(0, 60))
def test_rule_5_a_late_answer_is_taken_and_marked_late_until_the_step_closes(days: int) -> None:
    world = World(simple(extra="close_when: all"))
    world.run(world.now + timedelta(days=days))
    due = world.asked("ask", "Y10001").due.at
    response = world.answer("ask", "Y10001", {"visits": 3})[0].body
    assert response.late == (world.now > due)
    for place in PLACES[1:]:
        world.answer("ask", place, {"visits": 3})
    world.advance()
    assert world.state.over
    with pytest.raises(Refused):
        world.answer("ask", "Y10001", {"visits": 4})


@FEW
@given(answering, st.sampled_from(["never counts", "counts as agreement", "counts as abstention"]))
def test_rule_6_silence_is_what_the_step_says_and_the_first_email_says_so(
    when: dict[str, int], silence: str
) -> None:
    extra = f"close_when: majority\nif_short: proceed and name the gaps\nsilence: {silence}"
    world = played(
        World(simple(kind="review", form=worlds.DECISION, extra=extra)), when, {"decision": "approved"}
    )
    words = {"never counts": "nothing is counted", "counts as agreement": "counts as agreement",
             "counts as abstention": "counts as an abstention"}  # fmt: skip
    asks = [notice for notice in world.notices() if notice.kind == "ask"]
    assert asks and all(words[silence] in notice.facts["silence"] for notice in asks)
    counted = world.bodies(e.SilenceCounted)
    if silence == "never counts":
        assert not counted
    for body in counted:
        asked = world.state.assignment(body.assignment)
        assert not asked.unfilled and body.as_ == silence.removeprefix("counts as ")
        assert not [r for r in asked.responses if r.at <= asked.due.at]
    for closed in world.bodies(e.StepClosed):
        heard = {world.state.assignment(r.assignment).organisation for r in world.bodies(e.ResponseReceived)}
        silent = {world.state.assignment(body.assignment).organisation for body in counted}
        assert set(closed.missing) == set(PLACES) - heard - silent
        assert not set(closed.missing) & heard


def test_rule_6_somebody_who_replied_was_not_silent_and_nobody_signs_by_silence() -> None:
    from engine.commands.responses import reply

    world = World(simple(kind="review", form=worlds.DECISION, extra="silence: counts as agreement"))
    world.advance()
    asked = world.asked("ask", "Y10001")
    actor = e.Actor("Jo Marsh", "practice_manager", "Y10001", "jo", channel="web")
    world.take(reply(world.state, world.now, actor, asked.id, "question", "Is this about visits?", None))
    world.run("2027-04-01 09:00")
    assert {world.state.assignment(b.assignment).organisation for b in world.bodies(e.SilenceCounted)} == set(
        PLACES[1:]
    )
    signing = World(
        simple(
            kind="attest",
            role="gp_lead",
            form=worlds.DECISION,
            extra="statement: Yes.\nsilence: counts as agreement",
        )
    )
    signing.run("2027-04-01 09:00")
    assert not signing.bodies(e.SilenceCounted)


@FEW
@given(answering)
def test_rule_7_every_event_says_who_when_how_and_what_caused_it(when: dict[str, int]) -> None:
    world = played(World(simple()), when, {"visits": 3})
    versions = {event.version: event for event in world.events}
    assert list(versions) == list(range(1, len(world.events) + 1))
    for event in world.events:
        assert event.actor.name and event.actor.channel and event.at.tzinfo is not None
        if event.cause.startswith("w1/"):
            assert versions[int(event.cause.removeprefix("w1/"))].version < event.version
        else:
            assert event.cause in ("launch", "clock", "respond")
        if isinstance(event.body, e.ResponseReceived):
            assert event.actor.organisation and event.actor.channel == "web"
        if isinstance(event.body, e.NoticePlanned):
            assert event.cause.startswith("w1/")


def test_rule_7_a_step_that_an_answer_closed_was_caused_by_that_answer() -> None:
    world = World(simple(extra="close_when: any"))
    world.advance()
    answered = world.answer("ask", "Y10001", {"visits": 3})[0]
    closed = world.advance()[0]
    assert isinstance(closed.body, e.StepClosed) and closed.cause == f"w1/{answered.version}"
    ended = next(event for event in world.events if isinstance(event.body, e.AssignmentEnded))
    assert ended.cause == f"w1/{closed.version}"
    over = next(event for event in world.events if isinstance(event.body, e.WorkflowClosed))
    last = [event for event in world.events if isinstance(event.body, e.StepClosed)][-1]
    assert over.cause == f"w1/{last.version}"
