"""Workflows that steps start: launched once, waited for, read, tried again, ended with their parent; also after a kill."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from application.batches import Batch
from application.launcher import Launcher
from application.network_calendar import network_calendar
from application.operations import NoSignals, Operations
from application.progress.runtime import PostOutcome, Runtime
from application.repository import Repository
from application.workflow_lists import WorkflowLists
from definitions.loading.directory_file import load_directory
from definitions.loading.library import SHIPPED, Library
from engine import commands
from engine.dates.clock import VirtualClock
from engine.events import Actor, ChildRefused, NoticePlanned
from engine.state.workflow import WorkflowState
from store.memory.store import MemoryStore

EXAMPLES = Path(__file__).parents[3] / "examples"
NOW = datetime(2026, 12, 15, 9, tzinfo=UTC)
ASHA = Actor("Asha Patel", "pcn_manager", "U90001", "asha-patel", channel="web")

HEAD = """
id: {id}
version: 1
title: {id}
summary: For a test.
retention: corporate-6
sensitivity: aggregate
launch:
  by: [pcn_manager]
  reference: "{id}{more}"
  inputs: [{{id: place, type: text, label: Where, required: false}}]
steps:
"""
PARENT = """
  - {{id: under, kind: compute, title: Under way, values: {{n: "1"}}, starts: child, start_inputs: {{place: "'Elm'"}}{wait}}}
  - id: told
    kind: produce
    title: What came of it
    artefact:
      name: told
      format: text
      template: "{{{{ children.under.outcome }}}}, {{{{ children.under.answers.left.left }}}} left, {{{{ children.under.values.sum.n }}}}"
"""
EACH = """
  - {id: under, kind: compute, title: Under way, values: {n: "1"}, starts: child, for_each: practices, start_inputs: {place: each.name}}
  - id: told
    kind: produce
    title: What came of it
    artefact: {name: told, format: text, template: "{% for c in children.under %}{{ c.item }} {{ c.outcome }}; {% endfor %}"}
"""
CHILD = """
  - id: left
    kind: do
    title: How many are left
    assign: {role: pcn_manager, at: the PCN}
    due: 3 working days after launch
    form: [{id: left, type: integer, label: Left, min: 0}]
  - {id: sum, kind: compute, title: Sum, values: {n: answers.left.left + 1}}
