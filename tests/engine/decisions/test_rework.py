"""An answer that leaves its step open: it stops the ladder (rule 8), and the question is put anew from there."""

from __future__ import annotations

import pytest

from engine.events import ActionsSetOff, AskedAgain, NoticePlanned, RungClimbed
from engine.simulation.expectations import london_date
from engine.simulation.scenario import Stage
from engine.state.workflow import Assignment
from tests.engine.stages import do, staged


def one(stage: Stage, step: str, of: str = "U90001") -> Assignment:
    (found,) = (a for a in stage.state.steps[step].assignments.values() if a.organisation == of)
    return found


def climbed(stage: Stage, step: str, of: str = "U90001") -> list[tuple[str, str]]:
    """The rungs of an assignment that were climbed, with their days."""
    return [
        (event.body.rung, str(london_date(event.at)))
        for event in stage.events
        if isinstance(event.body, RungClimbed) and event.body.assignment == one(stage, step, of).id
    ]


@pytest.fixture
def checks() -> Stage:
    stage = staged("onboard-new-role", "2026-12-01")
    do(stage, answer="funding_check")
    do(stage, answer="post_approval")
    return stage


UNDER_WAY = {"checks": {"dbs": {"outcome": "in progress"}}}


def test_with_time_left_the_date_stands(checks: Stage) -> None:
    do(checks, clock="2026-12-10", expect={"step": "employment_checks", "due": "2027-01-18"})
    do(checks, answer="employment_checks", with_=UNDER_WAY)
    do(checks, expect={"step": "employment_checks", "due": "2027-01-18", "assignment": "open"})


def test_a_date_that_is_near_or_past_gives_five_working_days(checks: Stage) -> None:
    do(checks, clock="2027-01-20")
    do(checks, answer="employment_checks", with_=UNDER_WAY)
    due = one(checks, "employment_checks").due
    assert due is not None
    assert str(london_date(due.at)) == "2027-01-27"
    assert due.explanation.startswith("This is open still, so it is asked again:")


def test_no_burst_and_a_ladder_of_its_own(checks: Stage) -> None:
    do(checks, clock="2027-01-20")
    before = climbed(checks, "employment_checks")
    assert [rung for rung, _ in before] == ["coming_up", "due_today", "offer_of_help"]
    do(checks, answer="employment_checks", with_=UNDER_WAY)
    do(checks, clock="2027-01-21")
    assert climbed(checks, "employment_checks") == before
    do(checks, clock="2027-02-05")
    assert climbed(checks, "employment_checks")[3:] == [
        ("coming_up", "2027-01-22"),
        ("due_today", "2027-01-27"),
        ("offer_of_help", "2027-01-29"),
        ("ring_them", "2027-02-03"),
    ]


def test_nobody_is_written_to_when_they_have_just_answered(checks: Stage) -> None:
    do(checks, clock="2027-01-20")
    count = len([event for event in checks.events if isinstance(event.body, NoticePlanned)])
    do(checks, answer="employment_checks", with_=UNDER_WAY)
    after = [event for event in checks.events if isinstance(event.body, NoticePlanned)]
    assert len(after) == count


def test_each_answer_asks_again_once(checks: Stage) -> None:
    do(checks, answer="employment_checks", with_=UNDER_WAY)
    checks.settle()
    do(checks, answer="employment_checks", with_=UNDER_WAY)
    again = [event.body for event in checks.events if isinstance(event.body, AskedAgain)]
    assert [body.because for body in again] == ["“answered” leaves it open"] * 2
    do(checks, answer="employment_checks", expect={"step": "employment_checks", "is": "closed"})
    assert [r.counts for r in one(checks, "employment_checks").responses] == [False, False, True]


def test_what_was_said_is_seen_meanwhile(checks: Stage) -> None:
    do(checks, clock="2027-02-01")
    do(checks, answer="employment_checks", with_=UNDER_WAY)
    do(checks, answer="day_one_gate", with_={"start": "start as planned"}, refused="stopped")


def test_an_approval_sent_back_to_nobody_is_asked_again() -> None:
    stage = staged("iif-quarter-close", "2026-12-15")
    do(stage, answer="confirm_set", with_={"decision": "returned"})
    do(stage, expect={"step": "confirm_set", "is": "open", "assignment": "open"})
    do(stage, answer="confirm_set", expect={"step": "confirm_set", "is": "closed"})


