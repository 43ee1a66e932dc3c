"""The workflows as people and programs see them: who is waited for is said as of now, and nothing of Baton's own is in it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict
from datetime import datetime
from functools import partial
from typing import Any

from application.environment.executor import STOPPERS, worked_out
from application.overview import overview
from application.repository import STUCK, Repository, Unreadable, pending_of
from definitions.source.typed_text import ods_code
from engine.dates.clock import Clock
from store.protocol import WorkflowRow

#: Whether a workflow is somebody's to see.
Visible = Callable[[WorkflowRow], Awaitable[bool]]
#: Rows that are looked through for those that are.
MOST = 100_000


async def everything(row: WorkflowRow) -> bool:
    """For whoever may see all there is."""
    return True


class WorkflowLists:
    """What runs, over one repository, by the calendar of `clock`."""

    def __init__(self, repository: Repository, clock: Clock) -> None:
        self._repository, self._store, self._clock = repository, repository.store, clock

    async def workflows(
        self, visible: Visible = everything, *, prefix: str = "", pcn: str = "", definition: str = "", status: str = "",
        limit: int = 100,
    ) -> list[dict[str, Any]]:  # fmt: skip
        """The latest launched first; a filter that is empty lets everything through. `status` as in the store's
        `workflows`, `prefix` is what the ids begin with."""
        rows = await self._store.workflows(
            prefix=prefix, pcn=ods_code(pcn), definition=definition, status=status,
            limit=limit if visible is everything else MOST,
        )  # fmt: skip
        found: list[dict[str, Any]] = []
        for row in rows:
            if len(found) == limit:
                break
            if await visible(row):
                found.append(await self._shown(row))
        return found

    async def workflow(self, workflow_id: str, visible: Visible = everything) -> Mapping[str, Any] | None:
        """The workflow with its steps, its assignments, how it stands, and the workflows it started; answers are not in it.
        None where there is none that is theirs to see."""
        row = await self._store.workflow(workflow_id)
        if row is None or not await visible(row):
            return None
        return {
            **await self._shown(row),
            "overview": await self._overview(workflow_id),
            "steps": [asdict(step) for step in await self._store.steps(workflow_id)],
            "assignments": [asdict(assignment) for assignment in await self._store.assignments(workflow_id)],
            "children": await self._started(workflow_id, visible),
        }

    async def _overview(self, workflow_id: str) -> dict[str, Any] | None:
        """How it stands, in names and titles; None where it cannot be worked out."""
        try:
            state = await self._repository.state(workflow_id)
            return asdict(await worked_out(partial(overview, state, self._clock.now())))
        except (Unreadable, *STOPPERS):
            return None

    async def _started(self, workflow_id: str, visible: Visible) -> list[dict[str, Any]]:
        """The workflows that its steps started, each with whom it waits for: who is asked there is not asked here."""
        try:
            state = await self._repository.state(workflow_id)
        except Unreadable:
            return []
        rows = [await self._store.workflow(child.id) for child in state.children]
        return [await self._shown(row) for row in rows if row is not None and await visible(row)]

    async def _shown(self, row: WorkflowRow) -> dict[str, Any]:
        now = self._clock.now()
        return {
            **row.public(),
            "waiting_for": await self._waiting_for(row, now) if _outdated(row, now) else row.waiting_for,
        }

    async def _waiting_for(self, row: WorkflowRow, now: datetime) -> str:
        try:
            state = await self._repository.state(row.workflow_id)
        except Unreadable:
            return row.waiting_for
        return (await worked_out(partial(pending_of, state, now))).waiting_for


def _outdated(row: WorkflowRow, now: datetime) -> bool:
    """Whether whom it waits for may have changed since that was stored: it came with the last commit of an advance.

    An answer that moves nothing leaves it as it was, since it takes longer to say than the answer to keep; and while no
    server ran, moments have passed unseen.
    """
    if row.status not in ("open", "held") or row.waiting_for.startswith(STUCK):
        return False
    return row.seen != row.version or (row.next_deadline is not None and row.next_deadline <= now)
