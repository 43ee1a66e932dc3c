"""What does not work is told once it has lasted, once in the log, and no longer when it works."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta

import pytest

from application.environment.alarms import Alarms

NOON = datetime(2026, 12, 15, 12, tzinfo=UTC)


class Watch:
    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now


def test_what_fails_is_told_after_a_minute_and_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "baton.alarms")
    watch = Watch()
    alarms = Alarms(watch)
    minute = timedelta(minutes=1)
    for _ in range(30):
        alarms.set("waking", "Flows stand still.", ["waking: refused"], minute)
        watch.now += timedelta(seconds=2)
    assert not caplog.records
    for _ in range(10):
        alarms.set("waking", "Flows stand still.", ["waking: refused"], minute)
    (told,) = alarms.all()
    assert (told.text, told.since, told.details) == ("Flows stand still.", NOON, ("waking: refused",))
    assert [(r.levelname, r.getMessage()) for r in caplog.records] == [
        ("WARNING", "Flows stand still. waking: refused")
    ]
    alarms.clear("waking")
    alarms.clear("waking")
    assert alarms.all() == () and caplog.records[-1].getMessage() == "No longer: Flows stand still."
    assert len(caplog.records) == 2


def test_what_works_again_in_time_is_never_told(caplog: pytest.LogCaptureFixture) -> None:
    watch = Watch()
    alarms = Alarms(watch)
    for _ in range(10):
        alarms.set("waking", "Flows stand still.", (), timedelta(minutes=1))
        watch.now += timedelta(seconds=50)
        alarms.clear("waking")
        watch.now += timedelta(seconds=50)
    assert alarms.all() == () and not caplog.records


def test_what_is_the_same_to_the_reader_is_told_together() -> None:
    watch = Watch()
    alarms = Alarms(watch)
    alarms.set("waking", "Flows stand still.", ["waking: refused"])
    watch.now += timedelta(seconds=1)
    alarms.set("starting", "Flows stand still.", ["starting: refused"])
    alarms.set("directory", "The directory has mistakes.")
    assert [(each.text, each.details) for each in alarms.all()] == [
        ("Flows stand still.", ("waking: refused", "starting: refused")),
        ("The directory has mistakes.", ()),
    ]
