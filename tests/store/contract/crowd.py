"""What every store must do with many writers at once."""

from __future__ import annotations

import asyncio

from engine import events as e
from store.protocol import Conflict, Store
from tests.store.samples import (
    a_workflow,
    commit,
)


async def statuses(store: Store, workflow: str) -> dict[str, str]:
    return {row.notice.id: row.status for row in await store.notices(workflow)}


class Crowd:
    async def test_of_many_who_write_to_one_stream_one_wins_each_version(self, store: Store) -> None:
        await store.commit([a_workflow("w1")])

        async def one(number: int) -> int:
            lost = 0
            while True:
                version = await store.version("w1")
                try:
                    await store.commit([commit("w1", version, e.WorkflowHeld(f"reason {number}"))])
                    return lost
                except Conflict:
                    lost += 1
                    await asyncio.sleep(0)

        await asyncio.gather(*(one(number) for number in range(12)))
        assert [each.version for each in await store.events("w1")] == list(range(1, 19))
        assert (await store.verify()).intact

    async def test_a_conflict_in_a_crowd_fails_alone(self, store: Store) -> None:
        results = await asyncio.gather(
            *(store.commit([a_workflow(f"w{number // 2}")]) for number in range(20)), return_exceptions=True
        )
        lost = [each for each in results if isinstance(each, Conflict)]
        assert len(lost) == 10 and sum(isinstance(each, int) for each in results) == 10
        assert await store.position() == 60 and len(await store.workflows()) == 10

    async def test_event_loops_of_several_threads_write_side_by_side(self, store: Store) -> None:
        async def write(name: str) -> None:
            for number in range(8):
                await store.commit([a_workflow(f"{name}-{number}")])
                assert await store.version(f"{name}-{number}") == 6
                assert len(await store.assignments(f"{name}-{number}")) == 2

        threads = (asyncio.to_thread(asyncio.run, write(f"thread{number}")) for number in range(3))
        await asyncio.gather(write("here"), *threads)
        assert await store.position() == 4 * 8 * 6 and (await store.verify()).intact
