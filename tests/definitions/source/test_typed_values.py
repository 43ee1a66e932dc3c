"""What people type and paste is read with one care everywhere; what can be read in two ways is refused, with how to write it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from definitions.source.typed_days import as_day
from definitions.source.typed_numbers import as_number, per_cent, pounds, whole
from definitions.source.typed_text import BadValue, as_text, is_blank, kept, look_alike

NUMBERS = [
    ("1,234", "1234"), ("1 234", "1234"), ("1\u00a0234.50", "1234.50"), ("1\u202f234\u202f567", "1234567"),
    ("1\u2009234", "1234"), ("1’234", "1234"), ("１，２３４", "1234"), ("\u200b12\ufeff", "12"), ("\t12 ", "12"),
    ("−5", "-5"), ("–5", "-5"), ("- 5", "-5"), ("+5", "5"), (".5", "0.5"), ("12.", "12"), ("007", "7"), ("12\u0085", "12"),
    ("1,234,567.5", "1234567.5"),
]  # fmt: skip


@pytest.mark.parametrize(("typed", "number"), NUMBERS)
def test_a_number_is_read_however_it_was_pasted(typed: str, number: str) -> None:
    assert as_number(typed, "a number") == Decimal(number)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("1,5", "write decimals after a full stop"),
        ("1.234,50", "write decimals after a full stop"),
        ("1 234,50", "write decimals after a full stop"),
        ("1,00,000", "write decimals after a full stop"),
        ("1,23", "write decimals after a full stop"),
        ("1e5", "write the number out in digits"),
        ("(5)", "write a minus sign before"),
        ("5-", "write a minus sign before"),
        ("1,234 567", "enter a number"),
        ("12\t345", "enter a number"),  # two cells
        ("12\n345", "enter a number"),
        ("0x1F", "enter a number"),
        ("5²", "enter a number"),
        ("١٢", "enter a number"),
        ("", "enter a number"),
    ],
)
def test_what_could_be_another_number_is_refused_with_how_to_write_it(typed: str, said: str) -> None:
    with pytest.raises(BadValue, match=said):
        as_number(typed, "a number")


@pytest.mark.parametrize(
    "typed", ["£1,234.50", "￡1,234.50", "GBP 1234.50", "1 234.50 £", "£ 1,234.50", "１２３４.50"]
)
def test_money_is_read_with_its_sign_or_without(typed: str) -> None:
    assert pounds(typed, "an amount") == Decimal("1234.50")


@pytest.mark.parametrize("typed", ["$5", "5 €", "EUR 5", "5 dollars"])
def test_another_currency_is_not_pounds(typed: str) -> None:
    with pytest.raises(BadValue, match="enter the amount in pounds"):
        pounds(typed, "an amount")


@pytest.mark.parametrize("typed", ["45", "45%", "45 ％", "45 per cent", "45percent", 45])
def test_a_percentage_is_read_with_its_sign_or_without(typed: Any) -> None:
    assert per_cent(typed, "a percentage") == 45


@given(
    st.integers(-(10**15) + 1, 10**15 - 1),
    st.sampled_from([",", " ", "\u00a0", "\u2009", "\u202f", "'", "’"]),
)
def test_every_whole_number_is_read_back_with_any_separator(number: int, separator: str) -> None:
    assert whole(f"{number:,}".replace(",", separator)) == number


@pytest.mark.parametrize(
    "typed",
    [
        "15 1 2027", "15/1/2027", "15/01/2027", "15.1.2027", "15–1–2027", "15\u00a01\u00a02027", "１５/１/２０２７", "15\t1\t2027",
        "15 January 2027", "15 jan 2027", "15th January 2027", "15th of January, 2027", "Fri 15 January 2027", "Friday, 15 Jan 2027",
        "2027-01-15", "2027/1/15", "2027-01-15T00:00:00", "2027-01-15 00:00:00.000", "\u200e15/1/2027\u200e",
        {"day": "15", "month": "1", "year": "2027"}, {"day": "１５", "month": "Jan", "year": " 2027"}, {"day": 15, "month": 1, "year": 2027},
        date(2027, 1, 15),
    ],
)  # fmt: skip
def test_a_day_is_read_however_people_write_it(typed: Any) -> None:
    assert as_day(typed) == date(2027, 1, 15)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("15/1/27", "enter the year in 4 numbers"),
        ("1/15/2027", "enter a real date"),
        ("31/2/2027", "enter a real date"),
        ("Thu 15 January 2027", "15 January 2027 is a Friday"),
        ("2027-01-15T09:30", "enter a date"),
        ("46037", "enter a date"),  # a spreadsheet's own number for a day
        ("next week", "enter a date"),
        (20270115, "enter a date"),
    ],
)
def test_a_day_that_could_be_another_is_refused(typed: Any, said: str) -> None:
    with pytest.raises(BadValue, match=said):
        as_day(typed)


@given(
    st.dates(date(1900, 1, 1), date(2200, 12, 31)),
    st.sampled_from(["{0.day} {0.month} {0.year}", "{0:%d/%m/%Y}", "{0:%a %d %B %Y}"]),
)
def test_every_day_is_read_back(day: date, written: str) -> None:
    assert as_day(written.format(day)) == day


def test_words_keep_what_they_say_and_lose_what_nobody_sees() -> None:
    assert kept("  don\x92t\u00a0\x96 it\u200b is \u201cfine\u201d\x00 ") == "don’t – it is “fine”"
    assert kept("one\x85two\u2028three\rfour\r\nfive") == "one\ntwo\nthree\nfour\nfive"
    assert kept("👩\u200d⚕️ نمی\u200cدانم") == "👩\u200d⚕️ نمی\u200cدانم"
    assert look_alike("“Don’t\u00a0  know” – ＯＫ") == '"Don\'t know" - OK'


@pytest.mark.parametrize("given", ["", " ", "\u00a0", "\u200b", "\ufeff \u2028", None, [], {"day": "\u200b"}])
def test_nothing_is_nothing_however_it_looks(given: Any) -> None:
    assert is_blank(given)


@given(st.text())
def test_kept_words_are_settled_and_carry_nothing_that_acts(text: str) -> None:
    once = kept(text)
    assert kept(once) == once
    assert not set(once) & set("\x00\x1b\x7f\x85\u2028\u202e\u200b\ufeff")


@pytest.mark.parametrize("number", [42, 2026.1, True])
def test_a_text_takes_no_number_that_has_lost_its_spelling(number: Any) -> None:
    with pytest.raises(BadValue, match="put it in quotes"):
        as_text(number)
