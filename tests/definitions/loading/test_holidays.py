"""The packaged bank holidays of England and Wales."""

from __future__ import annotations

from datetime import date

import pytest

from definitions.loading.bank_holidays import bank_holidays


def test_the_horizon_is_the_last_year_that_is_known_whole() -> None:
    known = bank_holidays()
    assert known.last_year >= 2028
    assert max(known.dates).year == known.last_year
    assert known.version.startswith("govuk-bank-holidays ")
    assert known.source.startswith("https://www.gov.uk/")


@pytest.mark.parametrize(
    ("day", "title"),
    [
        (date(2022, 9, 19), "Bank Holiday for the State Funeral of Queen Elizabeth II"),
        (date(2023, 5, 8), "Bank holiday for the coronation of King Charles III"),
        (date(2026, 12, 25), "Christmas Day"),
        (date(2026, 12, 28), "Boxing Day (substitute day)"),
        (date(2027, 3, 26), "Good Friday"),
        (date(2027, 3, 29), "Easter Monday"),
        (date(2027, 5, 31), "Spring bank holiday"),
        (date(2027, 12, 27), "Christmas Day (substitute day)"),
        (date(2027, 12, 28), "Boxing Day (substitute day)"),
    ],
)
def test_one_off_and_substitute_days_are_known_by_name(day: date, title: str) -> None:
    assert bank_holidays().dates[day] == title


def test_scotland_keeps_its_own() -> None:
    assert date(2026, 11, 30) not in bank_holidays().dates  # St Andrew's Day


def test_nothing_is_fetched(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("bank holidays are read offline")

    monkeypatch.setattr("requests.get", refuse)
    bank_holidays.cache_clear()
    assert bank_holidays() is bank_holidays()
