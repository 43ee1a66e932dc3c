"""Where a command that only looks finds what it shows: the running server, or the store itself when none runs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any, Protocol

from cli.client.server import Server, find, one_of
from cli.console import Trouble
from settings import Settings


class Reader(Protocol):
    """What can be looked at, as data."""

    def workflows(self, pcn: str, status: str, limit: int) -> list[dict[str, Any]]: ...
    def workflow(self, prefix: str) -> dict[str, Any]:
        """The workflow, with its `steps` and `assignments`. Raises Trouble."""
        ...

    def listed(self, pcn: str, status: str, limit: int) -> list[dict[str, Any]]: ...
    def story(self, prefix: str) -> dict[str, Any]: ...
    def verify(self, heads: list[str]) -> dict[str, Any]: ...


class _ServerReader:
    """Looks over the API of a running server."""

    def __init__(self, server: Server) -> None:
        self._server = server

    def workflows(self, pcn: str, status: str, limit: int) -> list[dict[str, Any]]:
        return self._server.workflows(pcn=pcn, status=status, limit=limit)

    def workflow(self, prefix: str) -> dict[str, Any]:
        return self._server.workflow(self._server.whole_id(prefix))

    def listed(self, pcn: str, status: str, limit: int) -> list[dict[str, Any]]:
        return list(self._server.audit("workflows", pcn=pcn, status=status, limit=limit))

    def story(self, prefix: str) -> dict[str, Any]:
        return dict(self._server.audit("story", workflow=self._server.whole_id(prefix)))

    def verify(self, heads: list[str]) -> dict[str, Any]:
        return dict(self._server.audit("verify", heads=",".join(heads)))


class _StoreReader:
    """Looks into the store, which nobody else has open."""

    def __init__(self, store: Any) -> None:
        from audit.auditor import Auditor

        self._store, self._auditor = store, Auditor(store)

    def workflows(self, pcn: str, status: str, limit: int) -> list[dict[str, Any]]:
        rows = self._store.workflows(pcn=pcn, open_only=status == "open", limit=100_000 if status else limit)
        return [asdict(row) for row in rows if status in ("", "open", row.status)][:limit]

    def workflow(self, prefix: str) -> dict[str, Any]:
        found = one_of(self._store.workflows_starting(prefix), prefix)
        return {
            **asdict(self._store.workflow(found)),
            "steps": [asdict(step) for step in self._store.steps(found)],
            "assignments": [asdict(assignment) for assignment in self._store.assignments(found)],
        }

    def listed(self, pcn: str, status: str, limit: int) -> list[dict[str, Any]]:
        return self._auditor.listed(pcn=pcn, status=status, limit=limit)

    def story(self, prefix: str) -> dict[str, Any]:
        return self._auditor.story(one_of(self._store.workflows_starting(prefix), prefix))

    def verify(self, heads: list[str]) -> dict[str, Any]:
        return self._auditor.verify(heads)


@contextmanager
def reader(known: Settings) -> Iterator[Reader]:
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
    from store.duckdb.opener import open_store

    store = open_store(home.root)
    try:
        yield _StoreReader(store)
    finally:
        store.close()
