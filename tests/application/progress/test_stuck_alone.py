"""A workflow that cannot be worked out is stuck, and is stuck alone: its batch goes on, pages are drawn, and a restart
begins no circle."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from application import repository
from application.launcher import Launcher
from application.network_calendar import network_calendar
from application.operations import Operations
from application.progress.runtime import PostOutcome, Runtime
from application.repository import Repository, Unreadable
from definitions.language import budget
from definitions.loading.bundle import Process
from definitions.loading.directory_file import load_directory
from definitions.loading.library import SHIPPED, Library
from engine import commands
from engine.commands.refusals import Refused
from engine.dates.clock import VirtualClock
from engine.events import Actor, Event, NoticePlanned
from notifications.links import Links
from store.memory.store import MemoryStore
from store.protocol import Commit
from web.app import create_app
from web.gateway import Gateway
from web.refusals import told
from web.views import WebSettings

EXAMPLES = Path(__file__).parents[3] / "examples"
NOW = datetime(2026, 12, 15, 9, tzinfo=UTC)
MANAGER = Actor("Asha Patel", "pcn_manager", "U90001", "asha-patel", channel="web")
TURNS = "'" + "x" * 100 + "'"
#: Loops in loops over a hundred letters each: a million turns.
HEAVY = f"{{% for a in {TURNS} %}}{{% for b in {TURNS} %}}{{% for c in {TURNS} %}}{{% endfor %}}{{% endfor %}}{{% endfor %}}"

#: An expression has no loops, so this one makes long texts again and again.
_MANY = "x" * 140
_LONG = f"'xxxxxxxxxx' | replace('x', '{_MANY}') | replace('x', '{_MANY}')" + " | upper | lower" * 14
HEAVY_EXPRESSION = f"[{', '.join([_LONG] * 3)}] | length == 0"

DEFINITION = """
id: {id}
version: 1
title: A count
summary: One question, and then another.
retention: corporate-6
sensitivity: aggregate
launch: {{by: [pcn_manager], reference: "Count {id}"}}
steps:
  - id: first
    kind: do
    title: "{title}"
    assign: {{role: pcn_manager, at: the PCN}}
    due: 3 working days after launch
    form:
      - {{id: left, type: integer, label: "{label}", min: 0, show_if: "{needed}"}}
"""


@dataclass
class Baton:
    operations: Operations
    runtime: Runtime
    app: object
    store: MemoryStore
    clock: VirtualClock

    async def notices(self, workflow: str) -> list[NoticePlanned]:
        events = await self.operations.repository.store.events(workflow)
        return [event.body for event in events if isinstance(event.body, NoticePlanned)]

    async def launch(self, definition: str) -> str:
        made = await self.operations.launch(definition, ["U90001"], {}, MANAGER)
        return made.workflows[0]

    async def answer(self, workflow: str) -> None:
        """The manager answers the first question."""
        state = await self.operations.repository.state(workflow)
        [asked] = state.steps["first"].assignments.values()
        await self.operations.respond(asked.id, {"left": 3}, MANAGER)

    async def get(self, path: str) -> httpx.Response:
        transport = httpx.ASGITransport(self.app)  # type: ignore[arg-type]
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as browser:
            return await browser.get(path, headers={"authorization": "Bearer token"})


Start = Callable[[], Baton]


@pytest.fixture
def start(tmp_path: Path) -> Start:
    """Baton over one store; called again, Baton restarted."""
    library = tmp_path / "library"
    library.mkdir()
    hostile = {
        "good": ("Count", "Left", "true"),
        "hostile": (HEAVY, "Left", "true"),
        "form": ("Count", HEAVY, HEAVY_EXPRESSION),
    }
    for name, (title, label, needed) in hostile.items():
        text = DEFINITION.format(id=name, title=title, label=label, needed=needed)
        (library / f"{name}.yaml").write_text(text)
    store = MemoryStore()

    def baton() -> Baton:
        kept, clock = Repository(store), VirtualClock(NOW)
        launcher = Launcher(
            kept, Library([SHIPPED, tmp_path]), lambda: load_directory(EXAMPLES / "harbour-vale.yaml"), network_calendar().to_data()
        )  # fmt: skip
        operations = Operations(kept, launcher, clock)

        async def deliver(now: datetime) -> PostOutcome:
            return PostOutcome(0, 0, None, "", 0)

        app = create_app(
            Gateway(operations), Links(b"0" * 32, "http://127.0.0.1"), clock, WebSettings(b"0" * 32, "token")
        )
        return Baton(operations, Runtime(operations, deliver), app, store, clock)

    return baton


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The steps of every evaluation from here on, in order."""
    steps: list[int] = []
    leave = budget.Budget.__exit__

    def exit_(self: budget.Budget, *error: object) -> None:
        steps.append(self.spent)
        leave(self, *error)  # type: ignore[arg-type]

    monkeypatch.setattr(budget.Budget, "__exit__", exit_)
    return steps


