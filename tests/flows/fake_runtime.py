"""A small runtime for tests: workflows that close after so many facts, kept in memory, with a log of calls."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID, uuid5

from application.runtime import Batch, Outcome, PostOutcome, PublishedEvent
from engine.dates.clock import Clock, SystemClock

_NAMES = UUID("5e3a1a5e-0000-4000-8000-000000000000")


@dataclass
class FakeWorkflow:
    """Closes when `needs` facts have come in, or when its deadline passes."""

    needs: int = 1
    deadline: datetime | None = None
    facts: int = 0
    seen_facts: int = 0
    closed: bool = False


@dataclass
class FakeRuntime:
    """An `Runtime` in memory. `trouble` is raised by the next calls to advance, one each."""

    clock: Clock = field(default_factory=SystemClock)
    workflows: dict[str, FakeWorkflow] = field(default_factory=dict)
    batches: list[Batch] = field(default_factory=list)
    position: int = 0
    moves: list[tuple[int, str]] = field(default_factory=list)
    advances: list[tuple[str, ...]] = field(default_factory=list)
    advanced: asyncio.Event = field(default_factory=asyncio.Event)
    trouble: list[Exception] = field(default_factory=list)
    due_today: list[Batch] = field(default_factory=list)
    untold: list[PublishedEvent] = field(default_factory=list)
    notices: int = 0
    notice_position: int = 0
    deliveries: int = 0

    def launch(
        self, *names: str, needs: int = 1, deadline: datetime | None = None, title: str = "Test"
    ) -> Batch:
        for name in names:
            self.workflows[name] = FakeWorkflow(needs, deadline)
        batch = Batch(f"batch-{names[0]}", tuple(names), title)
        self.batches.append(batch)
        return batch

    def respond(self, name: str) -> None:
        """A fact is committed; nothing is woken."""
        self.workflows[name].facts += 1
        self._commit(name)

    def notice(self) -> None:
        self.notices += 1
        self.position += 1
        self.notice_position = self.position

    def happened(self, name: str, workflow: str) -> PublishedEvent:
        self._commit(workflow)
        published = PublishedEvent(
            id=uuid5(_NAMES, f"{workflow}/{self.position}"),
            position=self.position,
            name=name,
            resource_id=f"baton.workflow.{workflow}",
            label=workflow,
            occurred=SystemClock().now(),
            payload={"step": "practice_return"},
        )
        self.untold.append(published)
        return published

    def _commit(self, name: str) -> None:
        self.position += 1
        self.moves.append((self.position, name))

    async def advance(self, workflow_ids: Sequence[str]) -> Outcome:
        self.advances.append(tuple(workflow_ids))
        if self.trouble:
            raise self.trouble.pop(0)
        now = self.clock.now()
        for name in workflow_ids:
            workflow = self.workflows[name]
            workflow.seen_facts = workflow.facts
            past = workflow.deadline is not None and workflow.deadline <= now
            if not workflow.closed and (workflow.facts >= workflow.needs or past):
                workflow.closed = True
                self._commit(name)
        self.advanced.set()
        still = [self.workflows[name] for name in workflow_ids if not self.workflows[name].closed]
        deadlines = [each.deadline for each in still if each.deadline is not None]
        return Outcome(
            len(still), min(deadlines, default=None), f"{len(still)} to answer: Figures", self.position
        )

    async def moved_since(self, workflow_ids: Sequence[str], seen: int) -> bool:
        return any(position > seen and name in workflow_ids for position, name in self.moves)

    async def deliver(self) -> PostOutcome:
        self.deliveries += 1
        sent, self.notices = self.notices, 0
        return PostOutcome(sent, 0, None, f"{sent} sent", self.position)

    async def post_moved_since(self, seen: int) -> bool:
        return self.notice_position > seen

    async def launch_scheduled(self) -> Sequence[Batch]:
        due, self.due_today = self.due_today, []
        return due

    async def open_batches(self) -> Sequence[Batch]:
        return [
            Batch(batch.batch_id, batch.workflow_ids, batch.title, self._deadline(batch))
            for batch in self.batches
            if any(not self.workflows[name].closed for name in batch.workflow_ids)
        ]

    def _deadline(self, batch: Batch) -> datetime | None:
        still = [self.workflows[name] for name in batch.workflow_ids if not self.workflows[name].closed]
        return min((each.deadline for each in still if each.deadline is not None), default=None)

    async def flows_due(self) -> Sequence[str]:
        return ["deliver-post", "launch-scheduled"]

    async def to_publish(self, limit: int) -> Sequence[PublishedEvent]:
        return self.untold[:limit]

    async def mark_published(self, position: int) -> None:
        self.untold = [each for each in self.untold if each.position > position]
