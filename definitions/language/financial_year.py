"""The financial year of the NHS, 1 April to 31 March, written 2026/27, and its quarters."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta

_ENDS = {"Q1": (0, 6, 30), "Q2": (0, 9, 30), "Q3": (0, 12, 31), "Q4": (1, 3, 31)}  # years on, month, day


def _first_calendar_year(financial_year: str) -> int:
    found = re.fullmatch(r"(\d{4})/(\d{2})", financial_year, re.ASCII)
    if not found or (int(found[1]) + 1) % 100 != int(found[2]):
        raise ValueError(f"{financial_year!r} is not a financial year; write it as 2026/27")
    return int(found[1])


def quarter_end(quarter: str, financial_year: str) -> date:
    """The last day of a quarter: quarter_end("Q3", "2026/27") is 2026-12-31. Raises ValueError."""
    year = _first_calendar_year(financial_year)
    if quarter not in _ENDS:
        raise ValueError(f"{quarter!r} is not a quarter; write Q1, Q2, Q3 or Q4")
    years_on, month, day = _ENDS[quarter]
    return date(year + years_on, month, day)


def quarter_start(quarter: str, financial_year: str) -> date:
    """The first day of a quarter: quarter_start("Q4", "2026/27") is 2027-01-01. Raises ValueError."""
    end = quarter_end(quarter, financial_year)
    return date(end.year, end.month - 2, 1)


def year_end(financial_year: str) -> date:
    """31 March at the end of the financial year. Raises ValueError."""
    return quarter_end("Q4", financial_year)


def year_start(financial_year: str) -> date:
    """1 April at the start of the financial year. Raises ValueError."""
    return date(_first_calendar_year(financial_year), 4, 1)


def financial_year_of(day: date) -> str:
    """The financial year a day falls in: 31 March 2027 is in "2026/27"."""
    first = day.year if day.month >= 4 else day.year - 1
    return f"{first}/{(first + 1) % 100:02d}"


def quarter_of(day: date) -> str:
    """The quarter of the financial year a day falls in: 15 January is in "Q4"."""
    return f"Q{(day.month - 4) % 12 // 3 + 1}"


def month_start(day: date) -> date:
    return day.replace(day=1)


def month_end(day: date) -> date:
    return month_start(month_start(day) + timedelta(days=31)) - timedelta(days=1)


#: The edges of the calendar that a schedule may count from: of the month, quarter or financial year that a day is in.
EDGES: dict[str, Callable[[date], date]] = {
    "month_start": month_start,
    "month_end": month_end,
    "quarter_start": lambda day: quarter_start(quarter_of(day), financial_year_of(day)),
    "quarter_end": lambda day: quarter_end(quarter_of(day), financial_year_of(day)),
    "year_start": lambda day: year_start(financial_year_of(day)),
    "year_end": lambda day: year_end(financial_year_of(day)),
}


def edges_about(edge: Callable[[date], date], day: date) -> Iterator[date]:
    """Every such edge from the month a year before `day` to the month a year after it, in order, each once."""
    month, seen = month_start(day - timedelta(days=365)), None
    while month <= day + timedelta(days=365):
        found = edge(month)
        if found != seen:
            yield found
        seen, month = found, month_end(month) + timedelta(days=1)
