"""Domain 4.1: working days, closures, the hours of messages, the financial year."""

from __future__ import annotations

import copy
import json
import pickle
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from definitions.loading.bank_holidays import bank_holidays
from engine.dates.calendar import (
    BeyondHorizon,
    Calendar,
    financial_year_of,
    quarter_end,
    quarter_of,
    quarter_start,
    year_end,
    year_start,
)
from engine.dates.clock import LONDON
from tests.engine.closures import closure

ENGLAND = Calendar.of(bank_holidays())
ELM = "A81001"
TRAINING = closure(ELM, date(2026, 4, 8), date(2026, 4, 8), reason="training", name="Elm Tree")
AFTERNOON = closure(
    ELM, date(2026, 4, 9), date(2026, 4, 9), "13:00-17:00", reason="training", name="Elm Tree"
)
NETWORK = closure("*", date(2026, 4, 14), date(2026, 4, 15), reason="an away day")
LOCAL = Calendar.of(bank_holidays(), closures=[TRAINING, AFTERNOON, NETWORK])


def _days(anchor: str, year: int, expected: dict[int, str]) -> list[tuple[date, int, date]]:
    """Rows of the table: offset -> "15 Dec", in the anchor's year unless the text says another."""
    rows = []
    for offset, text in expected.items():
        full = text if len(text.split()) == 3 else f"{text} {year}"
        rows.append((date.fromisoformat(anchor), offset, datetime.strptime(full, "%d %b %Y").date()))  # noqa: DTZ007
    return rows


VECTORS = [
    *_days("2026-06-30", 2026, {-10: "16 Jun", -5: "23 Jun", 1: "1 Jul", 5: "7 Jul", 10: "14 Jul", 15: "21 Jul", 20: "28 Jul"}),
    *_days("2026-09-30", 2026, {-10: "16 Sep", -5: "23 Sep", 1: "1 Oct", 5: "7 Oct", 10: "14 Oct", 15: "21 Oct", 20: "28 Oct"}),
    *_days("2026-12-31", 2027, {-10: "15 Dec 2026", -5: "22 Dec 2026", 1: "4 Jan", 5: "8 Jan", 10: "15 Jan", 15: "22 Jan", 20: "29 Jan"}),
    *_days("2027-03-31", 2027, {-10: "15 Mar", -5: "22 Mar", 1: "1 Apr", 5: "7 Apr", 10: "14 Apr", 15: "21 Apr", 20: "28 Apr"}),
    *_days("2027-06-30", 2027, {-10: "16 Jun", -5: "23 Jun", 1: "1 Jul", 5: "7 Jul", 10: "14 Jul", 15: "21 Jul", 20: "28 Jul"}),
    # A start date after Christmas, and the access plan's external date.
    *_days("2027-01-11", 2027, {-20: "9 Dec 2026", -10: "23 Dec 2026", -5: "4 Jan"}),
    *_days("2027-06-30", 2027, {-40: "4 May", -20: "2 Jun", -10: "16 Jun", -5: "23 Jun"}),
]  # fmt: skip


@pytest.mark.parametrize(("anchor", "offset", "expected"), VECTORS)
def test_the_vectors_of_the_domain(anchor: date, offset: int, expected: date) -> None:
    assert ENGLAND.add_working_days(anchor, offset) == expected
    assert ENGLAND.working_days_between(anchor, expected) == offset


def test_the_days_around_them() -> None:
    assert ENGLAND.why_not_working(date(2026, 12, 28)) == "Boxing Day (substitute day)"
    assert ENGLAND.why_not_working(date(2027, 3, 26)) == "Good Friday"
    assert ENGLAND.why_not_working(date(2027, 3, 29)) == "Easter Monday"
    assert ENGLAND.why_not_working(date(2027, 5, 31)) == "Spring bank holiday"
    assert ENGLAND.why_not_working(date(2027, 1, 31)) == "Sunday"
    assert ENGLAND.why_not_working(date(2027, 1, 29)) is None
    assert ENGLAND.roll_back(date(2027, 1, 31)) == date(2027, 1, 29)
    assert not any(ENGLAND.is_working(date(2027, 12, day)) for day in (25, 26, 27, 28))


