"""The calendar of this installation: England's bank holidays, and everybody's closures."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache

from definitions.loading.bank_holidays import bank_holidays
from definitions.models.directory import Directory
from engine.dates.calendar import Calendar
from engine.state.pinned import closure_of


@lru_cache(maxsize=1)
def network_calendar() -> Calendar:
    """England's bank holidays to the last known year, without closures: what workflows are pinned to."""
    return Calendar.of(bank_holidays())


def hours_of(calendar: Calendar, directory: Directory) -> Calendar:
    """When emails may arrive: the calendar with the closures of every organisation in the directory."""
    closures = [closure_of(pcn, closed) for pcn in directory.pcns for closed in pcn.closures]
    own = {pcn.code for pcn in directory.pcns}
    # In a directory of many PCNs, the closure of one is no closure of the others.
    kept = [closure for closure in closures if closure.organisation != "*" or len(own) == 1]
    return replace(calendar, closures=(*calendar.closures, *kept))


class NetworkHours:
    """When emails may arrive by the directory in use; worked out anew where that has changed."""

    def __init__(self, calendar: Calendar, directory: Callable[[], Directory]) -> None:
        self._calendar, self._directory = calendar, directory
        self._known: tuple[Directory, Calendar] | None = None

    def __call__(self) -> Calendar:
        directory = self._directory()
        if self._known is None or self._known[0] is not directory:
            self._known = directory, hours_of(self._calendar, directory)
        return self._known[1]
