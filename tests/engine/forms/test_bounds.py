"""The bounds of a form are days of the calendar: what happened on a bank holiday happened on that day."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from definitions.language.moment_parser import parse
from definitions.loading.bank_holidays import bank_holidays
from definitions.models.field_types import FIELD_TYPES
from definitions.models.field_types.declaration import FieldSpec
from definitions.source.typed_days import as_day
from definitions.source.typed_text import BadValue
from engine.dates.calendar import Calendar
from engine.dates.clock import LONDON
from engine.dates.resolution import calendar_day
from engine.expressions.evaluator import FormEvaluator
from engine.forms.answers import check_answers
from engine.forms.presentation import draw_form
from tests.engine.stages import do, staged

CALENDAR = Calendar.of(bank_holidays())
DAYS = st.dates(date(2020, 1, 1), date(2035, 12, 31))


def test_a_search_run_on_new_years_day_is_taken() -> None:
    stage = staged("iif-quarter-close", "2026-12-15")
    do(stage, answer="confirm_set")
    do(stage, clock="2027-01-04 09:00")
    asked = next(iter(stage.state.steps["practice_return"].assignments.values()))
    evaluator = FormEvaluator(stage.state, stage.now, asked)
    form = [
        item
        for item in stage.state.process.steps["practice_return"].form
        if getattr(item, "id", "") == "search_run_on"
    ]
    assert check_answers(form, (), {"search_run_on": "1 1 2027"}, evaluator.names, evaluator).values == {
        "search_run_on": "2027-01-01"
    }
    refused = check_answers(form, (), {"search_run_on": "31 12 2026"}, evaluator.names, evaluator)
    assert [problem.message for problem in refused.problems] == [
        "When was the search run: must be 1 January 2027 or later"
    ]
    (drawn,) = draw_form(form, evaluator.names, evaluator)
    assert drawn.how == "1 January 2027 or later, for example 15 1 2027"


@given(DAYS, st.integers(0, 400), st.sampled_from(["before", "after"]))
def test_plain_days_are_counted_and_never_moved(day: date, count: int, side: str) -> None:
    found = calendar_day(parse(f"{count} days {side} anchor"), {"anchor": day}, CALENDAR)
    assert found == day + timedelta(days=count if side == "after" else -count)


def test_a_moment_counts_on_its_day_in_london_and_working_days_are_still_worked() -> None:
    opened = datetime(2027, 6, 30, 23, 30, tzinfo=LONDON)
    assert calendar_day(parse("opens"), {"opens": opened}, CALENDAR) == date(2027, 6, 30)
    assert calendar_day(
        parse("1 working day after quarter_end"), {"quarter_end": date(2026, 12, 31)}, CALENDAR
    ) == date(2027, 1, 4)
    assert calendar_day(parse("2027-01-03"), {}, CALENDAR) == date(2027, 1, 3)


@given(st.none() | DAYS, st.none() | st.integers(0, 2000))
def test_the_example_of_a_date_is_within_its_bounds(least: date | None, width: int | None) -> None:
    most = None if width is None else (least or date(2026, 1, 1)) + timedelta(days=width)
    ask, type_ = FieldSpec(least=least, most=most), FIELD_TYPES["date"]
    examples = [re.search(r"or example,? ([0-9 ]+)$", type_.hint(ask))]
    for wrong in ("soon", "31/2/2027"):
        with pytest.raises(BadValue) as refused:
            type_.read(ask, wrong)
        examples.append(re.search(r"for example ([0-9 ]+)$", str(refused.value)))
    for example in examples:
        assert example is not None
        assert type_.read(ask, example[1]) == as_day(example[1]).isoformat()