def test_a_day_is_counted_only_after_the_anchor_even_from_a_weekend() -> None:
    saturday, friday, monday = date(2027, 1, 16), date(2027, 1, 15), date(2027, 1, 18)
    assert ENGLAND.add_working_days(saturday, 0) == saturday
    assert (
        ENGLAND.next_working(saturday)
        == monday
        == ENGLAND.next_working(friday)
        == ENGLAND.roll_forward(saturday)
    )
    assert ENGLAND.previous_working(saturday) == friday == ENGLAND.previous_working(monday)
    assert ENGLAND.roll_forward(friday) == ENGLAND.roll_back(friday) == friday


def test_a_one_off_holiday_is_added_and_a_bank_holiday_can_be_worked() -> None:
    announced = Calendar.of(bank_holidays(), added={date(2027, 1, 5): "A day of thanks"})
    assert announced.why_not_working(date(2027, 1, 5)) == "A day of thanks"
    assert announced.add_working_days(date(2026, 12, 31), 10) == date(2027, 1, 18)
    assert announced.version != ENGLAND.version
    easter = Calendar.of(bank_holidays(), removed=[date(2020, 4, 10), date(2020, 4, 13)])
    assert easter.add_working_days(date(2020, 4, 9), 2) == date(2020, 4, 13)
    assert ENGLAND.add_working_days(date(2020, 4, 9), 2) == date(2020, 4, 15)


def test_a_whole_day_closure_is_that_organisations_and_a_half_day_is_worked() -> None:
    assert LOCAL.why_not_working(date(2026, 4, 8), ELM) == "Elm Tree closed for training"
    assert LOCAL.is_working(date(2026, 4, 8), "A81002")
    assert LOCAL.is_working(date(2026, 4, 8))
    assert LOCAL.is_working(date(2026, 4, 9), ELM)
    assert LOCAL.why_not_working(date(2026, 4, 14)) == "the network closed for an away day"
    assert LOCAL.add_working_days(date(2026, 4, 7), 5, ELM) == date(2026, 4, 17)
    assert LOCAL.add_working_days(date(2026, 4, 7), 5) == date(2026, 4, 16)
    assert LOCAL.without_closures().add_working_days(date(2026, 4, 7), 5) == date(2026, 4, 14)
    assert LOCAL.without_closures() == ENGLAND


def test_a_deadline_is_shut_when_the_time_before_it_is_lost() -> None:
    day = date(2026, 4, 9)
    assert LOCAL.shut_at(day, time(17), ELM) == AFTERNOON
    assert LOCAL.shut_at(day, time(13), ELM) is None  # the morning was worked
    assert LOCAL.shut_at(day, time(17, 1), ELM) is None
    assert LOCAL.shut_at(day, time(17), "A81002") is None


@pytest.mark.parametrize(
    ("asked", "opens"),
    [
        ("2026-04-07 10:00", "2026-04-07 10:00"),
        ("2026-04-07 08:29", "2026-04-07 08:30"),
        ("2026-04-07 17:00", "2026-04-09 08:30"),  # the 8th is a training day
        ("2026-04-02 16:59", "2026-04-02 16:59"),
        ("2026-04-02 17:00", "2026-04-07 08:30"),  # over Easter
        ("2026-04-09 12:59", "2026-04-09 12:59"),
        ("2026-04-09 13:00", "2026-04-10 08:30"),  # an afternoon closed until 17:00
        ("2027-03-27 12:00", "2027-03-30 08:30"),  # the clocks change within the wait
        ("2027-10-30 12:00", "2027-11-01 08:30"),
    ],
)
def test_messages_go_in_working_hours_of_those_who_get_them(asked: str, opens: str) -> None:
    moment = datetime.fromisoformat(asked).replace(tzinfo=LONDON)
    opened = LOCAL.messaging_opens(moment, ELM)
    assert opened.tzinfo is UTC
    assert opened.astimezone(LONDON) == datetime.fromisoformat(opens).replace(tzinfo=LONDON)


