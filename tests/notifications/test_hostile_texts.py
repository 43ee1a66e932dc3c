"""Emails and their calendar files: what was typed is a text in them, and adds no line, property or part."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from engine.events import Notice
from notifications.content.calendar_file import deadlines
from notifications.content.items import item_of

pytestmark = pytest.mark.fuzz

AT = datetime(2026, 12, 15, 9, tzinfo=UTC)
PARTS = ["\r\n", "\n", "\r", "\u2028", "\x85", "END:VEVENT", "BEGIN:VALARM\r\nACTION:DISPLAY", "ATTENDEE:mailto:a@evil.example", ";", ",", ":", "\\",
         "\\n", '"', "X" * 80, "é" * 40, "😀", "\x00", "\x1b[31m", "\u202e", "SUMMARY;LANGUAGE=en:x", " "]  # fmt: skip
typed = st.lists(
    st.sampled_from(PARTS) | st.text(st.characters(exclude_categories=("Cs",)), max_size=5), max_size=8
).map("".join)


def calendar_of(title: str, practice: str) -> bytes:
    facts = {
        "title": title,
        "practice": practice,
        "pcn": "Harbour Vale",
        "due_at": "2027-01-15T17:00:00+00:00",
    }
    notice = Notice(
        "n", "ask", "jo", "Jo", "jo@x.example", "Y1", "w.s:1:Y1:gp_lead", "s", "Ask", AT, facts=facts
    )
    made = deadlines([item_of(notice, AT, lambda notice: "")], "x.example", AT)
    assert made is not None
    return made


def properties(calendar: bytes) -> list[str]:
    """The names of the lines of a calendar file, unfolded as the standard says."""
    lines = calendar.decode().replace("\r\n ", "").split("\r\n")
    return [re.split("[:;]", line)[0] for line in lines]


@given(typed, typed)
def test_a_calendar_file_has_the_same_properties_whatever_was_typed(title: str, practice: str) -> None:
    made = calendar_of(f"T{title}", f"P{practice}")
    assert properties(made) == properties(calendar_of("Title", "Practice"))
    assert not re.search("[\x00-\x09\x0b\x0c\x0e-\x1f\x7f\u202a-\u202e\u2066-\u2069]", made.decode())
    [event] = Calendar.from_ical(made).walk("VEVENT")
    assert str(event["summary"]).startswith("Due: T")
