"""Domain 4.3: no NHS number gets in, and nothing that was refused is repeated."""

from __future__ import annotations

import random
import uuid
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from engine.forms.patient_guard import (
    begins_across,
    find_nhs_numbers,
    hit_in,
    hit_in_file,
    hits_in,
    passes_modulus_11,
    standing,
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
        "943-476-5919",
        "943.476.5919",
        "943 - 476 - 5919",
        "943–476–5919",  # en dashes
        "943\u00a0476\u00a05919",  # no-break spaces, as pasted from a web page
        "943\u2009476\u20095919",  # thin spaces
        "943_476_5919.pdf",
        "９４３ ４７６ ５９１９",  # full width
        "12 patients, 943 476 5919, and 3 more",
        "943 476 5919 12 mg",
        "on 3 943 476 5919",
        "ring +44 7700 900123 943 476 5919",
        "NHS9434765919",
        "NHS no. 9434765919",
        "NHS number: 94 34 76 59 19",
        "the patient's number is 9434765919",
    ],
)
def test_what_is_written_or_called_as_an_nhs_number_is_certain(text: str) -> None:
    assert [found.certain for found in find_nhs_numbers(text)] == [True]


@pytest.mark.parametrize(
    "text",
    [
        "9434765919",
        "9434\u200b765919",  # a zero-width space nobody sees
        "٩٤٣٤٧٦٥٩١٩",  # Arabic-Indic
        "9 4 3 4 7 6 5 9 1 9",
        "94347 65919",
        "9434 765 919",
        "no.9434765919",
        "9434765919b",
        "943, 476, 5919",
        "943,476,5919",
        "943\t476\t5919",
        "943\n476\n5919",
        "943\r\n476\r\n5919",
        "943\u2028476\u20285919",
        "943\x85476\x855919",
        "943/476/5919",
        "943\\476\\5919",
        "(943) 476-5919",
        "(943)(476)(5919)",
        "[943] [476] [5919]",
        "943:476:5919",
        "943·476·5919",
        "943•476•5919",
        "943|476|5919",
        "943; 476; 5919",
        "943+476+5919",
        "943=476=5919",
        "943*476*5919",
        "943’476’5919",
        "94 34 76 59 19",
        "94.34.76.59.19",
        "9434-7659-19",
        "94-3476-5919",
        "9,434,765,919",
        "£9434765919",
        "£9,434,765,919",
        "https://example.org/9434765919",
        "https://example.org/943/476/5919",
        "order-9434765919",
    ],
)
def test_what_may_be_one_is_found_however_it_is_broken_up_and_is_not_certain(text: str) -> None:
    assert [found.certain for found in find_nhs_numbers(text)] == [False]
    assert standing([hit] if (hit := hit_in(text)) else [], said_otherwise=True) == []


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
        "01204 123456",
        "+44 7700 900123",
        "+447700900123",
        "+44 (0)943 476 5919",
        "£850.00 £920.00",
        "£1,234,567.00, £85",
        "0.9434765919",
        "12, 15, 20, 31, 44",
        "0.80 0.60 1.00 0.5",
        "943 a 476 b 5919",  # words between are no separator
    ],
)
def test_dates_telephone_numbers_money_and_counts_are_let_through(text: str) -> None:
    assert find_nhs_numbers(text) == []


def test_a_span_covers_the_number_and_nothing_else() -> None:
    text = "Seen ９４３ ４７６ ５９１９ and 999 000 0018."
    assert [text[each.start : each.end] for each in find_nhs_numbers(text)] == [
        "９４３ ４７６ ５９１９",
        "999 000 0018",
    ]


SEPARATORS = st.text(
    st.sampled_from(" .-_,;:/\\|()[]{}·•+*=\"'\t\n\r\u00a0\u2009\u2013\u2028\x85\u3000"), min_size=1, max_size=3
)  # fmt: skip


@given(NHS_NUMBERS, SEPARATORS)
@example(VALID, " ")
def test_every_valid_number_is_found_and_a_wrong_check_digit_is_not(number: str, separator: str) -> None:
    written = separator.join((number[:3], number[3:6], number[6:]))
    (found,) = find_nhs_numbers(f"see {written}, please")
    assert (found.start, found.end) == (4, 4 + len(written))
    wrong = number[:9] + str((int(number[9]) + 1) % 10)
    assert not passes_modulus_11(wrong)


@st.composite
def splits(draw: st.DrawFn) -> tuple[str, list[str]]:
    """A number, and the same in any pieces."""
    number = draw(NHS_NUMBERS)
    cuts = sorted(draw(st.sets(st.integers(1, 9), min_size=1, max_size=9)))
    return number, [number[low:high] for low, high in zip([0, *cuts], [*cuts, 10], strict=True)]


@given(splits(), st.sampled_from([" ", ".", "-", "_", "/", ":", "·", "\u2009", " - ", "‑", ")(", "\\"]))
def test_a_number_in_any_pieces_is_found_where_one_thing_parts_them(
    split: tuple[str, list[str]], separator: str
) -> None:
    written = f"see {separator.join(split[1])}, please"
    # What reads as a day, a time or a telephone number is one.
    if not any(len(piece) == 4 and piece.startswith(("19", "20")) for piece in split[1]) and separator != ":":
        assert find_nhs_numbers(written)


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
    hits = hits_in(answers)
    assert hits
    for shown in (str(hits), repr(hits), *(hit.message + hit.path for hit in hits)):
        assert number not in shown


