"""Files that wait: for their owner only, as many as a link may hold, a week at most."""

from __future__ import annotations

import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from application.uploads import WAITS, Uploads
from engine.dates.clock import LeapingClock, VirtualClock
from engine.forms.files import FileQuotas
from store.protocol import StoreError

NOW = datetime(2027, 1, 6, 9, 30, tzinfo=UTC)


def uploads(folder: Path) -> Uploads:
    return Uploads(folder / "uploads", VirtualClock(NOW))


def test_a_file_waits_for_its_own_assignment_and_is_read_by_nobody_else(tmp_path: Path) -> None:
    waiting = uploads(tmp_path)
    sha256 = waiting.stage("w.s.1.Y1.pm", b"figures")
    assert waiting.read("w.s.1.Y1.pm", sha256) == b"figures"
    assert waiting.read("w.s.1.Y2.pm", sha256) is None
    (file,) = (tmp_path / "uploads").glob("*/*")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    waiting.forget("w.s.1.Y1.pm", [sha256])
    assert waiting.read("w.s.1.Y1.pm", sha256) is None


def test_a_file_that_was_changed_meanwhile_is_none(tmp_path: Path) -> None:
    waiting = uploads(tmp_path)
    sha256 = waiting.stage("a", b"figures")
    (file,) = (tmp_path / "uploads").glob("*/*")
    file.write_bytes(b"torn")
    assert waiting.read("a", sha256) is None


def test_the_oldest_of_a_link_give_way_and_those_of_others_stay(tmp_path: Path) -> None:
    clock = VirtualClock(NOW)
    waiting = Uploads(tmp_path, clock, FileQuotas(link=10))
    other = waiting.stage("b", b"x" * 10)
    kept = []
    for number in range(5):
        clock.move_on(timedelta(minutes=1))
        kept.append(waiting.stage("a", bytes([number]) * 4))
    assert [waiting.read("a", each) is not None for each in kept] == [False, False, False, True, True]
    assert waiting.read("b", other) is not None


def test_what_waited_a_week_is_dropped_and_its_folder_with_it(tmp_path: Path) -> None:
    clock = VirtualClock(NOW)
    waiting = Uploads(tmp_path, clock)
    old = waiting.stage("a", b"old")
    clock.move_on(WAITS - timedelta(hours=1))
    new = waiting.stage("b", b"new")
    assert waiting.read("a", old) == b"old"
    clock.move_on(timedelta(hours=2))
    waiting.tidy()
    assert (waiting.read("a", old), waiting.read("b", new)) == (None, b"new")
    assert len(list(tmp_path.iterdir())) == 1


def test_a_demonstration_that_leaps_a_month_drops_nothing(tmp_path: Path) -> None:
    clock = LeapingClock()
    waiting = Uploads(tmp_path, clock)
    sha256 = waiting.stage("a", b"figures")
    clock.leap_to(clock.now() + timedelta(days=30))
    waiting.tidy()
    assert waiting.read("a", sha256) == b"figures"


def test_a_disk_that_does_not_take_it_is_said(tmp_path: Path) -> None:
    (tmp_path / "uploads").write_text("no folder")
    with pytest.raises(StoreError, match="a file cannot be kept"):
        uploads(tmp_path).stage("a", b"x")
