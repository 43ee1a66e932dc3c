"""A key stands for one launch: said again it gives that launch, and for anything else it is refused."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from application.launcher import KEY_TAKEN, Launcher, LaunchResult
from application.network_calendar import network_calendar
from application.operations import Operations
from application.repository import Repository
from cli.arguments import mapping
from definitions.loading.library import Library
from engine.commands.refusals import Refused
from engine.dates.clock import VirtualClock
from engine.events import Actor
from store.memory.store import MemoryStore
from store.protocol import Commit

EXAMPLES = Path(__file__).parents[2] / "examples"
MANAGER = Actor("Asha Patel", "pcn_manager", "U90001", "asha-patel", channel="web")
INPUTS = mapping(EXAMPLES / "inputs" / "iif-quarter-close.yaml")


async def launched(operations: Operations, key: str, **changed: Any) -> LaunchResult:
    return await operations.launch("iif-quarter-close", ["U90001"], {**INPUTS, **changed}, MANAGER, key)


async def test_the_same_key_with_the_same_content_gives_the_same_launch(operations: Operations) -> None:
    first = await launched(operations, "pcn-a:q3")
    again = await launched(operations, "pcn-a:q3")
    assert again.repeated and not first.repeated
    assert (again.launch, again.workflows, again.batches) == (first.launch, first.workflows, first.batches)


async def test_a_key_that_another_ends_with_is_another_key(operations: Operations) -> None:
    first, second = await launched(operations, "pcn-a:q3"), await launched(operations, "q3")
    assert not second.repeated and first.workflows != second.workflows
    assert len(await operations.repository.store.workflows()) == 2


async def test_the_same_key_for_something_else_is_refused_and_starts_nothing(operations: Operations) -> None:
    first = await launched(operations, "q3")
    with pytest.raises(Refused, match=f"was used for another launch .{first.launch}") as refused:
        await launched(operations, "q3", quarter="Q2")
    assert refused.value.code == KEY_TAKEN
    with pytest.raises(Refused, match="was used for another launch"):
        await operations.launch("onboard-new-role", ["U90001"], {}, MANAGER, "q3")
    assert len(await operations.repository.store.workflows()) == 1


class Ahead(MemoryStore):
    """A store where another process makes a launch with the same key just before ours is committed."""

    before_the_first: Callable[[], Awaitable[None]] | None = None

    async def commit(self, commits: Sequence[Commit]) -> int:
        if self.before_the_first:
            first, self.before_the_first = self.before_the_first, None
            await first()
        return await super().commit(commits)


async def test_of_two_processes_one_launches_and_both_hear_of_it(
    operations: Operations, clock: VirtualClock
) -> None:
    store = Ahead()

    def process() -> Operations:
        launcher = Launcher(
            Repository(store), Library(), lambda: operations.launcher.directory, network_calendar().to_data()
        )
        return Operations(Repository(store), launcher, clock)

    ours, theirs = process(), process()
    made: list[LaunchResult] = []

    async def first() -> None:
        clock.move_on(timedelta(seconds=1))  # or both would have the same id
        made.append(await launched(theirs, "q3"))

    store.before_the_first = first
    mine = await launched(ours, "q3")
    assert mine.repeated and mine.workflows == made[0].workflows
    assert len(await store.workflows()) == 1


async def test_pressed_many_times_at_once_it_is_launched_once(operations: Operations) -> None:
    made = await asyncio.gather(*(launched(operations, "q3") for _ in range(8)))
    assert sum(not each.repeated for each in made) == 1 and len({each.workflows for each in made}) == 1
