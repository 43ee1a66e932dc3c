"""Domain 4.3: no NHS number gets in, and nothing that was refused is repeated."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from engine.forms.patient_guard import (
    check_free_text,
    find_nhs_numbers,
    guard_answers,
    passes_modulus_11,
    warnings,
)

VALID = "9434765919"


def _check_digit(nine: str) -> int:
    return (
        11 - sum(weight * int(digit) for weight, digit in zip(range(10, 1, -1), nine, strict=True)) % 11
    ) % 11


NINE_DIGITS = st.integers(min_value=400_000_000, max_value=799_999_999).map(str)
NHS_NUMBERS = NINE_DIGITS.filter(lambda nine: _check_digit(nine) != 10).map(
    lambda nine: f"{nine}{_check_digit(nine)}"
)


@pytest.mark.parametrize(
    "text",
    [
        "943 476 5919",
        "999 000 0018",
        "9434765919",
        "943-476-5919",
        "943.476.5919",
        "943 - 476 - 5919",
        "943–476–5919",  # en dashes
        "943\u00a0476\u00a05919",  # no-break spaces, as pasted from a web page
        "943\u2009476\u20095919",  # thin spaces
        "9434\u200b765919",  # a zero-width space nobody sees
        "943_476_5919.pdf",
        "９４３ ４７６ ５９１９",  # full width
        "٩٤٣٤٧٦٥٩١٩",  # Arabic-Indic
        "9 4 3 4 7 6 5 9 1 9",
        "94347 65919",
        "9434 765 919",
        "NHS9434765919",
        "no.9434765919",
        "9434765919b",
        "12 patients, 943 476 5919, and 3 more",
        "943 476 5919 12 mg",
        "on 3 943 476 5919",
        "ring +44 7700 900123 943 476 5919",
    ],
)
def test_an_nhs_number_is_found_however_it_is_written(text: str) -> None:
    assert len(find_nhs_numbers(text)) == 1
    assert check_free_text(text) is not None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "943 476 5918",  # the check digit is wrong
        "129434765919",  # twelve digits are another number
        "94347659191",
        "943476591",
        "0000000000",
        "2026-06-30",
        "2026-06-30 17:00",
        "30.06.2026 12",
        "2026-27 1200",
        "020 7946 0958",
        "07700 900123",
        "+44 7700 900123",
        "+447700900123",
        "+44 (0)943 476 5919",
        "£9434765919",
        "GBP 9434765919",
        "£1,234,567,890.00",
        "0.9434765919",
        "943\n476\n5919",  # a column of counts
        "943, 476, 5919",
    ],
)
def test_dates_telephone_numbers_money_and_counts_are_let_through(text: str) -> None:
    assert find_nhs_numbers(text) == []


def test_a_span_covers_the_number_and_nothing_else() -> None:
    text = "Seen ９４３ ４７６ ５９１９ and 999 000 0018."
    assert [text[start:end] for start, end in find_nhs_numbers(text)] == [
        "９４３ ４７６ ５９１９",
        "999 000 0018",
    ]


@given(NHS_NUMBERS, st.sampled_from(["", " ", "-", ".", "\u00a0", "‑", "_", " - "]))
@example(VALID, " ")
def test_every_valid_number_is_found_and_a_wrong_check_digit_is_not(number: str, separator: str) -> None:
    written = separator.join((number[:3], number[3:6], number[6:]))
    assert find_nhs_numbers(f"see {written}, please") == [(4, 4 + len(written))]
    wrong = number[:9] + str((int(number[9]) + 1) % 10)
    assert not passes_modulus_11(wrong)


@settings(suppress_health_check=[HealthCheck.filter_too_much])  # one in eleven is what is wanted
@given(NINE_DIGITS.filter(lambda nine: _check_digit(nine) == 10), st.integers(0, 9))
def test_a_number_whose_check_digit_would_be_ten_is_never_valid(nine: str, last: int) -> None:
    assert not passes_modulus_11(f"{nine}{last}")


@given(NHS_NUMBERS, st.text(max_size=20))
def test_a_hit_never_repeats_what_was_typed(number: str, around: str) -> None:
    answers = {
        "rows": [{"comment": f"{around} {number} {around}"}],
        number: "a key",
        "note": {"deep": number},
    }
    hits = guard_answers(answers)
    assert hits
    for shown in (str(hits), repr(hits), *(hit.message + hit.path for hit in hits)):
        assert number not in shown


@given(st.text(max_size=200))
def test_any_text_is_read_without_failing(text: str) -> None:
    for start, end in find_nhs_numbers(text):
        assert 0 <= start < end <= len(text)
    warnings(text)


def test_nested_answers_are_all_looked_at() -> None:
    answers = {
        "fine": "12 of 40 reviewed",
        "count": 9434765918,
        "typed": 9434765919,
        "from_a_sheet": 9434765919.0,
        "exact": Decimal("9434765919"),
        "rows": [{"who": "ok"}, {"who": ["", "943 476 5919"]}],
        "yes": True,
        "nothing": None,
    }
    assert [hit.path for hit in guard_answers(answers)] == [
        "exact",
        "from_a_sheet",
        "rows[1].who[1]",
        "typed",
    ]
    assert [hit.path for hit in guard_answers({"a": {VALID: {"b": VALID}}})] == ["a.(hidden)", "a.(hidden).b"]


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
    assert check_free_text(value) is None


def test_answers_nested_deeper_than_the_stack_are_looked_at() -> None:
    answers: object = VALID
    for _ in range(5000):
        answers = [answers]
    assert len(guard_answers(answers)) == 1


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
