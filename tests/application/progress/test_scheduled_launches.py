"""Launches by schedule, day by day through a year: each once, on its day, whatever one adoption gets wrong."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from application.environment.alarms import Alarms
from application.launcher import Launcher
from application.network_calendar import network_calendar
from application.operations import Operations
from application.progress.schedule import launch_adopted
from application.repository import Repository
from definitions.language.financial_year import EDGES, edges_about
from definitions.loading.directory_file import load_directory
from definitions.loading.library import SHIPPED, Library
from definitions.models.directory import Adopted
from engine.dates.clock import VirtualClock
from store.memory.store import MemoryStore

EXAMPLES = Path(__file__).parents[3] / "examples"
MONTHLY = """
id: monthly
version: 1
title: Monthly
summary: For a test.
retention: corporate-6
sensitivity: aggregate
launch:
  by: [pcn_manager]
  reference: "Monthly {more}"
  every: {{anchor: {anchor}, start: {start}}}
  inputs:
    - {{id: quarter, type: choice, options: [Q1, Q2, Q3, Q4], label: Quarter, required: false}}
    - {{id: order, type: text, label: Order, required: false}}
steps:
  - id: first
    kind: do
    title: Something to do
    assign: {{role: pcn_manager, at: the PCN}}
    due: 3 working days after launch