def test_a_morning_closure_holds_messages_until_it_ends() -> None:
    morning = closure(ELM, date(2026, 4, 7), date(2026, 4, 7), "00:00-11:30")
    lunch = closure(ELM, date(2026, 4, 7), date(2026, 4, 7), "11:00-13:00")
    shut = Calendar.of(bank_holidays(), closures=[morning, lunch])
    opened = shut.messaging_opens(datetime(2026, 4, 7, 8, 0, tzinfo=UTC), ELM)
    assert opened == datetime(2026, 4, 7, 12, 0, tzinfo=UTC)  # 13:00 in summer time
    with pytest.raises(ValueError, match="aware"):
        shut.messaging_opens(datetime(2026, 4, 7))  # noqa: DTZ001


def test_rule_13_past_the_calendars_horizon_a_date_is_refused() -> None:
    with pytest.raises(
        BeyondHorizon, match=r"bank holidays of 2029 are not known.*2012 to 2028.*update"
    ) as caught:
        ENGLAND.add_working_days(date(2028, 12, 20), 10)
    assert (caught.value.year, caught.value.last_year) == (2029, 2028)
    for ask in (ENGLAND.is_working, ENGLAND.why_not_working, ENGLAND.next_working, ENGLAND.roll_forward):
        with pytest.raises(BeyondHorizon):
            ask(date(2029, 1, 2))
    with pytest.raises(BeyondHorizon):
        ENGLAND.messaging_opens(datetime(2028, 12, 29, 18, 0, tzinfo=UTC))
    with pytest.raises(BeyondHorizon):
        ENGLAND.working_days_between(date(2028, 12, 1), date(2029, 1, 2))
    with pytest.raises(BeyondHorizon, match="bank holidays of 2011"):
        ENGLAND.add_working_days(date(2012, 1, 4), -5)


DAYS = st.dates(date(2013, 1, 1), date(2027, 12, 31))
CLOSURES = st.builds(
    lambda organisation, start, length, hours: closure(
        organisation, start, start + timedelta(days=length), hours
    ),
    st.sampled_from(["*", ELM, "A81002"]),
    st.dates(date(2026, 1, 1), date(2027, 6, 30)),
    st.integers(0, 12),
    st.sampled_from([None, "13:00-17:00", "08:00-12:30", "12:00-18:30"]),
)
CALENDARS = st.builds(
    lambda closures, added, removed: Calendar.of(
        bank_holidays(), closures=closures, added=added, removed=removed
    ),
    st.lists(CLOSURES, max_size=4),
    st.dictionaries(DAYS, st.text(max_size=10), max_size=2),
    st.sets(st.sampled_from(sorted(bank_holidays().dates)), max_size=2),
)
WHO = st.sampled_from([None, ELM, "A81002"])


@given(CALENDARS, DAYS, st.integers(-120, 120), WHO)
def test_counting_on_and_back_again_returns_to_a_working_day(
    calendar: Calendar, day: date, count: int, who: str | None
) -> None:
    there = calendar.add_working_days(day, count, who)
    assert calendar.working_days_between(day, there, who) == count
    if count:
        assert calendar.is_working(there, who)
    if calendar.is_working(day, who):
        assert calendar.add_working_days(there, -count, who) == day


@given(CALENDARS, DAYS, st.integers(0, 30), st.integers(-60, 60), WHO)
def test_a_later_anchor_never_gives_an_earlier_date(
    calendar: Calendar, day: date, later: int, count: int, who: str | None
) -> None:
    after = day + timedelta(days=later)
    assert calendar.add_working_days(day, count, who) <= calendar.add_working_days(after, count, who)
    assert calendar.add_working_days(day, count, who) <= calendar.add_working_days(day, count + 1, who)


