"""Rows just read or written, so that the hot path asks SQL for none of them."""

from __future__ import annotations

import threading
from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class RecentRows(Generic[K, V]):
    """At most `room` acknowledged rows by key, the oldest let go first. Safe from several threads.

    A reader may have read a row from SQL, and be overtaken by a commit that changes it before the reader has put it
    here; it would then put back what was. So a read is kept only if nothing was acknowledged since it began.
    """

    def __init__(self, room: int) -> None:
        self._room = room
        self._rows: dict[K, V] = {}
        self._lock = threading.Lock()
        self._acknowledged = 0

    async def get(self, key: K, read: Callable[[], Awaitable[V | None]]) -> V | None:
        """The row of `key`, from here or by `read`."""
        found = self._rows.get(key)
        if found is not None:
            return found
        began = self._acknowledged
        row = await read()
        if row is not None:
            with self._lock:
                if began == self._acknowledged:
                    self._keep(key, row)
        return row

    def acknowledge(self, rows: dict[K, V]) -> None:
        """`rows` are what is committed now."""
        with self._lock:
            self._acknowledged += 1
            for key, row in rows.items():
                self._keep(key, row)

    def clear(self) -> None:
        with self._lock:
            self._acknowledged += 1
            self._rows.clear()

    def _keep(self, key: K, row: V) -> None:
        self._rows.pop(key, None)
        self._rows[key] = row
        if len(self._rows) > self._room:
            del self._rows[next(iter(self._rows))]