"""


class Year:
    """One store over many days and restarts."""

    def __init__(self, tmp_path: Path, *adopted: Adopted, begins: datetime | None = None) -> None:
        (tmp_path / "library").mkdir(exist_ok=True)
        self.shelf, self.store, self.adopted = tmp_path, MemoryStore(), adopted
        self.alarms = Alarms()
        self.clock = VirtualClock(begins or datetime(2026, 4, 1, 6, tzinfo=UTC))
        self.directory = load_directory(EXAMPLES / "harbour-vale.yaml")
        self.operations = self.restarted()

    def restarted(self, *adopted: Adopted) -> Operations:
        self.adopted = adopted or self.adopted
        (pcn,) = self.directory.pcns
        directory = self.directory.model_copy(
            update={"pcns": [pcn.model_copy(update={"adopted": list(self.adopted)})]}
        )
        library = Library([SHIPPED, self.shelf])
        launcher = Launcher(Repository(self.store), library, lambda: directory, network_calendar().to_data())
        self.operations = Operations(launcher._repository, launcher, self.clock)
        return self.operations

    def define(self, anchor: str, start: str, more: str = "{{ inputs.quarter }}") -> None:
        text = MONTHLY.format(anchor=anchor, start=start, more=more)
        (self.shelf / "library" / "monthly.yaml").write_text(text)

    async def days(self, count: int, looks: int = 2) -> None:
        for _ in range(count):
            for _ in range(looks):
                await launch_adopted(self.operations, self.alarms)
            self.clock.move_on(timedelta(days=1))

    async def launched(self) -> list[tuple[date, str, str]]:
        rows = await self.store.workflows(limit=1000)
        return sorted((row.launched_at.date(), row.definition, row.reference) for row in rows)


IIF = Adopted(definition="iif-quarter-close", inputs={"board_date": "2027-02-04"})


async def test_a_year_of_quarters_starts_each_ten_working_days_before_its_end(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    year = Year(tmp_path, IIF)
    for month in range(12):
        await year.days(30)
        if month % 3 == 1:
            year.restarted()
    launched = await year.launched()
    assert [(day, reference) for day, _, reference in launched] == [
        (date(2026, 6, 16), "IIF Q1 2026/27"),
        (date(2026, 9, 16), "IIF Q2 2026/27"),
        (date(2026, 12, 15), "IIF Q3 2026/27"),
    ]
    # The last quarter needs days that only the year tells; the PCN hears that it could not start, and why.
    assert "Last day for the commissioner's approval" in caplog.text


@pytest.mark.parametrize(
    ("anchor", "start", "days"),
    [
        (
            "month_end",
            "2 working days after month_end",
            [date(2026, 7, 2), date(2026, 8, 4), date(2026, 9, 2)],
        ),
        ("month_start", "month_start", [date(2026, 7, 1), date(2026, 8, 3), date(2026, 9, 1)]),
        (
            "month_end",
            "3 working days before month_end",
            [date(2026, 6, 25), date(2026, 7, 28), date(2026, 8, 26)],
        ),
        ("quarter_start", "quarter_start", [date(2026, 7, 1)]),
        ("quarter_end", "1 day after quarter_end", [date(2026, 7, 1)]),
    ],
)
async def test_every_edge_of_the_calendar_that_validate_lets_through_starts_launches(
    tmp_path: Path, anchor: str, start: str, days: list[date]
) -> None:
    year = Year(tmp_path, Adopted(definition="monthly"), begins=datetime(2026, 6, 5, 6, tzinfo=UTC))
    year.define(anchor, start)
    await year.days(92)
    assert [day for day, _, _ in await year.launched() if day >= date(2026, 6, 25)] == days


async def test_one_bad_adoption_stops_no_other(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    bad: list[Adopted] = [
        Adopted(definition="there-is-none"),
        Adopted(definition="broken"),
        Adopted(definition="iif-quarter-close", inputs={"indicators": "no-such-set"}),
        Adopted(definition="onboard-new-role"),
    ]
    year = Year(tmp_path, *bad, IIF, begins=datetime(2026, 12, 15, 6, tzinfo=UTC))
    (tmp_path / "library" / "broken.yaml").write_text("id: broken\nversion: 1\nsteps: nothing\n")
    await year.days(1)
    assert [definition for _, definition, _ in await year.launched()] == ["iif-quarter-close"]
    (alarm,) = year.alarms.all()
    assert alarm.text == "What was adopted to start by itself has not started."
    told = " ".join(alarm.details)
    assert len(alarm.details) == 4 and all(
        each in told for each in ("there-is-none", "no-such-set", "broken")
    )
    assert "onboard-new-role: its definition does not say `every`" in told
    for said in alarm.details:
        assert said in caplog.text


async def test_an_adopted_input_that_may_be_an_nhs_number_waits_until_the_directory_says_that_it_is_none(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    ordered = Adopted(definition="monthly", inputs={"order": "9434765919"})
    year = Year(tmp_path, ordered, begins=datetime(2026, 7, 2, 6, tzinfo=UTC))
    year.define("month_end", "2 working days after month_end")
    await year.days(1)
    (alarm,) = year.alarms.all()
    assert "Order: This may be an NHS number" in str(alarm.details) and not await year.launched()
    (pcn,) = year.directory.pcns
    saying_so = pcn.model_copy(update={"not_nhs_number": True})
    year.directory = year.directory.model_copy(update={"pcns": [saying_so]})
    year.restarted()
    await year.days(1)
    assert await year.launched()
    assert "5919" not in caplog.text + str(alarm)


async def test_an_adoption_that_could_not_start_is_an_alarm_until_it_does(tmp_path: Path) -> None:
    year = Year(tmp_path, Adopted(definition="monthly"), begins=datetime(2026, 6, 30, 6, tzinfo=UTC))
    year.define("month_end", "month_end", more="{{ inputs.nothing }}")
    await year.days(1)
    assert year.alarms.all() and not await year.launched()
    year.define("month_end", "month_end")
    year.clock.move_on(timedelta(days=28))
    await year.days(3)
    assert not year.alarms.all() and await year.launched()


async def test_a_machine_that_was_off_launches_late_and_once_and_not_after_the_date_it_leads_up_to(
    tmp_path: Path,
) -> None:
    year = Year(tmp_path, IIF, begins=datetime(2026, 12, 30, 6, tzinfo=UTC))
    await year.days(10)
    assert [day for day, _, _ in await year.launched()] == [date(2026, 12, 30)]
    late = Year(tmp_path, IIF, begins=datetime(2027, 1, 2, 6, tzinfo=UTC))
    await late.days(10)
    assert await late.launched() == []


async def test_what_was_adopted_may_change_meanwhile(tmp_path: Path) -> None:
    year = Year(tmp_path, IIF, begins=datetime(2026, 12, 15, 6, tzinfo=UTC))
    await year.days(2)
    year.restarted(IIF.model_copy(update={"inputs": {"board_date": "2027-02-11"}}))
    await year.days(5)
    assert len(await year.launched()) == 1


async def test_past_the_known_bank_holidays_nothing_is_launched_and_nothing_raised(tmp_path: Path) -> None:
    horizon = network_calendar().last_year
    year = Year(tmp_path, Adopted(definition="monthly"), begins=datetime(horizon, 12, 20, 6, tzinfo=UTC))
    year.define("month_end", "2 working days after month_end")
    await year.days(30, looks=1)
    assert all(day.year <= horizon for day, _, _ in await year.launched())


@given(st.dates(date(2000, 1, 1), date(2098, 12, 31)), st.sampled_from(sorted(EDGES)))
def test_edges_are_each_met_once_and_in_order(day: date, name: str) -> None:
    found = list(edges_about(EDGES[name], day))
    assert found == sorted(set(found)) and all(EDGES[name](each) == each for each in found)
    assert any(abs((each - day).days) <= 366 for each in found)
    assert EDGES[name](day) in found
