"""What needs you: over every workflow that is theirs to manage, what waits for a person, the longest first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import partial

from application.access.policy import Policy
from application.access.principal import Principal
from application.environment.executor import STOPPERS, worked_out
from application.needs import Need, needs
from application.operations import Operations
from application.repository import STUCK, Unreadable
from engine.commands.refusals import Refused
from store.protocol import WorkflowRow

#: Open workflows that are looked through.
MOST = 100_000


@dataclass(frozen=True, slots=True)
class TodoItem:
    """One thing that waits for a person. `about` is the id to name to a remedy: the assignment's where it is about one,
    otherwise the workflow's; `remedies` are names of commands, the likeliest first."""

    kind: str
    workflow: str
    reference: str
    pcn: str
    place: str
    title: str
    text: str
    since: datetime
    about: str
    step: str
    remedies: tuple[str, ...]


class Todo:
    """Looks through the open workflows of one store."""

    def __init__(self, operations: Operations, policy: Policy) -> None:
        self._operations, self._policy = operations, policy

    async def of(self, principal: Principal, pcn: str = "") -> list[TodoItem]:
        """What needs them, the longest first; only of workflows whose commands they may give."""
        found: list[TodoItem] = []
        for row in await self._operations.repository.store.workflows(pcn=pcn, status="open", limit=MOST):
            if await self._manages(principal, row):
                found += await self._items(row)
        return sorted(found, key=lambda item: item.since)

    async def _manages(self, principal: Principal, row: WorkflowRow) -> bool:
        if principal.is_administrator:
            return True
        process = await self._operations.repository.process(row.bundle)
        try:
            self._policy.manager(principal, process, row.pcn)
        except Refused:
            return False
        return True

    async def _items(self, row: WorkflowRow) -> list[TodoItem]:
        now = self._operations.clock.now()
        if row.waiting_for.startswith(STUCK):
            return [_stuck(row, row.waiting_for)]
        try:
            state = await self._operations.repository.state(row.workflow_id)
            found = await worked_out(partial(needs, state, now))
        except Unreadable as unreadable:
            return [_stuck(row, unreadable.message)]
        except STOPPERS as error:
            return [_stuck(row, f"{STUCK}: {error}")]
        return [_item(row, need, state.pcn.organisation_name(need.organisation)) for need in found]


def _item(row: WorkflowRow, need: Need, place: str) -> TodoItem:
    return TodoItem(
        need.kind, row.workflow_id, row.reference, row.pcn_name, place if need.organisation else "", need.title, need.text,
        need.since, need.assignment or row.workflow_id, need.step, need.remedies,
    )  # fmt: skip


def _stuck(row: WorkflowRow, because: str) -> TodoItem:
    """A workflow that cannot be worked out any more: no command but ending it may help."""
    said = f"This workflow {because}." if because.startswith(STUCK) else f"This workflow {STUCK}: {because}."
    return TodoItem(
        "stuck", row.workflow_id, row.reference, row.pcn_name, "", row.reference, said, row.launched_at, row.workflow_id, "",
        ("correct-input", "cancel"),
    )  # fmt: skip
