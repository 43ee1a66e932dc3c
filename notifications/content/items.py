"""What an email says about one notice: its facts, made whole and safe to lay out.

Facts come from the log, so they may be missing or of another type than today's; nothing here fails on them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from engine.events import Notice
from notifications.content.catalogue import say
from notifications.content.english import moment_in_words, one_line, paragraphs, sentence
from notifications.sections import Section, due_at, moment_of, section_of

_LEADS = {"due today": "due_today", "still to come": "still_to_come", "coming up": "coming_up"}


@dataclass(frozen=True, slots=True)
class Contact:
    """Whom to ask. Empty where the facts do not say."""

    name: str = ""
    email: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class CalendarEntry:
    """A deadline in a person's calendar: of which assignment, what is due there, and when."""

    about: str
    title: str
    practice: str
    due_at: datetime


@dataclass(frozen=True, slots=True)
class EmailItem:
    """One thing told in an email. Texts are in single lines; an empty one is left out of the email."""

    kind: str
    section: Section
    about: str
    subject: str
    title: str
    where: str
    pcn: str
    covering: str
    lead: tuple[str, ...]
    items: tuple[str, ...]
    why: str
    takes: str
    due: str
    due_at: datetime | None
    due_why: str
    silence: str
    choices: tuple[str, ...]
    next: tuple[str, ...]
    attest: bool
    manager: Contact
    practice: str
    overdue: bool
    link: str
    link_text: str
    moves: tuple[CalendarEntry, ...] = ()
    cancels: tuple[CalendarEntry, ...] = ()

    @property
    def asks(self) -> bool:
        """Whether somebody is to do something about it."""
        return self.section not in ("told", "outcomes")

    @property
    def reminds(self) -> bool:
        """Whether it repeats what an earlier email said in full, so that in a digest a few lines are enough."""
        return self.section in _LEADS


def item_of(notice: Notice, at: datetime, link_for: Callable[[Notice], str]) -> EmailItem:
    """What an email written at `at` says about `notice`."""
    facts = notice.facts
    section = section_of(notice, at)
    title = _line(facts, "title") or one_line(notice.subject)
    pcn = _line(facts, "pcn") or say("the_network")
    due = due_at(notice)
    where = " · ".join(part for part in (_line(facts, "practice"), _line(facts, "reference")) if part)
    # Who is asked to ring somebody is not told how long that somebody's answer takes.
    own = notice.kind in ("ask", "reminder", "offer of help")
    takes = _line(facts, "takes") if own else ""
    covered = _line(facts, "on_behalf_of")
    return EmailItem(
        kind=notice.kind,
        section=section,
        about=notice.about,
        subject=one_line(notice.subject) or title,
        title=title,
        where=where,
        pcn=pcn,
        covering=say("lead.covering", name=covered) if covered else "",
        lead=_lead(notice, section, pcn),
        items=_lines(facts, "items"),
        why=sentence(_line(facts, "why")),
        takes=sentence(say("about.takes", takes=takes) if takes[:1].isdigit() else takes),
        due=_line(facts, "due") or (moment_in_words(due) if due else ""),
        due_at=due,
        due_why=sentence(_line(facts, "due_why")),
        silence=sentence(_line(facts, "silence")) if own else "",
        choices=_lines(facts, "choices"),
        next=tuple(sentence(line) for line in _lines(facts, "next")),
        attest=facts.get("attest") is True,
        manager=_manager(facts.get("manager")),
        practice=_line(facts, "practice"),
        overdue=due is not None and due < at,
        link=link_for(notice),
        link_text=say(f"link.{notice.kind}", title=title),
        moves=tuple(_entries(facts, "moves")),
        cancels=tuple(_entries(facts, "cancels")),
    )


def _entries(facts: Mapping[str, Any], key: str) -> Iterator[CalendarEntry]:
    """The calendar entries among the facts that can be read: those with an assignment and a moment."""
    given = facts.get(key)
    for each in given if isinstance(given, list | tuple) else ():
        if isinstance(each, Mapping) and (due := moment_of(each)) and _line(each, "about"):
            yield CalendarEntry(_line(each, "about"), _line(each, "title"), _line(each, "practice"), due)


def _lead(notice: Notice, section: Section, pcn: str) -> tuple[str, ...]:
    """What opens the entry: the ladder's or the definition's own words if they wrote any, ours otherwise."""
    text = paragraphs(str(notice.facts.get("text") or ""))
    if notice.kind in ("reminder", "offer of help") and text:
        return text
    canned = say(f"lead.{_LEADS.get(section, notice.kind)}", pcn=pcn)
    return ((canned,) if canned else ()) + text


def _line(facts: Mapping[str, Any], key: str) -> str:
    value = facts.get(key)
    return one_line(str(value)) if value not in (None, False, True) else ""


def _lines(facts: Mapping[str, Any], key: str) -> tuple[str, ...]:
    value = facts.get(key)
    given = value if isinstance(value, list | tuple) else [value] if isinstance(value, str) else []
    return tuple(line for line in (one_line(str(each)) for each in given) if line)


def _manager(given: object) -> Contact:
    if not isinstance(given, Mapping):
        return Contact()
    return Contact(_line(given, "name"), _line(given, "email"), _line(given, "phone"))