@given(st.text(max_size=200))
def test_any_text_is_read_without_failing(text: str) -> None:
    for found in find_nhs_numbers(text):
        assert 0 <= found.start < found.end <= len(text)
    warnings(text)


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
    [["943", None, "476", "5919"], [943, 476, 5918], ["943", "a", "476", "5919"], ["9434765919", "x"], [12, 34, 56], [True, 5], []],
)  # fmt: skip
def test_neighbours_that_make_no_number_are_let_through(pieces: list[object]) -> None:
    assert begins_across(pieces) is None


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


@pytest.mark.parametrize(
    ("name", "content", "certain"),
    [
        ("figures.csv", b"practice,count\nY90001,9434765919\n", False),
        ("figures.csv", b"practice,NHS number\nY90001,9434765919\n", True),
        ("notes.TXT", b"seen 943 476 5919 today", True),
        ("figures.csv", "practice\t9434765919\r\n".encode("utf-16"), False),
        ("notes.txt", "ring 943\xa0476\xa05919".encode(), True),
    ],
)
def test_a_text_file_is_read(name: str, content: bytes, certain: bool) -> None:
    assert (hit := hit_in_file(name, content)) is not None
    assert hit.certain is certain


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("figures.csv", b"practice,seen,asked,patients\nY90001,943,476,5919\n"),  # a row of figures
        ("figures.csv", b"0.9434765919,19434765919\n"),
        ("plan.pdf", b"%PDF-1.7\n9434765919 00000 n\n"),
        ("empty.txt", b""),
    ],
)
def test_figures_and_other_kinds_of_files_are_let_through(name: str, content: bytes) -> None:
    assert hit_in_file(name, content) is None


def test_hashes_and_identifiers_that_programs_make_are_nobodys_number() -> None:
    rng = random.Random(20261125)
    made = [f"{rng.randrange(16**64):064x}" for _ in range(3000)] + [
        str(uuid.UUID(int=rng.randrange(16**32))) for _ in range(3000)
    ]
    assert not hits_in(made)


# --- how often something else is taken for one


def _measured(make: str) -> float:
    """The share of a thousand made-up texts in which a number is found, or one that is certain."""
    rng = random.Random(20261125)
    texts = [_TEXTS[make](rng) for _ in range(1000)]
    return sum(bool(find_nhs_numbers(text)) for text in texts) / len(texts)


def _day(rng: random.Random) -> date:
    return date(2020, 1, 1) + timedelta(days=rng.randrange(4000))


_TEXTS = {
    "order numbers of ten digits": lambda rng: f"Order {rng.randrange(10**9, 10**10)}",
    "other order numbers": lambda rng: f"Order {rng.randrange(10**11, 10**12)} and PO-{rng.randrange(10**6, 10**7)}",
    "mobile numbers": lambda rng: f"Ring 07{rng.randrange(100, 1000)} {rng.randrange(100000, 10**6)}",
    "landlines": lambda rng: f"020 {rng.randrange(1000, 10000)} {rng.randrange(1000, 10000)} or 01{rng.randrange(100, 999)} {rng.randrange(100000, 10**6)}",
    "amounts": lambda rng: f"£{rng.randrange(10**6):,}.{rng.randrange(100):02} and £{rng.randrange(10**6):,}",
    "days": lambda rng: f"{_day(rng):%d/%m/%Y} {_day(rng):%Y-%m-%d %H:%M} {_day(rng).day} {_day(rng).month} {_day(rng).year}",
    "years and quarters": lambda rng: f"2026/27 Q{rng.randrange(1, 5)}: {rng.randrange(20, 900)} of {rng.randrange(900, 9999)}",
    "sums": lambda rng: f"{rng.randrange(100)} + {rng.randrange(100)} + {rng.randrange(1000)} = {rng.randrange(2000)}",
    "lists of counts": lambda rng: ", ".join(str(rng.randrange(5, 400)) for _ in range(6)),
    "counts and sentences": lambda rng: f"{rng.randrange(500)} seen, {rng.randrange(90)} declined, {rng.randrange(9000)} to go",
}  # fmt: skip


@pytest.mark.parametrize(
    ("make", "most"),
    [
        ("order numbers of ten digits", 0.11),  # one in eleven passes, and who typed it can say so
        ("other order numbers", 0.0), ("mobile numbers", 0.0), ("landlines", 0.0), ("amounts", 0.0), ("days", 0.0),
        ("years and quarters", 0.0), ("sums", 0.01), ("lists of counts", 0.02), ("counts and sentences", 0.0),
    ],
)  # fmt: skip
def test_how_often_something_else_is_taken_for_one(make: str, most: float) -> None:
    assert _measured(make) <= most


def test_what_is_something_else_is_never_refused_for_good() -> None:
    rng = random.Random(20261125)
    for make in _TEXTS.values():
        assert not any(found.certain for _ in range(1000) for found in find_nhs_numbers(make(rng)))


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
