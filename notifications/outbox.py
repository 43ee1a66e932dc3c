"""What the store holds for the post: messages to try again, emails to plan, and the links they carry."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from engine.dates.calendar import BeyondHorizon
from engine.dates.clock import london_date
from engine.events import LinkIssued, LinkRevoked, Notice
from engine.events.post import LINKS, POST
from engine.notices.written import ASKING
from notifications.content.identifiers import message_id
from notifications.links import REDACTED, Links, live_link
from notifications.planner import Email, Hours, Plan, may_arrive, person_key, plan
from notifications.sections import in_order
from store.protocol import MessageRow, NoticeRow, Store

#: Notices whose `not_before` lies this far ahead are read too, to know when the next may go.
AHEAD = timedelta(days=8)
#: Everything: to merge what one person is due, the planner must see all of it. A smaller page could be filled
#: by notices that wait for tomorrow, and hide what may go now.
_ALL = 1_000_000
#: Emails about these have nothing left to say once their assignment is answered or over.
_CHASERS = ("ask", "reminder", "offer of help", "decision")

PageFor = Callable[[NoticeRow], str]
#: The notice as it goes at a moment: to the address that its reader has then. None: nobody writes to them any more.
Addressed = Callable[[Notice, datetime], Notice | None]


def as_planned(notice: Notice, now: datetime) -> Notice:
    """Where no directory is asked: to the address it was planned with."""
    return notice


@dataclass(frozen=True, slots=True)
class OutgoingEmail:
    """An email under its Message-ID, about to be claimed and sent. `tries`: failed ones so far."""

    message_id: str
    email: Email
    notices: tuple[str, ...]
    tries: int = 0

    @property
    def organisations(self) -> frozenset[str]:
        return frozenset(notice.organisation for notice in self.email.notices)


@dataclass(frozen=True, slots=True)
class DueEmails:
    """What was found at one look, with the streams' versions read before anything else: a claim made by
    anybody since then shows as a conflict."""

    post_version: int
    links_version: int
    outgoing: tuple[OutgoingEmail, ...]
    moot: tuple[MessageRow, ...]
    plan: Plan
    next_retry: datetime | None
    rows: dict[str, NoticeRow] = field(default_factory=dict)
    gone: tuple[OutgoingEmail, ...] = ()  #: planned for somebody to whom nobody writes any more


async def due_emails(
    store: Store, now: datetime, hours: Hours, domain: str, addressed: Addressed = as_planned
) -> DueEmails:
    """Everything that may go at `now`: messages to try again first, then new emails."""
    post_version, links_version = await store.version(POST), await store.version(LINKS)
    unfinished = await store.messages_unfinished()
    rows = {row.notice.id: row for row in await store.notices_due(now + AHEAD, _ALL)}
    again: list[OutgoingEmail] = []
    moot: list[MessageRow] = []
    retries: list[datetime] = []
    for message in unfinished:
        sending = await _again(store, message, now, rows, addressed)
        if message.lease_until > now:  # somebody has it in hand, or it was put off until then
            retries.append(message.lease_until)
        elif sending is None:
            moot.append(message)
        elif (moment := opens(sending, now, hours)) <= now:
            again.append(sending)
        else:
            retries.append(moment)
    planned, left = [], []
    for row in rows.values():
        if row.status == "planned":
            to = addressed(row.notice, now)
            planned.append(to) if to is not None else left.append(row.notice)
    made = await _plan(store, planned, unfinished, now, hours)
    fresh = [
        OutgoingEmail(message_id(ids, domain), email, ids)
        for email in made.emails
        for ids in [tuple(sorted(notice.id for notice in email.notices))]
    ]
    next_retry = min(retries, default=None)
    gone = tuple(_to_nobody(notice, domain) for notice in left)
    return DueEmails(post_version, links_version, (*again, *fresh), tuple(moot), made, next_retry, rows, gone)


def _to_nobody(notice: Notice, domain: str) -> OutgoingEmail:
    email = Email(person_key(notice), notice.name, notice.email, (notice,), notice.urgent)
    return OutgoingEmail(message_id((notice.id,), domain), email, (notice.id,))


async def _plan(
    store: Store, planned: Sequence[Notice], unfinished: Sequence[MessageRow], now: datetime, hours: Hours
) -> Plan:
    people = sorted({person_key(notice) for notice in planned})
    sent = await store.automatic_sent(people, london_date(now)) if people else {}
    busy = {message.person for message in unfinished if not message.urgent}
    return await asyncio.to_thread(plan, planned, sent, busy, now, hours)


async def _again(
    store: Store, message: MessageRow, now: datetime, rows: dict[str, NoticeRow], addressed: Addressed
) -> OutgoingEmail | None:
    """The message once more, of the very same notices; None when nothing in it needs saying any longer.

    It may have arrived before a crash, so its Message-ID stays whatever is left out of it now.
    """
    notices: list[Notice] = []
    for notice_id in message.notices:
        row = await store.notice(notice_id)
        if row is None or await _is_moot(store, row):
            continue
        rows[notice_id] = row
        if (notice := addressed(row.notice, now)) is not None:
            notices.append(notice)
    if not notices:
        return None
    newest = max(notices, key=lambda n: (n.not_before, n.id))
    email = Email(message.person, newest.name, newest.email, in_order(notices, now), message.urgent)
    return OutgoingEmail(message.message_id, email, message.notices, message.tries)


async def _is_moot(store: Store, row: NoticeRow) -> bool:
    notice = row.notice
    if not notice.about or notice.kind not in _CHASERS:
        return False
    asked = await store.assignment(notice.about)
    if asked is not None and asked.status != "open":
        return True
    last = last_asks(await store.notices(row.workflow_id)).get(notice.about)
    if last is None or notice.kind == "ask":
        return last is not None and last.notice.id != notice.id
    # A reminder to whoever was asked before somebody else was.
    return last.planned_at > row.planned_at and last.notice.person != notice.person


def last_asks(rows: Iterable[NoticeRow]) -> dict[str, NoticeRow]:
    """The ask of each assignment that was planned last: one asked anew takes the place of those before it."""
    return {row.notice.about: row for row in rows if row.notice.kind == "ask"}


def opens(sending: OutgoingEmail, moment: datetime, hours: Hours) -> datetime:
    """When `sending` may arrive, from `moment` on; a day later past the calendar's horizon, to be asked again."""
    try:
        return may_arrive(sending.organisations, moment, hours)
    except BeyondHorizon:
        return moment + timedelta(days=1)


