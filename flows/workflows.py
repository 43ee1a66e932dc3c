"""`run-workflows`: advances the workflows of one launch as far as facts and the clock allow, then waits."""

from __future__ import annotations

from prefect import flow

from flows import runtime_access
from flows.wait import try_again, wait_until, went_on


@flow(name="run-workflows", persist_result=False, validate_parameters=False)
async def run_workflows(workflow_ids: list[str], batch: str) -> None:
    """One entry: advance, and leave until the next deadline or response. Ends when all are closed.

    `batch` is the batch's id, there for people and filters. The advance is not a Prefect task: a task run
    costs Prefect more than the advance itself, and the log is the record of what was done.
    """
    while True:
        try:
            outcome = await runtime_access.ask(lambda baton: baton.advance(workflow_ids))
        except Exception as trouble:
            await try_again(trouble)

        async def moved(seen: int = outcome.seen) -> bool:
            return await runtime_access.ask(lambda baton: baton.moved_since(workflow_ids, seen))

        if outcome.open:
            await wait_until(outcome.next_deadline, because=outcome.waiting_for, moved=moved)
        went_on()
        # A closed workflow can be reopened; the wake for that finds this run Running and does nothing.
        if not await moved():
            return
