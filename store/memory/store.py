"""The store in memory: for tests, ours and yours. Same contract, same chain, nothing on disk."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from hashlib import sha256
from itertools import islice

import orjson

from engine.dates.clock import london_date
from engine.events import Event
from engine.events.documents import named_in
from store.audit import Search, Verdict
from store.log import chain
from store.log.commit_checks import check_commit
from store.projections.projector import OPEN, project, settle
from store.projections.races import too_late
from store.projections.tables import Tables
from store.protocol import (
    AssignmentRow,
    Commit,
    Conflict,
    LaunchRow,
    LinkRow,
    LogEntry,
    MessageRow,
    NoticeRow,
    StepRow,
    StoreError,
    WorkflowRow,
    WorkflowSummary,
)

_NEVER = datetime.max.replace(tzinfo=UTC)


class MemoryStore:
    """Implements `store.protocol.Store`. Safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._entries: list[LogEntry] = []
        self._streams: dict[str, list[int]] = {}
        self._documents: dict[str, bytes] = {}
        self._tables = Tables()

    # --- writing

    async def commit(self, commits: Sequence[Commit]) -> int:
        prepared = [[chain.prepare(event) for event in each.events] for each in commits]
        for each in commits:
            check_commit(each)
        with self._lock:
            if lost := too_late(commits, self._version, self._tables):
                raise Conflict(lost)
            for each, events in zip(commits, prepared, strict=True):
                self._append(each, events)
            return len(self._entries)

    def _version(self, stream: str) -> int:
        return len(self._streams.get(stream, ()))

    def _append(self, commit: Commit, events: Sequence[chain.Prepared]) -> None:
        stream = self._streams.setdefault(commit.stream, [])
        for event, prepared in zip(commit.events, events, strict=True):
            previous = self._entries[-1].hash if self._entries else chain.GENESIS
            stream.append(len(self._entries))
            self._entries.append(chain.link(prepared, len(self._entries) + 1, previous))
            project(event, self._tables)
        if commit.events:
            settle(commit.stream, len(stream), commit.pending, self._tables)
        self._documents.update(commit.documents)
        self._tables.touched.clear()

    # --- the log

    async def events(self, stream: str, after_version: int = 0) -> list[Event]:
        with self._lock:
            found = [self._entries[index] for index in self._streams.get(stream, ())[after_version:]]
        return [chain.to_event(entry) for entry in found]

    async def events_since(self, position: int, limit: int = 1000) -> list[tuple[int, Event]]:
        with self._lock:
            found = self._entries[position : position + limit]
        return [(entry.position, chain.to_event(entry)) for entry in found]

    async def entries_since(self, position: int, limit: int = 1000) -> list[LogEntry]:
        with self._lock:
            return self._entries[position : position + limit]

    async def entries(self, stream: str) -> list[LogEntry]:
        with self._lock:
            return [self._entries[index] for index in self._streams.get(stream, ())]

    async def version(self, stream: str) -> int:
        with self._lock:
            return self._version(stream)

    async def position(self) -> int:
        return len(self._entries)

    async def head(self) -> str:
        with self._lock:
            return (self._entries[-1].hash if self._entries else chain.GENESIS).hex()

    async def document(self, sha256: str) -> bytes:
        try:
            return self._documents[sha256]
        except KeyError:
            raise StoreError(f"document {sha256} is not in this store; run `baton store check`") from None

    async def verify(self) -> Verdict:
        walk = chain.Walk()
        with self._lock:
            walk.over(self._entries)
            verdict = walk.verdict()
            found = tuple(self._differences()) if verdict.intact else ()
        return replace(verdict, intact=verdict.intact and not found, differences=found)

    def _differences(self) -> Iterator[str]:
        made = Tables()
        for entry in self._entries:
            event = chain.to_event(entry)
            project(event, made)
            settle(event.workflow_id, event.version, None, made)
            for name in filter(None, named_in(event)):
                if name not in self._documents:
                    yield f"documents {name}: an event names it, and nobody has it"
        for name, content in self._documents.items():
            if sha256(content).hexdigest() != name:
                yield f"documents {name}: the content is not what its hash says"
        yield from self._tables.differences(made)

    # --- the lists

    async def workflow(self, workflow_id: str) -> WorkflowRow | None:
        return self._tables.workflows.get(workflow_id)

    async def workflows(
        self,
        *,
        prefix: str = "",
        pcn: str = "",
        definition: str = "",
        status: str = "",
        batch: str = "",
        limit: int = 500,
    ) -> list[WorkflowRow]:
        with self._lock:
            rows = sorted(self._tables.workflows.values(), key=lambda row: row.workflow_id)
        rows.sort(key=lambda row: row.launched_at, reverse=True)
        kept = (
            row
            for row in rows
            if row.workflow_id.startswith(prefix)
            and pcn in ("", row.pcn)
            and definition in ("", row.definition)
            and batch in ("", row.batch)
            and status in ("", row.status, "open" if row.status in OPEN else "closed")
        )
        return list(islice(kept, limit))

    async def launched_with(self, key: str) -> LaunchRow | None:
        return self._tables.launches.get(key)

    async def workflows_of(self, launch: str) -> list[WorkflowRow]:
        with self._lock:
            rows = [row for row in self._tables.workflows.values() if row.launch == launch]
        return sorted(rows, key=lambda row: (row.batch, row.workflow_id))

    async def batch_deadline(self, batch: str) -> datetime | None:
        with self._lock:
            rows = [r for r in self._tables.workflows.values() if r.batch == batch and r.status == "open"]
        return min((row.next_deadline for row in rows if row.next_deadline is not None), default=None)

    async def open_batches(self) -> dict[str, tuple[str, ...]]:
        batches: dict[str, tuple[str, ...]] = {}
        with self._lock:
            for row in sorted(self._tables.workflows.values(), key=lambda row: (row.batch, row.workflow_id)):
                if row.status in OPEN:
                    batches[row.batch] = (*batches.get(row.batch, ()), row.workflow_id)
        return batches

    async def unseen(self) -> list[str]:
        with self._lock:
            rows = self._tables.workflows.values()
            return sorted(row.workflow_id for row in rows if row.status == "open" and row.seen < row.version)

    async def parents_to_see_to(self) -> list[str]:
        with self._lock:
            rows = self._tables.workflows
            pairs = ((rows.get(row.parent), row) for row in rows.values())
            return sorted(
                {
                    parent.workflow_id
                    for parent, row in pairs
                    if parent and (parent.status in OPEN) != (row.status in OPEN)
                }
            )

    async def due(self, now: datetime) -> list[str]:
        with self._lock:
            waiting = [
                (row.next_deadline, row.workflow_id)
                for row in self._tables.workflows.values()
                if row.next_deadline is not None and row.next_deadline <= now
            ]
        return [workflow_id for _, workflow_id in sorted(waiting)]

    async def steps(self, workflow_id: str) -> list[StepRow]:
        with self._lock:
            return sorted(self._tables.steps_of(workflow_id), key=lambda row: (row.step, row.attempt))

    async def assignments(self, workflow_id: str) -> list[AssignmentRow]:
        with self._lock:
            rows = self._tables.assignments_of(workflow_id)
        return sorted(rows, key=lambda row: (row.step, row.attempt, row.organisation, row.role))

    async def assignment(self, assignment_id: str) -> AssignmentRow | None:
        return self._tables.assignments.get(assignment_id)

    async def last_closed(self, definition: str, pcn: str) -> str | None:
        with self._lock:
            rows = [
                row
                for row in self._tables.workflows.values()
                if row.status == "completed" and row.definition == definition and row.pcn == pcn
            ]
        latest = max(rows, key=lambda row: (row.closed_at or _NEVER, row.workflow_id), default=None)
        return latest.workflow_id if latest else None

    async def pinned_bundle(self, definition: str, version: int) -> str | None:
        with self._lock:
            rows = [
                row
                for row in self._tables.workflows.values()
                if (row.definition, row.definition_version) == (definition, version)
            ]
        latest = max(rows, key=lambda row: (row.launched_at, row.workflow_id), default=None)
        return latest.bundle if latest else None

    # --- the post and the links

    async def notices_due(self, now: datetime, limit: int = 5000) -> list[NoticeRow]:
        rows = [row for row in self._planned() if row.notice.not_before <= now]
        return sorted(rows, key=lambda row: (row.notice.not_before, row.notice.id))[:limit]

    def _planned(self) -> list[NoticeRow]:
        with self._lock:
            return [row for row in self._tables.notices.values() if row.status == "planned"]

    async def next_notice(self) -> datetime | None:
        return min((row.notice.not_before for row in self._planned()), default=None)

    async def notices(self, workflow_id: str) -> list[NoticeRow]:
        with self._lock:
            rows = self._tables.notices_of(workflow_id)
        return sorted(rows, key=lambda row: (row.planned_at, row.notice.id))

    async def messages_unfinished(self) -> list[MessageRow]:
        with self._lock:
            rows = [row for row in self._tables.messages.values() if row.status in ("claimed", "deferred")]
        return sorted(rows, key=lambda row: (row.claimed_at, row.message_id))

    async def messages(self, limit: int = 500) -> list[MessageRow]:
        with self._lock:
            rows = list(self._tables.messages.values())
        return sorted(rows, key=lambda row: (row.claimed_at, row.message_id), reverse=True)[:limit]

    async def automatic_sent(self, persons: Sequence[str], day: date) -> dict[str, int]:
        wanted = set(persons)
        with self._lock:
            return dict(
                Counter(
                    row.person
                    for row in self._tables.messages.values()
                    if row.person in wanted and not row.urgent and london_date(row.claimed_at) == day
                )
            )

    async def notice(self, notice_id: str) -> NoticeRow | None:
        return self._tables.notices.get(notice_id)

    async def link(self, sha256: str) -> LinkRow | None:
        return self._tables.links.get(sha256)

    async def links_of(self, assignment_id: str) -> list[LinkRow]:
        with self._lock:
            rows = self._tables.links_of(assignment_id)
        return sorted(rows, key=lambda row: (row.expires, row.sha256))

    # --- the audit

    async def summaries(
        self, *, pcn: str = "", definition: str = "", status: str = "", limit: int = 200
    ) -> list[WorkflowSummary]:
        rows = await self.workflows(pcn=pcn, definition=definition, status=status, limit=limit)
        with self._lock:
            return [self._summary(row) for row in rows]

    def _summary(self, row: WorkflowRow) -> WorkflowSummary:
        asked = self._tables.assignments_of(row.workflow_id)
        steps = self._tables.steps_of(row.workflow_id)
        notices = self._tables.notices_of(row.workflow_id)
        return WorkflowSummary(
            row,
            events=row.version,
            steps_closed=sum(step.status == "closed" for step in steps),
            asked=len(asked),
            answered=sum(each.status in ("answered", "carried") for each in asked),
            late=sum(each.late for each in asked),
            messages_sent=len({each.message_id for each in notices if each.status == "sent"}),
        )

    async def messages_of(self, workflow_id: str) -> list[MessageRow]:
        with self._lock:
            carried = {row.message_id for row in self._tables.notices_of(workflow_id)}
            rows = [row for row in self._tables.messages.values() if row.message_id in carried]
        return sorted(rows, key=lambda row: (row.claimed_at, row.message_id))

    async def search(self, wanted: Search) -> list[LogEntry]:
        with self._lock:
            found = (entry for entry in reversed(self._entries) if _fits(entry, wanted))
            return list(islice(found, wanted.limit))

    async def holds(self, hashes: Sequence[str]) -> list[str]:
        with self._lock:
            there = {entry.hash.hex() for entry in self._entries}
        return [each for each in hashes if each in there]

    async def close(self) -> None:
        """Nothing to let go of."""


def _fits(entry: LogEntry, wanted: Search) -> bool:
    actor = orjson.loads(entry.actor)["actor"]
    day = london_date(chain.moment(entry.at))
    return (
        wanted.type in ("", entry.type)
        and wanted.person in ("", actor["person"])
        and wanted.organisation in ("", actor["organisation"])
        and wanted.text.lower() in entry.data.lower()
        and (wanted.begins is None or wanted.begins <= day)
        and (wanted.ends is None or day <= wanted.ends)
    )
