"""The data that changes by year says what its sources say, and names what nobody has confirmed."""

from __future__ import annotations

from typing import Any

import pytest

from definitions.loading.library import Library
from engine.expressions.evaluator import FormEvaluator
from engine.forms.presentation import DrawnField, draw_form
from tests.engine.stages import do, staged

LIBRARY = Library()


def items(dataset: str) -> dict[str, dict[str, Any]]:
    return {str(item["id"]): item for item in LIBRARY.dataset(dataset).items}


@pytest.mark.parametrize(
    ("year", "cancer", "points"),
    [("2024-25", "CAN-02", 22), ("2025-26", "CAN-04", 22), ("2026-27", "cancer", None)],
)
def test_the_indicators_of_each_year(year: str, cancer: str, points: int | None) -> None:
    found = items(f"iif-indicators-{year}")
    assert len(found) == 2
    total = [item["points"] for item in found.values()]
    assert total == ([None, None] if points is None else [36, points])
    wanted = (None, None, None) if points is None else (65, 80, "198.00")
    assert tuple(found[cancer][key] for key in ("lower", "upper", "value_per_point")) == wanted
    # Since October 2024 patients are counted, with a result in the 21 days before the referral.
    assert ("Patients" in found[cancer]["denominator"]) == (year != "2024-25")
    assert ("21 days" in found[cancer]["numerator"]) == (year != "2024-25")


def test_the_five_national_measures_and_where_the_ninety_percent_comes_from() -> None:
    national = LIBRARY.dataset("access-plan-national-2026-27")
    measures = {str(item["id"]): item for item in national.items if item["kind"] == "measure"}
    assert [item["suggested_target"] for item in measures.values()] == [None, None, "90", None, None]
    assert [item["unit"] for item in measures.values()] == ["minutes", "minutes", "%", "%", "%"]
    assert "Neighbourhood Health Framework of 17 March 2026, not the contract" in national.source
    # Every measure can be told where a practice starts, by a question of the baseline step.
    step = LIBRARY.definition("access-plan-sign-off").step("practice_baseline")
    assert {item["baseline_from"] for item in measures.values()} <= {
        getattr(item, "id", "") for item in step.form
    }


def test_north_west_london_is_history() -> None:
    found = LIBRARY.dataset("access-plan-nwl-2025-26")
    assert found.archived
    assert next(item for item in found.items if item["id"] == "online-one-day")["suggested_target"] == "90"
    assert any("eighth section" in each for each in found.unverified)


@pytest.mark.parametrize("dataset", sorted(LIBRARY.dataset_ids))
def test_what_nobody_has_confirmed_says_so(dataset: str) -> None:
    found = LIBRARY.dataset(dataset)
    assert found.confirmed_by or found.unverified


def eligibility(role: str) -> dict[str, DrawnField]:
    """The questions of the eligibility step for somebody who is to be `role`."""
    stage = staged("onboard-new-role", "2026-12-01 09:00", {"role_name": role})
    do(
        stage,
        answer="funding_check",
        with_={"post_additional": "yes", "decision": "approved", "arrs_role": role},
    )
    do(stage, answer="post_approval", with_={"decision": "approved"})
    asked = next(iter(stage.state.steps["eligibility"].assignments.values()))
    evaluator = FormEvaluator(stage.state, stage.now, asked)
    step = stage.state.process.steps["eligibility"]
    return {each.path: each for each in draw_form(step.form, evaluator.names, evaluator)}


def test_the_eligibility_step_asks_for_the_register_a_role_needs() -> None:
    asked = eligibility("Physician associate (physician assistant)")["registered"]
    assert asked.required
    assert asked.hint.startswith("GMC.") and "from December 2026" in asked.hint
    assert eligibility("Clinical pharmacist")["registered"].hint.startswith("GPhC.")
    assert "registered" not in eligibility("Care co-ordinator")
