"""Who is told what, in which email, and when: pure, from the notices that are due.

One automatic email a person a working day, whatever the number of workflows (domain 2.4): the first goes at
once, and what comes after it waits for the next working morning. Urgent notices are exempt. Nothing goes
outside 08:30-17:00 on the working days of the organisation it is for. What piled up goes as one email.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Protocol

from engine.dates.calendar import BeyondHorizon
from engine.dates.clock import LONDON
from engine.events import Notice
from notifications.sections import in_order

#: When the morning's email goes, in London.
MORNING = time(8, 30)


class Hours(Protocol):
    """When a message may arrive at an organisation; `engine.dates.calendar.Calendar` is one."""

    def messaging_opens(self, moment: datetime, organisation: str | None = None) -> datetime: ...


@dataclass(frozen=True, slots=True)
class Email:
    """One message for one person: `notices` in the order they are told, never empty.

    `urgent` is true only when everything in it is: an email that also carries something ordinary is the
    person's one automatic email of the day.
    """

    person: str
    name: str
    to: str
    notices: tuple[Notice, ...]
    urgent: bool


@dataclass(frozen=True, slots=True)
class Plan:
    """`emails` go now. `waiting` says when each other notice may go; a notice whose time lies past the
    calendar's horizon is in `beyond` instead, for a person to see to."""

    emails: tuple[Email, ...]
    waiting: Mapping[str, datetime]
    beyond: tuple[str, ...] = ()

    @property
    def next_sending(self) -> datetime | None:
        return min(self.waiting.values(), default=None)


def person_key(notice: Notice) -> str:
    """Whom the day's allowance belongs to: the directory's person, or the address when it lacks one."""
    return notice.reader


def may_arrive(organisations: Iterable[str], now: datetime, hours: Hours) -> datetime:
    """`now`, or the next moment when an email for all these organisations may arrive. Raises BeyondHorizon."""
    moment = now
    names = sorted(set(organisations))
    while True:
        later = max((hours.messaging_opens(moment, name) for name in names), default=moment)
        if later <= moment:
            return moment
        moment = later


def plan(
    planned: Iterable[Notice],
    sent_today: Mapping[str, int],
    busy: Collection[str],
    now: datetime,
    hours: Hours,
) -> Plan:
    """The emails that go at `now`, and when the rest may.

    planned: notices not yet in any message; some may not be due yet. sent_today: automatic messages (urgent
    ones not counted) each person was sent on `now`'s London day. busy: people with an automatic message
    claimed and not yet sent; it may still go today, so nothing else automatic does.
    """
    waiting: dict[str, datetime] = {}
    beyond: list[str] = []
    ready: dict[tuple[str, str], list[Notice]] = {}
    joining: dict[tuple[str, str], list[Notice]] = {}
    for notice in sorted(planned, key=lambda n: (n.not_before, n.id)):
        addressee = (person_key(notice), notice.email.casefold())
        spent = bool(not notice.urgent and (sent_today.get(addressee[0]) or addressee[0] in busy))
        try:
            opening = _opening(notice, spent, now, hours)
            if opening <= now:
                ready.setdefault(addressee, []).append(notice)
                continue
            waiting[notice.id] = opening
            if notice.digest_only and not spent and _opening_at_once(notice, now, hours) <= now:
                joining.setdefault(addressee, []).append(notice)
        except BeyondHorizon:
            beyond.append(notice.id)
    emails = _emails(ready, joining, waiting, now, hours)
    return Plan(emails, waiting, tuple(beyond))


def _opening(notice: Notice, spent: bool, now: datetime, hours: Hours) -> datetime:
    """When `notice` may go. `spent`: its person has had today's automatic email."""
    if spent:
        return hours.messaging_opens(_tomorrow_morning(max(now, notice.not_before)), notice.organisation)
    if notice.digest_only and not notice.urgent:
        # The first working morning from not_before on. If that has passed (Baton was off), now is as good.
        morning = hours.messaging_opens(_morning_from(notice.not_before), notice.organisation)
        return hours.messaging_opens(max(now, morning), notice.organisation)
    return _opening_at_once(notice, now, hours)


def _opening_at_once(notice: Notice, now: datetime, hours: Hours) -> datetime:
    return hours.messaging_opens(max(now, notice.not_before), notice.organisation)


def _emails(
    ready: Mapping[tuple[str, str], Sequence[Notice]],
    joining: Mapping[tuple[str, str], Sequence[Notice]],
    waiting: dict[str, datetime],
    now: datetime,
    hours: Hours,
) -> tuple[Email, ...]:
    """One email an addressee. What waited for a digest joins an email that goes anyway: one fewer tomorrow."""
    emails: list[Email] = []
    written: set[str] = set()
    for addressee, found in ready.items():
        notices = list(found)
        person = addressee[0]
        if person in written:
            # One person under two addresses. Each address is told only its own, and the second on another day.
            for notice in (n for n in notices if not n.urgent):
                waiting[notice.id] = _another_day(notice, now, hours)
            notices = [n for n in notices if n.urgent]
        urgent = all(n.urgent for n in notices)
        if not urgent:
            written.add(person)
            for notice in joining.get(addressee, ()):
                notices.append(notice)
                del waiting[notice.id]
        if notices:
            newest = max(notices, key=lambda n: (n.not_before, n.id))
            emails.append(Email(person, newest.name, newest.email, in_order(notices, now), urgent))
    return tuple(emails)


def _another_day(notice: Notice, now: datetime, hours: Hours) -> datetime:
    try:
        return _opening(notice, True, now, hours)
    except BeyondHorizon:
        return _tomorrow_morning(now)  # when that comes the notice is asked about again, and named as beyond


def _morning_from(moment: datetime) -> datetime:
    """The first 08:30 London at or after `moment`."""
    local = moment.astimezone(LONDON)
    morning = datetime.combine(local.date(), MORNING, LONDON)
    return morning.astimezone(UTC) if local <= morning else _tomorrow_morning(moment)


def _tomorrow_morning(moment: datetime) -> datetime:
    """08:30 London on the day after `moment`'s."""
    day = moment.astimezone(LONDON).date() + timedelta(days=1)
    return datetime.combine(day, MORNING, LONDON).astimezone(UTC)
