"""A workflow that asks every practice, on the real engine, post and SMTP."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from application.launcher import Launcher
from application.network_calendar import hours_of, network_calendar
from application.operations import Operations
from application.progress.bounces import BounceReport
from application.progress.runtime import PostOutcome, Runtime
from definitions.loading.library import SHIPPED, Library
from engine import events as e
from engine.dates.clock import VirtualClock
from engine.events import Actor
from notifications.links import Links
from notifications.mailer import Mailer
from notifications.transport.settings import PostSettings
from tests.notifications.post_bench import MailServer

MANAGER = Actor("Asha Patel", "pcn_manager", "U90001", "asha-patel", channel="cli")
DEFINITION = """
id: visits
version: 1
title: How many visits
summary: One question to every practice.
retention: corporate-6
sensitivity: aggregate
launch: {by: [pcn_manager], reference: Visits}
steps:
  - id: ask
    kind: collect
    title: How many visits
    why: So that the van is full.
    takes: 5 minutes
    assign: {role: practice_manager, at: every practice}
    due: 5 working days after launch
    form: [{id: visits, type: integer, label: Visits, min: 0}]
    ladder: standard
"""
HOUR = timedelta(hours=1)


@dataclass
class Asked:
    """A workflow that asks every practice, with the post that writes to them."""

    server: MailServer
    clock: VirtualClock
    operations: Operations
    runtime: Runtime
    workflow: str = ""

    async def go_on(self, until: datetime) -> None:
        """Hour after hour: what is due is done, and what may go is sent."""
        while self.clock.now() < until:
            await self.runtime.advance([self.workflow])
            await self.runtime.deliver()
            self.clock.move_on(HOUR)

    async def happened(self, kind: type[e.Body]) -> list[e.Event]:
        events = await self.operations.repository.store.events(self.workflow)
        return [event for event in events if isinstance(event.body, kind)]

    async def fates(self) -> set[str]:
        rows = await self.operations.repository.store.notices(self.workflow)
        return {row.status for row in rows if row.notice.kind == "ask"}


@asynccontextmanager
async def asked_on(
    tmp_path: Path, operations: Operations, clock: VirtualClock, grace: timedelta = timedelta()
) -> AsyncIterator[Asked]:
    """The definition launched for Harbour Vale, with a mail server that takes what it is told to."""
    (tmp_path / "library").mkdir()
    (tmp_path / "library" / "visits.yaml").write_text(DEFINITION)
    server = MailServer()
    await server.start()
    repository, launcher = operations.repository, operations.launcher
    store, directory, calendar = repository.store, launcher.directory, network_calendar()
    operations.launcher = Launcher(
        repository, Library([SHIPPED, tmp_path]), lambda: directory, calendar.to_data(), grace
    )
    settings = PostSettings(
        host="127.0.0.1", port=server.port, security="none", throttle_per_minute=0, from_address="post@baton.example",
    )  # fmt: skip
    mailer = Mailer(
        store, clock, settings, Links(b"0" * 32, "http://127.0.0.1:8700"),
        lambda: hours_of(calendar, directory), BounceReport(repository, clock),
    )  # fmt: skip

    async def deliver(now: datetime) -> PostOutcome:
        seen = await store.position()
        done = await mailer.deliver_due(now)
        return PostOutcome(done.sent, done.deferred, done.next_sending, done.summary, seen, done.trouble)

    made = await operations.launch("visits", ["U90001"], {}, MANAGER)
    yield Asked(server, clock, operations, Runtime(operations, deliver), made.workflows[0])
    await server.stop()
