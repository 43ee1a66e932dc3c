"""The post: claims what is due, sends it, and writes down what the server said.

A message is claimed under a lease before it goes on the wire and finished after. Killed in between, it is found
with its lease expired and sent again: of the same notices, under the same Message-ID. So an email may arrive
twice under one Message-ID, which mail programs and people take for one, and never under two.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from engine.dates.clock import Clock
from engine.events import (
    BATON,
    Body,
    Event,
    MessageClaimed,
    MessageDeferred,
    MessageRefused,
    MessageSent,
    MessageUnconfirmed,
)
from engine.events.post import LINKS, POST
from notifications.content.catalogue import say
from notifications.content.composer import BadSender, Composer
from notifications.content.headers import Unaddressable
from notifications.delivery_report import (
    DeliveryReport,
    Outage,
    Outcome,
    Tally,
    backoff,
    backoff_unknown,
    summary,
)
from notifications.links import Links
from notifications.outbox import (
    Addressed,
    Addresses,
    DueEmails,
    OutgoingEmail,
    PageFor,
    address,
    as_planned,
    due_emails,
    opens,
)
from notifications.planner import Hours
from notifications.server_answers import EVERYBODY, weighed
from notifications.transport.settings import PostSettings
from notifications.transport.smtp import (
    Accepted,
    Answer,
    Later,
    Rejected,
    ServerDown,
    SmtpClient,
    Throttle,
    Unconfirmed,
)
from store.protocol import Commit, Conflict, MessageRow, Store

#: Messages claimed by one commit. A crash leaves at most so many to be sent twice.
BATCH = 50
#: Lost races in a row before a delivery gives way to the next.
_RACES = 20

_log = logging.getLogger(__name__)

#: Told of a message that could not be delivered, and why; makes a notice of it for the manager. It may be
#: called twice for one message (a crash in between), so what it plans is named after `message_id`.
TellManager = Callable[[MessageRow, str], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class _Finished:
    """A message of a batch with what became of it, and the copy the log keeps of one that went."""

    sending: OutgoingEmail
    answer: Answer
    size: int = 0
    kept: bytes = b""
    counts: bool = True  #: as a try that failed; not when it was only put off


class Mailer:
    """Delivers the post of one store. One delivery runs at a time here; others elsewhere lose or win the claim.

    hours: gives the calendar that knows every organisation's closures; asked anew at each look.
    page_for: the page of a notice whose reader does not answer by link (the manager's); "" for none.
    addressed: asked on the day of each email where it goes.
    """

    def __init__(
        self,
        store: Store,
        clock: Clock,
        settings: PostSettings,
        links: Links,
        hours: Callable[[], Hours],
        tell_manager: TellManager,
        page_for: PageFor = lambda row: "",
        throttle: Throttle | None = None,
        addressed: Addressed = as_planned,
    ) -> None:
        self._store, self._clock, self._settings, self._links = store, clock, settings, links
        self._hours, self._tell_manager, self._page_for = hours, tell_manager, page_for
        self._addressed = addressed
        self._composer = Composer(settings.from_address, settings.id_domain, settings.from_name)
        self._throttle = throttle or Throttle(settings.throttle_per_minute)
        self._outage = Outage(settings)
        self._turn = asyncio.Lock()

    async def deliver_due(self, now: datetime) -> DeliveryReport:
        """Send what may go at `now`, and say when the next may. StoreError when the store cannot be written;
        what was claimed by then is sent again when its lease expires."""
        async with self._turn:
            tally = Tally()
            async with SmtpClient(self._settings) as wire:
                load = await self._deliver(wire, now, tally)
            return await self._told(load, tally)

    async def _deliver(self, wire: SmtpClient, now: datetime, tally: Tally) -> DueEmails:
        """Batch after batch, looking anew before each: what changed meanwhile is seen. The last look."""
        races = 0
        while True:
            moment = max(now, self._clock.now())
            load = await due_emails(
                self._store, moment, self._hours(), self._settings.id_domain, self._addressed
            )
            batch = load.outgoing[: self._room()]
            if load.moot or load.gone:
                await self._drop(load, moment)
            if not batch or races > _RACES or self._outage.holds(moment):
                return load
            try:
                # Before any claim: while the server is down notices stay unclaimed, and merge.
                await wire.open()
            except ServerDown as down:
                self._outage.began(moment, say("post.mail_server_down", because=str(down)))
                return load
            try:
                links = await self._claim(load, batch, moment)
            except Conflict:
                # Another delivery claimed something, a step closed and voided a notice, or a link was revoked.
                # Whichever it was, the look was too old: look again.
                races += 1
                await asyncio.sleep(0.01 * races)
                continue
            races = 0
            finished = await self._send(wire, batch, links, moment)
            answers = [(done.sending.email.to, done.answer) for done in finished]
            judged = await weighed(answers, tally.sent, wire.would_take)
            finished = [replace(done, answer=answer) for done, answer in zip(finished, judged, strict=True)]
            await self._write_down(finished, tally)
            self._take_note(moment, finished)

    def _take_note(self, moment: datetime, finished: Sequence[_Finished]) -> None:
        """Of trouble that is ours, whoever the emails were for; or that there is none any more."""
        answers = [done.answer for done in finished]
        unconfirmed = [answer for answer in answers if isinstance(answer, Unconfirmed)]
        for done in finished:
            if isinstance(done.answer, Unconfirmed):
                self._outage.broke_off(done.sending.email.to)
        ours = [answer for answer in answers if isinstance(answer, Later) and answer.ours]
        if ours:
            self._outage.began(
                moment, ours[0].trouble or say("post.mail_server_refuses", because=ours[0].because)
            )
        elif any(isinstance(answer, Accepted) for answer in answers):
            self._outage.over()
        elif unconfirmed and self._outage.breaks_off:
            self._outage.began(moment, say("post.mail_server_breaks_off", because=unconfirmed[0].because))

    def _room(self) -> int:
        """How many to claim now; while nothing is taken, as many as it needs to see whether that is over."""
        allowance = self._throttle.allowance()
        batch = EVERYBODY if self._outage.trouble else BATCH
        return batch if allowance is None else min(batch, allowance)

    # --- claiming

    async def _claim(self, load: DueEmails, batch: Sequence[OutgoingEmail], moment: datetime) -> Addresses:
        """Claim `batch` and make its links live, in one commit. Conflict when anything moved since the look."""
        settings = self._settings
        links = await address(
            self._store, self._links, batch, load.rows, moment, timedelta(days=settings.link_days), self._page_for
        )  # fmt: skip
        lease = moment + timedelta(seconds=settings.lease_seconds)
        claims = [self._claimed(sending, lease) for sending in batch]
        commits = [_commit(POST, load.post_version, claims, moment)]
        if links.events:
            commits.append(_commit(LINKS, load.links_version, links.events, moment))
        await self._store.commit(commits)
        return links

    def _claimed(self, sending: OutgoingEmail, lease: datetime) -> MessageClaimed:
        return MessageClaimed(
            message_id=sending.message_id, notices=sending.notices, person=sending.email.person, to=sending.email.to,
            subject=self._composer.subject(sending.email), lease_until=lease, urgent=sending.email.urgent,
        )  # fmt: skip

    # --- sending

    async def _send(
        self, wire: SmtpClient, batch: Sequence[OutgoingEmail], links: Addresses, moment: datetime
    ) -> list[_Finished]:
        """Send each; those for which the lease runs short stay claimed, and are sent when it expires."""
        loop = asyncio.get_running_loop()
        until = loop.time() + self._settings.lease_seconds / 2
        ongoing = asyncio.Semaphore(self._settings.connections)

        async def one(sending: OutgoingEmail) -> _Finished | None:
            async with ongoing:
                return await self._send_one(wire, sending, links, moment) if loop.time() < until else None

        return [done for done in await asyncio.gather(*map(one, batch)) if done is not None]

    async def _send_one(
        self, wire: SmtpClient, sending: OutgoingEmail, links: Addresses, moment: datetime
    ) -> _Finished:
        now = self._clock.now()
        if opens(sending, now, self._hours()) > now:  # it became late while waiting its turn
            return _Finished(sending, Later(say("post.after_hours")), counts=False)
        try:
            compose = self._composer.compose
            raw = await asyncio.to_thread(compose, sending.email, sending.message_id, moment, links.real)
            kept = await asyncio.to_thread(compose, sending.email, sending.message_id, moment, links.redacted)
        except Unaddressable as wrong:
            return _Finished(sending, Rejected(say("post.bad_address", because=str(wrong)), certain=True))
        except BadSender as wrong:
            trouble = say("post.bad_sender", because=str(wrong))
            return _Finished(sending, Later(str(wrong), ours=True, trouble=trouble))
        except Exception as broken:
            # One email that cannot be written must not keep back the others; it is tried again, for a mended
            # template or definition to set right, and the reason stands beside it.
            _log.exception("message %s could not be composed", sending.message_id)
            return _Finished(sending, Later(say("post.composing_failed", because=str(broken))))
        self._throttle.spend()
        return _Finished(sending, await wire.send(sending.email.to, raw), len(raw), kept)

    # --- writing down

    async def _write_down(self, finished: Sequence[_Finished], tally: Tally) -> None:
        bodies: list[Body] = []
        documents: dict[str, bytes] = {}
        for done in finished:
            body = await self._outcome(done)
            bodies.append(body)
            tally.count(body)
            if isinstance(body, MessageSent):
                documents[body.sha256] = done.kept
        await self._append(bodies, documents)

    async def _outcome(self, done: _Finished) -> Outcome:
        message_id, answer = done.sending.message_id, done.answer
        if isinstance(answer, Accepted):
            return MessageSent(message_id, answer.said, done.size, hashlib.sha256(done.kept).hexdigest())
        if isinstance(answer, Rejected) and await self._told_manager(
            done.sending, say("post.told_refused", because=answer.because)
        ):
            return MessageRefused(message_id, answer.because)
        if isinstance(answer, Unconfirmed):
            return await self._may_have_arrived(done.sending, answer.because)
        counts = done.counts and not (isinstance(answer, Later) and answer.ours)
        tries = done.sending.tries + counts
        if counts and tries == self._settings.tries_before_telling:
            await self._told_manager(done.sending, say("post.told_trying", because=answer.because))
        again = opens(done.sending, self._clock.now() + backoff(self._settings, tries), self._hours())
        return MessageDeferred(message_id, answer.because, again, tries)

    async def _may_have_arrived(
        self, sending: OutgoingEmail, because: str
    ) -> MessageDeferred | MessageUnconfirmed:
        tries = sending.tries + 1
        wait = backoff_unknown(tries)
        if wait is None:
            left = say("post.may_have_arrived", because=because)
            if await self._told_manager(sending, say("post.told_unconfirmed", because=left)):
                return MessageUnconfirmed(sending.message_id, left)
        again = opens(sending, self._clock.now() + (wait or timedelta(days=1)), self._hours())
        return MessageDeferred(sending.message_id, because, again, tries)

    async def _told_manager(self, sending: OutgoingEmail, because: str) -> bool:
        """Tell the manager before it is written down: a crash tells twice, and twice is one notice."""
        message = next(
            (m for m in await self._store.messages_unfinished() if m.message_id == sending.message_id), None
        )
        try:
            if message is not None:
                await self._tell_manager(message, because)
        except Exception:
            _log.exception(
                "the manager could not be told about message %s; tried again later", sending.message_id
            )
            return False
        return True

    async def _drop(self, load: DueEmails, moment: datetime) -> None:
        """Finish messages that have nothing left to say, and what was planned for somebody who has left."""
        moot = [_moot(message) for message in load.moot]
        gone: list[Body] = []
        for sending in load.gone:
            gone += [self._claimed(sending, moment), MessageRefused(sending.message_id, say("post.left"))]
        await self._append([*moot, *gone], {})

    async def _append(self, bodies: Sequence[Body], documents: dict[str, bytes]) -> None:
        """Append to the post's stream, whoever else writes to it: what happened on the wire stays true."""
        while bodies:
            commit = _commit(POST, await self._store.version(POST), bodies, self._clock.now(), documents)
            try:
                await self._store.commit([commit])
                return
            except Conflict:
                await asyncio.sleep(0.005)

    async def _told(self, load: DueEmails, tally: Tally) -> DeliveryReport:
        now = self._clock.now()
        times = [t for t in (load.plan.next_sending, load.next_retry) if t is not None]
        if load.outgoing:
            free = timedelta(seconds=max(self._throttle.frees_in(), 1.0))
            times.append(max(now + free, self._outage.until or now))
        if not times and (later := await self._store.next_notice()) is not None and not load.plan.beyond:
            times.append(max(later, now + timedelta(minutes=1)))
        next_sending = min(times, default=None)
        told = summary(load, tally, self._outage, now, next_sending)
        return DeliveryReport(
            tally.sent, tally.deferred, tally.refused, next_sending, told, self._outage.trouble
        )


def _moot(message: MessageRow) -> MessageRefused | MessageUnconfirmed:
    """The end of a message with nothing left to say. One that Baton was stopped over may have arrived."""
    if message.status == "claimed":
        return MessageUnconfirmed(message.message_id, say("post.moot_in_doubt"))
    return MessageRefused(message.message_id, say("post.moot"))


def _commit(
    stream: str,
    version: int,
    bodies: Sequence[Body],
    at: datetime,
    documents: dict[str, bytes] | None = None,
) -> Commit:
    happened = tuple(
        Event(stream, number, at, BATON, "clock", body) for number, body in enumerate(bodies, version + 1)
    )
    return Commit(stream, version, happened, documents=documents or {})
