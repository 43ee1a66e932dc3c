"""NHS numbers are found however they are broken up, other numbers are let through, and both are said in the same way of
what was typed and of what is kept of it."""

from __future__ import annotations

import random
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from definitions.source.nhs_numbers import find_in_pieces, find_nhs_numbers, passes_modulus_11
from definitions.source.typed_text import kept, on_one_line
from tests.nhs_numbers import NHS_NUMBERS, NINE_DIGITS, check_digit, pieces, written

VALID = "9434765919"


@pytest.mark.parametrize(
    "text",
    [
        "943 476 5919",
        "999 000 0018",
        "943-476-5919",
        "943.476.5919",
        "943 - 476 - 5919",
        "943      476      5919",
        "943\x00 476\x00 5919",  # a control character goes when it is kept
        "943\x96476\x965919",  # as Windows-1252 writes a dash
        "nhs_number=9434765919",
        "the NHS\n9434765919",
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
        "943&nbsp;476&nbsp;5919",
        "&#57;&#52;&#51;476&#x35;919",
        "https://example.org/943%20476%205919",
        "https://example.org/?next=%2Fx%2F943%252D476%252D5919",
        "%39%34%33%34%37%36%35%39%31%39",
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
        "4.000000004",  # nine digits that begin with 0 are no telephone number
    ],
)
def test_what_may_be_one_is_found_however_it_is_broken_up_and_is_not_certain(text: str) -> None:
    assert [found.certain for found in find_nhs_numbers(text)] == [False]


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
        "0.9 0.4, 0.3 0.4; 0.7, 6 5.9 1.9",  # ten single digits, with several things between
        "943%47476%205919",  # %47 is a letter
        "943 a 476 b 5919",  # words between are no separator
    ],
)
def test_dates_telephone_numbers_money_and_counts_are_let_through(text: str) -> None:
    assert find_nhs_numbers(text) == []


def test_each_of_several_is_found() -> None:
    text = "Seen ９４３ ４７６ ５９１９, order 9434765919 and 999 000 0018."
    assert [each.certain for each in find_nhs_numbers(text)] == [True, False, True]


SEPARATORS = st.text(
    st.sampled_from(" .-_,;:/\\|()[]{}·•+*=\"'\t\n\r\u00a0\u2009\u2013\u2028\x85\u3000"), min_size=1, max_size=3
)  # fmt: skip


@given(NHS_NUMBERS, SEPARATORS)
@example(VALID, " ")
def test_every_valid_number_is_found_and_a_wrongcheck_digit_is_not(number: str, separator: str) -> None:
    assert len(find_nhs_numbers(f"see {separator.join((number[:3], number[3:6], number[6:]))}, please")) == 1
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
    text = f"see {separator.join(split[1])}, please"
    # What reads as a day, a time or a telephone number is one.
    if not any(len(piece) == 4 and piece.startswith(("19", "20")) for piece in split[1]) and separator != ":":
        assert find_nhs_numbers(text)


@settings(suppress_health_check=[HealthCheck.filter_too_much])  # one in eleven is what is wanted
@given(NINE_DIGITS.filter(lambda nine: check_digit(nine) == 10), st.integers(0, 9))
def test_a_number_whosecheck_digit_would_be_ten_is_never_valid(nine: str, last: int) -> None:
    assert not passes_modulus_11(f"{nine}{last}")


@given(st.text(max_size=200))
def test_any_text_is_read_without_failing(text: str) -> None:
    for found in find_nhs_numbers(text):
        assert found.first == found.last == 0


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


# --- what was typed, and what is kept of it


@given(
    written(),
    st.sampled_from(["", "see ", "5 ", "NHS\n\n", "the patient of 12\t"]),
    st.sampled_from(["", ", please", "\n7"]),
)
def test_what_is_doubtful_when_it_is_typed_is_doubtful_when_it_is_kept(
    number: str, before: str, after: str
) -> None:
    typed = f"{before}{number}{after}"
    sure = any(each.certain for each in find_nhs_numbers(typed))
    assert find_nhs_numbers(typed)
    for stored in (kept(typed), on_one_line(typed), on_one_line(on_one_line(typed))):
        found = find_nhs_numbers(stored)
        assert found, stored
        assert sure or not any(each.certain for each in found), stored


@given(st.text(st.sampled_from("0123456789 \t\n\r\x00\x85.,-_&;%nbspNHS"), max_size=60))
def test_nothing_grows_more_certain_by_being_kept(typed: str) -> None:
    for stored in (kept(typed), on_one_line(typed)):
        if any(each.certain for each in find_nhs_numbers(stored)):
            assert any(each.certain for each in find_nhs_numbers(typed))


@given(pieces().filter(bool), st.integers(0, 2), st.sampled_from(["", "x", "Elm Tree"]))
def test_pieces_side_by_side_are_found_where_they_begin(split: list[str], empty: int, before: str) -> None:
    cells = [before, *split]
    cells[2:2] = [""] * empty
    (found,) = find_in_pieces(cells)
    assert (found.first, found.last) == (1, len(cells) - 1)
