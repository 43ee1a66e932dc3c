"""The clock of a demonstration: kept, resumed, and never leapt past the known bank holidays."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from application.environment.home import HomeFileError
from application.network_calendar import network_calendar
from application.progress.demonstration_clock import DemonstrationClock, leaping_clock
from application.repository import Repository
from engine.commands.refusals import Refused
from store.memory.store import MemoryStore

START = datetime(2026, 12, 15, 9, tzinfo=UTC)


def test_a_restart_goes_on_where_the_calendar_stood(tmp_path: Path) -> None:
    file = tmp_path / "clock.json"
    clock = leaping_clock(file, START)
    assert timedelta(0) <= clock.now() - START < timedelta(seconds=5)
    clock.leap_to(START + timedelta(days=30))
    again = leaping_clock(file, START)
    assert abs(again.ahead - clock.ahead) < timedelta(milliseconds=1)
    again.leap_to(START)  # a clock never goes back
    assert again.now() >= START + timedelta(days=30)


def test_a_leap_that_could_not_be_kept_did_not_happen(tmp_path: Path) -> None:
    file = tmp_path / "clock.json"
    clock = leaping_clock(file, START)
    file.unlink()
    file.mkdir()
    with pytest.raises(HomeFileError):
        clock.leap_to(START + timedelta(days=30))
    assert clock.now() < START + timedelta(days=1)


@pytest.mark.parametrize(
    "torn", ["", "{", "[]", "{}", '{"offset_seconds": "soon"}', '{"offset_seconds": 1e300}']
)
def test_a_torn_clock_is_named_and_what_to_do_said(tmp_path: Path, torn: str) -> None:
    file = tmp_path / "clock.json"
    file.write_text(torn)
    with pytest.raises(
        HomeFileError, match=r"clock\.json is torn.*remove it: the calendar then begins again"
    ):
        leaping_clock(file, START)


async def test_no_leap_goes_past_the_known_bank_holidays(tmp_path: Path) -> None:
    clock = leaping_clock(tmp_path / "clock.json", START)

    async def no_post() -> None:
        return None

    woken: list[datetime] = []
    demonstration = DemonstrationClock(Repository(MemoryStore()), clock, woken.append, no_post)
    last = network_calendar().last_year
    for beyond in (
        datetime(last + 1, 1, 1, tzinfo=UTC),
        datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC),
    ):
        with pytest.raises(Refused, match="bank holidays"):
            await demonstration.leap(beyond)
    assert clock.now() < START + timedelta(days=1) and not woken
    reading = await demonstration.leap(datetime(last, 12, 31, 12, tzinfo=UTC))
    assert reading.now.year == last and len(woken) == 1