async def test_its_batch_goes_on_and_the_manager_is_told_once(start: Start) -> None:
    baton = start()
    hostile, good = await baton.launch("hostile"), await baton.launch("good")
    for _ in range(3):
        await baton.runtime.advance([hostile, good])
    [told] = await baton.notices(hostile)
    assert told.notice.person == "asha-patel" and "1,000,000 steps" in told.notice.facts["text"]
    assert [notice.notice.kind for notice in await baton.notices(good)] == ["ask"]
    row = await baton.operations.repository.store.workflow(hostile)
    assert row is not None and row.waiting_for.startswith("cannot go on") and row.next_deadline is None


async def test_it_is_not_tried_again_until_something_comes_in(start: Start, counted: list[int]) -> None:
    baton = start()
    hostile = await baton.launch("hostile")
    await baton.runtime.advance([hostile])
    counted.clear()
    await baton.runtime.advance([hostile])
    assert counted == []


async def test_a_restart_tries_it_once_and_tells_nobody_again(start: Start, counted: list[int]) -> None:
    first = start()
    hostile, good = await first.launch("hostile"), await first.launch("good")
    await first.runtime.advance([hostile, good])
    again = start()
    before = await again.operations.repository.store.version(hostile)
    counted.clear()
    outcomes = [await again.runtime.advance([hostile, good]) for _ in range(3)]
    assert await again.operations.repository.store.version(hostile) == before
    assert outcomes[0].open == 2
    # Begun on the event loop, begun again in a thread, and no more than one evaluation's steps then.
    assert max(counted) == budget.MAX_STEPS and counted.count(budget.MAX_STEPS) <= 4
    assert {
        batch.next_deadline for batch in await again.runtime.open_batches() if hostile in batch.workflow_ids
    } == {None}


async def test_the_others_of_its_batch_go_on_after_a_restart_too(start: Start) -> None:
    first = start()
    hostile, good = await first.launch("hostile"), await first.launch("good")
    await first.runtime.advance([hostile, good])
    again = start()
    await again.answer(good)
    outcome = await again.runtime.advance([hostile, good])
    assert (await again.operations.repository.state(good)).status == "completed"
    assert outcome.open == 1


@pytest.mark.parametrize(
    "damaged", [b"", b"{}", b"\xff", None], ids=["empty", "no bundle", "no text", "gone"]
)
async def test_one_whose_definition_cannot_be_read_is_told_stands_alone_and_goes_on_once_restored(
    start: Start, damaged: bytes | None
) -> None:
    first = start()
    broken, good = await first.launch("form"), await first.launch("good")
    await first.runtime.advance([broken, good])
    state = await first.operations.repository.state(broken)
    pinned, [asked] = state.process, state.steps["first"].assignments.values()
    again = start()
    documents = again.store._documents
    if damaged is None:
        del documents[pinned.hash]
    else:
        documents[pinned.hash] = damaged

    await again.answer(good)
    outcome = await again.runtime.advance([broken, good])
    assert (await again.operations.repository.state(good)).status == "completed"
    assert outcome.open == 1 and "cannot go on" in outcome.waiting_for
    (alarm,) = again.runtime.alarms.all()
    assert alarm.text.startswith("A process cannot go on") and alarm.details[0].startswith(f"{broken}: ")
    refused = await again.get(f"/api/assignments/{asked.id}")
    assert refused.status_code == 409 and refused.json()["code"] == "unreadable"
    assert "document" not in told(Unreadable(pinned.hash, ValueError("torn"))), (
        "a practice is told what it can do"
    )
    assert len(await again.runtime.open_batches()) == 1

    documents[pinned.hash] = pinned.body
    again.clock.move_on(timedelta(minutes=1))
    await again.runtime.advance([broken, good])
    assert again.runtime.alarms.all() == ()


