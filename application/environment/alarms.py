"""Alarms: what of Baton does not work just now, told on the front page, by `baton status` and in the log.

An alarm stands until whoever set it clears it. What fails and is tried again is an alarm only when it has failed for
some time: `patience`.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from engine.dates.clock import SystemClock

logger = logging.getLogger("baton.alarms")


@dataclass(frozen=True, slots=True)
class Alarm:
    """Something that does not work. `text` may be read by anybody; `details` are for who runs Baton. `since` is
    machine time (UTC, aware)."""

    text: str
    since: datetime
    details: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Failing:
    alarm: Alarm
    patience: timedelta
    told: bool = False


class Alarms:
    """The alarms of one server. From any thread."""

    def __init__(self, now: Callable[[], datetime] = SystemClock().now) -> None:
        self._now = now
        self._lock = threading.Lock()
        self._failing: dict[str, _Failing] = {}

    def set(
        self, subject: str, text: str, details: Sequence[str] = (), patience: timedelta = timedelta(0)
    ) -> None:
        """Say that `subject` does not work; it counts from the first time, and is told after `patience`."""
        now = self._now()
        with self._lock:
            known = self._failing.get(subject)
            since = known.alarm.since if known else now
            failing = _Failing(Alarm(text, since, tuple(details)), patience, bool(known and known.told))
            tell = not failing.told and now - since >= patience
            self._failing[subject] = replace(failing, told=failing.told or tell)
        if tell:
            logger.warning("%s %s", text, " ".join(details))

    def clear(self, subject: str) -> None:
        """Say that `subject` works, or works again."""
        with self._lock:
            known = self._failing.pop(subject, None)
        if known is not None and known.told:
            logger.warning("No longer: %s", known.alarm.text)

    def all(self) -> tuple[Alarm, ...]:
        """What does not work, the oldest first; what has the same text is told together."""
        now = self._now()
        grouped: dict[str, Alarm] = {}
        with self._lock:
            due = [each.alarm for each in self._failing.values() if now - each.alarm.since >= each.patience]
        for alarm in sorted(due, key=lambda each: each.since):
            first = grouped.setdefault(alarm.text, replace(alarm, details=()))
            grouped[alarm.text] = replace(first, details=first.details + alarm.details)
        return tuple(grouped.values())
