"""People, organisations and datasets: ids in the log, names in emails."""

from __future__ import annotations

import json

import pytest

from definitions.language.named_values import Named, key_of
from definitions.language.plain_values import plain
from engine.events import ChildRequested
from engine.events.codec import canonical
from engine.expressions.scope import Scope
from engine.forms.samples import sample_answers
from engine.simulation.rehearsal import rehearse
from tests.engine.stages import do, harbour_vale, process, staged


def test_a_name_is_its_id_but_where_it_is_printed() -> None:
    named = Named("sam-lee", name="Sam Lee", email="sam@x.example")
    assert named == "sam-lee"
    assert {named: 1}["sam-lee"] == 1
    assert f"{named}" == str(named) == "Sam Lee"
    assert named.email == "sam@x.example"
    assert key_of(named) == "sam-lee"
    assert type(plain(named)) is str
    assert json.dumps(named) == '"sam-lee"'
    assert canonical({"by": named}) == b'{"by":"sam-lee"}'
    with pytest.raises(AttributeError):
        _ = named.salary


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{{ inputs.starter }}", "Rowan Hale"),
        ("{{ inputs.starter.email }}", "rowan.hale@post.example"),
        ("{{ inputs.employer }}", "Harbour Vale PCN"),
        ("{{ inputs.base_practice }}, {{ inputs.base_practice.list_size }}", "Oak House Medical Centre, 12480"),
        ("{{ inputs.deployments | map(attribute='practice') | people }}",
         "Elm Tree Surgery, Oak House Medical Centre and Quayside Surgery"),
        ("{{ inputs.starter ~ '!' }}", "Rowan Hale!"),
        ("{{ 'yes' if inputs.starter == 'rowan-hale' else 'no' }}", "yes"),
        ("{{ inputs.base_practice == practices[1].code }}", "yes"),
        ("{{ inputs.starter | json }}", '"rowan-hale"'),
    ],
)  # fmt: skip
def test_inputs_print_as_names(text: str, said: str) -> None:
    stage = staged("onboard-new-role", "2026-12-01")
    assert Scope(stage.state, stage.now).text(text) == said


def test_answers_print_as_names_where_the_directory_knows_them() -> None:
    stage = staged("onboard-new-role", "2026-12-01")
    do(stage, answer="funding_check")
    do(stage, answer="post_approval")
    do(stage, answer="supervision_plan", with_={"day_to_day_cover": [
        {"practice": "Y90001", "person": "owen-bright"}, {"practice": "Y90004", "person": "Somebody Else"},
    ]})  # fmt: skip
    scope = Scope(stage.state, stage.now)
    said = scope.text(
        "{% for row in answers.supervision_plan.day_to_day_cover %}{{ row.practice }}: {{ row.person }}. {% endfor %}"
    )
    assert said == "Elm Tree Surgery: Dr Owen Bright. Quayside Surgery: Somebody Else. "
    # A person is offered by name, as somebody would type it.
    assert scope.text("{{ answers.supervision_plan.named_supervisor }}") == "Dr Femi Adeyemi"


def test_returns_know_who_is_missing() -> None:
    stage = staged("iif-quarter-close", "2026-12-15")
    do(stage, answer="confirm_set")
    do(stage, clock="2027-01-05")
    do(stage, everyone_answers="practice_return", except_=["Y90002", "Y90003"])
    scope = Scope(stage.state, stage.now)
    assert scope.value("missing(answers.practice_return)") == [
        "Oak House Medical Centre",
        "The Willows Practice",
    ]
    assert (
        scope.text("{% for p in answers.practice_return.missing %}{{ p.code }} {% endfor %}")
        == "Y90002 Y90003 "
    )
    assert scope.value("answers.practice_return | length") == 3


def test_a_child_workflow_is_handed_the_datasets_id() -> None:
    stage = staged("access-plan-sign-off", "2027-04-12")
    from engine.decisions.children import request
    from engine.decisions.draft import Draft

    draft = Draft(stage.state, stage.now)
    request(draft, stage.state.process.steps["evidence_q2"])
    (child,) = (event.body for event in draft.events if isinstance(event.body, ChildRequested))
    assert child.inputs == {
        "quarter": "Q2",
        "financial_year": "2027/28",
        "template": "access-plan-national-2026-27",
    }


def test_made_up_answers_leave_what_is_offered() -> None:
    from random import Random

    from engine.expressions.evaluator import FormEvaluator

    stage = staged("access-plan-sign-off", "2027-04-12")
    (assignment,) = stage.state.steps["adopt"].assignments.values()
    evaluator = FormEvaluator(stage.state, stage.now, assignment)
    found = sample_answers(stage.state.process.steps["adopt"].form, evaluator.names, evaluator, Random(1))
    assert (found["funding"], found["board_date"]) == ("41120.00", "2027-06-17")


def test_the_last_quarter_rehearses_to_its_lock() -> None:
    stage = staged("iif-quarter-close", "2027-03-15", {
        "quarter": "Q4", "board_date": "2027-05-13", "external_deadline": "2027-08-05", "payment_date": "2027-08-20",
    })  # fmt: skip
    used = process("iif-quarter-close", "iif-indicators-2025-26")
    future = rehearse(used, harbour_vale(), stage.state.inputs, stage.now, "on time")
    assert future.stuck == ""
    assert future.ended.status == "completed"
    assert future.ended.locked
