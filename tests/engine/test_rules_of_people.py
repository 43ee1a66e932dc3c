"""The rules of the engine, one property each: answers, people, holds, locks and the horizon (rules 8 to 14)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine import commands
from engine import events as e
from engine.commands.refusals import Refused
from engine.commands.responses import reply, respond
from engine.dates.clock import london_date
from tests.engine import worlds
from tests.engine.worlds import LAUNCHES, MANAGER, World, simple

FEW = settings(max_examples=40, deadline=None)
ATTEST = {"kind": "attest", "role": "gp_lead", "form": "{id: note, type: text, label: Note, required: false}"}


def someone(world: World, step: str, place: str, **who: str) -> e.Actor:
    asked = world.asked(step, place)
    return e.Actor(
        who.get("person", asked.person), asked.role, who.get("organisation", place), who.get("person", asked.person),
        who.get("for_", ""), channel="web",
    )  # fmt: skip


@FEW
@given(st.sampled_from(["answer", "more time", "not ours", "question"]), st.integers(0, 45))
def test_rule_8_any_response_or_reply_stops_the_ladder(what: str, days: int) -> None:
    world = World(simple())
    world.run(world.now + timedelta(days=days))
    asked = world.asked("ask", "Y10002")
    if what == "answer":
        world.answer("ask", "Y10002", {"visits": 1})
    else:
        until = world.now + timedelta(days=20) if what == "more time" else None
        actor = someone(world, "ask", "Y10002")
        world.take(reply(world.state, world.now, actor, asked.id, what, "Which visits?", until))  # type: ignore[arg-type]
    since = len(world.events)
    world.run(world.now + timedelta(days=100))
    assert not [body for body in world.bodies(e.RungClimbed, since) if body.assignment == asked.id]
    others = [body for body in world.bodies(e.RungClimbed) if body.assignment != asked.id]
    assert others or world.state.over, "the others' ladders go on"
    promised = [body for body in world.bodies(e.PromisePassed) if body.assignment == asked.id]
    assert len(promised) == (what == "more time")


def test_rule_8_after_a_person_was_asked_to_ring_no_email_goes_by_itself() -> None:
    world = World(simple())
    world.run("2027-01-27 12:00")  # past the call, five working days after the due date
    asked = world.asked("ask", "Y10002")
    assert asked.called and asked.chasers == 2
    world.do(commands.extend, asked.id, worlds.at("2027-02-17 17:00"), "agreed on the telephone")
    since = len(world.events)
    world.run("2027-04-30 09:00")
    climbed = [b.register for b in world.bodies(e.RungClimbed, since) if b.assignment == asked.id]
    assert climbed and set(climbed) <= {"ring them", "conversation", "board item", "decision"}


REFUSALS: list[tuple[str, str, Any]] = [
    ("closed twice", "over", lambda w: respond(w.state, w.now, w.jo, w.done, {"visits": 1})),
    ("another practice", "another-practice", lambda w: respond(w.state, w.now, w.jo, w.asked_id, {"visits": 1})),
    ("no such assignment", "no-such-assignment", lambda w: respond(w.state, w.now, w.jo, "w1.ask.1.X.y", {})),
    ("a question without one", "no-question", lambda w: reply(w.state, w.now, w.priya, w.asked_id, "question", " ", None)),
    ("more time without a day", "no-day", lambda w: reply(w.state, w.now, w.priya, w.asked_id, "more time", "", None)),
    ("extended into the past", "no-day", lambda w: commands.extend(w.state, w.now, MANAGER, w.asked_id, w.now, "x")),
    ("extended without a reason", "no-reason",
     lambda w: commands.extend(w.state, w.now, MANAGER, w.asked_id, w.now + timedelta(days=1), " ")),
    ("nobody to reassign to", "nobody", lambda w: commands.reassign(w.state, w.now, MANAGER, w.asked_id, "zed", "x")),
    ("nothing to settle", "no-reply", lambda w: commands.settle_reply(w.state, w.now, MANAGER, w.asked_id, "x")),
    ("lifted, not held", "not-held", lambda w: commands.lift(w.state, w.now, MANAGER)),
    ("no such step", "no-such-step", lambda w: commands.reopen_step(w.state, w.now, MANAGER, "zed", "x")),
    ("reopened for a stranger", "not-asked",
     lambda w: commands.reopen_step(w.state, w.now, MANAGER, "ask", "x", organisation="Y99999")),
    ("not on demand", "not-on-demand", lambda w: commands.open_on_demand(w.state, w.now, MANAGER, "ask", ())),
    ("no such date", "no-such-date", lambda w: commands.move_named_date(w.state, w.now, MANAGER, "zed", "2027-01-05", "x")),
    ("no date at all", "no-day", lambda w: commands.move_named_date(w.state, w.now, MANAGER, "start", "soon", "x")),
    ("another PCN", "another-pcn", lambda w: commands.change_membership(w.state, w.now, MANAGER, worlds.pcn(code="U20002", roles=[], closures=[]), "x")),
    ("a decision nobody asked for", "not-short", lambda w: commands.decide_shortfall(w.state, w.now, MANAGER, "ask", "proceed", "x")),
]  # fmt: skip


@pytest.mark.parametrize(
    ("code", "deed"), [each[1:] for each in REFUSALS], ids=[each[0] for each in REFUSALS]
)
def test_rule_9_what_may_not_be_done_is_refused_with_a_reason_and_changes_nothing(
    code: str, deed: Any
) -> None:
    world: Any = World(simple())
    world.advance()
    world.jo, world.priya = someone(world, "ask", "Y10001", person="jo"), someone(world, "ask", "Y10002")
    world.asked_id = world.done = world.asked("ask", "Y10002").id
    if code == "over":
        for place in ("Y10001", "Y10002", "Y10003", "Y10004"):
            world.answer("ask", place, {"visits": 1})
        world.advance()
        world.done = world.asked("ask", "Y10001").id
    before = world.state
    with pytest.raises(Refused) as refused:
        deed(world)
    assert refused.value.code == code and len(refused.value.message) > 12
    assert world.state is before


def test_rule_9_nobody_signs_their_own_figures() -> None:
    world = World(worlds.process("figures"), LAUNCHES["figures"] | {"quarter": "Q1"}, "2026-12-14 09:00")
    world.advance()
    world.answer("returns", "Y10001", {"visits": 1}, person="owen", name="Dr Owen Bright")
    for place in ("Y10002", "Y10003", "Y10004"):
        world.answer("returns", place, {"visits": 1})
    world.advance()
    asked = world.asked("confirm", "Y10001")
    assert asked.person == "owen"
    with pytest.raises(Refused) as refused:
        world.answer("confirm", "Y10001", {"decision": "approved"})
    assert refused.value.code == "own-figures"


@FEW
@given(
    st.integers(0, 18),
    st.integers(0, 12),
    st.sampled_from(
        ["10 working days after start", "10 working days after opens", "10 working days after launch"]
    ),
)
def test_rule_10_a_hold_stops_clocks_and_lifting_it_moves_internal_dates_on_by_what_was_lost(
    before: int, held: int, due: str
) -> None:
    world = World(simple(due=due, extra="if_short: decide"))
    world.run(world.now + timedelta(days=before))
    dues = {a.id: a.due.at for a in world.state.steps["ask"].assignments.values()}
    world.do(commands.hold, "the system is down")
    assert world.advance(world.now + timedelta(days=held)) == []
    late = world.answer("ask", "Y10001", {"visits": 1})[0].body.late
    assert late == (dues[world.asked("ask", "Y10001").id] < world.events[-1].at - timedelta(days=held))
    since = len(world.events)
    lifted = world.do(commands.lift)[0].body
    lost = world.state.calendar.working_days_between(
        london_date(world.now - timedelta(days=held)), london_date(world.now)
    )
    assert lifted.lost == lost
    for asked in world.state.steps["ask"].assignments.values():
        if asked.status != "open":
            continue
        if dues[asked.id] <= world.now and asked.due.at == dues[asked.id]:
            continue  # it was late already, and what was lost would not change that
        between = world.state.calendar.working_days_between(
            london_date(dues[asked.id]), london_date(asked.due.at), asked.organisation
        )
        assert between == lost or (lost and between >= lost)  # closures in between come on top
    told = [notice for notice in world.notices(since) if notice.kind == "told"]
    moved = world.bodies(e.DeadlineMoved, since)
    assert len(moved) == len({body.assignment for body in moved}) and len(told) <= len(moved)
    assert all("on hold" in notice.facts["text"] for notice in told)


def test_rule_10_what_was_fixed_after_a_hold_is_not_moved_by_it() -> None:
    world = World(simple(due="5 working days after opens"))
    world.do(commands.hold, "later")
    world.now = worlds.at("2027-01-12 09:00")
    world.do(commands.lift)
    world.advance()
    assert world.asked("ask", "Y10002").due.at == worlds.at("2027-01-19 17:00")
    moved = World(simple())
    moved.do(commands.hold, "later")
    moved.now = worlds.at("2027-01-12 09:00")
    moved.do(commands.lift)
    moved.do(commands.move_named_date, "start", "2027-02-01", "the van comes later")
    moved.advance()
    assert moved.asked("ask", "Y10002").due.at == worlds.at("2027-02-15 17:00")


def test_rule_10_a_hold_moves_what_people_were_given_and_what_they_asked_for() -> None:
    world = World(simple())
    world.advance()
    given_, asking = world.asked("ask", "Y10001"), world.asked("ask", "Y10002")
    world.do(commands.extend, given_.id, worlds.at("2027-01-28 17:00"), "they asked")
    world.take(
        reply(
            world.state,
            world.now,
            someone(world, "ask", "Y10002"),
            asking.id,
            "more time",
            "",
            worlds.at("2027-01-07 12:00"),
        )
    )
    world.do(commands.hold, "later")
    world.now = worlds.at("2027-01-11 09:00")  # five working days
    world.do(commands.lift)
    world.advance()
    assert world.asked("ask", "Y10001").due.at == worlds.at("2027-02-04 17:00")
    assert not world.bodies(e.PromisePassed)
    world.run("2027-01-14 12:00")
    assert [body.until for body in world.bodies(e.PromisePassed)] == [worlds.at("2027-01-14 12:00")]


@FEW
@given(
    st.sampled_from(["complete", "attest"]), st.sampled_from(["nina", "owen", "rae", "gil", "asha", "tom", ""]),
    st.sampled_from(["Y10002", "Y10003"]), st.sampled_from(["", "nina", "gil"]), st.integers(0, 20),
)  # fmt: skip
def test_rule_11_a_deputy_attests_only_where_the_step_and_the_directory_let_them_and_the_log_names_both(
    cover_may: str, who: str, place: str, for_: str, days: int
) -> None:
    world = World(
        simple(**ATTEST, due="25 working days after start", extra=f"statement: Yes.\ncover_may: {cover_may}")
    )
    world.advance()
    world.run(world.now + timedelta(days=days))
    asked, holder = world.asked("ask", place), {"Y10002": "nina", "Y10003": "gil"}[place]
    actor = someone(world, "ask", place, person=who, for_=for_)
    day = london_date(world.now)
    lets = any(c.by == who and c.may == "attest" for c in world.state.pcn.cover_for(holder, day))
    try:
        response = world.take(respond(world.state, world.now, actor, asked.id, {}))[0]
    except Refused as refused:
        assert refused.code in ("deputy", "not-the-signer")
        assert who != holder or for_
        return
    if response.actor.on_behalf_of:
        assert (
            cover_may == "attest"
            and lets
            and response.actor.on_behalf_of == holder
            and response.actor.person == who
        )
    else:
        assert who == holder


def test_rule_11_a_deputy_may_complete_and_the_log_names_both() -> None:
    world = World(simple(), now="2027-01-04 09:00")
    world.advance()
    asked = world.asked("ask", "Y10001")
    assert (asked.person, asked.on_behalf_of) == ("sam", "jo")  # Jo is away
    actor = world.answer("ask", "Y10001", {"visits": 1})[0].actor
    assert (actor.person, actor.on_behalf_of) == ("sam", "jo")


def test_rule_11_the_manager_who_stands_in_for_a_vacant_role_does_not_sign_for_it() -> None:
    vacant = worlds.pcn(roles=[r for r in worlds.pcn_data()["roles"] if r["at"] != "Y10003"])
    world = World(simple(**ATTEST, extra="statement: Yes."), of=vacant)
    world.advance()
    asked = world.asked("ask", "Y10003")
    assert asked.unfilled and asked.person == "asha" and not asked.rungs
    with pytest.raises(Refused):
        world.answer("ask", "Y10003", {}, person="asha")


@FEW
@given(st.integers(0, 3), st.booleans())
def test_rule_12_an_edit_to_what_was_signed_voids_the_signatures_that_depend_on_it(
    which: int, edited: bool
) -> None:
    world = World(worlds.process("figures"), LAUNCHES["figures"] | {"quarter": "Q1"}, "2026-12-14 09:00")
    world.advance()
    places = ("Y10001", "Y10002", "Y10003", "Y10004")
    for place in places:
        world.answer("returns", place, {"visits": 1})
    world.advance()
    for place in places[:3]:
        world.answer("confirm", place, {"decision": "approved"})
    world.advance()
    assert world.state.steps["confirm"].status == "closed"
    world.do(commands.reopen_step, "returns", "a figure was wrong", organisation=places[which])
    world.advance()
    assert [
        a.organisation for a in world.state.steps["returns"].assignments.values() if a.status == "open"
    ] == [places[which]]
    since = len(world.events)
    world.answer("returns", places[which], {"visits": 2 if edited else 1})
    world.advance()
    confirm = world.state.steps["confirm"]
    stands = {a.organisation for a in confirm.assignments.values() if a.status == "carried"}
    expected = set(places[:3]) - ({places[which]} if edited else set())
    assert stands == expected
    voided = [
        n
        for n in world.notices(since)
        if n.step == "confirm" and "no longer stands" in n.facts.get("text", "")
    ]
    assert len(voided) == (1 if edited and which < 3 else 0)


def test_rule_12_a_signature_that_is_sent_back_itself_is_asked_for_again() -> None:
    world = World(worlds.process("figures"), LAUNCHES["figures"] | {"quarter": "Q1"}, "2026-12-14 09:00")
    world.advance()
    for place in ("Y10001", "Y10002", "Y10003", "Y10004"):
        world.answer("returns", place, {"visits": 1})
    world.advance()
    for place in ("Y10001", "Y10002", "Y10003"):
        world.answer("confirm", place, {"decision": "approved"})
    world.advance()
    world.do(commands.reopen_step, "confirm", "the wording was wrong")
    world.advance()
    assert {a.status for a in world.state.steps["confirm"].assignments.values()} == {"open"}


@FEW
@given(st.integers(2028, 2031), st.booleans())
def test_rule_13_past_the_last_known_holiday_year_a_date_is_refused(year: int, later: bool) -> None:
    last = worlds.calendar_data()["last_year"]
    start = f"{year}-06-01"
    if year <= last:
        World(simple(), {"start": start})
        return
    if not later:
        with pytest.raises(Refused) as refused:
            World(simple(), {"start": start})
        assert refused.value.code == "beyond-horizon" and str(year) in refused.value.message
        return
    world = World(simple())
    world.advance()
    before = world.state
    with pytest.raises(Refused) as refused:
        world.do(commands.move_named_date, "start", start, "much later")
    assert refused.value.code == "beyond-horizon" and world.state == before


def test_rule_13_a_step_whose_date_turns_out_unknown_waits_and_the_manager_is_told_once() -> None:
    world = World(simple(due="600 working days after opens"))
    since = len(world.events)
    world.advance()
    assert world.state.steps["ask"].status == "waiting" and world.state.steps["ask"].refused
    assert [notice.kind for notice in world.notices(since)] == ["question"]
    assert world.advance("2027-02-01 09:00") == []


@FEW
@given(st.sampled_from(["reopen", "move", "query", "answer"]), st.booleans())
def test_rule_14_a_locked_workflow_cannot_change_and_reopening_it_is_a_new_attempt(
    what: str, unlock: bool
) -> None:
    world = locked()
    before = world.state
    kept = world.state.steps["returns"]
    if what == "reopen" and unlock:
        world.do(commands.reopen_step, "returns", "the commissioner wants it", unlock=True)
        assert not world.state.locked and world.state.steps["returns"].attempt == kept.attempt + 1
        assert world.state.earlier["returns"][-1].assignments == kept.assignments
        return
    with pytest.raises(Refused) as refused:
        if what == "reopen":
            world.do(commands.reopen_step, "returns", "again")
        elif what == "move":
            world.do(commands.move_named_date, "quarter_end", "2027-04-02", "again")
        elif what == "query":
            world.do(commands.reopen_step, "confirm", "again", organisation="Y10001")
        else:
            world.answer("returns", "Y10001", {"visits": 9})
    assert refused.value.code in ("locked", "closed")
    assert world.state is before


def locked() -> World:
    """The last quarter up to the commissioner's approval, with one more step to come."""
    text = worlds.FIGURES.format(head=worlds.HEAD.format(title="figures")).replace(
        "  - id: thanks", "  - id: paid\n    kind: do\n    title: Paid\n    after: [approval]\n    assign: {role: pcn_manager}\n"
        "    due: 5 working days after opens\n  - id: thanks",
    )  # fmt: skip
    world = World(worlds.bundled(text), LAUNCHES["figures"], "2027-03-29 09:00")
    world.run("2027-04-06 09:00")
    for place in ("Y10001", "Y10002", "Y10003", "Y10004"):
        world.answer("returns", place, {"visits": 1})
    world.advance()
    for place in ("Y10001", "Y10002", "Y10003"):
        world.answer("confirm", place, {"decision": "approved"})
    world.advance()
    world.answer("review", "U10001", {"decision": "approved"})
    world.advance()
    world.answer("declare", "U10001", {"declared": "yes"})
    world.advance()
    world.answer("approval", "U10001", {"status": "approved"})
    world.advance()
    assert world.state.locked and not world.state.over
    return world
