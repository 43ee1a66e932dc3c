"""Reading the log afterwards, ready to be shown: as data that can go over the API."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

from audit.story import StoryWriter
from definitions.language.budget import MAX_TOGETHER, Budget
from definitions.loading.bundle import Process, open_bundle
from definitions.source.typed_text import ods_code
from engine.events import Event
from engine.state.fold import fold
from store.audit import Search
from store.log import chain
from store.protocol import LogEntry, Store

#: More than anybody revokes.
_ALL = 100_000


class UnknownWorkflow(LookupError):
    """The store has no such workflow; the message says what to do next."""


class Auditor:
    """Answers an auditor's questions from a store, as data that can go over the API."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def listed(
        self, *, pcn: str = "", definition: str = "", status: str = "", limit: int = 200
    ) -> list[dict[str, Any]]:
        """Workflows, the latest first, with counts of what there is of each. `status`: open, closed or empty."""
        found = await self._store.summaries(
            pcn=ods_code(pcn), definition=definition, status=status, limit=limit
        )
        counts = ("events", "steps_closed", "asked", "answered", "late", "messages_sent")
        return [
            {**each.workflow.public(), **{name: getattr(each, name) for name in counts}} for each in found
        ]

    async def story(self, workflow_id: str) -> dict[str, Any]:
        """One workflow as a story. Raises UnknownWorkflow."""
        row, events = await self._store.workflow(workflow_id), await self._store.events(workflow_id)
        if not events:
            raise UnknownWorkflow(f"There is no workflow {workflow_id}. `baton status` lists them.")
        if row is None:
            raise UnknownWorkflow(
                f"The lists do not know {workflow_id}, and the log does. Run `baton store check`."
            )
        bundles = {bundle for event in events if (bundle := getattr(event.body, "bundle", ""))}
        texts = {bundle: await self._store.document(bundle) for bundle in bundles}
        return {
            "workflow": row.public(),
            "lines": await asyncio.to_thread(_lines, events, await self._revocations(workflow_id), texts),
            "emails": [asdict(message) for message in await self._store.messages_of(workflow_id)],
            "head": await self._store.head(),
        }

    async def _revocations(self, workflow_id: str) -> list[Event]:
        """The links of the workflow that a person ended. Those that only gave way to newer ones are nobody's news."""
        wanted = Search(type="LinkRevoked", text=f'"assignment":"{workflow_id}.', limit=_ALL)
        found = [chain.to_event(entry) for entry in await self._store.search(wanted)]
        return [event for event in reversed(found) if not event.actor.is_baton]

    async def search(self, wanted: Search) -> list[dict[str, Any]]:
        """The events that fit, the newest first: where, when, of what type, who, and what the log holds of each."""
        wanted = replace(wanted, organisation=ods_code(wanted.organisation))
        return [_shown(entry) for entry in await self._store.search(wanted)]

    async def verify(self, witnessed: Sequence[str] = ()) -> dict[str, Any]:
        """Whether the chain holds, and which of the heads that receipts carry it does not contain."""
        verdict, there = await self._store.verify(), await self._store.holds(witnessed)
        missing = [head for head in witnessed if head not in there]
        return {**asdict(verdict), "witnessed": len(witnessed), "missing": missing}


def _lines(
    events: Sequence[Event], revocations: Sequence[Event], texts: Mapping[str, bytes]
) -> list[dict[str, Any]]:
    processes: dict[str, Process] = {sha256: open_bundle(text) for sha256, text in texts.items()}
    state = fold(events, processes.__getitem__)
    with Budget(MAX_TOGETHER):  # of all the titles that it tells
        told = sorted((*events, *revocations), key=lambda event: event.at)
        return [asdict(line) for line in StoryWriter(state).lines(told)]


def _shown(entry: LogEntry) -> dict[str, Any]:
    event = chain.to_event(entry)
    return {
        "position": entry.position, "workflow": entry.workflow_id, "at": event.at, "type": entry.type,
        "who": event.actor.name, "role": event.actor.role, "organisation": event.actor.organisation,
        "data": entry.data,
    }  # fmt: skip