async def test_other_work_goes_on_while_a_definition_is_read(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = start()
    good = await first.launch("good")
    again, others, go_on = start(), asyncio.Event(), threading.Event()
    loop = asyncio.get_running_loop()
    read = repository.open_bundle

    def slowly(body: bytes) -> Process:
        loop.call_soon_threadsafe(others.set)
        assert go_on.wait(60), "nothing else was done while it was read"
        return read(body)

    monkeypatch.setattr(repository, "open_bundle", slowly)
    reading = asyncio.create_task(again.operations.repository.state(good))
    await others.wait()
    go_on.set()
    assert (await reading).id == good


async def test_a_page_that_cannot_be_drawn_says_so_and_holds_up_no_other(start: Start) -> None:
    baton = start()
    workflow = await baton.launch("form")
    await baton.runtime.advance([workflow])
    state = await baton.operations.repository.state(workflow)
    [asked] = state.steps["first"].assignments.values()
    drawing = asyncio.create_task(baton.get(f"/api/assignments/{asked.id}"))
    while not drawing.done():
        health = await baton.get("/health")
        assert health.status_code == 200
        break
    assert not drawing.done(), "the page was drawn on the event loop"
    refused = await drawing
    assert refused.status_code == 409 and refused.json()["code"] == "stuck"
    assert "1,000,000 steps" in refused.text


async def test_its_commands_are_refused_or_done_but_never_fail(start: Start) -> None:
    baton = start()
    workflow = await baton.launch("form")
    await baton.runtime.advance([workflow])
    [asked] = (await baton.operations.repository.state(workflow)).steps["first"].assignments.values()
    with pytest.raises(Refused, match="cannot be worked out"):
        await baton.operations.check(asked.id, {"left": 3}, Actor("Priya", channel="web"))
    with pytest.raises(Refused, match="cannot be worked out"):
        await baton.operations.respond(asked.id, {"left": 3}, MANAGER)
    await baton.operations.do(workflow, commands.cancel, MANAGER, "it holds us up")
    assert (await baton.operations.repository.state(workflow)).status == "cancelled"


@pytest.mark.parametrize("key", ["required_if", "show_if", "check"])
async def test_a_condition_that_takes_too_long_is_no_gap_and_its_answer_waits_for_the_manager(
    start: Start, tmp_path: Path, key: str
) -> None:
    """Another question is left empty, which is no reason to wave it through."""
    text = DEFINITION.format(id=f"gap-{key.replace('_', '-')}", title="Count", label="Left", needed="true")
    text = text.rstrip() + "\n      - {id: note, type: text, label: Note, required: false}\n"
    if key == "check":
        text += f'    checks: [{{check: "{HEAVY_EXPRESSION}", message: No}}]\n'
    else:
        text += (
            f'      - {{id: more, type: text, label: More, required: false, {key}: "{HEAVY_EXPRESSION}"}}\n'
        )
    (tmp_path / "library" / f"gap-{key}.yaml").write_text(text)
    baton = start()
    workflow, good = await baton.launch(f"gap-{key.replace('_', '-')}"), await baton.launch("good")
    await baton.runtime.advance([workflow, good])
    before = len(await baton.notices(workflow))
    [asked] = (await baton.operations.repository.state(workflow)).steps["first"].assignments.values()
    for _ in range(2):
        with pytest.raises(Refused) as refused:
            await baton.operations.respond(asked.id, {"left": 3}, MANAGER)
        assert refused.value.code == "stuck"
    [told] = (await baton.notices(workflow))[before:]
    assert told.notice.person == "asha-patel" and "could not be taken" in told.notice.facts["text"]
    [fine] = (await baton.operations.repository.state(good)).steps["first"].assignments.values()
    await baton.operations.respond(fine.id, {"left": 3}, MANAGER)


async def test_a_practice_is_not_told_what_went_wrong(start: Start) -> None:
    baton = start()
    workflow = await baton.launch("form")
    await baton.runtime.advance([workflow])
    [asked] = (await baton.operations.repository.state(workflow)).steps["first"].assignments.values()
    url, issued = Links(b"0" * 32, "http://127.0.0.1").issue(asked.id, NOW + timedelta(days=1))
    link = Event("post", 1, NOW, MANAGER, "test", issued)
    await baton.operations.repository.store.commit([Commit("post", 0, (link,), None)])
    page = await baton.get(url)
    assert page.status_code == 409
    assert "This page cannot be shown" in page.text and "steps" not in page.text
