"""A signature covers content by its hash: what it covers voids it, and nothing else does (rule 12)."""

from __future__ import annotations

import pytest

from engine.decisions.assignments import content_hash
from engine.expressions.scope import Scope
from engine.simulation.scenario import Stage
from tests.engine.stages import do, staged

PRACTICES = ("Y90001", "Y90002", "Y90003", "Y90004", "Y90005")


@pytest.fixture
def plan() -> Stage:
    stage = staged("access-plan-sign-off", "2027-04-12")
    do(stage, answer="adopt", with_={"board_date": "2027-06-17", "funding": "41120.00"})
    do(stage, everyone_answers="practice_baseline")
    do(stage, everyone_answers="patient_voice")
    do(stage, answer="draft_plan")
    do(stage, everyone_answers="practice_commitments", with_={"position": "agree"})
    do(stage, answer="funding_apportionment")
    do(stage, answer="clinical_safety", with_={"urgent_safety_net": "yes", "ehia_done": "yes"})
    return stage


def hashes(stage: Stage, step: str = "practice_sign_off") -> dict[str, str]:
    scope = Scope(stage.state, stage.now)
    return {
        code: content_hash(scope, stage.state.process.steps[step], code) for code in (*PRACTICES, "U90001")
    }


def changed(stage: Stage, step: str, by: str, **answers: object) -> dict[str, str]:
    """The hashes, with other answers of one assignment in their place."""
    state = stage.state.steps[step]
    (assignment,) = (a for a in state.assignments.values() if a.organisation == by)
    assert assignment.response is not None
    mapping = dict(assignment.response.answers) | answers
    object.__setattr__(assignment.response, "answers", mapping)
    return hashes(stage)


def test_shared_text_voids_every_practices_signature(plan: Stage) -> None:
    before = hashes(plan)
    after = changed(plan, "draft_plan", "U90001", sections={"model": {"words": "Other words."}})
    assert [code for code in before if before[code] == after[code]] == []


def test_money_is_shared_too(plan: Stage) -> None:
    before = hashes(plan)
    after = changed(plan, "funding_apportionment", "U90001", basis="need")
    assert [code for code in before if before[code] == after[code]] == []


def test_another_practices_commitments_leave_a_signature_as_it_is(plan: Stage) -> None:
    before = hashes(plan)
    after = changed(plan, "practice_commitments", "Y90004", risks="The lift.")
    # The clinical director signs for what every practice said, so that signature goes too.
    assert [code for code in before if before[code] != after[code]] == ["Y90004", "U90001"]


def test_what_is_not_signed_voids_nothing(plan: Stage) -> None:
    before = hashes(plan)
    assert changed(plan, "clinical_safety", "U90001", concerns="The back door.") == before


def test_the_hash_is_kept_with_the_signature(plan: Stage) -> None:
    before = hashes(plan)
    do(plan, everyone_answers="practice_sign_off")
    kept = {
        a.organisation: a.response.signed
        for a in plan.state.steps["practice_sign_off"].assignments.values()
        if a.response
    }
    assert kept == {code: before[code] for code in PRACTICES}
