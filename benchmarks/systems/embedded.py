"""Baton's own launcher and runtime over a DuckDB store, in this process: everything but Prefect, the web and the post."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from application.launcher import Launcher, LaunchResult
from application.network_calendar import network_calendar
from application.operations import Operations
from application.progress.runtime import PostOutcome, Runtime
from application.repository import Repository
from benchmarks.systems.network import INPUTS, SHELF, directory
from definitions.loading.library import SHIPPED, Library
from engine.dates.clock import VirtualClock
from engine.events import Actor
from store.embedded import open_store
from store.protocol import Store

#: The Saturday night of benchmarks/systems/served.py.
NOW = datetime.fromisoformat("2026-11-21T22:00:00+00:00")
WHO = Actor("Bench", "pcn_manager", "U50001", channel="web")


async def _no_post(now: datetime) -> PostOutcome:
    return PostOutcome(0, 0, None, "no post here", 0)


@dataclass(frozen=True, slots=True)
class Embedded:
    store: Store
    operations: Operations
    runtime: Runtime

    async def launch(self, definition: str, pcns: list[str], key: str) -> LaunchResult:
        """Launch, and advance every batch once, as the flow runs would."""
        launched = await self.operations.launch(definition, pcns, INPUTS, WHO, key)
        for batch in launched.batches:
            await self.runtime.advance(batch.workflow_ids)
        return launched


@asynccontextmanager
async def embedded(folder: Path, pcns: int) -> AsyncIterator[Embedded]:
    """A runtime on the store in `folder`, for a network of `pcns`."""
    known = directory(folder, pcns)
    store = open_store(folder)
    try:
        repository = Repository(store)
        launcher = Launcher(
            repository, Library([SHIPPED, SHELF]), lambda: known, network_calendar().to_data()
        )
        operations = Operations(repository, launcher, VirtualClock(NOW))
        yield Embedded(store, operations, Runtime(operations, _no_post))
    finally:
        await store.close()
