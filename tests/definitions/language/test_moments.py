"""The language of dates: what is understood, how it prints back, and what is said when it is not."""

from __future__ import annotations

from datetime import date, time
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from definitions.language.moment_parser import parse
from definitions.language.moments import (
    Anchor,
    At,
    Either,
    EndOfMonth,
    FirstWorkingDay,
    LastWorkingDay,
    Moment,
    MomentError,
    Offset,
    On,
    StartOfMonth,
    Unit,
    names,
)

UNDERSTOOD: list[tuple[str, Moment, str]] = [
    ("2027-01-15", On(date(2027, 1, 15)), "2027-01-15"),
    ("Quarter_End", Anchor("quarter_end"), "quarter_end"),
    ("practice_return.closed", Anchor("practice_return.closed"), "practice_return.closed"),
    ("practice_return closed", Anchor("practice_return.closed"), "practice_return.closed"),
    ("previous step closed", Anchor("previous_step_closed"), "previous step closed"),
    ("previous_step_closed", Anchor("previous_step_closed"), "previous step closed"),
    (
        "10 working days after quarter_end",
        Offset(10, "working day", False, Anchor("quarter_end")),
        "10 working days after quarter_end",
    ),
    ("1 Working Day BEFORE due", Offset(1, "working day", True, Anchor("due")), "1 working day before due"),
    ("10days after launch", Offset(10, "day", False, Anchor("launch")), "10 days after launch"),
    ("a week after launch", Offset(1, "week", False, Anchor("launch")), "1 week after launch"),
    ("two months before x", Offset(2, "month", True, Anchor("x")), "2 months before x"),
    ("the working day before due", Offset(1, "working day", True, Anchor("due")), "1 working day before due"),
    ("end of month", EndOfMonth(Anchor("launch")), "end of month of launch"),
    ("end of the month of start_date", EndOfMonth(Anchor("start_date")), "end of month of start_date"),
    ("start of month of opens", StartOfMonth(Anchor("opens")), "start of month of opens"),
    (
        "last working day of month",
        LastWorkingDay(Anchor("launch")),
        "last working day of month of launch",
    ),
    (
        "the last working day of the month of start_date",
        LastWorkingDay(Anchor("start_date")),
        "last working day of month of start_date",
    ),
    ("next working day after x", FirstWorkingDay(Anchor("x")), "first working day after x"),
    ("first working day after x", FirstWorkingDay(Anchor("x")), "first working day after x"),
    (
        "3 days before 10 working days after x at 09:30",
        At(Offset(3, "day", True, Offset(10, "working day", False, Anchor("x"))), time(9, 30)),
        "3 days before 10 working days after x at 09:30",
    ),
    (
        "the earlier of 3 days after a and later of b and 2027-01-15 at 9:00",
        At(
            Either(
                "earlier",
                Offset(3, "day", False, Anchor("a")),
                Either("later", Anchor("b"), On(date(2027, 1, 15))),
            ),
            time(9),
        ),
        "earlier of 3 days after a and later of b and 2027-01-15 at 09:00",
    ),
]


@pytest.mark.parametrize(("text", "moment", "canonical"), UNDERSTOOD, ids=[text for text, _, _ in UNDERSTOOD])
def test_a_phrase_is_read_and_prints_back(text: str, moment: Moment, canonical: str) -> None:
    assert parse(text) == moment
    assert str(moment) == canonical


NAMES = st.sampled_from(
    ["launch", "due", "opens", "quarter_end", "first", "last", "start", "collect.closed", "p1"]
)
LEAVES: st.SearchStrategy[Moment] = st.one_of(
    st.dates(date(2012, 1, 1), date(2028, 12, 31)).map(On),
    NAMES.map(Anchor),
    st.just(Anchor("previous_step_closed")),
)


