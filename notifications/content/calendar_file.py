"""Deadlines as a calendar file. No link inside: calendars are shared, and the link is for its addressee."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from icalendar import Calendar, Event

from notifications.content.catalogue import say
from notifications.content.identifiers import deadline_uid
from notifications.content.items import EmailItem

_LENGTH = timedelta(minutes=30)


def deadlines(entries: Sequence[EmailItem], domain: str, at: datetime) -> bytes | None:
    """What is asked with a deadline, or told of one that moved, as one iCalendar file written at `at`; None when there is
    none.

    The UID belongs to the assignment, so a file sent again, or with the date moved, replaces the old entry.
    """
    due = [entry for entry in entries if entry.section in ("asks", "told") and entry.due_at and entry.about]
    if not due:
        return None
    calendar = Calendar()
    calendar.add("prodid", "-//Baton//Deadlines//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    for entry in due:
        calendar.add_component(_event(entry, domain, at))
    return bytes(calendar.to_ical())


def _event(entry: EmailItem, domain: str, at: datetime) -> Event:
    assert entry.due_at is not None
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