# --- an answer that sets something off instead


@pytest.fixture
def promises() -> Stage:
    stage = staged("access-plan-sign-off", "2027-04-12")
    do(stage, answer="adopt", with_={"board_date": "2027-06-17"})
    do(stage, everyone_answers="practice_baseline")
    do(stage, everyone_answers="patient_voice")
    do(stage, answer="draft_plan")
    return stage


CANNOT = {"position": "cannot agree", "change_wanted": "Less."}


def test_it_is_set_off_at_once_and_only_once(promises: Stage) -> None:
    do(promises, answer="practice_commitments", by="Y90001", with_=CANNOT)
    do(promises, expect={"step": "conversation", "is": "open", "of": "Y90001", "assignment": "open"})
    promises.settle()
    assert len([e for e in promises.events if isinstance(e.body, ActionsSetOff)]) == 1
    assert one(promises, "practice_commitments", "Y90001").status == "answered"


def test_the_ladder_stays_where_it_is_until_the_practice_is_asked_anew(promises: Stage) -> None:
    do(promises, answer="practice_commitments", by="Y90001", with_=CANNOT)
    do(promises, clock="2027-06-25")
    assert climbed(promises, "practice_commitments", "Y90001") == []
    do(
        promises,
        answer="conversation",
        by="Y90001",
        with_={"way_forward": "they will look at their promises again"},
    )
    asked = one(promises, "practice_commitments", "Y90001")
    assert (asked.status, asked.attempt, len(asked.responses)) == ("open", 1, 1)
    assert str(london_date(asked.rungs[0].at)) == "2027-06-29"


def test_others_who_have_not_answered_are_not_written_to_again(promises: Stage) -> None:
    do(promises, answer="practice_commitments", by="Y90001", with_=CANNOT)
    do(
        promises,
        answer="conversation",
        by="Y90001",
        with_={"way_forward": "they will look at their promises again"},
    )
    asks = [
        e.body.notice.organisation
        for e in promises.events
        if isinstance(e.body, NoticePlanned)
        and e.body.notice.step == "practice_commitments"
        and e.body.notice.kind == "ask"
    ]
    assert sorted(asks) == ["Y90001", "Y90001", "Y90002", "Y90003", "Y90004", "Y90005"]


def test_who_cannot_agree_is_a_gap_and_is_heard(promises: Stage) -> None:
    do(promises, answer="practice_commitments", by="Y90001", with_=CANNOT)
    step = promises.state.steps["practice_commitments"]
    assert step.gaps == ("Y90001", "Y90002", "Y90003", "Y90004", "Y90005")
    do(promises, everyone_answers="practice_commitments", with_={"position": "agree"})
    assert promises.state.steps["practice_commitments"].gaps == ("Y90001",)


def test_the_clinical_director_is_asked_about_a_practice_and_may_answer(promises: Stage) -> None:
    do(promises, answer="practice_commitments", by="Y90001", with_=CANNOT)
    asked = one(promises, "conversation", "Y90001")
    assert (asked.person, asked.organisation, asked.unfilled) == ("nina-hassan", "Y90001", False)
    do(promises, answer="conversation", by="Y90001", person="daniel-frost", refused="another-practice")
    do(promises, answer="conversation", by="Y90001", with_={"way_forward": "no agreement yet"})


# --- what the manager may do


def test_a_question_may_name_no_patient() -> None:
    stage = staged("iif-quarter-close", "2026-12-15")
    do(stage, answer="confirm_set")
    do(stage, clock="2027-01-06")
    do(stage, everyone_answers="practice_return")
    do(stage, open="data_query", **{"for": ["Y90001"]}, text="What of 943 476 5919?", refused="NHS number")


def test_a_practice_that_is_asked_already_is_not_asked_twice() -> None:
    stage = staged("iif-quarter-close", "2026-12-15")
    do(stage, answer="confirm_set")
    do(stage, clock="2027-01-06")
    do(stage, reopen="practice_return", **{"for": ["Y90001"]}, refused="asked-already")
    do(stage, answer="practice_return", by="Y90001")
    do(stage, reopen="practice_return", **{"for": ["Y90001"]})
    assert (
        one(stage, "practice_return", "Y90001").status,
        one(stage, "practice_return", "Y90001").attempt,
    ) == ("open", 1)
