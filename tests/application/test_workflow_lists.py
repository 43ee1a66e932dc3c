"""The lists say who is waited for as of now, also where no server has looked since, and nothing of Baton's own."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from application.operations import Operations
from application.repository import pending_of
from application.workflow_lists import WorkflowLists
from cli.arguments import mapping
from engine.dates.clock import VirtualClock
from engine.decisions.advance import advance
from engine.events import Actor
from store.protocol import Commit
from tests.application.conftest import EXAMPLES, clock, operations

__all__ = ["clock", "operations"]
INPUTS = mapping(EXAMPLES / "inputs" / "iif-quarter-close.yaml")
ASHA = Actor("Asha Patel", "pcn_manager", "U90001", channel="web")


async def _launched(operations: Operations, key: str = "") -> str:
    made = await operations.launch("iif-quarter-close", ["U90001"], INPUTS, ASHA, key)
    return made.workflows[0]


async def test_who_is_waited_for_is_said_anew_where_a_moment_has_passed_unseen(
    operations: Operations,
) -> None:
    repository, launched = operations.repository, await _launched(operations)
    state, now = await repository.state(launched), operations.clock.now()
    decision = advance(state, now)
    pending = replace(pending_of(decision.state, now), seen=True)
    assert pending.next_deadline is not None
    await repository.store.commit([Commit(launched, state.version, decision.events, pending)])
    later = datetime(2027, 2, 1, 9, tzinfo=UTC)
    (as_it_was,) = await WorkflowLists(repository, operations.clock).workflows()
    (anew,) = await WorkflowLists(repository, VirtualClock(later)).workflows()
    assert as_it_was["waiting_for"] == pending.waiting_for != anew["waiting_for"]
    assert "Dec 2026" in pending.waiting_for and "Dec 2026" not in anew["waiting_for"]


async def test_a_workflow_is_found_by_its_beginning_however_many_came_later(operations: Operations) -> None:
    first = await _launched(operations, "first")
    for number in range(3):
        await _launched(operations, f"later {number}")
    lists = WorkflowLists(operations.repository, operations.clock)
    assert [each["workflow_id"] for each in await lists.workflows(prefix=first, limit=1)] == [first]


async def test_nothing_of_batons_own_is_in_a_list(operations: Operations) -> None:
    launched = await _launched(operations)
    lists = WorkflowLists(operations.repository, operations.clock)
    (row,), one = await lists.workflows(), await lists.workflow(launched)
    assert one is not None and row.keys() < one.keys() and "seen" not in one
