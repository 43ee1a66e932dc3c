"""The demonstration, on the real stack, while `baton serve` is killed with SIGKILL again and again.

One run serves every test here: it is the longest of the suite. The moments of the kills are drawn with a fixed seed;
what the machine is at in that moment is not, so each run tries another one.
"""

from __future__ import annotations

import contextlib
import email
import io
import os
import random
import signal
import threading
import time
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from application.environment.home import Home
from cli.demo import __main__ as demo
from cli.demo.visitor import Visitor
from cli.main import run
from engine.events import ChildClosed, ChildRequested, ResponseReceived
from notifications.links import Links
from store.embedded import open_store
from store.protocol import Store
from tests.end_to_end.conftest import prefect_servers, serves_prefect

pytestmark = pytest.mark.process

SEED = 20261215
#: Seconds for Prefect's server to go after the process that started it.
GONE_WITHIN = 30.0


@dataclass
class Killed:
    """A kill: at what, and whether Prefect's server went too."""

    moment: str
    prefect_went: bool


@dataclass
class Play:
    """A whole demonstration: what it printed and left, who had their answer acknowledged, and the kills."""

    home: Home
    code: int = -1
    out: str = ""
    links: list[str] = field(default_factory=list)
    kills: list[Killed] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)
    _dead: set[int] = field(default_factory=set)

    # --- watching

    def emails(self) -> int:
        return len(list(self.home.outbox.glob("*.eml")))

    def calendar(self) -> str:
        return self.home.clock.read_text() if self.home.clock.exists() else ""

    def serving(self) -> int:
        """The process id of a server that has not been killed yet; 0 for none."""
        running = self.home.running()
        return running.pid if running and running.pid not in self._dead else 0

    def until(self, happened: Callable[[], object]) -> None:
        while not happened() and not self.over.is_set():
            time.sleep(0.002)

    # --- killing

    def kill(self, moment: str) -> None:
        pid = self.serving()
        if not pid or self.over.is_set():
            return
        note = self.home.root / "prefect" / "server.pid"
        prefect = int(note.read_text()) if note.exists() else 0
        os.kill(pid, signal.SIGKILL)
        self._dead.add(pid)
        limit = time.monotonic() + GONE_WITHIN
        while prefect and serves_prefect(prefect, self.home) and time.monotonic() < limit:
            time.sleep(0.05)
        self.kills.append(Killed(moment, not (prefect and serves_prefect(prefect, self.home))))

    def kill_at_its_moments(self) -> None:
        """Wait for each moment and kill. Every one but the start-up needs the play to have gone on since the last."""
        chance = random.Random(SEED)
        early, later = chance.randint(4, 9), chance.randint(60, 90)
        self.until(lambda: self.serving() and self.emails() >= early)
        self.kill("emails are being sent")
        self.until(lambda: self.serving() and self.emails() > early)
        calendar = self.calendar()
        self.until(lambda: self.calendar() != calendar)
        time.sleep(chance.uniform(0.02, 0.3))
        self.kill("the calendar has leapt and flows advance")
        self.until(self.serving)
        time.sleep(chance.uniform(0.1, 4.0))
        self.kill("it starts")
        answers = len(self.links) + chance.randint(2, 8)
        self.until(lambda: self.serving() and len(self.links) >= answers)
        time.sleep(chance.uniform(0.0, 0.1))
        self.kill("answers come in")
        self.until(lambda: self.serving() and self.emails() >= later)
        self.kill("emails are being sent")


@pytest.fixture(scope="module")
def play(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Play]:
    """`make demo` from its first line to its last, with its server killed in between."""
    here = Play(Home(tmp_path_factory.mktemp("demo") / "demo-output"))

    class Recording(Visitor):
        def answer(self, link: str, answers: Mapping[str, Any]) -> None:
            super().answer(link, answers)  # raises unless the page said it was taken
            here.links.append(link)

    killer = threading.Thread(target=here.kill_at_its_moments)
    said = io.StringIO()
    with pytest.MonkeyPatch.context() as patched, contextlib.redirect_stdout(said):
        patched.setattr(demo, "Visitor", Recording)
        killer.start()
        try:
            here.code = demo.main([str(here.home.root)])
        finally:
            here.over.set()
            killer.join()
            here.out = said.getvalue()
    yield here


