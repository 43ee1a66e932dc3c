"""The one writer: takes commits from a queue, groups them, and acknowledges after both flushes.

One transaction serves every commit that came while the last one was under way, because a DuckDB commit costs
about a millisecond whatever it holds. A commit is acknowledged when the journal is flushed (one fdatasync) and DuckDB
has committed (another, of its WAL), never before. The journal comes first, inside the transaction: if it cannot be
written the transaction is rolled back, and if DuckDB then refuses, the journal takes the group back. So a commit that
is refused is nowhere, whichever of the two had no room.

Races, in full. Commits are decided elsewhere, on what their callers had read. The queue puts them in an order,
and each is checked against the working set as the ones before it in the group left it. One that comes too late
fails alone, with Conflict; the others go on. If the transaction itself fails, nothing of the group was written:
the working set is thrown away, and each commit is tried again by itself, so that only the guilty one fails.
"""

from __future__ import annotations

import logging
import shutil
import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import replace
from time import monotonic

import duckdb

from store.duckdb import troubles
from store.duckdb.database import Database
from store.duckdb.leveller import level
from store.duckdb.rows.flush import Group, write_log, write_projections
from store.duckdb.rows.working_set import WorkingSet
from store.duckdb.ticket import Ticket, tell
from store.log import chain
from store.log.journal import Journal, JournalLine
from store.projections.projector import project, settle
from store.projections.races import too_late
from store.protocol import Conflict, StoreError, StoreFull

logger = logging.getLogger(__name__)

#: Events in one transaction, about: a group is closed when it has this many.
GROUP_EVENTS = 20_000
#: Under load, how long a group waits for as many commits as the one before it had. Seconds.
LINGER = 0.002
#: After this long without a commit, a checkpoint, if the WAL is worth one; at the size that is too much, without waiting.
#: Seconds and bytes.
IDLE, WORTH_A_CHECKPOINT, TOO_MUCH_WAL = 2.0, 8 << 20, 128 << 20
#: Seconds between two tries to open a file again that DuckDB gave up.
AGAIN = 1.0

GIVEN_UP = (
    "DuckDB has given the file up ({why}); nothing acknowledged is lost. Baton opens it again by itself, every second; "
    "if that does not help, stop it and run `baton store check`"
)