@given(CALENDARS, DAYS, st.integers(1, 40), WHO)
def test_counting_by_steps_one_at_a_time_agrees(
    calendar: Calendar, day: date, count: int, who: str | None
) -> None:
    walked = day
    for _ in range(count):
        walked += timedelta(days=1)
        while not calendar.is_working(walked, who):
            assert calendar.why_not_working(walked, who) is not None
            walked += timedelta(days=1)
    assert calendar.add_working_days(day, count, who) == walked
    assert calendar.why_not_working(walked, who) is None


@given(CALENDARS, st.datetimes(datetime(2026, 1, 1), datetime(2027, 6, 30), timezones=st.just(UTC)), WHO)  # noqa: DTZ001
def test_messages_never_go_outside_working_hours(
    calendar: Calendar, moment: datetime, who: str | None
) -> None:
    opened = calendar.messaging_opens(moment, who)
    local = opened.astimezone(LONDON)
    assert opened >= moment
    assert calendar.is_working(local.date(), who)
    assert time(8, 30) <= local.time() < time(17)
    mine = [closure for closure in calendar.closures if closure.organisation in ("*", who)]
    assert not any(closure.on(local.date()) and closure.shuts_message(local.time()) for closure in mine)
    assert calendar.messaging_opens(opened, who) == opened


@given(CALENDARS)
def test_a_calendar_survives_being_written_down(calendar: Calendar) -> None:
    again = Calendar.from_data(json.loads(json.dumps(calendar.to_data())))
    assert again == calendar
    assert (again.version, hash(again), again.source) == (calendar.version, hash(calendar), calendar.source)
    assert pickle.loads(pickle.dumps(calendar)) == copy.deepcopy(calendar) == calendar


def test_the_version_is_of_the_dates_and_not_of_the_order_or_the_source() -> None:
    one = Calendar.of(bank_holidays(), closures=[TRAINING, NETWORK])
    other = Calendar(bank_holidays().dates, 2028, closures=(NETWORK, TRAINING, NETWORK), source="by hand")
    assert one == other
    assert one.version == other.version != ENGLAND.version
    assert len(one.version) == 16


def test_counting_takes_microseconds() -> None:
    import timeit

    LOCAL.add_working_days(date(2026, 12, 31), 65, ELM)
    taken = min(
        timeit.repeat(lambda: LOCAL.add_working_days(date(2026, 12, 31), 65, ELM), number=1000, repeat=3)
    )
    assert taken / 1000 < 100e-6  # 1 in practice; the rest is for a busy machine


def test_quarters_and_financial_years() -> None:
    assert [quarter_end(quarter, "2026/27") for quarter in ("Q1", "Q2", "Q3", "Q4")] == [
        date(2026, 6, 30),
        date(2026, 9, 30),
        date(2026, 12, 31),
        date(2027, 3, 31),
    ]
    assert quarter_start("Q1", "2026/27") == year_start("2026/27") == date(2026, 4, 1)
    assert quarter_start("Q4", "2026/27") == date(2027, 1, 1)
    assert year_end("1999/00") == date(2000, 3, 31)


@given(st.dates(date(1990, 1, 1), date(2090, 12, 31)))
def test_every_day_is_in_its_quarter(day: date) -> None:
    year, quarter = financial_year_of(day), quarter_of(day)
    assert quarter_start(quarter, year) <= day <= quarter_end(quarter, year)


@pytest.mark.parametrize("year", ["2026", "2026/28", "2026-27", "26/27", "2026/2027", ""])
def test_a_financial_year_is_written_one_way(year: str) -> None:
    with pytest.raises(ValueError, match="write it as 2026/27"):
        year_end(year)
    with pytest.raises(ValueError, match="write Q1, Q2, Q3 or Q4"):
        quarter_end("Q5", "2026/27")
