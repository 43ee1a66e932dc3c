"""Who may see the answers of a step, and that emails carry none of them."""

from __future__ import annotations

import pytest

from engine.events import Actor, NoticePlanned
from engine.events.codec import canonical
from engine.people.visibility import may_see
from engine.simulation.scenario import Stage
from tests.engine.stages import do, staged


@pytest.fixture
def onboarding() -> Stage:
    stage = staged("onboard-new-role", "2026-12-01")
    do(stage, answer="funding_check")
    do(stage, answer="post_approval")
    do(
        stage,
        answer="employment_checks",
        with_={
            "checks": {
                "dbs": {"outcome": "concern", "completed_on": "2026-12-01", "checked_by": "Zebedee Quill"}
            }
        },
    )
    return stage


HR = Actor("Maya Chen", "hr_lead", "U90001", "maya-chen", channel="web")
MANAGER = Actor("Asha Patel", "pcn_manager", "U90001", "asha-patel", channel="web")
PRACTICE = Actor("Daniel Frost", "practice_manager", "Y90002", "daniel-frost", channel="web")
STARTER = Actor("Rowan Hale", "named_person", "U90001", "rowan-hale", channel="web")
LINE_MANAGER = Actor("Hannah Cole", "iif_lead", "U90001", "hannah-cole", channel="web")
# Somebody with the same role elsewhere: what the PCN knows of its staff is not theirs.
ELSEWHERE = Actor("Pat Moss", "hr_lead", "Y90003", "pat-moss", channel="web")


@pytest.mark.parametrize(
    ("step", "actor", "sees"),
    [
        ("practice_readiness", PRACTICE, True),  # visible to all
        ("practice_readiness", STARTER, True),
        ("employment_checks", HR, True),
        ("employment_checks", MANAGER, True),
        ("employment_checks", PRACTICE, False),
        ("employment_checks", STARTER, False),
        ("employment_checks", ELSEWHERE, False),
        ("check_concern", HR, True),
        ("check_concern", MANAGER, False),  # a concern is the employer's alone
        ("supervision_plan", STARTER, True),  # named at launch as the starter
        ("review_30_days", LINE_MANAGER, True),  # named at launch as the line manager
        ("accounts", STARTER, False),
    ],
)
def test_who_sees_what(onboarding: Stage, step: str, actor: Actor, sees: bool) -> None:
    assert may_see(onboarding.state, step, actor) is sees


def test_whoever_was_asked_or_answered_sees_it(onboarding: Stage) -> None:
    supervisor = Actor("Dr Femi Adeyemi", "gp", "Y90001", "femi-adeyemi", channel="web")
    assert may_see(onboarding.state, "supervision_plan", supervisor)
    do(onboarding, answer="indemnity", person="leo-grant")
    assert may_see(
        onboarding.state, "indemnity", Actor("Leo Grant", "x", "U90001", "leo-grant", channel="web")
    )


def test_a_manager_who_was_only_asked_whom_to_ask_sees_nothing() -> None:
    stage = staged("onboard-new-role", "2026-12-01")
    pcn = stage.state.pcn
    nobody = [held for held in pcn.roles if held.role != "hr_lead"]
    object.__setattr__(stage.state, "pcn", pcn.model_copy(update={"roles": nobody}))
    do(stage, answer="funding_check")
    do(stage, answer="post_approval")
    do(
        stage,
        answer="employment_checks",
        with_={"checks": {"dbs": {"outcome": "concern", "completed_on": "2026-12-01"}}},
    )
    (concern,) = stage.state.steps["check_concern"].assignments.values()
    assert (concern.unfilled, concern.person) == (True, "asha-patel")
    assert not may_see(stage.state, "check_concern", MANAGER)


def test_emails_carry_no_answers_of_steps_that_few_may_see(onboarding: Stage) -> None:
    do(
        onboarding,
        answer="check_concern",
        with_={"conclusion": "clear to start with safeguards", "safeguards": "Xylophone"},
    )
    do(onboarding, clock="2027-02-12")
    told = b" ".join(canonical(e.body.notice) for e in onboarding.events if isinstance(e.body, NoticePlanned))
    assert told
    for secret in (b"Zebedee Quill", b"Xylophone", b"clear to start with safeguards"):
        assert secret not in told


def test_what_was_asked_about_a_concern_is_not_told_to_the_manager(onboarding: Stage) -> None:
    do(onboarding, reply="question", to="check_concern", text="Does a caution from 1999 matter?")
    told = [
        e.body.notice
        for e in onboarding.events
        if isinstance(e.body, NoticePlanned) and e.body.notice.kind == "question"
    ]
    assert [notice.name for notice in told] == ["Asha Patel"]
    assert b"caution" not in canonical(told[0])
