"""Where a command that only looks finds what it shows: the running server, or the store itself when none runs."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Protocol

from cli.client.server import SOME, Server, find, one_of
from cli.console import Trouble
from cli.context import clock, directory
from definitions.models.directory import Directory
from engine.commands.refusals import Refused
from settings import Settings

if TYPE_CHECKING:
    from engine.dates.clock import Clock
    from store.audit import Search
    from store.protocol import Store


class Queries(Protocol):
    """What can be looked at, as data."""

    def alarms(self) -> list[dict[str, Any]]:
        """What of a running Baton does not work; of one that does not run there is nothing to say."""
        ...

    def directory_history(self, pcn: str) -> list[dict[str, Any]]:
        """The changes of the directory, or of one PCN, the latest first."""
        ...

    def directory(self) -> dict[str, Any]:
        """The whole directory, as a file holds it."""
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

    def directory(self) -> dict[str, Any]:
        return self._server.directory()

    def directory_history(self, pcn: str) -> list[dict[str, Any]]:
        return self._server.directory_history(pcn)

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

    def __init__(self, store: Store, clock: Clock, runner: asyncio.Runner) -> None:
        from application.repository import Repository
        from application.workflow_lists import WorkflowLists
        from audit.auditor import Auditor

        self._store, self._auditor, self._runner = store, Auditor(store), runner
        self._lists = WorkflowLists(Repository(store), clock)

    def alarms(self) -> list[dict[str, Any]]:
        return []

    def directory(self) -> dict[str, Any]:
        from application.directory.record import DirectoryRecord

        record = DirectoryRecord(self._store)
        self._runner.run(record.load())
        record.current()  # or it says that there is none yet
        return dict(record.data)

    def directory_history(self, pcn: str) -> list[dict[str, Any]]:
        from application.directory.history import history
        from application.directory.record import DirectoryRecord

        events = self._runner.run(DirectoryRecord(self._store).events())
        return [asdict(entry) for entry in history(events, pcn)]

    def workflows(self, pcn: str, status: str, limit: int) -> list[dict[str, Any]]:
        return self._runner.run(self._lists.workflows(pcn=pcn, status=status, limit=limit))

    def workflow(self, prefix: str) -> dict[str, Any]:
        found = self._runner.run(self._lists.workflow(self._whole_id(prefix)))
        assert found is not None  # it was among the ids that begin so
        return dict(found)

    def _whole_id(self, prefix: str) -> str:
        known = self._runner.run(self._store.workflow(prefix))
        beginning = self._runner.run(self._store.workflows(prefix=prefix, limit=SOME))
        return prefix if known else one_of([row.workflow_id for row in beginning], prefix)

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
            yield _StoreReader(store, clock(known), runner)
        finally:
            runner.run(store.close())


def directory_in_use(known: Settings) -> Directory:
    """The directory that Baton keeps; before it ever kept one, what the directory file says. Raises DefinitionErrors."""
    if find(known) is not None or known.at_home.database.exists():
        with reader(known) as there, suppress(Refused):  # a store that has none yet
            return Directory.model_validate(there.directory())
    return directory(known)
