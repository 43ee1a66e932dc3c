"""Where a command that only looks finds what it shows: the running server, or the store itself when none runs."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Protocol

from cli.client.server import Server, find, one_of
from cli.console import Trouble
from definitions.source.typed_text import ods_code
from engine.dates.clock import SystemClock
from settings import Settings

if TYPE_CHECKING:
    from store.audit import Search
    from store.protocol import Store


class Queries(Protocol):
    """What can be looked at, as data."""

    def alarms(self) -> list[dict[str, Any]]:
        """What of a running Baton does not work; of one that does not run there is nothing to say."""
        ...

    def workflows(self, pcn: str, status: str, limit: int) -> list[dict[str, Any]]: ...
    def workflow(self, prefix: str) -> dict[str, Any]:
        """The workflow, with its `steps` and `assignments`. Raises Trouble."""
        ...

    def listed(self, pcn: str, status: str, limit: int) -> list[dict[str, Any]]: ...
    def story(self, prefix: str) -> dict[str, Any]: ...
    def search(self, wanted: Search) -> list[dict[str, Any]]: ...

    def verify(self, heads: list[str]) -> dict[str, Any]: ...


class _ServerReader:
    """Looks over the API of a running server."""

    def __init__(self, server: Server) -> None:
        self._server = server

    def alarms(self) -> list[dict[str, Any]]:
        return self._server.alarms()

    def workflows(self, pcn: str, status: str, limit: int) -> list[dict[str, Any]]:
        return self._server.workflows(pcn=pcn, status=status, limit=limit)

    def workflow(self, prefix: str) -> dict[str, Any]:
        return self._server.workflow(self._server.whole_id(prefix))

    def listed(self, pcn: str, status: str, limit: int) -> list[dict[str, Any]]:
        return list(self._server.audit("workflows", pcn=pcn, status=status, limit=limit))

    def story(self, prefix: str) -> dict[str, Any]:
        return dict(self._server.audit("story", workflow=self._server.whole_id(prefix)))

    def search(self, wanted: Search) -> list[dict[str, Any]]:
        given = {name: str(value) for name, value in asdict(wanted).items() if value}
        return list(self._server.audit("events", **given))

    def verify(self, heads: list[str]) -> dict[str, Any]:
        return self._server.verify(heads)


class _StoreReader:
    """Looks into the store, which nobody else has open."""

    def __init__(self, store: Store, runner: asyncio.Runner) -> None:
        from application.repository import Repository
        from audit.auditor import Auditor

        self._store, self._auditor, self._runner = store, Auditor(store), runner
        self._repository = Repository(store)

    def alarms(self) -> list[dict[str, Any]]:
        return []

    def workflows(self, pcn: str, status: str, limit: int) -> list[dict[str, Any]]:
        rows = self._runner.run(
            self._store.workflows(
                pcn=ods_code(pcn), open_only=status == "open", limit=100_000 if status else limit
            )
        )
        return [asdict(row) for row in rows if status in ("", "open", row.status)][:limit]

    def workflow(self, prefix: str) -> dict[str, Any]:
        return self._runner.run(self._workflow(self._whole_id(prefix)))

    async def _workflow(self, workflow_id: str) -> dict[str, Any]:
        row = await self._store.workflow(workflow_id)
        assert row is not None  # it was among the ids that begin so
        steps, asked = await self._store.steps(workflow_id), await self._store.assignments(workflow_id)
        return {
            **asdict(row),
            "steps": [asdict(each) for each in steps],
            "assignments": [asdict(each) for each in asked],
            "children": [
                asdict(each) for each in await self._repository.started(workflow_id, SystemClock().now())
            ],
        }

    def _whole_id(self, prefix: str) -> str:
        return one_of(self._runner.run(self._store.workflows_starting(prefix)), prefix)

    def listed(self, pcn: str, status: str, limit: int) -> list[dict[str, Any]]:
        return self._runner.run(self._auditor.listed(pcn=pcn, status=status, limit=limit))

    def story(self, prefix: str) -> dict[str, Any]:
        return self._runner.run(self._auditor.story(self._whole_id(prefix)))

    def search(self, wanted: Search) -> list[dict[str, Any]]:
        return self._runner.run(self._auditor.search(wanted))

    def verify(self, heads: list[str]) -> dict[str, Any]:
        return self._runner.run(self._auditor.verify(heads))


@contextmanager
def reader(known: Settings) -> Iterator[Queries]:
    """The server where one runs, else the store. Raises Trouble when there is neither, StoreError when it is damaged."""
    if server := find(known):
        yield _ServerReader(server)
        return
    home = known.at_home
    if not home.database.exists():
        raise Trouble(
            f"There is no store in {home.root} yet.",
            "Start Baton with `baton serve`, or name the folder: baton --home FOLDER …",
        )
    from store.embedded import open_store

    with asyncio.Runner() as runner:
        store = open_store(home.root)
        try:
            yield _StoreReader(store, runner)
        finally:
            runner.run(store.close())
