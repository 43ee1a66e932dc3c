"""No wake is lost: the adapter raced against wakes over a faithful small model of Prefect's run state."""

from __future__ import annotations

import asyncio
import random
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from prefect.client.schemas.objects import State, StateType

from flows.wait import FAR_OFF, WAITING, WOKEN, NotWoken, leave, scheduled
from flows.wait import wake as wake_keys

#: The model's now: wakes are stamped with the machine's time, which is before this, and FAR_OFF after.
NOW = datetime(2500, 1, 1, tzinfo=UTC)
KEY = "batch-1"


@dataclass
class ModelRuns:
    """One flow run as Prefect's server keeps it, with every gap a network and a server put between steps.

    As in `bulk_set_state` of Prefect 3.8.8, a wake reads the state, and only later writes. Gaps are filled
    by whatever else is ready, in an order drawn from `dice`.
    """

    dice: random.Random
    run_id: UUID = field(default_factory=uuid4)
    state: State[Any] = field(default_factory=lambda: scheduled("Scheduled", NOW, ""))
    history: list[str] = field(default_factory=list)

    async def gap(self) -> None:
        for _ in range(self.dice.randrange(6)):
            await asyncio.sleep(0)

    def set(self, state: State[Any]) -> None:
        self.state = state
        self.history.append(str(state.name))

    async def schedule(self, run_id: UUID, name: str, at: datetime, because: str) -> State[Any]:
        await self.gap()
        state = scheduled(name, at, because)
        self.set(state)
        await self.gap()
        return state

    async def wake(self, by: dict[str, list[str]], at: datetime, because: str) -> int:
        await self.gap()
        matches = by in ({"id": [str(self.run_id)]}, {"idempotency_key": [KEY]})
        if not matches or self.state.type is not StateType.SCHEDULED:
            await self.gap()
            return 0
        await self.gap()
        self.set(scheduled(WOKEN, at, because))
        await self.gap()
        return 1

    def is_due(self) -> bool:
        at = self.state.state_details.scheduled_time
        return self.state.type is StateType.SCHEDULED and at is not None and at <= NOW

    async def claim(self) -> bool:
        """PreventPendingTransitions: one claim of a run that is due, none while it is Pending or Running."""
        await self.gap()
        if self.state.type in {StateType.PENDING, StateType.RUNNING}:
            return False
        self.set(State(type=StateType.PENDING, name="Pending"))
        await self.gap()
        self.set(State(type=StateType.RUNNING, name="Running"))
        await self.gap()
        return True


@dataclass
class Race:
    """Facts committed and woken for, against entries that advance, wait and look again."""

    runs: ModelRuns
    log: int = 0
    advanced_to: int = 0
    entries: int = 0
    under_way: set[UUID] = field(default_factory=set)
    over: bool = False

    async def respond(self) -> None:
        await self.runs.gap()
        self.log += 1
        await self.runs.gap()
        await wake_keys([KEY], "an answer came in", self.runs)

    async def enter(self) -> None:
        """What flows/workflows.py does, once, from claim to leaving."""
        if not await self.runs.claim():
            return
        self.entries += 1
        await self.runs.gap()
        seen = self.log
        await self.runs.gap()
        self.advanced_to = max(self.advanced_to, seen)

        async def moved() -> bool:
            await self.runs.gap()
            return self.log > seen

        await leave(self.runs, self.runs.run_id, FAR_OFF, "1 to answer", moved, lambda: NOW)

    async def work(self, careful: bool) -> None:
        """A worker. A careful one leaves a run it is executing alone; two careless ones are two processes."""
        entries: set[asyncio.Task[None]] = set()
        while not self.over or entries:
            await self.runs.gap()
            due = self.runs.is_due()
            await self.runs.gap()  # the answer is on its way, and grows stale
            if due and not (careful and entries):
                entries.add(asyncio.create_task(self.enter()))
            await asyncio.sleep(0)
            entries = {entry for entry in entries if not entry.done()}


async def _race(seed: int, workers: int) -> Race:
    dice = random.Random(seed)
    race = Race(ModelRuns(dice))
    crew = [asyncio.create_task(race.work(careful=workers == 1)) for _ in range(workers)]
    answers = [asyncio.create_task(race.respond()) for _ in range(dice.randrange(1, 6))]
    await asyncio.gather(*answers)
    idle = 0
    while idle < 40:  # longer than any chain of gaps: until nothing can happen any more
        await asyncio.sleep(0)
        resting = race.runs.state.name == WAITING and not race.runs.is_due()
        idle = idle + 1 if resting else 0
    race.over = True
    await asyncio.gather(*crew)
    return race


@pytest.mark.parametrize("workers", [1, 2])
async def test_every_fact_is_advanced_past_however_wakes_and_entries_interleave(workers: int) -> None:
    raced = 0
    for seed in range(3000):
        race = await asyncio.wait_for(_race(seed, workers), 5)
        assert race.advanced_to == race.log, f"seed {seed}: {race.runs.history}"
        raced += WOKEN in race.runs.history
    assert raced > 500  # the races did happen


async def test_without_the_second_look_a_wake_is_lost() -> None:
    """The model is able to lose one: that is what the test above is worth."""

    async def blind() -> bool:
        return False

    lost = 0
    for seed in range(300):
        race = Race(ModelRuns(random.Random(seed)))

        async def enter_blindly(race: Race = race) -> None:
            await race.runs.claim()
            race.advanced_to = race.log
            await leave(race.runs, race.runs.run_id, FAR_OFF, "", blind, lambda: NOW)

        await asyncio.gather(enter_blindly(), race.respond())
        lost += race.advanced_to < race.log and race.runs.state.name == WAITING
    assert lost


async def test_a_second_look_that_fails_enters_again() -> None:
    runs = ModelRuns(random.Random(1))

    async def broken() -> bool:
        raise OSError("disk full")

    await leave(runs, runs.run_id, FAR_OFF, "", broken, lambda: NOW)
    assert runs.state.name == WOKEN


async def test_a_running_run_is_left_alone() -> None:
    runs = ModelRuns(random.Random(1))
    runs.set(State(type=StateType.RUNNING, name="Running"))
    assert await wake_keys([KEY], "an answer came in", runs) == 0
    assert runs.state.name == "Running"


async def test_a_wake_the_server_was_too_busy_for_is_an_error_so_that_it_is_tried_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Busy:
        async def __aenter__(self) -> Busy:
            return self

        async def __aexit__(self, *_: object) -> None:
            return None

        async def request(self, *_: object, **__: object) -> Busy:
            return self

        def json(self) -> dict[str, Any]:
            return {"results": [{"status": "ABORT", "details": {"reason": "database is locked"}}]}

    monkeypatch.setattr("flows.wait.get_client", Busy)
    with pytest.raises(NotWoken, match="database is locked"):
        await wake_keys([KEY], "an answer came in")
