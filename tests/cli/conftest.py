"""A command at work, and a Baton it can talk to: real store, real web, no flows."""

from __future__ import annotations

import asyncio
import os
import socket
import threading
from collections.abc import Callable, Coroutine, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from application.batches import Batch
from application.directory.first_import import begin
from application.directory.record import DirectoryRecord
from application.environment.alarms import Alarms
from application.environment.home import Home, Running
from application.launcher import Launcher
from application.network_calendar import network_calendar
from application.operations import NoSignals, Operations
from application.progress.memberships import Memberships
from application.repository import Repository, pending_of
from audit.auditor import Auditor
from cli.main import run
from definitions.loading.library import Library
from engine.dates.clock import VirtualClock
from engine.decisions.advance import advance
from notifications.links import Links
from notifications.transport.local_mailbox import LocalMailbox
from store.embedded import open_store
from store.protocol import Commit
from web.access.outbox_access import OutboxAccess
from web.app import create_app
from web.gateway import Gateway
from web.outbox import Outbox
from web.server import server_of
from web.views import WebSettings

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"


@dataclass(frozen=True)
class Said:
    """What a command said, and its exit code."""

    code: int
    out: str
    err: str


Baton = Callable[..., Said]


@pytest.fixture
def baton(home: Path, capfd: pytest.CaptureFixture[str]) -> Baton:
    """`baton("when", "…")`, in this process, on an empty home folder."""

    def command(*arguments: str | Path) -> Said:
        capfd.readouterr()
        code = run([str(each) for each in arguments])
        told = capfd.readouterr()
        return Said(code, told.out, told.err)

    return command


@pytest.fixture
def up(home: Path) -> Iterator[Home]:
    """A Baton that serves `home`, on Tuesday 15 December 2026 at nine."""
    with serving(home) as place:
        yield place


@pytest.fixture
def up_without_outbox(home: Path) -> Iterator[Home]:
    """The same, with a mail server of its own."""
    with serving(home, outbox=False) as place:
        yield place


@contextmanager
def serving(home: Path, *, outbox: bool = True, alarms: Alarms | None = None) -> Iterator[Home]:
    """A Baton that serves `home` meanwhile. The clock stands still."""
    place = Home(home)
    place.make()
    ready, done = threading.Event(), threading.Event()
    thread = threading.Thread(
        target=lambda: asyncio.run(_serve(place, outbox, alarms, ready, done)), daemon=True
    )
    thread.start()
    assert ready.wait(30)
    try:
        yield place
    finally:
        done.set()
        thread.join(10)


class AtOnce(NoSignals):
    """Advances what is rung for before the answer goes out, so that a test need not wait for flows."""

    def __init__(self, repository: Repository, clock: VirtualClock) -> None:
        self._repository, self._clock = repository, clock

    def start(self, batches: Sequence[Batch]) -> None:
        for batch in batches:
            self._at_once(self._advance(batch.workflow_ids))

    def wake_batch(self, batch_id: str, because: str = "") -> None:
        self._at_once(self._wake(batch_id))

    def _at_once(self, work: Coroutine[None, None, None]) -> None:
        """Nobody awaits a signal, so what it sets off has an event loop of its own; this one stands meanwhile."""
        thread = threading.Thread(target=asyncio.run, args=(work,))
        thread.start()
        thread.join()

    async def _wake(self, batch_id: str) -> None:
        await self._advance((await self._repository.store.open_batches()).get(batch_id, ()))

    async def _advance(self, workflow_ids: Sequence[str]) -> None:
        now = self._clock.now()
        for workflow_id in workflow_ids:
            state = await self._repository.state(workflow_id)
            decision = advance(state, now)
            if decision.events:
                pending = pending_of(decision.state, now)
                await self._repository.store.commit(
                    [Commit(workflow_id, state.version, decision.events, pending)]
                )


async def _serve(
    home: Home, outbox: bool, alarms: Alarms | None, ready: threading.Event, done: threading.Event
) -> None:
    store = open_store(home.root)
    clock = VirtualClock(datetime(2026, 12, 15, 9, tzinfo=UTC))
    repository = Repository(store)
    record = DirectoryRecord(store)
    await begin(record, EXAMPLES / "harbour-vale.yaml", Library().definition_ids, clock.now(), Alarms())
    operations = Operations(
        repository, Launcher(repository, Library(), record.current, network_calendar().to_data()), clock
    )
    operations.signals = AtOnce(repository, clock)
    memberships = Memberships(operations, record, Alarms())
    await memberships.follow()
    web = WebSettings(secret=home.secret(), api_token=home.token())
    links = Links(home.secret(), "http://127.0.0.1")
    kept = Outbox(LocalMailbox(home.outbox, clock), OutboxAccess()) if outbox else None
    sock = socket.socket()
    sock.bind(("127.0.0.1", 0))
    url = f"http://127.0.0.1:{sock.getsockname()[1]}"
    app = create_app(
        Gateway(operations), links, clock, web, outbox=kept, auditor=Auditor(store), alarms=alarms,
        prove=lambda challenge: home.proof(challenge, url), memberships=memberships,
    )  # fmt: skip
    server = server_of(app, web)
    task = asyncio.create_task(server.serve(sockets=[sock]))
    while not server.started:
        await asyncio.sleep(0.01)
    home.say_running(Running(url, os.getpid()))
    ready.set()
    await asyncio.to_thread(done.wait)
    home.say_stopped()
    server.should_exit = True
    await task
    await store.close()
