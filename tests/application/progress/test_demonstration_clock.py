"""The clock of a demonstration: kept, resumed, and never leapt past the known bank holidays."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from application.environment.home import HomeFileError
from application.launcher import Launcher
from application.network_calendar import network_calendar
from application.operations import Operations
from application.progress.demonstration_clock import DemonstrationClock, Wake, leaping_clock
from application.progress.runtime import PostOutcome, Runtime
from application.repository import Repository
from definitions.loading.directory_file import load_directory
from definitions.loading.library import Library
from definitions.models.directory import Adopted, Directory
from engine.commands.refusals import Refused
from engine.dates.clock import LeapingClock
from store.memory.store import MemoryStore

EXAMPLES = Path(__file__).parents[3] / "examples"
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


async def no_delivery(now: datetime) -> PostOutcome:
    raise AssertionError("nothing is delivered here")


def _demonstration(
    clock: LeapingClock, wake: Wake, *adopted: Adopted
) -> tuple[MemoryStore, DemonstrationClock]:
    repository = Repository(store := MemoryStore())
    (pcn,) = load_directory(EXAMPLES / "harbour-vale.yaml").pcns
    directory = Directory(pcns=[pcn.model_copy(update={"adopted": list(adopted)})])
    launcher = Launcher(repository, Library(), lambda: directory, network_calendar().to_data())
    runtime = Runtime(Operations(repository, launcher, clock), no_delivery)
    return store, DemonstrationClock(repository, clock, wake, runtime)


IIF = Adopted(definition="iif-quarter-close", inputs={"board_date": "2027-02-04"})


async def test_a_leap_starts_what_was_adopted_on_its_own_morning_and_goes_on(tmp_path: Path) -> None:
    clock = leaping_clock(tmp_path / "clock.json", datetime(2026, 4, 1, 9, tzinfo=UTC))
    store, demonstration = _demonstration(clock, lambda now: None, IIF, Adopted(definition="no-such"))
    assert (await demonstration.look()).next == datetime(2026, 6, 16, 6, tzinfo=UTC)
    reading = await demonstration.leap(datetime(2027, 1, 31, 12, tzinfo=UTC))
    assert reading.now.date() == date(2027, 1, 31)
    assert [(row.launched_at.strftime("%d %b %H"), row.reference) for row in await store.workflows()] == [
        ("15 Dec 07", "IIF Q3 2026/27"), ("16 Sep 06", "IIF Q2 2026/27"), ("16 Jun 06", "IIF Q1 2026/27"),
    ]  # fmt: skip


@pytest.mark.parametrize("seconds", [-1e11, 5e9, 1e11, 3e11])
def test_a_clock_on_a_day_nobody_knows_is_named_and_what_to_do_said(tmp_path: Path, seconds: float) -> None:
    file = tmp_path / "clock.json"
    file.write_text(f'{{"offset_seconds": {seconds}}}')
    with pytest.raises(
        HomeFileError, match=r"clock\.json puts the calendar on a day.*remove it: the calendar"
    ):
        leaping_clock(file, START)


@pytest.mark.parametrize(
    "start", ["0001-01-01T00:00:00+14:00", "2060-01-01T00:00:00+00:00", "9999-12-31T23:59:59-14:00"]
)
def test_no_calendar_begins_on_a_day_nobody_knows(tmp_path: Path, start: str) -> None:
    with pytest.raises(Refused, match=r"cannot begin at BATON_CLOCK_START: .* (bank holidays|such a day)"):
        leaping_clock(tmp_path / "clock.json", datetime.fromisoformat(start))
    assert not (tmp_path / "clock.json").exists()


async def test_no_leap_goes_past_the_known_bank_holidays(tmp_path: Path) -> None:
    clock = leaping_clock(tmp_path / "clock.json", START)
    woken: list[datetime] = []
    _, demonstration = _demonstration(clock, woken.append)
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
