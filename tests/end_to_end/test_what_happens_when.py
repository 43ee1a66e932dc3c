"""Design section 11, on the real engine, store, post and pages, without processes: a clock that is moved by hand."""

from __future__ import annotations

import asyncio
import errno
import os
import random
import re
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from application.launcher import Launcher
from application.network_calendar import hours_of, network_calendar
from application.operations import Operations
from application.progress.bounces import BounceReport
from application.progress.runtime import PostOutcome, Runtime
from application.repository import Repository
from cli.arguments import mapping
from cli.demo.visitor import _flat
from definitions.loading.directory_file import load_directory
from definitions.loading.library import Library
from engine.dates.clock import VirtualClock
from engine.events import Actor, ResponseReceived
from engine.expressions.evaluator import FormEvaluator
from engine.forms.samples import sample_answers
from engine.state.workflow import Assignment
from notifications.links import Links
from notifications.mailer import Mailer
from notifications.transport.local_mailbox import LocalMailbox
from notifications.transport.settings import PostSettings
from store.embedded import open_store
from store.protocol import Store
from web.app import create_app
from web.gateway import Gateway
from web.views import WebSettings

EXAMPLES = Path(__file__).parents[2] / "examples"
SECRET = b"0" * 32
URL = "http://127.0.0.1:8700"
MANAGER = Actor("Asha Patel", "pcn_manager", "U90001", "asha-patel", channel="web")


@dataclass
class Stack:
    """Everything of `baton serve` but its processes: flows are entered and the post sent by `go_on`."""

    store: Store
    clock: VirtualClock
    operations: Operations
    runtime: Runtime
    outbox: LocalMailbox
    app: Any
    port: int
    workflow: str = ""

    async def launch(self) -> None:
        inputs = mapping(EXAMPLES / "inputs" / "iif-quarter-close.yaml")
        made = await self.operations.launch("iif-quarter-close", ["U90001"], inputs, MANAGER)
        [self.workflow] = made.workflows
        await self.runtime.advance([self.workflow])

    async def go_on(self) -> PostOutcome:
        await self.runtime.advance([self.workflow])
        return await self.runtime.deliver()

    async def until(self, moment: datetime) -> None:
        """Whatever is due up to `moment`, each thing in its time."""
        while True:
            outcome = await self.go_on()
            row = await self.store.workflow(self.workflow)
            assert row is not None
            now = self.clock.now()
            ahead = [
                t for t in (outcome.next_sending, row.next_deadline) if t is not None and now < t < moment
            ]
            if not ahead:
                break
            self.clock.move_to(min(ahead))
        self.clock.move_to(moment)
        await self.go_on()

    async def asked(self, step: str) -> list[Assignment]:
        return list((await self.operations.repository.state(self.workflow)).steps[step].assignments.values())

    async def answers(self, assignment: Assignment) -> dict[str, Any]:
        state = await self.operations.repository.state(self.workflow)
        evaluator = FormEvaluator(state, self.clock.now(), assignment)
        return sample_answers(
            state.process.steps[assignment.step].form,
            evaluator.names,
            evaluator,
            random.Random(assignment.id),
        )

    async def responses(self) -> list[ResponseReceived]:
        return [
            e.body for e in await self.store.events(self.workflow) if isinstance(e.body, ResponseReceived)
        ]

    def link_to(self, assignment: Assignment) -> str:
        """The link of the email that asked, as it stands in the outbox."""
        links = Links(SECRET, URL)
        for id in self.outbox.ids():
            email = self.outbox.email(id)
            for token in re.findall(r"/a/([\w.~-]+)", email.text if email else ""):
                if links.read(token) == assignment.id:
                    return f"/a/{token}"
        raise AssertionError(f"nobody was written to about {assignment.id}")


@pytest.fixture
async def stack(tmp_path: Path, free_port: int) -> AsyncIterator[Stack]:
    store = open_store(tmp_path)
    clock = VirtualClock(datetime(2026, 12, 15, 9, tzinfo=UTC))
    repository, directory, calendar = (
        Repository(store),
        load_directory(EXAMPLES / "harbour-vale.yaml"),
        network_calendar(),
    )
    operations = Operations(
        repository, Launcher(repository, Library(), lambda: directory, calendar.to_data()), clock
    )
    outbox, links = LocalMailbox(tmp_path / "outbox", clock), Links(SECRET, URL)
    await outbox.start(free_port)
    settings = outbox.settings(free_port, PostSettings(base_url=URL))
    mailer = Mailer(
        store, clock, settings, links, lambda: hours_of(calendar, directory), BounceReport(repository, clock)
    )

    async def deliver(now: datetime) -> PostOutcome:
        seen = await store.position()
        done = await mailer.deliver_due(now)
        return PostOutcome(done.sent, done.deferred, done.next_sending, done.summary, seen)

    app = create_app(Gateway(operations), links, clock, WebSettings(SECRET, "token"))
    yield Stack(store, clock, operations, Runtime(operations, deliver), outbox, app, free_port)
    await outbox.stop()
    await store.close()


