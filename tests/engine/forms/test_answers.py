"""What people answer becomes typed values, or a problem they can mend."""

from __future__ import annotations

import json
from typing import Any

import pytest

from definitions.language.expressions import Forgiving
from definitions.models.field_types.options import preferred
from definitions.models.fields import Check, RepeatedGroup
from engine.forms.answers import AnswerWarning, CheckedAnswers, check_answers, check_signer
from tests.engine.forms.form_fields import (
    AGREED,
    CONTEXT,
    FILE,
    OPTIONS,
    POSTS,
    TYPES,
    Words,
    check,
    messages,
    one,
)

TAKEN: list[tuple[str, dict[str, Any], Any, Any]] = [
    ("text", {}, "  Elm \n Tree ", "Elm Tree"),
    ("text", {}, "2026.10", "2026.10"),
    ("text", {}, "0042", "0042"),
    ("text", {}, "a\x00b\x07", "ab"),
    ("long text", {}, "one\r\ntwo ", "one\ntwo"),
    ("integer", {}, "1,234", 1234),
    ("integer", {}, "1 234", 1234),
    ("integer", {}, 12.0, 12),
    ("integer", {"min": 0}, 0, 0),
    ("integer", {}, "-5", -5),
    ("decimal", {}, "012.50", "12.50"),
    ("decimal", {}, 1e-3, "0.001"),
    ("decimal", {}, "-0.0", "0.0"),
    ("percent", {}, " 45 % ", "45"),
    ("percent", {}, 100, "100"),
    ("money", {}, "£1,234.50", "1234.50"),
    ("money", {}, "-£3", "-3.00"),
    ("money", {}, 12.5, "12.50"),
    ("fte", {}, "0.8", "0.80"),
    ("fte", {}, 2, "2.00"),
    ("date", {}, "15/1/2027", "2027-01-15"),
    ("date", {}, "15 January 2027", "2027-01-15"),
    ("date", {}, "15.01.2027", "2027-01-15"),
    ("date", {}, "2027-01-15", "2027-01-15"),
    ("date", {}, {"day": "15", "month": "1", "year": "2027"}, "2027-01-15"),
    ("date", {}, {"day": 15, "month": "Jan", "year": 2027}, "2027-01-15"),
    ("date", {"min": "1 day after quarter_end"}, "1/1/2027", "2027-01-01"),
    ("date", {"max": "never"}, "1/1/2050", "2050-01-01"),
    ("yes/no", {}, "Yes", "yes"),
    ("yes/no", {}, False, "no"),
    ("yes/no/na", {}, "not applicable", "na"),
    ("choice", {"options": OPTIONS}, "at  risk", "At risk"),
    ("choice", {"options": "inputs.indicators"}, "FIT tests", "CAN-02"),
    ("choices", {"options": OPTIONS}, ["Q2", "Q1", "Q2", ""], ["Q1", "Q2"]),
    ("choices", {"options": OPTIONS}, "Q1", ["Q1"]),
    ("rating", {}, "4", 4),
    ("person", {}, " Priya  Shah ", "Priya Shah"),
    ("organisation", {}, "y90001", "Y90001"),
    ("ratio", {}, {"numerator": "42", "denominator": 50}, {"numerator": 42, "denominator": 50}),
    ("ratio", {}, "42 / 50", {"numerator": 42, "denominator": 50}),
    ("ratio", {}, {"numerator": 0, "denominator": 0}, {"numerator": 0, "denominator": 0}),
    ("table", {"columns": POSTS}, [{"role": "GP", "cost": "£1"}, {"role": " ", "cost": ""}],
     [{"role": "GP", "cost": "1.00"}]),
    ("link", {}, "https://example.org/a?b=c", "https://example.org/a?b=c"),
    ("file", {}, FILE, FILE),
    ("attestation", {"statement": "Counts only."}, True, AGREED),
    ("attestation", {"statement": "Counts only."}, {"agreed": "yes"}, AGREED),
    ("decision", {}, "approved", "approved"),
    ("decision", {}, "Send back", "returned"),
]  # fmt: skip


@pytest.mark.parametrize(("type_", "more", "raw", "value"), TAKEN)
def test_what_is_taken_becomes_the_value_of_its_type(
    type_: str, more: dict[str, Any], raw: Any, value: Any
) -> None:
    checked = check(one(type_, **more), answer=raw)
    assert messages(checked) == []
    assert checked.values == {"answer": value}
    json.dumps(checked.values)


