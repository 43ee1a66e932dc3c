"""A wake that was lost: Baton was killed between a commit and its wake, whoever had the last word in it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from application.launcher import Launcher
from application.network_calendar import network_calendar
from application.operations import Operations
from application.progress.runtime import PostOutcome, Runtime
from application.repository import Repository
from definitions.loading.directory_file import load_directory
from definitions.loading.library import SHIPPED, Library
from engine.dates.clock import VirtualClock
from engine.events import Actor, NoticePlanned
from engine.state.workflow import Assignment
from store.embedded import open_store
from store.memory.store import MemoryStore
from store.protocol import Store

EXAMPLES = Path(__file__).parents[3] / "examples"
NOW = datetime(2026, 12, 15, 9, tzinfo=UTC)
ASHA = Actor("Asha Patel", "pcn_manager", "U90001", "asha-patel", channel="web")

#: The clinical director is of Oak House, so that her approval sends the manager an email: Baton has the last word.
DEFINITION = """
id: figures
version: 1
title: Figures
summary: For a test.
retention: corporate-6
sensitivity: aggregate
launch: {by: [pcn_manager], reference: Figures}
steps:
  - id: figures
    kind: collect
    title: Figures
    assign: {role: practice_manager, at: every practice}
    due: 3 working days after launch
    close_when: all
    if_short: wait
    form: [{id: left, type: integer, label: Left}]
  - id: review
    kind: approve
    title: Review
    assign: {role: clinical_director, at: the PCN}
    due: 6 working days after launch
    shows: [figures]
    own_practice: warn
  - id: last
    kind: do
    title: The last thing
    assign: {role: pcn_manager, at: the PCN}
    due: 9 working days after launch
    form: [{id: left, type: integer, label: Left}]
"""


@dataclass
class Baton:
    operations: Operations
    runtime: Runtime

    async def enter(self) -> int:
        """What the flows do at a start: enter whatever is overdue; how many batches were."""
        overdue = [b for b in await self.runtime.open_batches() if b.next_deadline and b.next_deadline <= NOW]
        for batch in overdue:
            await self.runtime.advance(batch.workflow_ids)
        return len(overdue)

    async def asked(self, workflow: str, step: str) -> list[Assignment]:
        return [*(await self.operations.repository.state(workflow)).steps[step].assignments.values()]

    async def answer(self, asked: Assignment, answers: dict[str, object], name: str, role: str) -> None:
        who = Actor(name or asked.name, role or asked.role, asked.organisation, asked.person, channel="web")
        await self.operations.respond(asked.id, answers, who)


@dataclass
class Home:
    """A home folder, or memory; Baton may be started on it again and again."""

    folder: Path
    backend: str
    called: str
    store: Store | None = None

    async def started(self) -> Baton:
        if self.backend == "memory":
            self.store = self.store or MemoryStore()
        else:
            await self.close()
            if self.backend == "rebuilt":
                (self.folder / "baton.duckdb").unlink(missing_ok=True)
            self.store = open_store(self.folder)
        directory = self.folder / "directory.yaml"
        directory.write_text(
            (EXAMPLES / "harbour-vale.yaml").read_text().replace("Dr Nina Hassan", self.called)
        )
        repository, clock = Repository(self.store), VirtualClock(NOW)
        library = Library([SHIPPED, self.folder])
        launcher = Launcher(
            repository, library, lambda: load_directory(directory), network_calendar().to_data()
        )
        operations = Operations(repository, launcher, clock)  # no flows: every wake is lost

        async def deliver(now: datetime) -> PostOutcome:
            return PostOutcome(0, 0, None, "", 0)

        return Baton(operations, Runtime(operations, deliver))

    async def close(self) -> None:
        if self.store is not None:
            await self.store.close()


@pytest.fixture
def home(tmp_path: Path) -> Callable[[str, str], Home]:
    (tmp_path / "library").mkdir()
    (tmp_path / "library" / "figures.yaml").write_text(DEFINITION)
    return lambda backend, called: Home(tmp_path, backend, called)


@pytest.mark.parametrize("backend", ["memory", "duckdb", "rebuilt"])
@pytest.mark.parametrize(("called", "role"), [("Dr Nina Hassan", "clinical_director"), ("Baton", "engine")])
async def test_an_answer_after_which_baton_had_the_last_word_is_taken_up_at_the_next_start(
    home: Callable[[str, str], Home], backend: str, called: str, role: str
) -> None:
    place = home(backend, called)
    baton = await place.started()
    (workflow,) = (await baton.operations.launch("figures", ["U90001"], {}, ASHA)).workflows
    assert await baton.enter() == 1, "a launch whose start was lost"
    *others, last_asked = await baton.asked(workflow, "figures")
    for asked in others:
        await baton.answer(asked, {"left": 4}, called, role)
    assert await baton.enter() == 0, "an answer that moves nothing is no work that is due"
    await baton.answer(last_asked, {"left": 4}, called, role)
    baton = await place.started()
    assert await baton.enter() == 1, "answers whose wake was lost"
    assert await baton.enter() == 0, "what was seen once is not entered again"

    baton = await place.started()
    assert await baton.enter() == 0, "nor after a restart"
    (review,) = await baton.asked(workflow, "review")
    await baton.answer(review, {"decision": "approved"}, called, role)
    assert place.store is not None
    last = (await place.store.events(workflow))[-1]
    assert isinstance(last.body, NoticePlanned) and last.actor.is_baton
    assert not await baton.asked(workflow, "last")

    baton = await place.started()
    assert await baton.enter() == 1
    assert [asked.name for asked in await baton.asked(workflow, "last")] == ["Asha Patel"]
    baton = await place.started()
    assert await baton.enter() == 0
    await place.close()
