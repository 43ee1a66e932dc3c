"""How long a connection may take over a request, and how many may stand at once.

uvicorn waits for ever for the rest of a request. Here it must come in time; and where too many connections stand, one
that only waits gives its place to a newcomer, so that half-sent requests keep nobody out.
"""

from __future__ import annotations

import asyncio
import resource
from collections import Counter
from collections.abc import Callable
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from web.access.limits import CONNECTIONS_PER_ADDRESS, REQUEST_TIMES, RequestTimes

_TOO_LATE = b"HTTP/1.1 408 Request Timeout\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"


class Connections:
    """The connections that stand, those that have waited longest first. `is_proxy`: addresses that carry many people."""

    def __init__(
        self,
        is_proxy: Callable[[str], bool] = lambda address: False,
        most: int | None = None,
        per_address: int = CONNECTIONS_PER_ADDRESS,
        times: RequestTimes = REQUEST_TIMES,
    ) -> None:
        self.times = times
        self._is_proxy, self._per_address = is_proxy, per_address
        self._most = most or _descriptors() // 2
        self._standing: dict[BoundedProtocol, None] = {}
        self._counts: Counter[str] = Counter()

    @property
    def count(self) -> int:
        """How many stand."""
        return len(self._standing)

    def protocol(self, **given: Any) -> BoundedProtocol:
        """A connection's protocol, as uvicorn asks for one."""
        return BoundedProtocol(self, **given)

    def arrive(self, newcomer: BoundedProtocol) -> bool:
        """Take a connection in, in the place of one that only waits where there are too many; False: there is none."""
        if not self._room_for(newcomer.address):
            return False
        self._standing[newcomer] = None
        self._counts[newcomer.address] += 1
        return True

    def _room_for(self, address: str) -> bool:
        if self._counts[address] >= self._per_address and not self._is_proxy(address):
            return self._end_one_waiting(address)
        return len(self._standing) < self._most or self._end_one_waiting("")

    def _end_one_waiting(self, address: str) -> bool:
        for each in self._standing:
            if each.waiting and address in ("", each.address):
                each.end()
                return True
        return False

    def waits_again(self, connection: BoundedProtocol) -> None:
        """It had its answer, and is last in the order of those that wait."""
        if connection in self._standing:
            del self._standing[connection]
            self._standing[connection] = None

    def leave(self, connection: BoundedProtocol) -> None:
        if connection in self._standing:
            del self._standing[connection]
            self._counts[connection.address] -= 1
            if not self._counts[connection.address]:
                del self._counts[connection.address]


class BoundedProtocol(HttpToolsProtocol):
    """uvicorn's protocol, with an end to every wait on the other side."""

    def __init__(self, connections: Connections, **given: Any) -> None:
        super().__init__(**given)
        self._standing, self._times = connections, connections.times
        self.address = ""
        #: Whether it waits for a request, or for the rest of one. Until then Baton is at work on an answer.
        self.waiting = True
        self._arriving = False
        self._begun = self._heard = self.loop.time()
        self._limit = self._times.headers
        self._timer: asyncio.TimerHandle | None = None
        self._unread: asyncio.TimerHandle | None = None

    # --- coming and going

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.address = self.client[0] if self.client else ""
        if not self._standing.arrive(self):
            transport.abort()
            return
        self._look()

    def connection_lost(self, exc: Exception | None) -> None:
        self._standing.leave(self)
        for timer in (self._timer, self._unread):
            if timer is not None:
                timer.cancel()
        super().connection_lost(exc)

    def end(self) -> None:
        """Close it now, whatever it waits for."""
        self._standing.leave(self)
        self.transport.abort()

    # --- a request comes in

    def data_received(self, data: bytes) -> None:
        self._heard = self.loop.time()
        super().data_received(data)

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._arriving = True
        self._begun, self._limit = self.loop.time(), self._times.headers

    def on_headers_complete(self) -> None:
        super().on_headers_complete()
        self._limit = self._times.body

    def on_message_complete(self) -> None:
        super().on_message_complete()
        self._arriving = False
        self.waiting = self.cycle.response_complete  # it may have been turned away half-way

    def on_response_complete(self) -> None:
        super().on_response_complete()
        self.waiting = True
        self._begun, self._limit = self.loop.time(), self._times.headers
        self._standing.waits_again(self)

    def _look(self) -> None:
        """Every now and then, whether what is waited for is still coming."""
        now = self.loop.time()
        late = now - self._begun > self._limit or now - self._heard > self._times.silence
        if self.waiting and late:
            self._too_late()
            return
        self._timer = self.loop.call_later(self._times.look, self._look)

    def _too_late(self) -> None:
        answering = self.cycle is not None and self.cycle.response_started
        if self._arriving and (not answering or self.cycle.response_complete):
            self.transport.write(_TOO_LATE)
        self.transport.close()
        self._give_up_soon()

    # --- an answer goes out

    def pause_writing(self) -> None:
        super().pause_writing()
        self._give_up_soon()

    def resume_writing(self) -> None:
        super().resume_writing()
        if self._unread is not None:
            self._unread.cancel()
            self._unread = None

    def _give_up_soon(self) -> None:
        """What is not read in time is dropped: closing alone would wait for the reader."""
        if self._unread is None:
            self._unread = self.loop.call_later(self._times.reading, self.transport.abort)


def _descriptors() -> int:
    """Files and connections this process may have open."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return 4096 if soft == resource.RLIM_INFINITY else min(soft, 4096)
