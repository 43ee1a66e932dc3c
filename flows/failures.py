"""What fails on the way to Prefect: told when it has lasted a minute, and counted against Prefect's server where it is
the server's own fault."""

from __future__ import annotations

import time
from datetime import timedelta

import httpx

from application.environment.alarms import Alarms

#: How long something may fail and be tried again before it is told.
PATIENCE = timedelta(minutes=1)

STANDSTILL = (
    "Processes are standing still and emails are not being sent, because Prefect cannot be used. Answers are taken "
    "all the same, and nothing is lost."
)
NOT_PUBLISHED = "Prefect's automations are not hearing of what happens. Everything else goes on."


class PrefectFault(RuntimeError):
    """Prefect's server answered, and yet does not do or keep what it is asked."""


class Failures:
    """What is failing, by subject. On the flows' event loop only."""

    def __init__(self, alarms: Alarms) -> None:
        self._alarms = alarms
        self._server_since: dict[str, float] = {}
        self._of_database: set[str] = set()

    def failed(self, subject: str, error: Exception, text: str = STANDSTILL) -> None:
        """`subject` was tried and failed; it will be tried again."""
        since = self._server_since.get(subject, time.monotonic())
        self._forget(subject)
        if text == STANDSTILL and is_of_server(error):
            self._server_since[subject] = since
            if not isinstance(error, httpx.TransportError):
                self._of_database.add(subject)
        self._alarms.set(subject, text, [f"{subject}: {said(error)}."], PATIENCE)

    def worked(self, subject: str) -> None:
        self._forget(subject)
        self._alarms.clear(subject)

    def _forget(self, subject: str) -> None:
        self._server_since.pop(subject, None)
        self._of_database.discard(subject)

    @property
    def blame_database(self) -> bool:
        """Whether something fails because the server answers that it cannot, rather than not at all."""
        return bool(self._of_database)

    def of_server(self, after: float) -> float:
        """Seconds for which something has failed by the server's fault, counted from the moment `after` (monotonic)."""
        since = min(self._server_since.values(), default=None)
        return 0.0 if since is None else time.monotonic() - max(since, after)


def is_of_server(error: Exception) -> bool:
    """Whether it is the server that failed, and not Baton.

    What is asked of it is always the same, so any answer but the right one says that it is broken, or its database.
    """
    # Here, because it takes seconds, and this module is imported where nobody waits for it.
    from prefect.exceptions import PrefectException

    return isinstance(error, httpx.HTTPError | PrefectException | PrefectFault)


def said(error: Exception) -> str:
    """The first line of what the error says, with its kind: some say nothing, and some of Prefect's hold who does."""
    told = getattr(error, "http_exc", None) or error
    text = " ".join(str(told).splitlines()[:1]).rstrip(".")
    return f"{type(error).__name__}: {text}" if text else type(error).__name__
