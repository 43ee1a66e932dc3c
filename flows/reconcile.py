"""`reconcile`: gives every open batch a live flow run, whatever was lost. At start-up and hourly.

Prefect is not the record, so anything in it may be gone or wrong: its database deleted, a run left Running
by a process that died, a run in a terminal state (crashed, cancelled by hand) whose workflows are open, a
timer that no longer fits the calendar. The log says what ought to be live; this makes it so.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from prefect import flow
from prefect.client.orchestration import PrefectClient, get_client
from prefect.client.schemas.filters import FlowRunFilter
from prefect.client.schemas.objects import FlowRun, StateType
from prefect.client.schemas.sorting import FlowRunSort

from application.batches import Batch
from engine.dates.clock import LONDON
from flows import runtime_access
from flows.deployments import ALL, deployment_id, queues_of_pool
from flows.runs import Mended, ensure, hand_over, is_stranded, standing, today, wanted
from flows.wait import WOKEN, PrefectRuns, machine_now, try_again, wait_until, wake

EVERY = timedelta(hours=1)

#: An entry takes well under a second; one still Running after this, and not in this process, has died.
GRACE = timedelta(minutes=10)

#: Flow runs this process is executing; the worker keeps it.
underway: set[UUID] = set()

_LIVE = (StateType.SCHEDULED, StateType.PENDING, StateType.RUNNING, StateType.CANCELLING)
_IN_A_PROCESS = (StateType.PENDING, StateType.RUNNING, StateType.CANCELLING)
_PAGE = 200


@flow(name="reconcile", persist_result=False, validate_parameters=False)
async def reconcile(day: str = "") -> None:
    """One reconciliation, then leave for an hour. Hands over to a new run when `day`, an ISO date, is over.

    A run started by hand has no day, and ends after one reconciliation.
    """
    try:
        mended = await mend(died_before=machine_now() - GRACE)
        over = await hand_over(day)
    except Exception as trouble:
        await try_again(trouble)
    if over:
        return
    again = runtime_access.clock().now() + EVERY
    await wait_until(again, because=f"{mended}; looks again {again.astimezone(LONDON):%H:%M}", moved=_never)


async def _never() -> bool:
    return False


async def mend(died_before: datetime) -> Mended:
    """Compare the log with Prefect and mend Prefect.

    A run that has been in a process since `died_before` (machine time), and is not in this one, is taken for
    dead; at the start-up of the only process that is now. Raises what Prefect's client or the runtime raises.
    """
    batches = await runtime_access.ask(lambda baton: baton.open_batches())
    async with get_client() as client:
        live = await _live_runs(client)
        dead = [run for run in live.values() if _is_dead(run, died_before)]
    for run in dead:
        await _crash(run)
    wants = [*standing(today()), *map(wanted, batches)]
    mended = await ensure([want for want in wants if want.key not in live])
    # A live run that nothing calls for, like yesterday's post, ends by itself once it is entered.
    needless = live.keys() - {want.key for want in wants}
    woken = await wake(_overdue(batches, live), "its deadline has passed")
    await wake(needless, "there is nothing left to wait for")
    return Mended(mended.made, mended.revived + len(dead), woken)


async def missing_runs(batches: Sequence[Batch]) -> set[str]:
    """The keys of runs of these batches or of today that ought to be live and are not.

    Many are only counted first, so a few that are missing beside as many that are needless are found by the next
    reconciliation. Raises what Prefect's client raises.
    """
    wants = {want.key for want in (*standing(today()), *map(wanted, batches))}
    async with get_client() as client:
        if len(wants) > _PAGE:
            counted = await client.count_flow_runs(flow_run_filter=await _live_filter(client))
            if counted >= len(wants):
                return set()
        return wants - (await _live_runs(client)).keys()


def _is_dead(run: FlowRun, died_before: datetime) -> bool:
    if run.state is None or run.state.type not in _IN_A_PROCESS or run.id in underway:
        return False
    return run.state.timestamp <= died_before


def _overdue(batches: Sequence[Batch], live: dict[str, FlowRun]) -> list[str]:
    """The keys of runs whose timer lies in the future though the calendar's deadline has passed."""
    now, machine = runtime_access.clock().now(), machine_now()
    late: list[str] = []
    for batch in batches:
        run = live.get(batch.batch_id)
        if run is None or run.state is None or batch.next_deadline is None or batch.next_deadline > now:
            continue
        timer = run.state.state_details.scheduled_time
        if timer is not None and timer > machine:
            late.append(batch.batch_id)
    return late


async def _live_runs(client: PrefectClient) -> dict[str, FlowRun]:
    """Every live run of ours by its key, a page at a time."""
    live: dict[str, FlowRun] = {}
    ours, queues = await _live_filter(client), await queues_of_pool(client)
    for offset in itertools.count(0, _PAGE):
        page = await client.read_flow_runs(
            flow_run_filter=ours, sort=FlowRunSort.ID_DESC, limit=_PAGE, offset=offset
        )
        whole = [run for run in page if run.id in underway or not is_stranded(run, queues)]
        live.update({run.idempotency_key: run for run in whole if run.idempotency_key})
        if len(page) < _PAGE:
            break
    return live


async def _live_filter(client: PrefectClient) -> FlowRunFilter:
    ids = [await deployment_id(client, each) for each in ALL]
    return FlowRunFilter.model_validate(
        {"deployment_id": {"any_": ids}, "state": {"type": {"any_": list(_LIVE)}}},
    )


async def _crash(run: FlowRun) -> None:
    """Say in the run's history that its process died, and enter it again."""
    await PrefectRuns().crash(run.id, "the process that ran this is gone")
    await PrefectRuns().schedule(run.id, WOKEN, machine_now(), "goes on where the log says it was")