def _larger(inner: st.SearchStrategy[Moment]) -> st.SearchStrategy[Moment]:
    return st.one_of(
        st.builds(Offset, st.integers(0, 2000), st.sampled_from(get_args(Unit)), st.booleans(), inner),
        st.one_of(*(inner.map(kind) for kind in (StartOfMonth, EndOfMonth, LastWorkingDay, FirstWorkingDay))),
        st.builds(Either, st.sampled_from(["earlier", "later"]), inner, inner),
    )


PHRASES = st.recursive(LEAVES, _larger, max_leaves=3)
MOMENTS = st.one_of(PHRASES, st.builds(At, PHRASES, st.times().map(lambda at: time(at.hour, at.minute))))


@given(MOMENTS.filter(lambda moment: len(str(moment)) <= 300))
def test_what_is_printed_reads_back_the_same(moment: Moment) -> None:
    assert parse(str(moment)) == moment
    assert parse(str(moment).upper()) == moment


@given(st.one_of(st.text(max_size=60), st.text("0123456789-:./ adeyworkingfbmth", max_size=60)))
def test_any_text_is_read_or_refused_with_a_place(text: str) -> None:
    try:
        parse(text)
    except MomentError as refused:
        assert 1 <= refused.column <= len(text) + 1
        assert refused.code.startswith("moment-")
        assert refused.message


def test_the_anchors_a_phrase_counts_from() -> None:
    assert names(parse("2027-01-15")) == frozenset()
    assert names(parse("earlier of 3 days after a and end of month of b.closed at 12:00")) == {
        "a",
        "b.closed",
    }
    assert names(parse("last working day of month")) == {"launch"}
    assert names(parse("next working day after previous step closed")) == {"previous_step_closed"}


REFUSED = [
    ("", "moment-empty", 1, "10 working days after launch"),
    ("P1D", "moment-iso-duration", 1, "Say 1 day after launch, or 1 working day after launch."),
    ("PT24H after launch", "moment-iso-duration", 1, "working day"),
    ("10 bussiness days after x", "moment-unknown-unit", 4, "Say working"),
    ("3 hours after launch", "moment-unknown-unit", 3, "Baton counts days"),
    ("3 wroking days after x", "moment-unknown-unit", 3, "Did you mean working?"),
    ("3 working weeks after x", "moment-working-unit", 11, "5 working days"),
    ("3 days afetr x", "moment-after-or-before", 8, "Did you mean after?"),
    ("3 days from x", "moment-after-or-before", 8, "Say after"),
    ("2027-02-30", "moment-no-such-date", 1, ""),
    ("15/01/2027", "moment-date-order", 1, "2027-01-15"),
    ("15 January 2027", "moment-date-order", 1, "2027-01-15"),
    ("-3 days after x", "moment-sign", 1, "before"),
    ("3 days after", "moment-unfinished", 13, "launch"),
    ("quarter_end 17:00", "moment-left-over", 13, "Say at 17:00."),
    ("x at 25:00", "moment-bad-time", 6, "12:00"),
    ("x at noon", "moment-bad-time", 6, "12:00"),
    ("end of mnth of x", "moment-word-expected", 8, "Did you mean month?"),
    ("earlier of a or b", "moment-word-expected", 14, ""),
    ("99999 days after x", "moment-too-far", 1, ""),
    ("3 days after working", "moment-name-expected", 14, ""),
    ("1 day after " * 40 + "x", "moment-too-long", 1, ""),
    ("3 days after £", "moment-not-understood", 14, "launch"),
]


@pytest.mark.parametrize(
    ("text", "code", "column", "suggestion"), REFUSED, ids=[text[:30] for text, *_ in REFUSED]
)
def test_a_mistake_has_a_code_a_column_and_a_suggestion(
    text: str, code: str, column: int, suggestion: str
) -> None:
    with pytest.raises(MomentError) as caught:
        parse(text)
    assert (caught.value.code, caught.value.column) == (code, column)
    assert suggestion in str(caught.value)
