"""Reading the log afterwards, ready to be shown: as data that can go over the API."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from audit.story import StoryWriter
from definitions.language.budget import MAX_TOGETHER, Budget
from definitions.loading.bundle import open_bundle
from engine.state.fold import fold
from store.duckdb import audit_queries
from store.duckdb.store import DuckdbStore


class UnknownWorkflow(LookupError):
    """The store has no such workflow; the message says what to do next."""


class Auditor:
    """Answers an auditor's questions from a store, as data that can go over the API."""

    def __init__(self, store: DuckdbStore) -> None:
        self._store = store

    def listed(
        self, *, pcn: str = "", definition: str = "", status: str = "", limit: int = 200
    ) -> list[dict[str, Any]]:
        """Workflows, the latest first, with counts of what there is of each. `status`: open, closed or empty."""
        found = audit_queries.listed(self._store, pcn=pcn, definition=definition, status=status, limit=limit)
        counts = ("events", "steps_closed", "asked", "answered", "late", "messages_sent")
        return [{**asdict(each.workflow), **{name: getattr(each, name) for name in counts}} for each in found]

    def story(self, workflow_id: str) -> dict[str, Any]:
        """One workflow as a story. Raises UnknownWorkflow."""
        row, events = self._store.workflow(workflow_id), self._store.events(workflow_id)
        if not events:
            raise UnknownWorkflow(f"There is no workflow {workflow_id}. `baton status` lists them.")
        if row is None:
            raise UnknownWorkflow(
                f"The lists do not know {workflow_id}, and the log does. Run `baton store check`."
            )
        state = fold(events, lambda sha256: open_bundle(self._store.document(sha256)))
        with Budget(MAX_TOGETHER):  # of all the titles that it tells
            lines = StoryWriter(state).lines(events)
        return {
            "workflow": asdict(row),
            "lines": [asdict(line) for line in lines],
            "emails": [asdict(message) for message in audit_queries.messages_of(self._store, workflow_id)],
            "head": self._store.head(),
        }

    def verify(self, witnessed: Sequence[str] = ()) -> dict[str, Any]:
        """Whether the chain holds, and which of the heads that receipts carry it does not contain."""
        verdict, missing = audit_queries.verify(self._store, witnessed)
        return {**asdict(verdict), "witnessed": len(witnessed), "missing": list(missing)}
