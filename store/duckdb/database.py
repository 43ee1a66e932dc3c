"""The DuckDB file, open. A fatal error, such as a checkpoint on a full disk, ends the whole instance; it is then opened again."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb

#: DuckDB's settings. The writer makes every checkpoint itself: one that a commit makes keeps its caller waiting, and
#: on a full disk fails with the commit done. The memory limit bounds an audit query, not the log.
CONFIG: dict[str, Any] = {
    "checkpoint_threshold": "1TB",
    "auto_checkpoint_skip_wal_threshold": 1 << 40,
    "memory_limit": "2GB",
}


def connect(path: Path, read_only: bool = False) -> duckdb.DuckDBPyConnection:
    """A connection to the file. Raises duckdb.Error when it does not open."""
    return duckdb.connect(str(path), read_only=read_only, config={} if read_only else CONFIG)


class Database:
    """Gives every thread a cursor of its own: a connection shared between threads refuses."""

    def __init__(self, path: Path) -> None:
        """Opens the file. Raises duckdb.Error."""
        self.path = path
        self._gate = threading.Condition()
        self._asking = 0
        self._opening = False
        self._local = threading.local()
        self.connection = connect(path)

    @property
    def wal(self) -> Path:
        return wal_of(self.path)

    def wal_size(self) -> int:
        """In bytes."""
        return self.wal.stat().st_size if self.wal.exists() else 0

    @contextmanager
    def cursor(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """This thread's cursor, for reading, while nobody opens the file again."""
        with self._gate:
            self._gate.wait_for(lambda: not self._opening)
            self._asking += 1
        try:
            if not hasattr(self._local, "cursor"):
                self._local.cursor = self.connection.cursor()
            yield self._local.cursor
        finally:
            with self._gate:
                self._asking -= 1
                self._gate.notify_all()

    def open_again(self, bring_level: Callable[[duckdb.DuckDBPyConnection], None]) -> None:
        """Let go of the instance and open the file anew. Raises duckdb.Error; then nothing is open, and it may be tried again."""
        with self._gate:
            self._opening = True
            self._gate.wait_for(lambda: not self._asking)
        try:
            self._local = threading.local()  # with it every thread's cursor goes
            self.connection.close()
            self.connection = connect(self.path)
            bring_level(self.connection)
        finally:
            with self._gate:
                self._opening = False
                self._gate.notify_all()

    def close(self) -> None:
        self._local = threading.local()
        self.connection.close()


def wal_of(path: Path) -> Path:
    """DuckDB's own log of what is not yet in the file at `path`."""
    return path.with_name(path.name + ".wal")
