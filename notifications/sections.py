"""The order of things in an email, and the headings they stand under."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Literal

from engine.dates.clock import london_date
from engine.events import Notice

Section = Literal["asks", "due today", "still to come", "coming up", "help", "told", "outcomes"]
SECTIONS: tuple[Section, ...] = (
    "asks", "due today", "still to come", "coming up", "help", "told", "outcomes"
)  # fmt: skip

#: Emails that only repeat an ask. When several about one assignment come together, one is enough.
_REPEATS = ("ask", "reminder", "offer of help")
_LATEST = datetime.max.replace(tzinfo=UTC)


def due_at(notice: Notice) -> datetime | None:
    """When what a notice is about is due, if its facts say so in a form that can be read."""
    return moment_of(notice.facts)


def moment_of(facts: Mapping[str, Any]) -> datetime | None:
    """The moment `due_at` of `facts`, where it can be read as one, with its timezone."""
    given = facts.get("due_at")
    if not given:
        return None
    try:
        moment = given if isinstance(given, datetime) else datetime.fromisoformat(str(given))
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else None


def section_of(notice: Notice, today: datetime) -> Section:
    """Where `notice` stands in an email written at `today`."""
    match notice.kind:
        case "ask" | "decision" | "task" | "question":
            return "asks"
        case "offer of help":
            return "help"
        case "told":
            return "told"
        case "outcome":
            return "outcomes"
    due = due_at(notice)
    if due is None or london_date(due) > london_date(today):
        return "coming up"
    return "due today" if london_date(due) == london_date(today) else "still to come"


def in_order(notices: Iterable[Notice], today: datetime) -> tuple[Notice, ...]:
    """Asks, what is due today, what is late, what is coming, offers of help, news, outcomes; urgent first."""
    return tuple(
        sorted(
            notices,
            key=lambda n: (
                SECTIONS.index(section_of(n, today)),
                not n.urgent,
                due_at(n) or _LATEST,
                n.not_before,
                n.id,
            ),
        )
    )


def said_once(notices: Sequence[Notice]) -> tuple[Notice, ...]:
    """`notices` without those that would say the same thing again.

    When emails about one assignment piled up (the mail server was down), the ask is said if it is there,
    since the person has not seen it yet; otherwise the newest of the reminders and offers.
    """
    kept: dict[str, Notice] = {}
    for notice in notices:
        if notice.about and notice.kind in _REPEATS:
            held = kept.get(notice.about)
            if held is None or _says_more(notice, held):
                kept[notice.about] = notice
    return tuple(n for n in notices if not (n.about and n.kind in _REPEATS) or kept[n.about] is n)


def _says_more(one: Notice, other: Notice) -> bool:
    return (one.kind == "ask", one.not_before, one.id) > (other.kind == "ask", other.not_before, other.id)