def test_every_type_is_tried() -> None:
    assert {type_ for type_, *_ in TAKEN} == set(TYPES)


REFUSED: list[tuple[str, dict[str, Any], Any, str]] = [
    ("text", {}, "a" * 201, "Result: must be 200 characters or fewer; it is 201"),
    ("text", {"max_length": 3}, "four", "Result: must be 3 characters or fewer; it is 4"),
    ("text", {}, ["a"], "Result: enter text"),
    ("text", {}, True, "Result: put it in quotes, so that it is kept as you write it"),
    ("text", {}, 42, "Result: put it in quotes, so that it is kept as you write it"),
    ("long text", {}, 2026.1, "Result: put it in quotes, so that it is kept as you write it"),
    ("person", {}, 42, "Result: put it in quotes, so that it is kept as you write it"),
    ("text", {}, "\ud800", "Result: use letters, numbers and punctuation; something here cannot be kept"),
    ("integer", {}, "12.5", "Result: enter a whole number, such as 25"),
    ("integer", {}, "١٢", "Result: enter a whole number, such as 25"),
    ("integer", {}, True, "Result: enter a whole number, such as 25"),
    ("integer", {}, "1" * 16, "Result: this number is too long; please check it"),
    ("integer", {"min": 1}, 0, "Result: must be 1 or more"),
    ("integer", {"max": 9000}, "9001", "Result: must be 9,000 or less"),
    ("decimal", {}, "Infinity", "Result: enter a number, such as 12.5"),
    ("decimal", {}, float("nan"), "Result: enter a number, such as 12.5"),
    ("percent", {}, "101", "Result: must be between 0 and 100"),
    ("money", {}, "1.234", "Result: use pounds and pence, such as £1,234.50"),
    ("money", {"max": 100}, "£100.01", "Result: must be £100 or less"),
    ("fte", {}, "2.01", "Result: must be between 0.00 and 2.00 full-time equivalent"),
    ("date", {}, "31/2/2027", "Result: enter a real date, for example 15 1 2027"),
    ("date", {}, "1/1/27", "Result: enter the year in 4 numbers, for example 2027"),
    ("date", {}, "soon", "Result: enter a date, for example 15 1 2027"),
    ("date", {}, {"day": "1", "month": "", "year": "2027"}, "Result: the date must include a month"),
    ("date", {"min": "1 day after quarter_end"}, "31/12/2026", "Result: must be 1 January 2027 or later"),
    ("date", {"max": "today"}, "21/1/2027", "Result: must be 20 January 2027 or earlier"),
    ("choice", {"options": OPTIONS}, "Q5", "Result: choose one of Q1, Q2 or At risk"),
    ("choices", {"options": OPTIONS}, ["Q1", "Q5"], "Result: choose from the answers shown"),
    ("choices", {"options": OPTIONS, "max": 1}, ["Q1", "Q2"], "Result: choose no more than 1"),
    ("rating", {}, 6, "Result: must be 5 or less"),
    ("organisation", {}, "Elm Tree", "Result: enter an ODS code, for example Y90001"),
    ("ratio", {}, {"numerator": 51, "denominator": 50}, "Result: the numerator cannot be more than the denominator"),
    ("ratio", {}, {"numerator": 5}, "Result: enter the denominator too"),
    ("ratio", {}, {"numerator": -1, "denominator": 5}, "Result: the numerator must be 0 or more"),
    ("ratio", {}, {"numerator": "x", "denominator": 5}, "Result: enter the numerator as a whole number, such as 42"),
    ("table", {"columns": POSTS}, [{"role": "GP"}], "Result: row 1, Cost: enter an amount"),
    ("table", {"columns": POSTS}, [{"role": "GP", "cost": 1, "x": 2}], "Result: row 1: use the columns of the table"),
    ("link", {}, "javascript:alert(1)", "Result: enter a web address that begins with https:// or http://"),
    ("link", {}, "https://", "Result: enter a web address that begins with https:// or http://"),
    ("file", {}, {**FILE, "name": "a.exe"}, "Result: the file must be one of these: pdf, docx, xlsx, csv, png"),
    ("file", {}, {**FILE, "name": "../a.pdf"}, "Result: give the file a plain name, such as figures.xlsx"),
    ("file", {}, {**FILE, "size": 10485761}, "Result: the file must be smaller than 10 MB"),
    ("file", {}, {**FILE, "size": 0}, "Result: the file is empty"),
    ("file", {}, "plan.pdf", "Result: choose a file"),
    ("attestation", {}, "no", "Result: tick the box if you agree"),
    ("attestation", {}, {"agreed": True, "statement_sha256": "0" * 64},
     "Result: the statement has changed since you read it; please read it again, and tick the box"),
    ("decision", {}, "maybe", "Result: choose one of Approve, Approve with conditions, Send back or Reject"),
]  # fmt: skip


