"""A PCN of twelve practices and small processes, over the memory store: what the tests of the flows launch and answer."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path

from application.batches import Batch
from application.launcher import Launcher
from application.network_calendar import network_calendar
from application.operations import Operations
from application.progress.advancer import Outcome
from application.progress.runtime import PostOutcome, Runtime
from application.repository import Repository
from definitions.loading.library import SHIPPED, Library
from definitions.models.directory import Directory
from engine.dates.clock import Clock, LeapingClock, VirtualClock
from engine.events import Actor, NoticePlanned
from store.memory.store import MemoryStore

MANAGER = Actor("Asha Patel", "pcn_manager", "U90001", "asha-patel", channel="web")
PRACTICES = [f"Y9{number:04}" for number in range(12)]
#: A Tuesday with nothing special about it.
START = datetime(2026, 12, 15, 9, tzinfo=UTC)

#: Closes when so many practices have answered, or on its day.
_FIGURES = """\
id: figures-of-{needs}
version: 1
title: Figures
summary: A process for tests.
retention: corporate-6
sensitivity: none
launch:
  by: [pcn_manager]
  reference: "{{{{ inputs.name }}}}"
  inputs:
    - {{id: name, type: text, label: Name}}
    - {{id: closing, type: date, label: Closing day}}
dates:
  closing_day: {{is: inputs.closing, external: true}}
steps:
  - id: figures
    kind: collect
    title: Figures
    why: So that the van is full.
    takes: 5 minutes
    assign: {{role: practice_manager, at: every practice}}
    due: closing_day
    external: true
    form:
      - {{id: visits, type: integer, label: Visits, min: 0}}
    close_when: at least {needs}
    if_short: proceed and name the gaps
"""


def directory() -> Directory:
    people = [{"id": "asha-patel", "name": "Asha Patel", "email": "asha@pcn.example"}]
    roles = [{"role": "pcn_manager", "at": "U90001", "person": "asha-patel"}]
    for code in PRACTICES:
        people.append(
            {"id": f"pm-{code.lower()}", "name": f"Jo {code}", "email": f"{code.lower()}@pcn.example"}
        )
        roles.append({"role": "practice_manager", "at": code, "person": f"pm-{code.lower()}"})
    practices = [{"code": code, "name": f"Practice {code}", "list_size": 5000} for code in PRACTICES]
    pcn = {
        "code": "U90001",
        "name": "Harbour Vale PCN",
        "practices": practices,
        "people": people,
        "roles": roles,
    }
    return Directory.model_validate({"pcns": [pcn]})


class WatchedRuntime(Runtime):
    """The runtime, with a note of what was asked of it. `trouble` is raised by the next advances, one each."""

    def watch(self) -> None:
        self.advances: list[tuple[str, ...]] = []
        self.advanced = asyncio.Event()
        self.trouble: list[Exception] = []

    async def advance(self, workflow_ids: Sequence[str]) -> Outcome:
        self.advances.append(tuple(workflow_ids))
        if self.trouble:
            raise self.trouble.pop(0)
        outcome = await super().advance(workflow_ids)
        self.advanced.set()
        return outcome


class Network:
    """The PCN, its store and its runtime. Nothing is woken by itself: each test says when."""

    def __init__(self, folder: Path, clock: Clock | None = None) -> None:
        self.clock = clock or VirtualClock(START)
        self.library = folder / "own"
        (self.library / "library").mkdir(parents=True, exist_ok=True)
        self.store = MemoryStore()
        self.delivered = self.deliveries = 0
        self.restart()

    def restart(self) -> None:
        """Everything but the store made anew, as after a kill."""
        repository = Repository(self.store)
        launcher = Launcher(
            repository, Library([SHIPPED, self.library]), directory, network_calendar().to_data()
        )
        self.operations = Operations(repository, launcher, self.clock)
        self.runtime = WatchedRuntime(self.operations, self._deliver)
        self.runtime.watch()

    async def launch(self, name: str, needs: int = 1, day: date = date(2027, 3, 1)) -> Batch:
        """A process called `name` that closes when `needs` practices have answered, or when `day` ends."""
        file = self.library / "library" / f"figures-of-{needs}.yaml"
        file.write_text(_FIGURES.format(needs=needs))
        inputs = {"name": name, "closing": day.isoformat()}
        made = await self.operations.launch(f"figures-of-{needs}", ["U90001"], inputs, MANAGER)
        return made.batches[0]

    async def respond(self, batch: Batch) -> None:
        """The next practice answers; nothing is woken."""
        state = await self.operations.repository.state(batch.workflow_ids[0])
        asked = next(each for each in state.steps["figures"].assignments.values() if each.response is None)
        actor = Actor(asked.name, asked.role, asked.organisation, asked.person, channel="web")
        await self.operations.respond(asked.id, {"visits": 3}, actor)

    async def is_closed(self, batch: Batch) -> bool:
        row = await self.store.workflow(batch.workflow_ids[0])
        return row is not None and row.closed_at is not None

    async def notices(self) -> int:
        return sum(
            entry.type == NoticePlanned.__name__ for entry in await self.store.entries_since(0, 100_000)
        )

    async def _deliver(self, now: datetime) -> PostOutcome:
        seen, planned = await self.store.position(), await self.notices()
        sent, self.delivered = planned - self.delivered, planned
        self.deliveries += 1
        return PostOutcome(sent, 0, None, f"{sent} sent", seen)


def leaping(start: datetime = START) -> LeapingClock:
    return LeapingClock.starting(start)
