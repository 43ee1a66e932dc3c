"""A mail server that takes nothing, and the ladders of what could not be sent; on the real engine, post and SMTP."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest

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
REFUSED = "550 5.7.1 your account is closed"
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


@pytest.fixture
async def asked(tmp_path: Path, operations: Operations, clock: VirtualClock) -> AsyncIterator[Asked]:
    (tmp_path / "library").mkdir()
    (tmp_path / "library" / "visits.yaml").write_text(DEFINITION)
    server = MailServer()
    await server.start()
    repository, launcher = operations.repository, operations.launcher
    store, directory, calendar = repository.store, launcher.directory, network_calendar()
    operations.launcher = Launcher(
        repository, Library([SHIPPED, tmp_path]), lambda: directory, calendar.to_data()
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


async def test_nobody_is_chased_while_the_mail_server_takes_nothing_and_everybody_is_asked_once_it_does(
    asked: Asked,
) -> None:
    asked.server.everybody["rcpt"] = REFUSED
    recovered = asked.clock.now() + timedelta(days=21)
    await asked.go_on(recovered)
    assert not await asked.happened(e.RungClimbed)
    assert await asked.happened(e.AskedAgain)
    assert not asked.server.received

    asked.server.everybody.clear()
    await asked.go_on(recovered + timedelta(days=4))
    assert "planned" not in await asked.fates()
    asks = [email for email in asked.server.received if str(email["Subject"]).startswith("How many visits")]
    assert Counter(str(email["To"]) for email in asks).most_common(1)[0][1] == 1, (
        "each is asked once, not once a day"
    )
    for email in asks:  # by a day that is still to come
        said = email.get_body(("plain",))
        assert said is not None and "January" in said.get_content()

    await asked.go_on(recovered + timedelta(days=40))
    registers = {
        event.body.register
        for event in await asked.happened(e.RungClimbed)
        if isinstance(event.body, e.RungClimbed)
    }
    assert {"due today", "offer of help", "ring them"} <= registers


async def test_where_one_address_refuses_the_manager_is_told_and_no_email_chases(asked: Asked) -> None:
    rows = await asked.operations.repository.store.notices(asked.workflow)
    assert rows == []
    await asked.runtime.advance([asked.workflow])
    wrong = (await asked.operations.repository.store.notices(asked.workflow))[0].notice
    asked.server.rcpt[wrong.email] = "550 5.1.1 no such mailbox"
    await asked.go_on(asked.clock.now() + timedelta(days=30))
    never = [event.body for event in await asked.happened(e.AskUndelivered)]
    assert wrong.about in [body.assignment for body in never if isinstance(body, e.AskUndelivered)]
    climbed = [
        event.body.register
        for event in await asked.happened(e.RungClimbed)
        if isinstance(event.body, e.RungClimbed) and event.body.assignment == wrong.about
    ]
    assert climbed and set(climbed) <= {"ring them", "conversation", "board item"}
    told = [str(email["Subject"]) for email in asked.server.received]
    assert any("could not be delivered" in subject for subject in told)


async def test_that_no_email_goes_is_an_alarm_until_one_goes_again(asked: Asked) -> None:
    asked.server.everybody["rcpt"] = REFUSED
    await asked.go_on(asked.clock.now() + 3 * HOUR)
    (alarm,) = asked.runtime.alarms.all()
    assert alarm.text.startswith("Emails are not being sent just now.")
    assert alarm.since < asked.clock.now() and REFUSED.partition(" ")[2] in alarm.details[0]
    asked.server.everybody.clear()
    await asked.go_on(asked.clock.now() + 3 * HOUR)
    assert asked.runtime.alarms.all() == ()
    assert asked.server.received