@pytest.mark.parametrize(("type_", "more", "raw", "message"), REFUSED)
def test_what_cannot_be_taken_says_what_to_do(
    type_: str, more: dict[str, Any], raw: Any, message: str
) -> None:
    checked = check(one(type_, **more), answer=raw)
    assert [problem.message for problem in checked.problems] == [message]
    assert "answer" not in checked.values


@pytest.mark.parametrize(
    ("type_", "raw", "box"),
    [
        ("date", {"day": "1", "month": "", "year": ""}, "month"),
        ("date", {"day": "1", "month": "1", "year": "27"}, "year"),
        ("date", {"day": "1", "month": "1", "year": "1066"}, "year"),
        ("date", {"day": "31", "month": "2", "year": "2027"}, ""),
        ("ratio", {"numerator": 5}, "denominator"),
        ("ratio", {"numerator": 5, "denominator": "x"}, "denominator"),
        ("ratio", {"numerator": -1, "denominator": 5}, "numerator"),
        ("ratio", {"numerator": 6, "denominator": 5}, ""),
    ],
)
def test_a_problem_names_the_box_it_is_about(type_: str, raw: Any, box: str) -> None:
    assert [problem.box for problem in check(one(type_), answer=raw).problems] == [box]


@pytest.mark.parametrize("type_", TYPES)
@pytest.mark.parametrize(
    "raw", [None, "", "  ", [], {}, [{}], {"day": "", "month": " ", "year": ""}, {"agreed": ""}]
)
def test_nothing_is_missing_where_it_is_required_and_fine_where_not(type_: str, raw: Any) -> None:
    assert [p.code for p in check(one(type_, options=OPTIONS), answer=raw).problems] == ["missing"]
    assert check(one(type_, options=OPTIONS, required=False), answer=raw) == CheckedAnswers({})


def test_a_message_follows_a_question_as_a_sentence() -> None:
    assert messages(check(one("date", label="When was the search run?"))) == [
        ("answer", "When was the search run? Enter a date")
    ]


@pytest.mark.parametrize("raw", ["unknown", "I don't know", "don’t know"])
def test_not_knowing_is_an_answer_only_where_it_is_offered(raw: str) -> None:
    assert check(one("ratio", allow_unknown=True), answer=raw).values == {"answer": "unknown"}
    assert not check(one("ratio"), answer=raw).ok


class TestConditions:
    form = (
        one("choice", id="on_track", options=["yes", "no"]),
        one("text", id="why", required_if="on_track == 'no'"),
        one("text", id="plan", show_if="on_track == 'no'"),
        one("date", id="plan_by", show_if="plan is not none"),
    )

    def test_required_only_when_it_says(self) -> None:
        assert check(*self.form, on_track="yes").ok
        assert [p.path for p in check(*self.form, on_track="no").problems] == ["why", "plan"]

    def test_an_answer_nobody_was_asked_for_is_left_out(self) -> None:
        checked = check(*self.form, on_track="yes", plan="More clinics", plan_by="nonsense")
        assert checked == CheckedAnswers({"on_track": "yes"})

    def test_a_question_may_hang_on_one_that_hangs_on_another(self) -> None:
        checked = check(*self.form, on_track="no", why="Staff", plan="More clinics")
        assert messages(checked) == [("plan_by", "Result: enter a date")]