@pytest.fixture
async def store(play: Play) -> AsyncIterator[Store]:
    opened = open_store(play.home.root)
    yield opened
    await opened.close()


def test_it_ends_well_and_says_what_happened(play: Play) -> None:
    assert play.code == 0, play.out
    moments = Counter(killed.moment for killed in play.kills)
    assert moments == {
        "emails are being sent": 2, "the calendar has leapt and flows advance": 1, "it starts": 1, "answers come in": 1
    }, play.out  # fmt: skip
    assert play.out.count("baton serve has ended, and is started again") == len(play.kills)
    for wanted in (
        "\nTue 15 Dec 2026\n", "Asked for “", "practices answered “", "✉ email to", "said it is due today",
        "offered help", "to ring them", "Missing, and not", "Closed, completed",
        "emails over SMTP", "The log is intact: ", "demo-output/outbox", "/outbox",
    ):  # fmt: skip
        assert wanted in play.out, f"{wanted!r} is not in:\n{play.out}"
    assert max(map(len, play.out.splitlines())) <= 170
    logged = (play.home.logs / "baton.log").read_text()
    assert " mail.log " not in logged, "the SMTP server's log is no reading for whoever runs Baton"


async def test_every_process_and_its_children_are_completed(play: Play, store: Store) -> None:
    rows = await store.workflows()
    assert {row.definition for row in rows if not row.parent} == set(demo.PROCESSES)
    assert {(row.reference, row.status) for row in rows if row.status != "completed"} == set()
    plan = next(row.workflow_id for row in rows if row.definition == "access-plan-sign-off")
    asked_for = [e.body.child for e in await store.events(plan) if isinstance(e.body, ChildRequested)]
    closed = [e.body.child for e in await store.events(plan) if isinstance(e.body, ChildClosed)]
    assert sorted(closed) == sorted(asked_for), "each is heard of once"
    assert asked_for and sorted(asked_for) == sorted(row.workflow_id for row in rows if row.parent == plan)


async def test_every_acknowledged_answer_is_in_the_log(play: Play, store: Store) -> None:
    links = Links(play.home.secret(), "http://127.0.0.1")
    acknowledged = Counter(links.read(link.rsplit("/", 1)[1]) for link in play.links)
    kept: Counter[str | None] = Counter()
    for row in await store.workflows():
        kept.update(
            e.body.assignment
            for e in await store.events(row.workflow_id)
            if isinstance(e.body, ResponseReceived)
        )
    assert len(play.links) > 40
    assert acknowledged - kept == Counter()
    assert set(kept.values()) == {1}, "an answer whose thanks were lost was not given again"


async def test_no_notice_went_under_two_message_ids(play: Play, store: Store) -> None:
    arrived = Counter(
        str(email.message_from_bytes(file.read_bytes())["Message-ID"])
        for file in play.home.outbox.glob("*.eml")
    )
    messages = {message.message_id: message for message in await store.messages(limit=100_000)}
    sent = {mid for mid, message in messages.items() if message.status == "sent"}
    # What was on its way when Baton was killed, and had nothing left to say afterwards, is known to be in doubt.
    doubtful = {mid for mid, message in messages.items() if message.status == "unconfirmed"}
    assert sent <= arrived.keys() <= sent | doubtful
    said: defaultdict[str, set[str]] = defaultdict(set)
    for mid in arrived:
        for notice in messages[mid].notices:
            said[notice].add(mid)
    assert {notice: ids for notice, ids in said.items() if len(ids) > 1} == {}
    # Nor was the same thing planned twice, as two notices.
    workflows = await store.workflows()
    things = Counter([
        (row.notice.person, row.notice.about, row.notice.kind, row.notice.subject, row.workflow_id)
        for workflow in workflows for row in await store.notices(workflow.workflow_id) if row.status == "sent"
    ])  # fmt: skip
    assert {thing: times for thing, times in things.items() if times > 1} == {}


async def test_the_chain_holds_and_journal_and_file_agree(play: Play, store: Store) -> None:
    assert (await store.verify()).intact
    await store.close()
    assert run(["--home", str(play.home.root), "store", "check"]) == 0


def test_no_server_of_prefect_is_left(play: Play) -> None:
    assert [killed.moment for killed in play.kills if not killed.prefect_went] == []
    assert prefect_servers(play.home) == []