class Person:
    """Somebody at a browser of their own."""

    def __init__(self, stack: Stack, name: str) -> None:
        transport = httpx.ASGITransport(stack.app, raise_app_exceptions=False)
        self.browser = httpx.AsyncClient(transport=transport, base_url=URL)
        self.name = name

    async def opens(self, link: str) -> None:
        self.link, self.page = link, (await self.browser.get(link)).text

    async def sends(self, answers: dict[str, Any]) -> httpx.Response:
        form = self.page.split('id="answers"', 1)[1].split("</form>", 1)[0]
        hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form))
        data = {
            **hidden,
            **dict(_flat(answers)),
            "name": self.name,
            "role": "Practice manager",
            "anyway": "yes",
        }
        sent = await self.browser.post(self.link, data=data)
        self.page = sent.text
        return sent


async def test_of_two_who_answer_at_once_one_wins_and_the_other_is_told(stack: Stack) -> None:
    await stack.launch()
    await stack.go_on()
    [asked] = await stack.asked("confirm_set")
    answers, link = await stack.answers(asked), stack.link_to(asked)
    people = [Person(stack, name) for name in ("Hannah Cole", "Ruth Bell")]
    for person in people:
        await person.opens(link)
    sent = await asyncio.gather(*(person.sends(answers) for person in people))
    assert sorted(answer.status_code for answer in sent) == [303, 409]
    loser, winner = sorted(people, key=lambda person: "answered since" not in person.page)
    assert f"{winner.name} has answered since you opened this page, and that answer stands" in loser.page
    assert [response.number for response in await stack.responses()] == [1]
    # What was typed is still there, and sending it now is an amendment, made knowingly.
    again = await loser.sends(answers)
    assert again.status_code == 303, again.text
    assert [response.number for response in await stack.responses()] == [1, 2]


async def test_a_button_pressed_twice_is_one_answer(stack: Stack) -> None:
    await stack.launch()
    await stack.go_on()
    [asked] = await stack.asked("confirm_set")
    person, answers = Person(stack, "Hannah Cole"), await stack.answers(asked)
    await person.opens(stack.link_to(asked))
    sent = await asyncio.gather(person.sends(answers), person.sends(answers))
    assert [answer.status_code for answer in sent] == [303, 303]
    assert [response.number for response in await stack.responses()] == [1]


async def test_after_a_day_without_a_mail_server_everyone_gets_one_email(stack: Stack) -> None:
    await stack.outbox.stop()
    await stack.launch()
    await stack.until(datetime(2026, 12, 15, 16, tzinfo=UTC))
    assert stack.outbox.ids() == [] and await stack.store.messages_unfinished() == []
    waiting = await stack.store.notices(stack.workflow)
    assert {row.status for row in waiting} == {"planned"}
    await stack.until(datetime(2026, 12, 16, 12, tzinfo=UTC))
    await stack.outbox.start(stack.port)
    await stack.until(datetime(2026, 12, 16, 16, tzinfo=UTC))
    emails = [stack.outbox.email(id) for id in stack.outbox.ids()]
    assert emails and set(Counter(email.to for email in emails if email).values()) == {1}
    assert {row.status for row in await stack.store.notices(stack.workflow)} <= {"sent", "void", "planned"}
    assert (
        next(row for row in await stack.store.notices(stack.workflow) if row.notice.kind == "ask").status
        == "sent"
    )


async def test_a_full_disk_refuses_the_answer_and_the_page_says_so(
    stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    await stack.launch()
    await stack.go_on()
    [asked] = await stack.asked("confirm_set")
    person, answers = Person(stack, "Hannah Cole"), await stack.answers(asked)
    await person.opens(stack.link_to(asked))
    opened = person.page

    def full(stream: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr("store.log.journal.os.fdatasync", full)
        refused = await person.sends(answers)
    assert refused.status_code == 507
    assert "disk is full" in refused.text
    person.page = opened
    assert (await person.sends(answers)).status_code == 303
    assert (await stack.responses())[-1].assignment == asked.id
    assert (await stack.store.verify()).intact
