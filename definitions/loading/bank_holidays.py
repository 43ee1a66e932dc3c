"""Bank holidays in England and Wales, from packaged data: nothing is fetched (domain 4.1)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from importlib.metadata import version

PACKAGE = "govuk-bank-holidays"
SOURCE = "https://www.gov.uk/bank-holidays.json"


@dataclass(frozen=True, slots=True)
class HolidayList:
    """The bank holidays known, and how far the knowledge reaches.

    source: where the dates were published.
    version: the package and release that carried them.
    dates: each bank holiday, with its title; a substitute day says so.
    last_year: the last calendar year whose bank holidays are all in `dates`.
    """

    source: str
    version: str
    dates: Mapping[date, str]
    last_year: int


@lru_cache(maxsize=1)
def bank_holidays() -> HolidayList:
    """England and Wales, as the installed package knows them. The same value every time."""
    # Imported here: the package pulls in an HTTP client it does not use offline, and start-up is timed.
    from govuk_bank_holidays.bank_holidays import BankHolidays

    known = BankHolidays(use_cached_holidays=True)
    events = known.get_holidays(division=BankHolidays.ENGLAND_AND_WALES)
    dates = {event["date"]: _title(event["title"], event["notes"]) for event in events}
    # A year counts as known once its Christmas is listed: GOV.UK publishes whole years, a capture may not be whole.
    last_year = max(day.year for day in dates if day.month == 12)
    return HolidayList(
        source=SOURCE, version=f"{PACKAGE} {version(PACKAGE)}", dates=dates, last_year=last_year
    )


def _title(title: str, notes: str) -> str:
    return f"{title} (substitute day)" if notes.casefold() == "substitute day" else title