@dataclass(slots=True)
class Addresses:
    """The links of a batch of emails, and the events that make the new ones live."""

    urls: dict[str, str] = field(default_factory=dict)
    kept: dict[str, str] = field(default_factory=dict)
    events: list[LinkIssued | LinkRevoked] = field(default_factory=list)

    def real(self, notice: Notice) -> str:
        """The link as the email carries it."""
        return self.urls.get(notice.id, "")

    def redacted(self, notice: Notice) -> str:
        """The link as the log keeps it: whoever reads the audit cannot answer for a practice."""
        return self.kept.get(notice.id, "")


async def address(
    store: Store,
    links: Links,
    outgoing: Iterable[OutgoingEmail],
    rows: dict[str, NoticeRow],
    now: datetime,
    lasts: timedelta,
    page_for: PageFor,
) -> Addresses:
    """The link of every notice in `sendings`: its assignment's own where its reader may answer, else a page."""
    found = Addresses()
    live: dict[str, str] = {}
    for notice in (notice for sending in outgoing for notice in sending.email.notices):
        about = notice.about
        if not await _carries_link(store, notice):
            page = page_for(rows[notice.id])
            found.urls[notice.id] = found.kept[notice.id] = page
            continue
        if about not in live:
            live[about], events = live_link(links, await store.links_of(about), about, now, lasts)
            found.events.extend(events)
        found.urls[notice.id] = live[about]
        found.kept[notice.id] = live[about].rpartition("/")[0] + "/" + REDACTED
    return found


async def _carries_link(store: Store, notice: Notice) -> bool:
    """Whether the reader is one who answers: a deputy may, too. The manager, told about a practice's assignment, is not."""
    if not notice.about:
        return False
    if notice.kind in ASKING:
        return True
    asked = await store.assignment(notice.about)
    return asked is not None and asked.status == "open" and asked.person == notice.person