class Writer(threading.Thread):
    """The one thread that writes to `database` and `journal`. `acknowledged` is told after the flushes."""

    def __init__(
        self, database: Database, journal: Journal, acknowledged: Callable[[WorkingSet], None]
    ) -> None:
        super().__init__(name="baton-store-writer", daemon=True)
        self._database = database
        self._con = database.connection.cursor()
        self._journal = journal
        self._acknowledged = acknowledged
        self._queue: deque[Ticket] = deque()
        self._ready = threading.Condition()
        self._closing = False
        self._last_size = 1
        self._refusal: StoreError | None = None
        self._again_at = 0.0  #: when the file may be opened again, by the machine's monotonic clock
        self._full_said = False
        self.working = WorkingSet(self._con)
        acknowledged(self.working)

    # --- called by others

    def put(self, ticket: Ticket) -> None:
        """Queue a ticket, whose caller waits. Raises StoreError when the store is closed."""
        with self._ready:
            if self._closing:
                raise StoreError("the store is closed; open it again")
            self._queue.append(ticket)
            self._ready.notify()

    def stop(self) -> None:
        """Write what is queued, then end."""
        with self._ready:
            self._closing = True
            self._ready.notify()
        self.join()

    # --- the thread

    def run(self) -> None:
        while True:
            tickets = self._next()
            if tickets is None:
                return
            if not tickets:
                self._use_the_pause()
                continue
            try:
                self._serve(tickets)
            except BaseException as trouble:  # whatever it was, no caller may be left waiting
                logger.exception("the store's writer failed")
                for ticket in tickets:
                    ticket.fail(StoreError(f"the store failed: {trouble}; run `baton store check`"))
            tell(tickets)
            if self._database.wal_size() >= TOO_MUCH_WAL:
                self._checkpoint()

    def _next(self) -> list[Ticket] | None:
        """The next group; empty when there is a pause to be used, None when it is time to end."""
        with self._ready:
            while not self._queue:
                if self._closing:
                    return None
                pause = self._worth_a_pause()
                if not self._ready.wait(pause) and pause:
                    return []
            if self._last_size > 1 and len(self._queue) < self._last_size and not self._closing:
                target = self._last_size
                self._ready.wait_for(lambda: self._closing or len(self._queue) >= target, LINGER)
            tickets: list[Ticket] = []
            size = 0
            while self._queue and size < GROUP_EVENTS:
                tickets.append(self._queue.popleft())
                size += tickets[-1].size
            self._last_size = len(tickets)
            return tickets

    def _worth_a_pause(self) -> float | None:
        """How long without a commit it takes until there is something else to do; None: there is nothing."""
        if self._refusal:
            return AGAIN
        return IDLE if self._database.wal_size() >= WORTH_A_CHECKPOINT else None

    def _use_the_pause(self) -> None:
        if self._refusal:
            self._open_again()
        else:
            self._checkpoint()

    def _checkpoint(self) -> None:
        path, wal = self._database.path, self._database.wal_size()
        if shutil.disk_usage(path.parent).free < wal + path.stat().st_size:  # it may rewrite everything
            logger.warning("no checkpoint: there is less room on the disk than it may need; free some space")
            return
        try:
            self._con.execute("CHECKPOINT")
        except duckdb.FatalException as trouble:
            self._given_up(trouble)
        except duckdb.Error as trouble:  # it is only put off: the next idle moment tries again
            logger.info("no checkpoint this time: %s", trouble)

    def _serve(self, tickets: list[Ticket]) -> None:
        if not self._refused(tickets) and not self._try(tickets):
            for ticket in tickets:
                if not ticket.done and not self._refused([ticket]):
                    self._try([ticket])

    def _refused(self, tickets: Sequence[Ticket]) -> bool:
        """Fails the tickets when nothing can be written now."""
        if self._refusal and monotonic() >= self._again_at:
            self._open_again()
        if refusal := self._refusal:
            for ticket in tickets:
                ticket.fail(refusal)
        return refusal is not None

    def _try(self, tickets: Sequence[Ticket]) -> bool:
        """Write these tickets in one transaction; False when it failed and they may be tried one by one."""
        group = Group(self.working.position, self.working.head)
        try:
            self.working.warm(commit for ticket in tickets for commit in ticket.commits)
            accepted = [ticket for ticket in tickets if self._stage(ticket, group)]
            if group.lines or group.documents:
                self._transact(group)
        except Exception as trouble:
            return self._failed(tickets, trouble)
        self._full_said = False
        self._acknowledged(self.working)
        self.working.settled()
        for ticket in accepted:
            ticket.succeed(self.working.position)
        return True

    def _transact(self, group: Group) -> None:
        self._con.execute("BEGIN")
        write_log(self._con, group)
        write_projections(self._con, self.working.tables)
        self._journal.append(group.lines, group.journal_documents())
        try:
            # Never reached after a failed statement: COMMIT would then return as if it had worked, and discard all.
            self._con.execute("COMMIT")
        except BaseException:
            self._journal.take_back()
            raise
        self.working.documents.update(group.documents)

    def _stage(self, ticket: Ticket, group: Group) -> bool:
        """Add a ticket to the group if every stream of it stands where its caller thinks."""
        working = self.working
        if lost := too_late(ticket.commits, working.version, working.tables):
            ticket.fail(Conflict(lost))
            return False
        for commit, prepared in zip(ticket.commits, ticket.prepared, strict=True):
            for event, stored in zip(commit.events, prepared, strict=True):
                working.position += 1
                entry = chain.link(stored, working.position, working.head)
                working.head = entry.hash
                closing = event is commit.events[-1]
                group.lines.append(JournalLine(entry, False, commit.pending if closing else None))
                project(event, working.tables)
            if commit.events:
                version = commit.expected_version + len(commit.events)
                settle(commit.stream, version, commit.pending, working.tables)
                if commit.stream not in working.tables.workflows:
                    working.others[commit.stream] = version
            new = {k: v for k, v in commit.documents.items() if k not in working.documents}
            group.documents.update(new)
        if ticket.size:
            group.lines[-1] = replace(group.lines[-1], end=True)
        return True

    # --- when it fails

    def _failed(self, tickets: Sequence[Ticket], trouble: Exception) -> bool:
        """Undo, and say what became of the tickets; False when it is worth trying them singly."""
        if isinstance(trouble, duckdb.FatalException):
            self._given_up(trouble)
        else:
            try:
                self._con.rollback()
            except duckdb.Error as none_open:
                logger.debug("nothing to roll back: %s", none_open)
            try:
                self.working.forget()
            except duckdb.Error as worse:
                self._given_up(worse)
        waiting = [ticket for ticket in tickets if not ticket.done]
        if len(waiting) > 1 and not self._refusal and not troubles.is_full(trouble):
            return False
        for ticket in waiting:
            ticket.fail(self._explained(ticket, trouble))
        return True

    def _explained(self, ticket: Ticket, trouble: Exception) -> StoreError:
        if self._refusal:
            return self._refusal
        if isinstance(trouble, StoreError):
            return trouble
        if troubles.is_full(trouble):
            return self._full(trouble)
        if troubles.is_race(trouble):
            return Conflict([commit.stream for commit in ticket.commits])
        logger.error("a commit was refused", exc_info=trouble)
        return StoreError(f"the change was refused and nothing of it was written: {trouble}")

    def _full(self, trouble: Exception) -> StoreFull:
        refusal = troubles.full(trouble)
        if not self._full_said:  # once: the log is on a full disk too
            self._full_said = True
            logger.error("%s", refusal)
        return refusal

    def _given_up(self, trouble: Exception) -> None:
        """Nothing can be read or written until the file is open again."""
        full = troubles.is_full(trouble)
        self._refusal = (
            troubles.full(trouble) if full else StoreError(GIVEN_UP.format(why=troubles.first_line(trouble)))
        )
        logger.error("%s", self._refusal)

    def _open_again(self) -> None:
        """Open the file anew and bring it level with its journal; what cannot be done now is tried again."""
        try:
            self._con.close()
            self._database.open_again(lambda con: level(con, self._journal))
            self._con = self._database.connection.cursor()
            self.working = WorkingSet(self._con)
        except (duckdb.Error, StoreError, OSError) as trouble:
            self._given_up(trouble)
            self._again_at = monotonic() + AGAIN
            return
        self._refusal = None
        self._acknowledged(self.working)
        logger.warning("the file is open again, and everything acknowledged is in it")
