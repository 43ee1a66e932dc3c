"""What a page shows of earlier steps: only what its reader may see, and of several practices only one's own."""

from __future__ import annotations

from dataclasses import asdict

import pytest

from application.access.policy import the_manager
from engine.dates.clock import london_date
from engine.simulation.scenario import Stage
from engine.state.workflow import Assignment
from tests.engine.stages import do, staged
from web.assignment_view import assignment_page
from web.views import AssignmentPage

Q4 = {
    "quarter": "Q4",
    "board_date": "2027-05-13",
    "external_deadline": "2027-08-05",
    "payment_date": "2027-08-20",
}


def asked(stage: Stage, step: str, organisation: str = "") -> Assignment:
    found = stage.state.steps[step].assignments.values()
    return next(each for each in found if organisation in ("", each.organisation))


def page(stage: Stage, assignment: Assignment, *, to_manager: bool = False) -> AssignmentPage:
    viewer = the_manager(stage.state, london_date(stage.now)) if to_manager else None
    return assignment_page(stage.state, assignment, stage.now, viewer)


def everything(shown: AssignmentPage) -> bytes:
    return repr(asdict(shown)).encode()


@pytest.fixture(scope="module")
def year_end() -> Stage:
    """Every practice has given its figures of Q4, and its partner is asked to confirm them."""
    stage = staged("iif-quarter-close", "2027-03-15", Q4)
    do(stage, answer="confirm_set")
    do(stage, clock="2027-04-01")
    do(stage, everyone_answers="practice_return")
    return stage


def test_a_practice_is_shown_its_own_figures_and_nobody_elses(year_end: Stage) -> None:
    for practice in year_end.state.pcn.practices:
        shown = page(year_end, asked(year_end, "partner_confirmation", practice.code)).shown
        assert [each.title.rsplit(": ", 1)[1] for each in shown] == [practice.name]


def test_the_pcn_is_shown_what_every_practice_gave(year_end: Stage) -> None:
    do(year_end, everyone_answers="partner_confirmation")
    titles = [each.title for each in page(year_end, asked(year_end, "improvement_actions")).shown]
    for practice in year_end.state.pcn.practices:
        assert any(title.endswith(practice.name) for title in titles)


@pytest.fixture(scope="module")
def concern() -> Stage:
    stage = staged("onboard-new-role", "2026-12-01")
    do(stage, answer="funding_check")
    do(stage, answer="post_approval")
    do(
        stage,
        answer="employment_checks",
        with_={"checks": {"dbs": {"outcome": "concern", "completed_on": "2026-12-01"}}},
    )
    do(
        stage,
        answer="check_concern",
        with_={"conclusion": "clear to start with safeguards", "safeguards": "Xylophone"},
    )
    return stage


def test_whoever_was_asked_sees_what_was_answered(concern: Stage) -> None:
    assert b"Xylophone" in everything(page(concern, asked(concern, "check_concern")))


def test_a_program_sees_no_more_than_the_manager_may(concern: Stage) -> None:
    hidden = page(concern, asked(concern, "check_concern"), to_manager=True)
    assert b"Xylophone" not in everything(hidden)
    assert hidden.answered == ()
    assert page(concern, asked(concern, "funding_check"), to_manager=True).answered


def test_what_only_a_few_may_see_is_not_shown_above_the_form_of_others(concern: Stage) -> None:
    """The step that approves the post shows the funding check; the definition says who may see that."""
    approval = asked(concern, "post_approval")
    assert page(concern, approval).shown
    concern.state.process.steps["post_approval"].shows.append("check_concern")
    try:
        assert b"Xylophone" not in everything(page(concern, approval))
    finally:
        concern.state.process.steps["post_approval"].shows.pop()
