"""The one writer: takes commits from a queue, groups them, and acknowledges after both flushes.

One transaction serves every commit that came while the last one was under way, because a DuckDB commit costs
about a millisecond whatever it holds. A commit is acknowledged when DuckDB has committed (one fdatasync of its
WAL) and the journal is flushed (another), never before.

Races, in full. Commits are decided elsewhere, on what their callers had read. The queue puts them in an order,
and each is checked against the working set as the ones before it in the group left it. One that comes too late
fails alone, with Conflict; the others go on. If the transaction itself fails, nothing of the group was written:
the working set is thrown away, and each commit is tried again by itself, so that only the guilty one fails.
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import replace

import duckdb

from store.duckdb.flush import Group, write_log, write_projections
from store.duckdb.ticket import Ticket, tell
from store.duckdb.working_set import WorkingSet
from store.log import chain
from store.log.journal import Journal, JournalLine
from store.projections.projector import project, settle
from store.projections.races import too_late
from store.projections.tables import Tables
from store.protocol import Conflict, StoreError

logger = logging.getLogger(__name__)

#: Events in one transaction, about: a group is closed when it has this many.
GROUP_EVENTS = 20_000
#: Under load, how long a group waits for as many commits as the one before it had. Seconds.
LINGER = 0.002
#: After this long without a commit, a checkpoint, if the WAL is worth one. Seconds and bytes.
IDLE, WORTH_A_CHECKPOINT = 2.0, 8 << 20

DAMAGED = (
    "the DuckDB file cannot be written any more ({why}); nothing acknowledged is lost. "
    "Stop baton, run `baton store check`, and start it again"
)


class Writer(threading.Thread):
    """Owns `con`: nobody else executes on it."""

    def __init__(
        self,
        con: duckdb.DuckDBPyConnection,
        journal: Journal,
        acknowledged: Callable[[Tables, dict[str, int], int, bytes], None],
        wal_bytes: Callable[[], int],
    ) -> None:
        super().__init__(name="baton-store-writer", daemon=True)
        self._con = con
        self._journal = journal
        self._acknowledged = acknowledged
        self._wal_bytes = wal_bytes
        self._queue: deque[Ticket] = deque()
        self._ready = threading.Condition()
        self._closing = False
        self._last_size = 1
        self._refusal = ""
        self.working = WorkingSet(con)

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
                self._checkpoint()
                continue
            try:
                self._serve(tickets)
            except BaseException as trouble:  # whatever it was, no caller may be left waiting
                logger.exception("the store's writer failed")
                for ticket in tickets:
                    ticket.fail(StoreError(f"the store failed: {trouble}; run `baton store check`"))
            tell(tickets)

    def _next(self) -> list[Ticket] | None:
        """The next group; empty when it is time for a checkpoint, None when it is time to end."""
        with self._ready:
            while not self._queue:
                if self._closing:
                    return None
                worth = not self._refusal and self._wal_bytes() >= WORTH_A_CHECKPOINT
                if not self._ready.wait(IDLE if worth else None) and worth:
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

    def _checkpoint(self) -> None:
        try:
            self._con.execute("CHECKPOINT")
        except duckdb.FatalException as trouble:
            self._broken(trouble)
        except duckdb.Error as trouble:  # it is only put off: the next idle moment tries again
            logger.info("no checkpoint this time: %s", trouble)

    def _serve(self, tickets: list[Ticket]) -> None:
        if not self._refused(tickets) and not self._try(tickets):
            for ticket in tickets:
                if not ticket.done and not self._refused([ticket]):
                    self._try([ticket])

    def _refused(self, tickets: Sequence[Ticket]) -> bool:
        """Fails the tickets when nothing can be written now."""
        refusal = self._refusal
        if not refusal:
            try:
                self._journal.settle()
            except OSError as trouble:
                refusal = f"the journal cannot be written ({trouble.strerror}); free some space and try again"
        if refusal:
            for ticket in tickets:
                ticket.fail(StoreError(refusal))
        return bool(refusal)

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
        # From here the events are in the log, whatever becomes of the journal.
        position, head = self.working.position, self.working.head
        try:
            self._journal.append(group.lines, group.journal_documents())
        except OSError as trouble:
            message = (
                f"the change is in the log, but its journal could not be flushed ({trouble.strerror}); free "
                "some space, then load again before deciding again"
            )
            for ticket in accepted:
                ticket.fail(StoreError(message))
        self._acknowledged(self.working.tables, self.working.others, position, head)
        self.working.settled()
        for ticket in accepted:
            ticket.succeed(position)
        return True

    def _transact(self, group: Group) -> None:
        self._con.execute("BEGIN")
        write_log(self._con, group)
        write_projections(self._con, self.working.tables)
        # Never reached after a failed statement: COMMIT would then return as if it had worked, and discard all.
        self._con.execute("COMMIT")
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
            self._broken(trouble)
        else:
            try:
                self._con.rollback()
            except duckdb.Error as none_open:
                logger.debug("nothing to roll back: %s", none_open)
            try:
                self.working.forget()
            except duckdb.Error as worse:
                self._broken(worse)
        waiting = [ticket for ticket in tickets if not ticket.done]
        if len(waiting) > 1 and not self._refusal:
            return False
        for ticket in waiting:
            ticket.fail(self._explained(ticket, trouble))
        return True

    def _explained(self, ticket: Ticket, trouble: Exception) -> StoreError:
        if self._refusal:
            return StoreError(self._refusal)
        if isinstance(trouble, duckdb.ConstraintException | duckdb.TransactionException):
            return Conflict([commit.stream for commit in ticket.commits])
        if isinstance(trouble, StoreError):
            return trouble
        logger.warning("a commit was refused", exc_info=trouble)
        return StoreError(f"the change was refused and nothing of it was written: {trouble}")

    def _broken(self, trouble: Exception) -> None:
        self._refusal = DAMAGED.format(why=str(trouble).splitlines()[0])
        logger.error(self._refusal)