class TestGroups:
    group = RepeatedGroup.model_validate(
        {
            "repeat": "inputs.indicators",
            "as": "indicator",
            "fields": [
                {"id": "result", "type": "ratio", "label": "{{ indicator.name }}",
                 "warn": "result.denominator differs from previous by 15%"},
                {"id": "on_track", "type": "choice", "options": ["yes", "no"], "label": "On track",
                 "required_if": "result.denominator > 10"},
            ],
        }
    )  # fmt: skip

    def test_answers_stand_under_each_item(self) -> None:
        raw = {"LD01": {"result": "20/41", "on_track": "yes"}, "CAN-02": {"result": "1/5"}}
        checked = check(self.group, indicators=raw)
        assert messages(checked) == []
        assert checked.values["indicators"]["CAN-02"] == {"result": {"numerator": 1, "denominator": 5}}
        assert checked.warnings == ()

    def test_a_problem_names_its_item(self) -> None:
        checked = check(self.group, indicators={"LD01": {"result": "20/41"}, "CAN-02": {}})
        assert messages(checked) == [
            ("indicators.LD01.on_track", "Health checks, on track: choose one"),
            ("indicators.CAN-02.result", "FIT tests: enter the numerator and the denominator"),
        ]

    def test_each_item_is_compared_with_its_own_last_time(self) -> None:
        raw = {"LD01": {"result": "20/60", "on_track": "yes"}, "CAN-02": {"result": "1/5"}}
        assert [w.path for w in check(self.group, indicators=raw).warnings] == ["indicators.LD01.result"]

    @pytest.mark.parametrize("raw", [{"XX": {}}, {"LD01": {"x": 1}}, {"LD01": 3}, [1], "x"])
    def test_other_items_and_questions_are_refused(self, raw: Any) -> None:
        assert not check(self.group, indicators=raw).ok


def test_checks_hold_between_answers() -> None:
    form = (one("money", id="a"), one("money", id="b", required=False))
    checks = (
        Check(check="a >= b", message="The total, {{ a }}, is less than its part"),
        Check(check="a < 1000", message="That is a lot", level="warn"),
    )
    assert messages(check(*form, checks=checks, a="5", b="6")) == [
        ("", "The total, 5.00, is less than its part")
    ]
    assert check(*form, checks=checks, a="5000", b="6").warnings == (AnswerWarning("", "That is a lot"),)
    # Nothing was given for b, which was allowed: there is nothing to compare.
    assert check(*form, checks=checks, a="5").ok


def test_a_mistake_in_a_definition_is_not_the_answerers() -> None:
    with pytest.raises(ValueError, match="nowhere"):
        check(one("text"), checks=(Check(check="nowhere > 1", message="x"),), answer="x")


@pytest.mark.parametrize("warn", ["answer > 'many'", "answer / 0 > 1", "answer | length > 1"])
def test_a_warning_that_cannot_be_worked_out_is_a_fault_of_the_definition(warn: str) -> None:
    checked = check(one("integer", warn=warn), answer=999_999)
    assert checked.ok and checked.warnings == ()
    (fault,) = checked.faults
    assert (fault.path, fault.warn) == ("answer", warn) and fault.code.startswith("BD5")


def test_a_warning_with_nothing_to_compare_with_is_no_fault() -> None:
    field = one("integer", warn="answer differs from previous by 15%")
    first_time = {**CONTEXT, "previous": Forgiving({})}
    checked = check_answers((field,), (), {"answer": 5}, first_time, Words())
    assert checked.ok and checked.faults == checked.warnings == ()


def test_a_warning_lets_the_answer_through() -> None:
    field = one("integer", warn="answer > 100", warn_message="{{ answer }} is more than usual")
    assert check(field, answer=101).warnings == (AnswerWarning("answer", "101 is more than usual"),)
    assert check(field, answer=101).ok
    assert [w.path for w in check(one("long text"), answer="Mrs Smith, dob 1/2/1950").warnings] == [
        "answer"
    ] * 2
    assert check(one("text", sensitivity="staff"), answer="Mrs Smith").warnings == ()


def test_a_signer_has_a_name_and_a_role() -> None:
    assert check_signer("Priya Shah", "Practice manager") == ()
    assert [p.message for p in check_signer(" ", "x" * 101)] == [
        "Enter your name",
        "Enter your role in 100 characters or fewer",
    ]


def test_what_is_not_asked_is_refused() -> None:
    assert messages(check(one("text", required=False), anser="x")) == [
        ("anser", "'anser' is not asked here; leave it out")
    ]


def test_the_willing_choose_what_goes_on() -> None:
    assert preferred(["approved", "returned"]) == "approved"
    assert preferred(["returned", "agree"]) == "agree"
    assert preferred(["at risk", "no", "yes"]) == "yes"
    assert preferred(["Delay the start", "Start as planned"]) == "Start as planned"
    assert preferred(["send back", "A2"]) == "A2"
