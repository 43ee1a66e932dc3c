"""Reads of the DuckDB file: in threads of their own, each with its own cursor, so that no query holds up the event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

import duckdb

from store.duckdb import statements
from store.duckdb.comparison import Differences, compared
from store.duckdb.database import Database
from store.duckdb.rows.columns import SHAPES
from store.duckdb.troubles import first_line, full, is_full
from store.protocol import (
    AssignmentRow,
    LaunchRow,
    LinkRow,
    MessageRow,
    NoticeRow,
    StepRow,
    StoreError,
    WorkflowRow,
)

#: Queries at once; DuckDB itself uses every core for one of them.
THREADS = 4

Rows = list[tuple[Any, ...]]
T = TypeVar("T")
R = TypeVar("R", WorkflowRow, StepRow, AssignmentRow, NoticeRow, MessageRow, LinkRow, LaunchRow)
_SQL = statements.load("reading") | statements.load("audit")


class Reader:
    """Asks one DuckDB file. Safe from any event loop."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._threads = ThreadPoolExecutor(THREADS, "baton-store-reader")
        self._closed = False

    def rows_now(self, statement: str, values: Any) -> Rows:
        """The rows of a named statement, in the caller's thread. Raises StoreError."""
        try:
            with self._database.cursor() as cursor:
                return cursor.execute(_SQL[statement], values).fetchall()
        except duckdb.Error as trouble:
            raise StoreError(
                f"the store cannot be read ({first_line(trouble)}); run `baton store check`"
            ) from trouble

    def compared(self, journal: Path) -> Differences:
        """What of the file is not as its journal makes it, in the caller's thread. Raises StoreError."""
        try:
            with self._database.cursor() as cursor:
                return compared(cursor, journal, journal.parent)
        except duckdb.Error as trouble:
            if is_full(trouble):
                raise full(trouble) from trouble
            raise StoreError(
                f"the store cannot be compared ({first_line(trouble)}); run `baton store check`"
            ) from trouble

    async def apart(self, work: Callable[[], T]) -> T:
        """`work` in a thread of the reader's, where `rows_now` may be asked. Raises StoreError when it is closed."""
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, work)
        except RuntimeError as ended:
            if self._closed:
                raise StoreError("the store is closed; open it again") from ended
            raise

    async def rows(self, statement: str, values: Any) -> Rows:
        return await self.apart(lambda: self.rows_now(statement, values))

    async def all(self, kind: type[R], statement: str, values: Any) -> list[R]:
        """The rows as values of `kind`, made in the reader's thread too: a list may be long."""
        make = SHAPES[kind].from_columns
        return await self.apart(lambda: [make(row) for row in self.rows_now(statement, values)])

    async def one(self, kind: type[R], statement: str, key: str) -> R | None:
        return next(iter(await self.all(kind, statement, [key])), None)

    def close(self) -> None:
        """Let the queries under way end; no other begins."""
        self._threads.shutdown()
        self._closed = True
