"""A patient's number in an answer goes nowhere."""

from __future__ import annotations

from typing import Any

import pytest

from definitions.models.fields import Column
from engine.forms.answers import check_answers, check_signer
from tests.engine.forms.form_fields import (
    CONTEXT,
    FILE,
    NHS_NUMBER,
    OPTIONS,
    POSTS,
    Words,
    check,
    one,
)


class TestNhsNumbers:
    """A hit refuses; the number is in no message, no value, no path."""

    @pytest.mark.parametrize(
        ("type_", "raw"),
        [
            ("text", f"patient {NHS_NUMBER}"), ("long text", "9434765919"), ("integer", 9434765919),
            ("integer", "9434765919"), ("link", "https://example.org/9434765919"), ("person", NHS_NUMBER),
            ("ratio", {"numerator": 1, "denominator": "9434765919"}), ("money", "9434765919"),
            ("choice", NHS_NUMBER), ("choices", ["Q1", NHS_NUMBER]), ("organisation", NHS_NUMBER),
            ("date", {"day": NHS_NUMBER, "month": 1, "year": 2027}),
            ("file", {**FILE, "name": "943-476-5919.pdf"}), ("attestation", {"agreed": NHS_NUMBER}),
            ("table", [{"role": NHS_NUMBER, "cost": 1}]), ("text", {"a": {"b": [NHS_NUMBER]}}),
            ("ratio", {NHS_NUMBER: 1}), ("decimal", 9434765919.0), ("text", "９４３ ４７６ ５９１９"),
        ],
    )  # fmt: skip
    def test_is_refused_and_not_repeated(self, type_: str, raw: Any) -> None:
        checked = check(one(type_, options=OPTIONS, columns=POSTS), answer=raw)
        assert {problem.code for problem in checked.problems} & {"nhs_number", "may_be_nhs_number"}
        said = repr(checked)
        assert "5919" not in said
        assert "５９１９" not in said
        assert checked.values == {}

    @pytest.mark.parametrize(
        ("type_", "raw", "path"),
        [
            ("integer", "9,434,765,919", "answer"), ("money", "£9,434,765,919", "answer"), ("money", "9 434 765 919.00", "answer"),
            ("decimal", "9,434,765,919.0", "answer"), ("table", [{"role": "943", "cost": 1}, {"role": "x 9434765919"}], "answer.1.role"),
        ],
    )  # fmt: skip
    def test_is_found_in_what_was_typed_and_in_the_value_read(self, type_: str, raw: Any, path: str) -> None:
        checked = check(one(type_, columns=POSTS), answer=raw)
        assert (path, "may_be_nhs_number") in [(problem.path, problem.code) for problem in checked.problems]
        assert "765" not in repr(checked.problems)

    def test_is_found_over_the_cells_of_a_row_and_over_fields_side_by_side(self) -> None:
        columns = [Column(id=each, label=each) for each in ("a", "b", "c")]
        checked = check(
            one("table", columns=columns),
            answer=[{"a": "x", "b": "y", "c": "z"}, {"a": "943", "b": "476", "c": "5919"}],
        )
        assert [(problem.path, problem.code) for problem in checked.problems] == [
            ("answer.1.a", "may_be_nhs_number")
        ]
        beside = (one("text", id="x"), one("integer", id="y"), one("text", id="z"))
        checked = check(*beside, x="943", y="476", z="5919")
        assert [(problem.path, problem.code) for problem in checked.problems] == [("x", "may_be_nhs_number")]
        between = (one("text", id="x"), one("date", id="d"), one("text", id="z"))
        assert check(*between, x="943476", d="15/1/2027", z="5919").ok
        assert check(one("money", id="x"), one("money", id="y"), x="943476", y="5919").ok

    def test_the_person_can_say_that_it_is_something_else(self) -> None:
        fields = [one("text", id="a"), one("integer", id="b"), one("text", id="c")]
        raw = {"a": "order 9434765919", "b": 9434765919, "c": NHS_NUMBER}
        refused = check_answers(fields, (), raw, CONTEXT, Words(), not_nhs_number=True)
        assert [(problem.path, problem.code) for problem in refused.problems] == [("c", "nhs_number")]
        taken = check_answers(fields, (), {**raw, "c": "fine"}, CONTEXT, Words(), not_nhs_number=True)
        assert taken.values == {"a": "order 9434765919", "b": 9434765919, "c": "fine"}

    @pytest.mark.parametrize(
        "given", ["943\t476\t5919", "943\n476\n5919", "943\x0b\n476\u2028\n5919", "943 \t- 476\r\n5919"]
    )
    @pytest.mark.parametrize("type_", ["text", "long text", "person"])
    def test_what_is_doubtful_is_never_certain_once_it_is_said_to_be_something_else(
        self, type_: str, given: str
    ) -> None:
        fields = [one(type_)]
        first = check_answers(fields, (), {"answer": given}, CONTEXT, Words())
        assert [problem.code for problem in first.problems] == ["may_be_nhs_number"]
        taken = check_answers(fields, (), {"answer": given}, CONTEXT, Words(), not_nhs_number=True)
        assert taken.ok
        again = check_answers(fields, (), taken.values, CONTEXT, Words(), not_nhs_number=True)
        assert again.values == taken.values

    def test_is_found_down_a_column_of_a_table(self) -> None:
        columns = [Column(id="a", label="a"), Column(id="b", label="b", required=False)]
        rows = [{"a": "x", "b": "943"}, {"a": "y", "b": "476"}, {"a": "z", "b": "5919"}]
        checked = check(one("table", columns=columns), answer=rows)
        assert [(problem.path, problem.code) for problem in checked.problems] == [
            ("answer.0.b", "may_be_nhs_number")
        ]
        counts = [{"a": "94347"}, {"a": "65919"}]  # as two counts of one size stand in every column
        assert check(one("table", columns=columns), answer=counts).ok

    def test_a_huge_whole_number_is_no_piece(self) -> None:
        assert check(one("text", id="x"), one("integer", id="y"), x="943", y=10**5000).problems[0].path == "y"

    def test_in_a_table_the_cell_is_pointed_at(self) -> None:
        checked = check(
            one("table", columns=POSTS), answer=[{"role": "GP", "cost": 1}, {"role": NHS_NUMBER, "cost": 1}]
        )
        assert [problem.path for problem in checked.problems] == ["answer.1.role"]

    def test_an_unknown_key_is_not_repeated(self) -> None:
        assert "5919" not in repr(check_answers((), (), {"n9434765919": 1, NHS_NUMBER: 2}, CONTEXT, Words()))

    @pytest.mark.parametrize("signer", [(NHS_NUMBER, "manager"), ("Priya", f"manager {NHS_NUMBER}")])
    def test_nor_may_the_signer_be_one(self, signer: tuple[str, str]) -> None:
        assert [problem.code for problem in check_signer(*signer)] == ["nhs_number"]

    def test_nor_may_the_signers_name_and_role_be_one_together(self) -> None:
        assert [(each.path, each.code) for each in check_signer("943 476", "5919")] == [
            ("name", "may_be_nhs_number")
        ]
        assert check_signer("943 476", "5919", not_nhs_number=True) == ()

    def test_a_hash_is_no_patient(self) -> None:
        assert check(one("file"), answer=FILE).ok
