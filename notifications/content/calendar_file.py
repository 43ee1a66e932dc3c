"""Deadlines as a calendar file. No link inside: calendars are shared, and the link is for its addressee."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Literal

from icalendar import Calendar, Event

from notifications.content.catalogue import say
from notifications.content.identifiers import deadline_uid
from notifications.content.items import CalendarEntry, EmailItem

_LENGTH = timedelta(minutes=30)


def deadlines(items: Sequence[EmailItem], domain: str, at: datetime) -> bytes | None:
    """What is asked with a deadline, or told of those that moved, as one iCalendar file written at `at`; None when there is
    none.

    The UID belongs to the assignment, so a file sent again, or with the date moved, replaces the old entry.
    """
    return _file("PUBLISH", [entry for item in items for entry in _due(item)], domain, at)


def cancellations(items: Sequence[EmailItem], domain: str, at: datetime) -> bytes | None:
    """What is asked no more, as an iCalendar file that takes it out of a calendar; None when there is none."""
    return _file("CANCEL", [entry for item in items for entry in item.cancels], domain, at)


def _due(item: EmailItem) -> Iterator[CalendarEntry]:
    if item.about and item.due_at and item.section in ("asks", "told"):
        yield CalendarEntry(item.about, item.title, item.practice, item.due_at)
    elif not item.about:
        yield from item.moves


def _file(
    method: Literal["PUBLISH", "CANCEL"], entries: Sequence[CalendarEntry], domain: str, at: datetime
) -> bytes | None:
    if not entries:
        return None
    calendar = Calendar()
    calendar.add("prodid", "-//Baton//Deadlines//EN")
    calendar.add("version", "2.0")
    calendar.add("method", method)
    for entry in entries:
        event = _event(entry, domain, at)
        if method == "CANCEL":
            event.add("status", "CANCELLED")
        calendar.add_component(event)
    return bytes(calendar.to_ical())


def _event(entry: CalendarEntry, domain: str, at: datetime) -> Event:
    ends = entry.due_at.astimezone(UTC)
    event = Event()
    event.add("uid", deadline_uid(entry.about, domain))
    event.add("dtstamp", at.astimezone(UTC))
    event.add("sequence", int(at.timestamp()) // 60)
    event.add("dtstart", ends - _LENGTH)
    event.add("dtend", ends)
    event.add("transp", "TRANSPARENT")  # a deadline keeps nobody from a meeting
    where = entry.practice
    event.add(
        "summary",
        say("calendar.summary_where" if where else "calendar.summary", title=entry.title, practice=where),
    )
    event.add("description", say("calendar.description", title=entry.title))
    return event
