"""A form is drawn once for the page and the command line: words, values, and problems in their places."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from definitions.language.expressions import Forgiving
from definitions.models.fields import FormField, FormItem, RepeatedGroup
from engine.forms.answers import AnswerProblem, check_answers
from engine.forms.presentation import DrawnField, draw_form, with_answers
from tests.engine.forms.form_fields import Words

CONTEXT: dict[str, Any] = {
    "inputs": {"quarter": "Q3", "indicators": [{"id": "LD01", "name": "Health checks"}, {"id": "CAN-02"}]},
    "previous": Forgiving(
        {"cost": "12.50", "indicators": {"LD01": {"result": {"numerator": 2, "denominator": 4}}}}
    ),
}


def field(type_: str, **more: Any) -> FormField:
    return FormField.model_validate({"id": "answer", "type": type_, "label": "Result", **more})


def draw(
    *form: FormItem, values: Mapping[str, Any] | None = None, problems: tuple[AnswerProblem, ...] = ()
) -> list[DrawnField]:
    return draw_form(form, CONTEXT, Words(), values, problems)


def test_words_are_filled_in() -> None:
    (drawn,) = draw(
        field("date", label="Figures for {{ inputs.quarter }}", help="Until {{ 1 + 1 }}", min="2027-01-05")
    )
    assert (drawn.label, drawn.hint) == ("Figures for Q3", "Until 2")
    assert drawn.how == "5 January 2027 or later, for example 15 1 2027"


def test_a_group_is_asked_for_each_item_with_its_own_last_answers() -> None:
    group = RepeatedGroup.model_validate(
        {"repeat": "inputs.indicators", "as": "indicator",
         "fields": [{"id": "result", "type": "ratio", "label": "Result", "prefill_from": "previous.result"}]}
    )  # fmt: skip
    first, second = draw(group)
    assert (first.path, first.heading) == ("indicators.LD01.result", "Health checks")
    assert (first.value, first.prefilled) == ({"numerator": 2, "denominator": 4}, True)
    assert (second.heading, second.value) == ("CAN-02", None)


def test_an_answer_given_comes_before_one_offered() -> None:
    offered = field("money", id="cost", prefill_from="previous.cost")
    assert draw(offered)[0].value == "12.50"
    assert draw(offered, values={"cost": "3.00"})[0].value == "3.00"
    assert draw(offered, values={})[0].value is None


def test_rows_offered_begin_a_table() -> None:
    table = field("table", columns=[{"id": "name", "label": "Name"}], rows="inputs.indicators")
    assert draw(table)[0].value == [{"name": "Health checks"}, {}]
    assert draw(field("table", columns=[{"id": "name", "label": "Name"}], rows="['a', 'b']"))[0].value == [
        {"name": "a"}, {"name": "b"},
    ]  # fmt: skip


def test_what_does_not_apply_here_is_not_drawn_and_what_may_says_when() -> None:
    form = (
        field("choice", id="on_track", label="On track", options=["yes", "at risk", "no"]),
        field("text", id="never", show_if="inputs.quarter == 'Q4'"),
        field("text", id="why", show_if="on_track != 'yes'"),
        field("text", id="risk", show_if="on_track in ['at risk', 'no']"),
        field("text", id="odd", show_if="on_track == 'no' and inputs.quarter == 'Q3'"),
    )
    assert {drawn.path: drawn.only_if for drawn in draw(*form)} == {
        "on_track": "",
        "why": "Only if you answer anything but ‘yes’ to ‘On track’",
        "risk": "Only if you answer ‘at risk’ or ‘no’ to ‘On track’",
        "odd": "Only if it applies",
    }


def test_problems_stand_at_their_questions() -> None:
    table = field("table", columns=[{"id": "cost", "label": "Cost", "type": "money"}])
    checked = check_answers((table,), (), {"answer": [{"cost": "1"}, {"cost": "x"}]}, CONTEXT, Words())
    (drawn,) = draw(table, problems=checked.problems)
    assert drawn.errors == {"1.cost": "Result: row 2, Cost: enter an amount of money, such as £1,234.50"}
    assert drawn.error == drawn.errors["1.cost"]


def test_after_a_refusal_everything_typed_is_kept_but_a_patient() -> None:
    form = (field("integer", id="a"), field("text", id="b"), field("text", id="c", required=False))
    raw = {"a": "twelve", "b": "943 476 5919", "c": "kept"}
    checked = check_answers(form, (), raw, CONTEXT, Words())
    again = with_answers(draw(*form), raw, checked.problems)
    assert [each.value for each in again] == ["twelve", None, "kept"]
    assert "5919" not in repr(again)


def test_organisations_are_chosen_by_name_where_the_practices_are_known() -> None:
    names = {
        "practices": [{"code": "Y90001", "name": "Elm Tree Surgery"}],
        "pcn": {"code": "U90001", "name": "Harbour Vale PCN"},
    }
    form = [FormField(id="where", type="organisation", label="Where")]
    (drawn,) = draw_form(form, names, Words())
    assert [(each.value, each.label) for each in drawn.options] == [
        ("Y90001", "Elm Tree Surgery"), ("U90001", "Harbour Vale PCN"),
    ]  # fmt: skip


def test_an_amount_that_is_offered_has_pounds_and_pence() -> None:
    form = [FormField(id="most", type="money", label="Most", prefill_from="inputs.most")]
    (drawn,) = draw_form(form, {"inputs": {"most": Decimal("48000.0000")}}, Words())
    assert drawn.value == "48000.00"


def test_a_decision_of_some_answers_is_worded_as_one_of_all() -> None:
    form = [FormField(id="go", type="decision", label="Go?", options=["approved", "returned"])]
    (drawn,) = draw_form(form, {}, Words())
    assert [each.label for each in drawn.options] == ["Approve", "Send back"]
