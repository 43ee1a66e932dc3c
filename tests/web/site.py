"""The web over the real parts: operations on a store in memory, the made-up network, and a practice that is asked.

Harbour Vale gave its figures for Q2. On Wednesday 6 January 2027 those for Q3 are asked of every practice, and Elm
Tree Surgery has its link. No flows run: nothing follows an answer by itself.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any, TypeVar

from fastapi import FastAPI

from application.access.policy import Policy
from application.directory.record import DirectoryRecord
from application.environment.alarms import Alarms
from application.launcher import Launcher
from application.network_calendar import network_calendar
from application.operations import Operations
from application.progress.memberships import Memberships
from application.repository import Repository, pending_of
from application.uploads import Uploads
from definitions.loading.directory_file import load_directory
from definitions.loading.library import SHIPPED, Library
from engine.dates.clock import VirtualClock
from engine.decisions.advance import advance
from engine.events import BATON, Actor, Event, LinkIssued, LinkRevoked, NoticePlanned
from engine.events.post import LINKS as LINK_STREAM
from engine.forms.files import MB, FileQuotas
from notifications.links import Links, sha256_of
from notifications.transport.local_mailbox import LocalMailbox
from store.memory.store import MemoryStore
from store.protocol import Commit
from web.api.gateway import ApiGateway
from web.app import create_app
from web.gateway import Gateway
from web.views import AssignmentPage, ConversationLine, ShownResult, WebSettings

HERE = Path(__file__).parent
PCN, ELM_TREE, OAK_HOUSE = "U90001", "Y90001", "Y90002"
START = datetime(2027, 1, 6, 9, 30, tzinfo=UTC)
BEFORE = datetime(2026, 10, 6, 9, 30, tzinfo=UTC)
NHS_NUMBER = "943 476 5919"
TOKEN = "test-api-token"
HOSTILE = "<script>alert('x')</script><img src=x onerror=alert(1)>\"'>"
MANAGER = Actor("Asha Patel", "pcn_manager", PCN, "asha-patel", channel="cli")
LINKS = Links(b"s" * 32, "http://127.0.0.1:4200")
SETTINGS = WebSettings(secret=b"f" * 32, api_token=TOKEN)
INPUTS = {"quarter": "Q3", "indicators": "iif-indicators-2024-25"}

Found = TypeVar("Found")

GOOD: dict[str, Any] = {
    "indicators": {
        "HI-03": {"result": {"numerator": 30, "denominator": 41}, "on_track": "yes"},
        "CAN-02": {"result": "unknown", "on_track": "no"},
    },
    "search_run_on": "2027-01-05",
    "clinics": "no",
    "nothing_identifiable": True,
}
#: Last time there were 20 of 40.
LAST_TIME = {
    **GOOD,
    "indicators": {
        "HI-03": {"result": {"numerator": 20, "denominator": 40}, "on_track": "yes"},
        "CAN-02": {"result": "unknown", "on_track": "no"},
    },
    "search_run_on": "2026-10-05",
}
#: GOOD as a browser sends it.
TYPED = {
    "f.indicators.HI-03.result.numerator": "30", "f.indicators.HI-03.result.denominator": "41",
    "f.indicators.HI-03.on_track": "yes",
    "f.indicators.CAN-02.result.unknown": "yes", "f.indicators.CAN-02.on_track": "no",
    "f.search_run_on.day": "5", "f.search_run_on.month": "1", "f.search_run_on.year": "2027",
    "f.clinics": "no", "f.nothing_identifiable": "yes",
    "name": "Priya Shah", "role": "Practice manager",
}  # fmt: skip


def email_of(number: int, to: str, subject: str, text: str, html: str) -> bytes:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "baton@localhost.invalid", to, subject
    message["Message-ID"] = f"<{number}@localhost.invalid>"
    message.set_content(text)
    message.add_alternative(html, subtype="html")
    return message.as_bytes()


def mailbox_of(folder: Path, site: Site) -> LocalMailbox:
    """An outbox with two emails; the second tries to run something wherever it can."""
    mailbox = LocalMailbox(folder, site.clock)
    mailbox.keep(
        email_of(1, "jo.marsh@elmtree.example", "Q3 figures: 10 minutes, by Fri 15 January",
                 "Dear Jo,\n\nplease open http://127.0.0.1:4200/a/x\n",
                 "<html><head></head><body><p>Dear <b>Jo</b></p></body></html>")
    )  # fmt: skip
    mailbox.keep(email_of(2, "tom@oak.example", HOSTILE, HOSTILE, HOSTILE))
    return mailbox


def at_once(asking: Coroutine[Any, Any, Found]) -> Found:
    """What a store in memory answers: it waits for nothing, so it needs no event loop."""
    try:
        asking.send(None)
    except StopIteration as done:
        return done.value  # type: ignore[no-any-return]
    raise AssertionError("it waits for something")


class ShownGateway(Gateway):
    """The gateway; a test may put other words into its pages, to see how they are drawn."""

    def __init__(self, operations: Operations) -> None:
        super().__init__(operations)
        self.shown: dict[str, Any] = {}

    async def page(self, assignment_id: str) -> AssignmentPage | None:
        page = await super().page(assignment_id)
        return replace(page, **self.shown) if page else None


class Site:
    """What a test of the web stands on. `assignment`: the figures asked of Elm Tree Surgery; `files`: where files wait."""

    def __init__(self, files: Path) -> None:
        self.clock = VirtualClock(BEFORE)
        self.store = MemoryStore()
        repository = Repository(self.store)
        library = Library([SHIPPED, HERE / "processes"])
        self.record = DirectoryRecord(self.store)
        launcher = Launcher(repository, library, self.record.current, network_calendar().to_data())
        self.files = files
        uploads = Uploads(files, self.clock, FileQuotas(link=2 * MB, workflow=3 * MB))
        self.operations = Operations(repository, launcher, self.clock, uploads=uploads)
        self.memberships = Memberships(self.operations, self.record, Alarms())
        self.gateway = ShownGateway(self.operations)
        self.api = ApiGateway(self.operations, Policy(self.record.current, self.clock))
        self.workflow = self.assignment = self.asked_before = ""
        self._begun = 0

    async def begin(self) -> Site:
        """Q2 is in, and Q3 is asked for."""
        directory = load_directory(HERE.parents[1] / "examples" / "harbour-vale.yaml")
        await self.record.change(lambda before: directory, self.clock.now(), BATON, "the beginning")
        await self.memberships.follow()
        last = self.asked_before = await self.launch("Q2")
        for practice in (await self.operations.repository.state(last)).pcn.practices:
            who = Actor("Priya Shah", "practice_manager", practice.code, channel="api")
            await self.operations.respond(self.asked_of(last, practice.code), LAST_TIME, who)
        await self.settle(last)
        self.clock.move_to(START)
        self.workflow = await self.launch("Q3")
        self.assignment = self.asked_of(self.workflow, ELM_TREE)
        self._begun = await self.store.position()
        return self

    async def launch(self, quarter: str) -> str:
        """The workflow of a quarter's figures, with everybody asked."""
        made = await self.operations.launch("quarter-figures", [PCN], {**INPUTS, "quarter": quarter}, MANAGER)
        await self.settle(made.workflows[0])
        return made.workflows[0]

    async def settle(self, workflow: str) -> None:
        """What a flow would do now."""
        now, state = self.clock.now(), await self.operations.repository.state(workflow)
        if (decision := advance(state, now)).events:
            pending = pending_of(decision.state, now)
            await self.store.commit([Commit(workflow, state.version, decision.events, pending)])

    def asked_of(self, workflow: str, organisation: str) -> str:
        rows = at_once(self.store.assignments(workflow))
        return next(row.assignment for row in rows if row.organisation == organisation)

    def app(self, settings: WebSettings = SETTINGS, **more: Any) -> FastAPI:
        return create_app(
            self.gateway, LINKS, self.clock, settings, **{"memberships": self.memberships, **more}
        )

    @property
    def responses(self) -> str:
        """Where the API takes answers."""
        return f"/api/assignments/{self.assignment}/responses"

    @property
    def replies(self) -> str:
        return f"/api/assignments/{self.assignment}/replies"

    # --- links

    def link(
        self, assignment: str = "", *, revoked: bool = False, expires: datetime = START + timedelta(days=90)
    ) -> str:
        """The path of a link to an assignment, as an email carries it; to Elm Tree's, unless another is named."""
        assignment = assignment or self.assignment
        token = LINKS.token(assignment)
        sha256 = sha256_of(token)
        bodies: list[LinkIssued | LinkRevoked] = [LinkIssued(sha256, assignment, expires)]
        if revoked:
            bodies.append(LinkRevoked(sha256, assignment, "lost"))
        version, now = at_once(self.store.version(LINK_STREAM)), self.clock.now()
        events = [
            Event(LINK_STREAM, n, now, BATON, "post", body) for n, body in enumerate(bodies, version + 1)
        ]
        at_once(self.store.commit([Commit(LINK_STREAM, version, tuple(events))]))
        return f"/a/{token}"

    # --- what it shows

    def show_everything(self) -> None:
        """Everything a page can show, at once."""
        table = ShownResult("Where the PCN stands", "The PCN is **12** short.", ("Practice", "Done"), (("Elm Tree", "30 of 41"),))  # fmt: skip
        asked = ConversationLine("question", "Which search?", "Priya Shah", "Tue 5 January", "The one in the pack.", answered_by="Asha Patel")  # fmt: skip
        held = "Held since Mon 4 January: the search was wrong."
        self.gateway.shown = {"shown": (table,), "conversation": (asked,), "held": held}

    # --- what became of it

    @property
    def events(self) -> Sequence[Event]:
        """What was written of the workflow since the test began, without the emails it calls for."""
        found = at_once(self.store.events_since(self._begun))
        return [
            event
            for _, event in found
            if event.workflow_id == self.workflow and not isinstance(event.body, NoticePlanned)
        ]

    @property
    def waiting(self) -> list[bytes]:
        """Files that wait for their answer."""
        return [file.read_bytes() for file in self.files.glob("*/*")]

    def document(self, sha256: str) -> bytes:
        return at_once(self.store.document(sha256))

    @property
    def answers(self) -> list[Mapping[str, Any]]:
        return [event.body.answers for event in self.events if event.type == "ResponseReceived"]  # type: ignore[union-attr]


def begun(files: Path) -> Site:
    """A site for tests without a loop; in a thread, since the one of a browser's test may have a loop of its own."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(lambda: asyncio.run(Site(files).begin())).result()
