"""Phrases of dates on the calendar: the domain's vectors, rules 4 and 13, and the sentences."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from definitions.language.moment_parser import parse
from definitions.language.moments import Anchor, MomentError, Offset, On, Unit
from definitions.loading.bank_holidays import bank_holidays
from engine.dates.calendar import BeyondHorizon, Calendar, quarter_end
from engine.dates.clock import LONDON
from engine.dates.explanation import long
from engine.dates.resolution import AnchorMissing, Dated, act_by, resolve, shift_working, when
from tests.engine.closures import closure

ELM = "A81001"
ENGLAND = Calendar.of(bank_holidays())
LOCAL = Calendar.of(
    bank_holidays(),
    closures=[
        closure(ELM, date(2026, 4, 8), date(2026, 4, 8), reason="training", name="Elm Tree"),
        closure(ELM, date(2026, 8, 6), date(2026, 8, 17), reason="refurbishment", name="Elm Tree"),
        closure(ELM, date(2026, 9, 9), date(2026, 9, 9), "13:00-17:00", reason="training", name="Elm Tree"),
        closure(ELM, date(2026, 9, 10), date(2026, 9, 10), "12:00-18:30", reason="training", name="Elm Tree"),
    ],
)


def _external(day: date, at: time = time(17)) -> Dated:
    return resolve(On(day), {}, ENGLAND, external=True, at=at)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("10 working days after quarter_end", "2027-01-15"),
        ("10 working days before quarter_end", "2026-12-15"),
        ("1 working day after quarter_end", "2027-01-04"),
        ("18 working days after quarter_end", "2027-01-27"),
        ("20 working days before start_date", "2026-12-09"),
        ("10 working days before start_date", "2026-12-23"),
        ("5 working days before start_date", "2027-01-04"),
        ("40 working days before external_deadline", "2027-05-04"),
        ("20 working days before external_deadline", "2027-06-02"),
        ("10 working days before external_deadline", "2027-06-16"),
        ("5 working days before external_deadline", "2027-06-23"),
        ("last working day of month of start_date", "2027-01-29"),
        ("end of month of start_date", "2027-02-01"),  # Sunday 31 January, rolled on
        ("start of month of 2027-05-20", "2027-05-04"),  # Saturday, then a bank holiday on the Monday
        ("last working day of month of 2027-05-20", "2027-05-28"),  # 31 May is a bank holiday
        ("2027-05-31", "2027-06-01"),
        ("first working day after 2026-12-24", "2026-12-29"),
        ("1 month after 2027-01-31", "2027-03-01"),  # 28 February is a Sunday
        ("1 month after 2028-01-31", "2028-02-29"),
        ("3 weeks before 2027-01-22", "2026-12-31"),  # New Year's Day, so it comes back
        ("1 day before 2027-03-29", "2027-03-25"),  # Sunday before Easter Monday, after Good Friday
        ("earlier of 2027-02-05 and start_date", "2027-01-11"),
        ("later of 2027-02-05 and start_date", "2027-02-05"),
        ("2 days before 10 working days after quarter_end", "2027-01-13"),
    ],
)
def test_the_vectors_of_the_domain(text: str, expected: str) -> None:
    anchors: dict[str, date | datetime | Dated] = {
        "quarter_end": quarter_end("Q3", "2026/27"),
        "start_date": date(2027, 1, 11),
        "external_deadline": _external(date(2027, 6, 30)),
    }
    found = resolve(parse(text), anchors, ENGLAND)
    assert found.day.isoformat() == expected
    assert found.at.astimezone(LONDON).time() == time(17)


@pytest.mark.parametrize(
    ("day", "hour"),
    [
        ("2027-03-26", 17),  # winter: London is UTC. Good Friday, so external
        ("2027-03-28", 16),  # the morning the clocks went forward
        ("2027-03-30", 16),
        ("2027-10-29", 16),
        ("2027-10-31", 17),  # the morning they went back
        ("2027-11-01", 17),
    ],
)
def test_five_in_london_is_kept_in_utc_across_the_clock_changes(day: str, hour: int) -> None:
    found = _external(date.fromisoformat(day))
    assert found.at == datetime.fromisoformat(day).replace(hour=hour, tzinfo=UTC)
    assert found.at.tzinfo is UTC
    assert found.wall == time(17)


def test_a_time_is_seventeen_hundred_unless_said() -> None:
    friday = parse("2027-01-15")
    assert resolve(friday, {}, ENGLAND).wall == time(17)
    assert resolve(friday, {}, ENGLAND, at=time(9)).wall == time(9)
    assert resolve(parse("2027-01-15 at 12:00"), {}, ENGLAND, at=time(9)).wall == time(12)
    noon = {"board": _external(date(2027, 1, 15), time(12))}
    assert resolve(parse("board"), noon, ENGLAND).wall == time(12)
    assert resolve(parse("1 day before board"), noon, ENGLAND).wall == time(17)


def test_an_anchor_given_as_an_instant_is_the_day_in_london() -> None:
    late = {"launch": datetime(2026, 6, 30, 23, 30, tzinfo=UTC)}  # 00:30 on 1 July in London
    assert resolve(parse("0 days after launch"), late, ENGLAND).day == date(2026, 7, 1)
    assert resolve(parse("launch"), late, ENGLAND).at == late["launch"]
    with pytest.raises(ValueError, match="naive"):
        resolve(parse("launch"), {"launch": datetime(2026, 6, 30)}, ENGLAND)  # noqa: DTZ001


def test_a_name_that_is_not_known_yet_is_said() -> None:
    with pytest.raises(AnchorMissing, match=r"collect\.closed") as caught:
        resolve(parse("3 days after collect.closed"), {"launch": date(2027, 1, 1)}, ENGLAND)
    assert caught.value.name == "collect.closed"


EXPLAINED = [
    (
        "10 working days after quarter_end",
        "10 working days after quarter end (Thu 31 Dec 2026, day zero): Fri 1 Jan is New Year’s Day, "
        "2 weekends skipped; day 10 is Fri 15 Jan 2027, 17:00.",
    ),
    (
        "3 working days after 2026-04-02",
        "3 working days after Thu 2 Apr 2026 (day zero): Fri 3 Apr is Good Friday, Mon 6 Apr is Easter Monday, "
        "Wed 8 Apr: Elm Tree closed for training, 1 weekend skipped; day 3 is Fri 10 Apr 2026, 17:00.",
    ),
    (
        "15 working days after 2026-07-31",
        "15 working days after Fri 31 Jul 2026 (day zero): Thu 6 Aug to Mon 17 Aug: Elm Tree closed for "
        "refurbishment, Mon 31 Aug is Summer bank holiday, 5 weekends skipped; day 15 is Thu 3 Sep 2026, 17:00.",
    ),
    (
        "2 days before 3 working days before 2027-01-22",
        "3 working days before Fri 22 Jan 2027 (day zero): day 3 is Tue 19 Jan 2027. "
        "2 days before that (Tue 19 Jan 2027, day zero): Sun 17 Jan 2027. "
        "Sun 17 Jan is a Sunday, so it comes back to Fri 15 Jan 2027, 17:00, ahead of the date it leads up to.",
    ),
    (
        "2027-03-26",
        "Fri 26 Mar 2027. Fri 26 Mar is Good Friday, so it moves on (Mon 29 Mar is Easter Monday) "
        "to Tue 30 Mar 2027, 17:00.",
    ),
    (
        "2026-04-08",
        "Wed 8 Apr 2026. Wed 8 Apr: Elm Tree closed for training, so it moves on to Thu 9 Apr 2026, 17:00.",
    ),
    (
        "2026-09-09",
        "Wed 9 Sep 2026. Wed 9 Sep 13:00 to 17:00: Elm Tree closed for training, "
        "so it moves on to Fri 11 Sep 2026, 17:00.",  # the afternoon of the 10th is closed too
    ),
    (
        "last working day of month of 2027-05-20",
        "Last working day of the month of Thu 20 May 2027: Mon 31 May is Spring bank holiday, 1 weekend skipped; "
        "Fri 28 May 2027, 17:00.",
    ),
    ("quarter_end", "Quarter end: Thu 31 Dec 2026, 17:00."),
    (
        "earlier of quarter_end and 1 day after 2026-11-02",
        "It is the earlier of two dates; the other, quarter end, is Thu 31 Dec 2026. "
        "1 day after Mon 2 Nov 2026 (day zero): Tue 3 Nov 2026, 17:00.",
    ),
]


@pytest.mark.parametrize(("text", "sentence"), EXPLAINED, ids=[text for text, _ in EXPLAINED])
def test_a_date_explains_itself(text: str, sentence: str) -> None:
    assert resolve(parse(text), {"quarter_end": date(2026, 12, 31)}, LOCAL, ELM).explanation == sentence


def test_a_span_of_years_names_some_and_counts_the_rest() -> None:
    said = resolve(parse("700 working days after 2026-01-02"), {}, ENGLAND).explanation
    assert "13 more such days" in said
    assert len(said) < 600


def test_an_external_date_stays_and_what_leads_up_to_it_comes_back() -> None:
    sunday = _external(date(2027, 1, 31))
    assert sunday.day == date(2027, 1, 31)
    assert "an external date does not move" in sunday.explanation
    companion = act_by(sunday, ENGLAND)
    assert (companion.day, companion.external) == (date(2027, 1, 29), False)
    assert companion.explanation.endswith(
        "so it comes back to Fri 29 Jan 2027, 17:00, ahead of the external date."
    )
    anchors = {"ed": sunday}
    for text in ("ed", "1 day before ed", "end of month of 3 days before ed", "earlier of ed and 2027-03-01"):
        expected = date(2027, 2, 1) if text.startswith("end") else date(2027, 1, 29)
        assert resolve(parse(text), anchors, ENGLAND).day == expected, text
    assert resolve(parse("1 day after ed"), anchors, ENGLAND).day == date(2027, 2, 1)
    # Rolling on to the day itself is no help when the external hour is noon.
    noon = {"ed": _external(date(2027, 2, 1), time(12))}
    assert resolve(parse("1 day before ed"), noon, ENGLAND).day == date(2027, 1, 29)


def test_an_afternoon_closed_before_an_external_date_is_acted_on_the_day_before() -> None:
    assert act_by(_external(date(2026, 9, 9)), LOCAL, ELM).day == date(2026, 9, 8)
    assert act_by(_external(date(2026, 9, 10)), LOCAL, ELM).day == date(2026, 9, 8)  # both afternoons


def test_a_hold_moves_an_internal_date_on_and_leaves_an_external_one() -> None:
    due = resolve(parse("2027-03-24"), {}, ENGLAND)
    moved = shift_working(due, 3, ENGLAND)
    assert moved.day == date(2027, 3, 31)
    assert moved.at == datetime(2027, 3, 31, 16, 0, tzinfo=UTC)
    assert moved.explanation == (
        "Wed 24 Mar 2027, 17:00. Moved on 3 working days for the time on hold: Fri 26 Mar is Good Friday, "
        "Mon 29 Mar is Easter Monday, 1 weekend skipped; Wed 31 Mar 2027, 17:00."
    )
    external = _external(date(2027, 3, 24))
    assert shift_working(external, 3, ENGLAND) is external
    assert shift_working(due, 0, ENGLAND) is due
    with pytest.raises(ValueError, match="negative"):
        shift_working(due, -1, ENGLAND)


def test_when_answers_a_phrase_with_dates_written_out() -> None:
    assert when("10 working days after 2026-12-31").day == date(2027, 1, 15)
    closed = [closure("*", date(2027, 1, 4), date(2027, 1, 4), reason="an away day")]
    found = when("10 working days after 2026-12-31", closed)
    assert found.day == date(2027, 1, 18)
    assert "Mon 4 Jan: the network closed for an away day" in found.explanation
    with pytest.raises(MomentError):
        when("10 wd after 2026-12-31")
    with pytest.raises(AnchorMissing):
        when("10 working days after quarter_end")


def test_rule_13_a_phrase_past_the_calendars_horizon_is_refused() -> None:
    for text in (
        "2029-01-05",
        "40 days after 2028-12-01",
        "30 working days after 2028-12-01",
        "2000 months after 2028-01-01",
        "2000 weeks before 2012-02-01",
        "2028-12-31",  # a Sunday, which would roll into 2029
        "1 day after 9999-12-31",
        "end of month of 2029-02-01",
        "last working day of month of 2029-02-01",
    ):
        with pytest.raises(BeyondHorizon):
            resolve(parse(text), {}, ENGLAND)
    with pytest.raises(BeyondHorizon):
        _external(date(2029, 1, 5))


DAYS = st.dates(date(2025, 1, 1), date(2027, 10, 31))
CLOSURES = st.builds(
    lambda organisation, start, length, hours: closure(
        organisation, start, start + timedelta(days=length), hours
    ),
    st.sampled_from(["*", ELM, "A81002"]),
    st.dates(date(2025, 12, 1), date(2027, 6, 30)),
    st.integers(0, 9),
    st.sampled_from([None, "13:00-17:00", "08:00-12:30", "12:00-18:30", "00:00-18:00"]),
)
CALENDARS = st.builds(
    lambda closures: Calendar.of(bank_holidays(), closures=closures), st.lists(CLOSURES, max_size=5)
)
UNITS: st.SearchStrategy[Unit] = st.sampled_from(["working day", "day", "week", "month"])
OFFSETS = st.builds(Offset, st.integers(0, 12), UNITS, st.booleans(), st.just(Anchor("anchor")))
TIMES = st.sampled_from([time(9), time(12), time(17)])
MOMENTS = st.one_of(OFFSETS, st.just(Anchor("anchor")), st.just(parse("end of month of anchor")))


@given(CALENDARS, DAYS, MOMENTS, st.booleans(), TIMES)
def test_rule_4_an_external_date_never_moves_and_an_internal_date_never_falls_on_a_non_working_day(
    calendar: Calendar, day: date, moment: Anchor | Offset, anchor_is_external: bool, at: time
) -> None:
    anchor: date | Dated = _external(day) if anchor_is_external else day
    external = resolve(moment, {"anchor": anchor}, calendar, ELM, external=True, at=at)
    assert external.external
    assert external == resolve(moment, {"anchor": anchor}, calendar.without_closures(), external=True, at=at)
    assert shift_working(external, 5, calendar, ELM) == external
    fixed = resolve(On(day), {}, calendar, ELM, external=True, at=at)
    assert (fixed.day, fixed.wall) == (day, at)

    internal = resolve(moment, {"anchor": anchor}, calendar, ELM, at=at)
    for dated in (internal, act_by(external, calendar, ELM), shift_working(internal, 2, calendar, ELM)):
        assert not dated.external
        assert calendar.is_working(dated.day, ELM)
        assert calendar.shut_at(dated.day, dated.wall, ELM) is None
    assert act_by(external, calendar, ELM).at <= external.at


@given(CALENDARS, DAYS, OFFSETS, TIMES)
def test_what_leads_up_to_an_external_date_never_passes_it(
    calendar: Calendar, day: date, moment: Offset, at: time
) -> None:
    assume(moment.before and moment.count)
    anchor = _external(day)
    assert resolve(moment, {"anchor": anchor}, calendar, ELM, at=at).at <= anchor.at


@given(CALENDARS, DAYS, st.integers(0, 12), UNITS, TIMES)
def test_what_is_counted_before_a_date_never_passes_it(
    calendar: Calendar, day: date, count: int, unit: Unit, at: time
) -> None:
    found = resolve(Offset(count, unit, True, Anchor("anchor")), {"anchor": day}, calendar, ELM, at=at)
    assert found.day <= day
    assert calendar.is_working(found.day, ELM)


@given(CALENDARS, DAYS, MOMENTS, TIMES)
def test_an_explanation_ends_with_the_date_it_explains(
    calendar: Calendar, day: date, moment: Anchor | Offset, at: time
) -> None:
    found = resolve(moment, {"anchor": day}, calendar, ELM, at=at)
    assert f"{long(found.day)}, {found.wall:%H:%M}" in found.explanation
    assert found.explanation.endswith(".")
    assert found.at == datetime.combine(found.day, found.wall, LONDON)


@given(CALENDARS, DAYS, st.integers(0, 20), MOMENTS)
def test_a_later_anchor_never_makes_an_earlier_deadline(
    calendar: Calendar, day: date, later: int, moment: Anchor | Offset
) -> None:
    after = day + timedelta(days=later)
    first = resolve(moment, {"anchor": day}, calendar, ELM)
    assert first.at <= resolve(moment, {"anchor": after}, calendar, ELM).at


@given(st.dates(date(2028, 12, 1), date(9999, 12, 31)), MOMENTS)
def test_rule_13_past_the_calendars_horizon_a_date_is_refused(day: date, moment: Anchor | Offset) -> None:
    try:
        found = resolve(moment, {"anchor": day}, ENGLAND)
    except BeyondHorizon as refused:
        assert str(refused.last_year) in str(refused)
    else:
        assert found.day.year <= ENGLAND.last_year
