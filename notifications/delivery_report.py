"""What a delivery came to, and how long to wait after trouble."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from engine.events import MessageDeferred, MessageRefused, MessageSent, MessageUnconfirmed
from notifications.content.catalogue import say
from notifications.content.english import joined, moment_in_words
from notifications.outbox import DueEmails
from notifications.transport.settings import PostSettings

#: How long to wait before a message that may have arrived already is sent again: each copy is one too many for whoever
#: got the first. After the last wait it is left at that, and the manager is told.
_MAY_HAVE_ARRIVED = (timedelta(hours=1), timedelta(hours=4), timedelta(days=1))
#: While the whole server is down it is asked at least so often: everybody waits for it.
_OUTAGE_CAP = timedelta(minutes=15)
#: Different addresses whose emails the server broke off at, and nobody's taken since: of one, the email may be at fault.
_BREAKS_OFF = 2


@dataclass(frozen=True, slots=True)
class DeliveryReport:
    """Messages sent, deferred and refused in a delivery; when the next may go (None: only a new notice calls for a
    delivery); a sentence for the manager's page; and the trouble in which nothing can go, empty when there is none."""

    sent: int
    deferred: int
    refused: int
    next_sending: datetime | None
    summary: str
    trouble: str = ""


#: What a sending came to.
Outcome = MessageSent | MessageDeferred | MessageRefused | MessageUnconfirmed


@dataclass(slots=True)
class Tally:
    """Counts of a delivery still going on."""

    sent: int = 0
    deferred: int = 0
    refused: int = 0

    def count(self, body: Outcome) -> None:
        self.sent += isinstance(body, MessageSent)
        self.deferred += isinstance(body, MessageDeferred)
        self.refused += isinstance(body, MessageRefused | MessageUnconfirmed)


def backoff(settings: PostSettings, tries: int) -> timedelta:
    """How long to wait after `tries` failures: doubling from `retry_seconds`, up to `retry_cap_seconds`."""
    doubled = settings.retry_seconds * 2 ** min(max(tries - 1, 0), 30)
    return timedelta(seconds=min(doubled, settings.retry_cap_seconds))


def backoff_unknown(tries: int) -> timedelta | None:
    """How long to wait after `tries` sendings of which nobody knows whether they arrived; None: not again."""
    return _MAY_HAVE_ARRIVED[tries - 1] if tries <= len(_MAY_HAVE_ARRIVED) else None


class Outage:
    """Whether the mail server is down, or takes nothing from us, and until when to leave it alone.

    Kept in memory only: a restart asks the server again at once, which is what whoever restarted wants.
    """

    def __init__(self, settings: PostSettings) -> None:
        self._settings = settings
        self._tries = 0
        self._broken_off: set[str] = set()
        self.until: datetime | None = None
        self.trouble = ""

    @property
    def breaks_off(self) -> bool:
        """Whether the server breaks off whoever an email is for."""
        return len(self._broken_off) >= _BREAKS_OFF

    def broke_off(self, to: str) -> None:
        """The connection ended after an email for `to` was handed over."""
        self._broken_off.add(to.casefold())

    def began(self, now: datetime, trouble: str) -> None:
        """The trouble, in a sentence for the manager."""
        self._tries += 1
        self.until = now + min(backoff(self._settings, self._tries), _OUTAGE_CAP)
        self.trouble = trouble

    def over(self) -> None:
        self._tries, self.until, self.trouble = 0, None, ""
        self._broken_off.clear()

    def holds(self, now: datetime) -> bool:
        return self.until is not None and now < self.until


def summary(
    load: DueEmails, tally: Tally, outage: Outage, now: datetime, next_sending: datetime | None
) -> str:
    """A sentence or two: what went, what did not, and what waits."""
    when = moment_in_words(next_sending) if next_sending else ""
    if outage.until is not None and outage.holds(now):
        return f"{outage.trouble} {say('post.held', when=moment_in_words(outage.until))}"
    counts = [
        say(f"post.{key}", count=str(count))
        for key, count in (("sent", tally.sent), ("deferred", tally.deferred), ("refused", tally.refused))
        if count
    ]
    parts = [say("post.report", counts=joined(counts))] if counts else []
    if when:
        parts.append(say("post.next", when=when))
    if load.plan.beyond:
        parts.append(say("post.beyond", count=str(len(load.plan.beyond))))
    return " ".join(parts) or say("post.nothing")
