"""The file is how the directory begins; afterwards a slip in it, or its loss, stops no start and changes nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from application.directory import first_import
from application.directory.record import DirectoryRecord
from application.environment.alarms import Alarms
from definitions.loading.directory_file import load_directory
from definitions.source.problems import DefinitionErrors
from engine import events as e
from engine.dates.clock import VirtualClock
from store.memory.store import MemoryStore

EXAMPLE = Path(__file__).parents[3] / "examples" / "harbour-vale.yaml"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    made = tmp_path / "directory.yaml"
    made.write_text(EXAMPLE.read_text("utf-8"), "utf-8")
    return made


class Starts:
    """One store, started again and again."""

    def __init__(self, clock: VirtualClock) -> None:
        self.store, self.clock = MemoryStore(), clock

    async def again(self, file: Path) -> tuple[DirectoryRecord, Alarms]:
        record, alarms = DirectoryRecord(self.store), Alarms()
        await first_import.begin(record, file, (), self.clock.now(), alarms)
        return record, alarms


@pytest.fixture
def starts(clock: VirtualClock) -> Starts:
    return Starts(clock)


async def test_the_first_start_keeps_the_file_as_the_first_event(starts: Starts, file: Path) -> None:
    record, alarms = await starts.again(file)
    assert record.current() == load_directory(EXAMPLE)
    (event,) = await starts.store.events("directory")
    assert isinstance(event.body, e.DirectoryChanged) and "directory.yaml" in event.body.reason
    again, alarms = await starts.again(file)
    assert again.current() == record.current() and alarms.all() == ()
    assert len(await starts.store.events("directory")) == 1


async def test_a_slip_in_the_file_stops_no_start_and_is_said(starts: Starts, file: Path) -> None:
    good, _ = await starts.again(file)
    file.write_text(file.read_text("utf-8").replace("asha-patel", "asha-patl", 1), "utf-8")
    record, alarms = await starts.again(file)
    assert record.current() == good.current()
    (alarm,) = alarms.all()
    assert "has mistakes" in alarm.text and str(file) in alarm.details[-1]
    assert any(told.startswith("directory.yaml:") and "asha-patel" in told for told in alarm.details)
    file.unlink()
    record, alarms = await starts.again(file)
    assert record.current() == good.current() and alarms.all() == ()


async def test_a_file_that_says_something_else_is_said_and_imported_by_a_person_only(
    starts: Starts, file: Path
) -> None:
    good, _ = await starts.again(file)
    file.write_text(file.read_text("utf-8").replace("list_size: 8250", "list_size: 8300", 1), "utf-8")
    record, alarms = await starts.again(file)
    assert record.current() == good.current()
    (alarm,) = alarms.all()
    assert "1 difference" in alarm.details[0] and "baton directory import" in alarm.details[1]


async def test_a_file_that_was_touched_and_says_the_same_is_nothing_to_say(
    starts: Starts, file: Path
) -> None:
    await starts.again(file)
    file.write_text(f"# a remark\n{file.read_text('utf-8')}", "utf-8")
    _, alarms = await starts.again(file)
    assert alarms.all() == ()


async def test_where_there_never_was_a_directory_a_file_with_mistakes_is_refused(
    starts: Starts, file: Path
) -> None:
    file.write_text(file.read_text("utf-8").replace("asha-patel", "asha-patl", 1), "utf-8")
    with pytest.raises(DefinitionErrors, match="asha-patel"):
        await starts.again(file)
    with pytest.raises(DefinitionErrors, match="BD113"):
        await starts.again(file.with_name("none.yaml"))
    assert await starts.store.events("directory") == []
