"""Reading the log afterwards, ready to be shown: here when the store is ours, over the API when a server has it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Query

from cli.console import Trouble
from cli.reaching import one_of
from cli.story import Teller
from definitions.bundle import open_bundle
from engine.folding import fold
from store import audit
from store.duckdb_store import DuckdbStore


class Auditor:
    """Answers an auditor's questions from a store, as data that can go over the API."""

    def __init__(self, store: DuckdbStore) -> None:
        self._store = store

    def listed(
        self, *, pcn: str = "", definition: str = "", status: str = "", limit: int = 200
    ) -> list[dict[str, Any]]:
        """Workflows, the latest first, with counts of what there is of each. `status`: open, closed or empty."""
        found = audit.listed(self._store, pcn=pcn, definition=definition, status=status, limit=limit)
        counts = ("events", "steps_closed", "asked", "answered", "late", "messages_sent")
        return [{**asdict(each.workflow), **{name: getattr(each, name) for name in counts}} for each in found]

    def story(self, prefix: str) -> dict[str, Any]:
        """One workflow as a story. Raises Trouble when no workflow, or more than one, begins with `prefix`."""
        workflow_id = one_of(self._store.workflows_starting(prefix), prefix)
        events = self._store.events(workflow_id)
        state = fold(events, lambda sha256: open_bundle(self._store.document(sha256)))
        return {
            "workflow": asdict(self._store.workflow(workflow_id) or _gone(workflow_id)),
            "lines": [asdict(line) for line in Teller(state).lines(events)],
            "letters": [asdict(message) for message in audit.messages_of(self._store, workflow_id)],
            "head": self._store.head(),
        }

    def verify(self, witnessed: Sequence[str] = ()) -> dict[str, Any]:
        """Whether the chain holds, and which of the heads that receipts carry it does not contain."""
        verdict, missing = audit.verify(self._store, witnessed)
        return {**asdict(verdict), "witnessed": len(witnessed), "missing": list(missing)}


def _gone(workflow_id: str) -> Any:
    raise Trouble(f"The lists do not know {workflow_id}, and the log does.", "Run `baton store check`.")


def audit_routes(auditor: Auditor) -> APIRouter:
    """GET /api/audit/…: what `baton audit` shows while the server has the store."""
    router = APIRouter(prefix="/api/audit", tags=["audit"])

    # Plain functions, so that a long walk runs in a thread and answers go on being taken.
    @router.get("/workflows", summary="Workflows with counts of what there is of each")
    def workflows(
        pcn: Annotated[str, Query(max_length=12)] = "",
        definition: Annotated[str, Query(max_length=60)] = "",
        status: Annotated[str, Query(pattern="^(open|closed)?$")] = "",
        limit: Annotated[int, Query(ge=1, le=10_000)] = 200,
    ) -> list[dict[str, Any]]:
        return auditor.listed(pcn=pcn, definition=definition, status=status, limit=limit)

    @router.get(
        "/story", summary="A workflow as a story: who was asked what, when, why then, and how it closed"
    )
    def story(workflow: Annotated[str, Query(min_length=1, max_length=60)]) -> dict[str, Any]:
        try:
            return auditor.story(workflow)
        except Trouble as trouble:
            raise HTTPException(404, str(trouble)) from None

    @router.get("/verify", summary="Walk the chain of the log")
    def verify(
        heads: Annotated[str, Query(max_length=10_000, pattern="^[0-9a-f,]*$")] = "",
    ) -> dict[str, Any]:
        return auditor.verify([head for head in heads.split(",") if head])

    return router