"""
LOOP = "\n  - {id: again, kind: notify, title: Again, message: {to: [everyone who took part], subject: x, body: y}, starts: STARTED, wait: no}\n"


@dataclass
class Baton:
    operations: Operations
    runtime: Runtime
    clock: VirtualClock

    async def launch(self, definition: str) -> str:
        return (await self.operations.launch(definition, ["U90001"], {}, ASHA)).workflows[0]

    async def state(self, workflow: str) -> WorkflowState:
        return await self.operations.repository.state(workflow)

    async def everything(self, times: int = 4) -> None:
        """What the flows would do: advance every open workflow, until nothing new is there."""
        for _ in range(times):
            batches = await self.runtime.open_batches()
            for batch in batches:
                await self.runtime.advance(batch.workflow_ids)

    async def answer(self, workflow: str) -> None:
        (asked,) = (await self.state(workflow)).steps["left"].assignments
        await self.operations.respond(asked, {"left": 41}, ASHA)

    async def told(self, workflow: str, kind: str = "task") -> list[str]:
        events = await self.operations.repository.store.events(workflow)
        planned = (event.body.notice for event in events if isinstance(event.body, NoticePlanned))
        return [notice.subject for notice in planned if notice.kind == kind]


Start = Callable[[], Baton]


@pytest.fixture
def start(tmp_path: Path) -> Start:
    """Baton over one store; called again, Baton restarted."""
    (tmp_path / "library").mkdir()
    for name, steps, more in (
        ("waits", PARENT.format(wait=""), ""),
        ("does-not", PARENT.format(wait=", wait: no"), ""),
        ("each", EACH, ""),
        ("child", CHILD, " {{ inputs.place }}"),
    ):
        (tmp_path / "library" / f"{name}.yaml").write_text(HEAD.format(id=name, more=more) + steps)
    store = MemoryStore()

    def baton() -> Baton:
        repository, clock = Repository(store), VirtualClock(NOW)
        launcher = Launcher(
            repository, Library([SHIPPED, tmp_path]), lambda: load_directory(EXAMPLES / "harbour-vale.yaml"),
            network_calendar().to_data(),
        )  # fmt: skip
        operations = Operations(repository, launcher, clock)

        async def deliver(now: datetime) -> PostOutcome:
            return PostOutcome(0, 0, None, "", 0)

        return Baton(operations, Runtime(operations, deliver), clock)

    return baton


async def test_a_parent_waits_for_its_child_and_reads_what_it_came_to(start: Start) -> None:
    baton = start()
    parent = await baton.launch("waits")
    await baton.everything()
    (child,) = (await baton.state(parent)).children
    waiting = await baton.state(parent)
    assert waiting.steps["under"].status == "open" and waiting.steps["told"].status == "waiting"
    assert (await baton.state(child.id)).parent == parent and (
        await baton.state(child.id)
    ).reference == "child Elm"
    row = await baton.operations.repository.store.workflow(parent)
    assert row is not None and child.id in row.waiting_for
    found = await WorkflowLists(baton.operations.repository, VirtualClock(NOW)).workflow(parent)
    assert found is not None
    (shown,) = found["children"]
    assert (shown["workflow_id"], shown["reference"]) == (child.id, "child Elm")
    assert shown["waiting_for"].startswith("waiting for Harbour Vale PCN: How many are left")
    await baton.answer(child.id)
    await baton.everything()
    done = await baton.state(parent)
    assert done.status == "completed" and done.steps["under"].outcome == "completed"
    assert done.steps["told"].values["text"] == "completed, 41 left, 42"


async def test_who_does_not_wait_goes_on_at_once(start: Start) -> None:
    baton = start()
    parent = await baton.launch("does-not")
    await baton.everything()
    done = await baton.state(parent)
    (child,) = done.children
    assert done.status == "completed" and (await baton.state(child.id)).status == "open"


async def test_one_child_for_each_practice(start: Start) -> None:
    baton = start()
    parent = await baton.launch("each")
    await baton.everything()
    practices = [practice.name for practice in (await baton.state(parent)).pcn.practices]
    children = list((await baton.state(parent)).children)
    assert [child.item for child in children] == practices
    for child in children[:-1]:
        await baton.answer(child.id)
    await baton.everything()
    assert (await baton.state(parent)).steps["under"].status == "open"
    await baton.answer(children[-1].id)
    await baton.everything()
    told = (await baton.state(parent)).steps["told"].values["text"]
    assert told.strip() == " ".join(f"{name} completed;" for name in practices)


@pytest.mark.parametrize("definition", ["waits", "each"])
async def test_a_kill_between_the_childs_close_and_the_parents_hearing_loses_nothing(
    start: Start, definition: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    baton = start()
    parent = await baton.launch(definition)
    await baton.everything()
    children = [child.id for child in (await baton.state(parent)).children]

    async def killed(*_: Any) -> None:
        raise SystemExit("killed")

    for child in children:
        await baton.answer(child)
        monkeypatch.setattr(type(baton.runtime._children), "after", killed)
        with pytest.raises(SystemExit):
            await baton.runtime.advance([child])
        assert (await baton.state(child)).over
        monkeypatch.undo()
    again = start()
    await again.everything()
    assert (await again.state(parent)).status == "completed"


async def test_a_child_that_cannot_start_is_told_once_and_tried_again_without_a_burst(
    start: Start, tmp_path: Path
) -> None:
    baton = start()
    file = tmp_path / "library" / "child.yaml"
    good = file.read_text()
    parent = await baton.launch("waits")
    file.write_text(good.replace("kind: do", "kind: dou"))
    for _ in range(30):  # a month of days, several looks a day
        await baton.everything(2)
        baton.clock.move_on(timedelta(days=1))
    state = await baton.state(parent)
    (child,) = state.children
    assert child.status == "refused" and "mistakes" in child.because
    assert 4 <= child.tries <= 12, "on later and later working days, and not at every look"
    assert await baton.told(parent) == ["child could not be started"]
    row = await baton.operations.repository.store.workflow(parent)
    assert row is not None and "could not be started" in row.waiting_for
    file.write_text(good)
    for _ in range(10):
        await baton.everything(2)
        baton.clock.move_on(timedelta(days=1))
    (child,) = (await baton.state(parent)).children
    assert (await baton.state(child.id)).reference == "child Elm"


@pytest.mark.parametrize("trail", [["one"], ["one", "two"], ["one", "two", "three"]])
async def test_what_starts_itself_by_any_way_ends_also_when_it_was_pinned_before(
    start: Start, tmp_path: Path, trail: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """`baton validate` refuses it; a bundle that was pinned before it did is stopped when it runs, and after a restart."""
    for name, following in zip(trail, [*trail[1:], trail[0]], strict=True):
        text = HEAD.format(id=name, more="") + LOOP.replace("STARTED", following)
        (tmp_path / "library" / f"{name}.yaml").write_text(text)
    baton = start()
    monkeypatch.setattr("definitions.checks.steps._descent", lambda *_: None)
    await baton.launch("one")
    for _ in range(6):
        await baton.everything()
        baton = start()
    rows = await baton.operations.repository.store.workflows(limit=10_000)
    assert len(rows) == len(trail)
    refusals = [
        event.body
        for row in rows
        for event in await baton.operations.repository.store.events(row.workflow_id)
        if isinstance(event.body, ChildRefused)
    ]
    assert all(refusal.again_at is None for refusal in refusals) and len(refusals) <= 1


async def test_children_are_cancelled_with_their_parent_also_after_a_kill(start: Start) -> None:
    baton = start()
    parents = [await baton.launch("each"), await baton.launch("waits")]
    await baton.everything()
    for parent in parents:
        await baton.operations.do(parent, commands.cancel, ASHA, "it was a mistake")
    again = start()  # killed before anything else was done
    await again.everything()
    for parent in parents:
        for child in (await again.state(parent)).children:
            ended = await again.state(child.id)
            assert ended.status == "cancelled" and "it was a mistake" in ended.because


async def test_a_step_that_is_left_out_takes_what_it_started_with_it(start: Start) -> None:
    baton = start()
    parent = await baton.launch("waits")
    await baton.everything()
    (child,) = (await baton.state(parent)).children
    await baton.operations.do(parent, commands.skip_step, ASHA, "under", "nobody needs it")
    await baton.everything()
    ended = await baton.state(child.id)
    assert ended.status == "cancelled" and "left out the step" in ended.because
    assert (await baton.state(parent)).status == "completed"


async def test_a_parent_that_is_opened_again_starts_its_children_anew(start: Start) -> None:
    baton = start()
    parent = await baton.launch("waits")
    await baton.everything()
    (before,) = (await baton.state(parent)).children
    await baton.operations.do(parent, commands.cancel, ASHA, "a mistake")
    await baton.everything()
    await baton.operations.do(parent, commands.reopen_workflow, ASHA, "under", "it was right")
    await baton.everything()
    (now,) = (await baton.state(parent)).steps["under"].children.values()
    assert now.id != before.id and (await baton.state(before.id)).status == "cancelled"
    await baton.answer(now.id)
    await baton.everything()
    assert (await baton.state(parent)).status == "completed"


async def test_a_held_parent_leaves_its_children_alone_and_hears_of_them(start: Start) -> None:
    baton = start()
    parent = await baton.launch("waits")
    await baton.everything()
    (child,) = (await baton.state(parent)).children
    await baton.operations.do(parent, commands.hold, ASHA, "the board meets first")
    await baton.answer(child.id)
    await baton.everything()
    assert (await baton.state(child.id)).status == "completed"
    assert (await baton.state(parent)).steps["under"].status == "open"
    await baton.operations.do(parent, commands.lift, ASHA, "it met")
    await baton.everything()
    assert (await baton.state(parent)).status == "completed"


async def test_the_flows_are_told_of_a_child_also_when_they_came_after_the_runtime(start: Start) -> None:
    class Signals(NoSignals):
        started: list[str] = []

        def start(self, batches: Sequence[Batch]) -> None:
            self.started += [name for batch in batches for name in batch.workflow_ids]

    baton = start()
    baton.operations.signals = Signals()  # as `baton serve` does, which needs the runtime for them
    parent = await baton.launch("waits")
    await baton.everything()
    (child,) = (await baton.state(parent)).children
    assert Signals.started == [parent, child.id]


async def test_a_child_is_given_what_its_parent_was_told_is_no_nhs_number(
    start: Start, tmp_path: Path
) -> None:
    text = HEAD.format(id="orders", more="") + PARENT.format(wait="").replace("'Elm'", "'order 9434765919'")
    (tmp_path / "library" / "orders.yaml").write_text(text)
    baton = start()
    await baton.launch("orders")
    await baton.everything()
    rows = await baton.operations.repository.store.workflows()
    (child,) = [row.workflow_id for row in rows if row.definition == "child"]
    assert (await baton.state(child)).inputs["place"] == "order 9434765919"
