"""Domain 4.3: no NHS number gets in, and nothing that was refused is repeated."""

from __future__ import annotations

import random
import uuid
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.forms.patient_guard import begins_across, begins_in_table, hit_in, hits_in, standing, warnings
from tests.nhs_numbers import NHS_NUMBERS

VALID = "9434765919"


@given(NHS_NUMBERS, st.text(max_size=20))
def test_a_hit_never_repeats_what_was_typed(number: str, around: str) -> None:
    answers = {
        "rows": [{"comment": f"{around} {number} {around}"}],
        number: "a key",
        "note": {"deep": number},
    }
    hits = hits_in(answers)
    assert hits
    for shown in (str(hits), repr(hits), *(hit.message + hit.path for hit in hits)):
        assert number not in shown


def test_nested_answers_are_all_looked_at() -> None:
    answers = {
        "fine": "12 of 40 reviewed",
        "count": 9434765918,
        "typed": 9434765919,
        "from_a_sheet": 9434765919.0,
        "exact": Decimal("9434765919"),
        "amount": "9434765919.00",
        "rows": [{"who": "ok"}, {"who": ["", "943 476 5919"]}],
        "yes": True,
        "nothing": None,
    }
    assert [hit.path for hit in hits_in(answers)] == [
        "amount",
        "exact",
        "from_a_sheet",
        "rows.1.who.1",
        "typed",
    ]
    assert [hit.path for hit in hits_in({"a": {VALID: {"b": VALID}}})] == ["a.(hidden)", "a.(hidden).b"]


@pytest.mark.parametrize(
    "pieces",
    [
        ["943", "476", "5919"], [943, 476, 5919], ["943 476", "5919"], ["Ann", "943", "476", "5919", "seen"], [943476, 5919],
        ["ring 943", "4765919 back"], list("9434765919"), ["１２", "943", "４７６", "5919"], ["943-", "476", "(5919)"],
    ],
)  # fmt: skip
def test_a_number_broken_up_over_cells_or_fields_is_found(pieces: list[object]) -> None:
    first = begins_across(pieces)
    assert first is not None
    assert isinstance(pieces[first], int) or any(map(str.isdigit, str(pieces[first])))


@pytest.mark.parametrize(
    "pieces",
    [["943", None, "476", "5919"], [943, 476, 5918], ["943", "a", "476", "5919"], [10**5000, 943, 476, 591], ["9434765919", "x"], [12, 34, 56], [True, 5], []],
)  # fmt: skip
def test_neighbours_that_make_no_number_are_let_through(pieces: list[object]) -> None:
    assert begins_across(pieces) is None


@pytest.mark.parametrize(
    ("rows", "begins"),
    [
        ([["x", "y"], ["943476", "5919"]], [(1, 0)]),
        ([["x", "943"], ["y", 476], ["z", "5919"]], [(0, 1)]),
        ([["943476"], ["5919"]], [(0, 0)]),
        ([["94347"], ["65919"]], []),  # two counts of one size, as every column has them
        ([["943", None], ["476", None], ["5919", None]], [(0, 0)]),
        ([[None, None]], []),
        ([], []),
    ],
)
def test_in_a_table_it_may_be_broken_up_over_a_row_or_a_column(
    rows: list[list[object]], begins: list[tuple[int, int]]
) -> None:
    assert begins_in_table(rows) == begins


def test_what_may_be_something_else_refuses_until_the_person_says_that_it_is() -> None:
    sure, doubtful = hit_in("943 476 5919"), hit_in(VALID)
    assert sure and doubtful
    assert standing([sure, doubtful], said_otherwise=False) == [sure, doubtful]
    assert standing([sure, doubtful], said_otherwise=True) == [sure]


@pytest.mark.parametrize(
    "value",
    [
        None,
        True,
        12,
        -1,
        pytest.param(10**5000, id="huge"),
        float("nan"),
        float("inf"),
        Decimal("NaN"),
        9434765919.5,
        b"9434765919",
    ],
)
def test_odd_values_are_no_hits(value: object) -> None:
    assert hit_in(value) is None


def test_answers_nested_deeper_than_the_stack_are_looked_at() -> None:
    answers: object = VALID
    for _ in range(5000):
        answers = [answers]
    assert len(hits_in(answers)) == 1


def test_hashes_and_identifiers_that_programs_make_are_nobodys_number() -> None:
    rng = random.Random(20261125)
    made = [f"{rng.randrange(16**64):064x}" for _ in range(3000)] + [
        str(uuid.UUID(int=rng.randrange(16**32))) for _ in range(3000)
    ]
    assert not hits_in(made)


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("DOB 12/3/56", ["date-of-birth"]),
        ("d.o.b. known", ["date-of-birth"]),
        ("Her date of birth is in the notes", ["date-of-birth"]),
        ("12/03/1956", ["date-of-birth"]),
        ("3 March 2001", ["date-of-birth"]),
        ("1948-07-05", ["date-of-birth"]),
        ("Mrs Smith rang", ["person"]),
        ("MR JONES", ["person"]),
        ("Mr. J. O'Brien, born 1956", ["date-of-birth", "person"]),
        ("The MR scan of 30 June 2026", []),
        ("On MS Teams with Dr Patel on 2026-06-30", []),
    ],
)
def test_a_date_of_birth_or_a_title_and_surname_is_pointed_at(text: str, kinds: list[str]) -> None:
    assert [warning.kind for warning in warnings(text)] == kinds
