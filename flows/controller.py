"""`FlowController`: how the rest of Baton starts and wakes flow runs.

The flows have a thread and an event loop of their own. Prefect's engine takes over SIGTERM in the main
thread while a flow runs, which would break the orderly end of `baton serve`, and its client's work would
show in the web's response times. Whatever is asked of the controller returns at once and never raises: a response
is taken whether or not Prefect is there. Prefect is imported in that thread too, for it takes seconds.
"""

from __future__ import annotations

import asyncio
import logging
import os
import threading
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from application.batches import Batch
from application.environment.home import Home
from application.progress.runtime import Runtime
from flows import runtime_access
from flows.clients import spare_loopback
from flows.server.process import PrefectServer

if TYPE_CHECKING:
    from flows.dispatcher import Dispatcher

logger = logging.getLogger(__name__)

#: Seconds in which what happened is gathered before Prefect is told: nobody waits for it, and answers come first.
TELL_AFTER = 0.25


class FlowController:
    """Runs Prefect's server, the worker and every request to them, beside the caller.

    `at_once` is how many flow runs are under way at a time: two to four on SQLite. With `api_url` a Prefect server
    elsewhere is used and none is started. What does not work is said to the runtime's alarms.
    """

    def __init__(self, runtime: Runtime, home: Home, *, at_once: int = 3, api_url: str | None = None) -> None:
        self._runtime = runtime
        self._home = home
        self._at_once = at_once
        self._server = None if api_url else PrefectServer(home.root, f"baton:{home.derived('prefect')}")
        self.api_url = api_url or (self._server.url if self._server else "")
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._dispatcher: Dispatcher | None = None
        self._early: list[Callable[[Dispatcher], None]] = []
        self._ready = threading.Event()
        self._will_tell = False

    @property
    def ready(self) -> bool:
        """Whether flows run: the server has answered, and the worker takes up runs. What was lost is mended next."""
        return self._ready.is_set()

    @property
    def server_pid(self) -> int | None:
        """The process id of Prefect's server, if it is ours and runs."""
        return self._server.pid if self._server else None

    def open(self) -> None:
        """Begin. Returns at once; flows run some ten seconds later. Call it on the runtime's event loop."""
        runtime_access.register(self._runtime)
        # Before Prefect is imported: nothing of it belongs in the user's own home folder, or on its network.
        self._home.make()
        os.environ.setdefault("PREFECT_HOME", str(self._home.prefect))
        os.environ.setdefault("DO_NOT_TRACK", "1")
        spare_loopback(os.environ)
        self._thread = threading.Thread(target=self._run, name="flows", daemon=True)
        self._thread.start()

    async def close(self) -> None:
        """End: entries under way finish, then Prefect's server is stopped."""
        self._ask(lambda dispatcher: dispatcher.stop())
        if self._thread is not None:
            await asyncio.to_thread(self._thread.join)
        runtime_access.unregister()

    async def wait_ready(self, seconds: float = 60.0) -> bool:
        """Wait until flows run; false if they do not within `seconds`."""
        return await asyncio.to_thread(self._ready.wait, seconds)

    def start(self, batches: Iterable[Batch]) -> None:
        """Give each batch its flow run. From any thread, at once, as often as wished."""
        for batch in batches:
            self._ask(lambda dispatcher, batch=batch: dispatcher.start(batch))  # type: ignore[misc]

    def wake_batch(self, batch_id: str, because: str = "something came in") -> None:
        """Have the batch advanced now; `because` is shown in the run's history. After the commit, please."""
        self._ask(lambda dispatcher: dispatcher.wake(batch_id, because))

    def wake_post(self) -> None:
        """Have what is due delivered now. After the commit of the notice, please."""
        self._ask(lambda dispatcher: dispatcher.wake_post())

    def wake_due(self, now: datetime) -> None:
        """After the calendar has leapt to `now`: wake every run whose deadline has passed, and the post."""
        self._ask(lambda dispatcher: dispatcher.wake_due(now))

    def tell(self) -> None:
        """Have what happened told to Prefect's automations, soon. After a commit."""
        if not self._will_tell:
            self._will_tell = True
            self._ask(self._tell_soon)

    def _tell_soon(self, dispatcher: Dispatcher) -> None:
        def now() -> None:
            self._will_tell = False  # first: what is committed from here on is told the next time
            dispatcher.tell()

        asyncio.get_running_loop().call_later(TELL_AFTER, now)

    def _ask(self, what: Callable[[Dispatcher], None]) -> None:
        with self._lock:
            if self._loop is None or self._dispatcher is None:
                self._early.append(what)
                return
            try:
                self._loop.call_soon_threadsafe(what, self._dispatcher)
            except RuntimeError:
                # The loop has ended: Baton is ending, or `_run` has set the alarm. What was asked is in the log, from which
                # the next start makes it all anew.
                return

    def _opened(self, dispatcher: Dispatcher) -> None:
        with self._lock:
            self._loop, self._dispatcher = asyncio.get_running_loop(), dispatcher
            early, self._early = self._early, []
        for what in early:
            what(dispatcher)

    def _run(self) -> None:
        try:
            from flows import dispatcher

            dispatcher.serve(
                self.api_url,
                self._server.auth if self._server else "",
                lambda: dispatcher.Dispatcher(
                    self._server, self._at_once, self._runtime.alarms, self._ready.set
                ),
                self._opened,
            )
        except Exception as error:
            logger.exception("The flows have stopped")
            text = "Processes are standing still and emails are not being sent, until Baton is restarted. Answers are taken."
            self._runtime.alarms.set(
                "flows", text, [f"The flows have stopped: {type(error).__name__}: {error}"]
            )
