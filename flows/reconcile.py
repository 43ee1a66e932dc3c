"""`reconcile`: gives every open batch a live flow run, whatever was lost. At start-up and hourly.

Prefect is not the record, so anything in it may be gone or wrong: its database deleted, a run left Running
by a process that died, a run in a terminal state (crashed, cancelled by hand) whose workflows are open, a
timer that no longer fits the calendar. The log says what ought to be live; this makes it so.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from prefect import flow
from prefect.client.orchestration import PrefectClient, get_client
from prefect.client.schemas.filters import FlowRunFilter
from prefect.client.schemas.objects import FlowRun, State, StateType
from prefect.client.schemas.sorting import FlowRunSort
from prefect.states import Crashed

from engine.clock import LONDON
from flows import office
from flows.deployments import (
    DELIVER_POST,
    LAUNCH_SCHEDULED,
    RECONCILE,
    RUN_WORKFLOWS,
    Deployment,
    deployment_id,
)
from flows.office import Batch
from flows.waiting import WOKEN, PrefectRuns, machine_now, try_again, wait_until, wake

EVERY = timedelta(hours=1)

#: An entry takes well under a second; one still Running after this, and not in this process, has died.
GRACE = timedelta(minutes=10)

#: Flow runs this process is executing; the worker keeps it.
underway: set[UUID] = set()

_LIVE = (StateType.SCHEDULED, StateType.PENDING, StateType.RUNNING, StateType.CANCELLING)
_IN_A_PROCESS = (StateType.PENDING, StateType.RUNNING, StateType.CANCELLING)
_PAGE = 200
#: Flow runs looked up and made in one request.
_AT_ONCE = 50

#: How often runs refused by a busy SQLite are asked for again, and seconds more between each time.
_ATTEMPTS = 8
_REFUSED_SECONDS = 0.05


@dataclass(frozen=True)
class Wanted:
    """A flow run that ought to be live. `key` is its idempotency key in Prefect."""

    key: str
    deployment: Deployment
    name: str
    parameters: dict[str, Any]
    tags: tuple[str, ...] = ()


@dataclass(frozen=True)
class Mended:
    """What a reconciliation did, in flow runs."""

    made: int = 0
    revived: int = 0
    woken: int = 0

    def __str__(self) -> str:
        if not (self.made or self.revived or self.woken):
            return "all is as it should be"
        return f"{self.made} made, {self.revived} revived, {self.woken} woken"


#: One run each, for as long as Baton lives.
STANDING = (
    Wanted("deliver-post", DELIVER_POST, "Post", {}),
    Wanted("launch-scheduled", LAUNCH_SCHEDULED, "Scheduled launches", {}),
    Wanted("reconcile", RECONCILE, "Reconcile", {}),
)


@flow(name="reconcile", persist_result=False, validate_parameters=False)
async def reconcile() -> None:
    """One reconciliation, then leave for an hour of machine time. Never ends."""
    try:
        mended = await mend(GRACE)
    except Exception as trouble:
        await try_again(trouble)
    # Hourly by the machine: what is mended here goes wrong in machines, not in calendars.
    again = office.clock().now() + EVERY
    await wait_until(again, because=f"{mended}; looks again {again.astimezone(LONDON):%H:%M}", moved=_never)


async def _never() -> bool:
    return False


def wanted(batch: Batch) -> Wanted:
    """The flow run a batch ought to have."""
    parameters = {"workflow_ids": list(batch.workflow_ids), "batch": batch.batch_id}
    return Wanted(batch.batch_id, RUN_WORKFLOWS, batch.title, parameters, (f"batch:{batch.batch_id}",))


async def ensure_runs(batches: Iterable[Batch]) -> Mended:
    """Give each batch a live flow run: a new one, or its own revived. Batches that have one are left alone."""
    return await ensure([wanted(batch) for batch in batches])


async def mend(grace: timedelta) -> Mended:
    """Compare the log with Prefect and mend Prefect.

    A run in a process that is not this one is taken for dead after `grace`; zero is right at the start-up
    of the only process. Raises what Prefect's client or the office raises.
    """
    batches = await office.ask(lambda baton: baton.open_batches())
    async with get_client() as client:
        live = await _live_runs(client)
        dead = [run for run in live.values() if _is_dead(run, grace)]
        for run in dead:
            await _crash(client, run)
    lost = [want for want in (*STANDING, *map(wanted, batches)) if want.key not in live]
    mended = await ensure(lost)
    woken = await wake(_overdue(batches, live), "its deadline has passed")
    return Mended(mended.made, mended.revived + len(dead), woken)


def _is_dead(run: FlowRun, grace: timedelta) -> bool:
    if run.state is None or run.state.type not in _IN_A_PROCESS or run.id in underway:
        return False
    return run.state.timestamp <= machine_now() - grace


def _overdue(batches: Sequence[Batch], live: dict[str, FlowRun]) -> list[str]:
    """The keys of runs whose timer lies in the future though the calendar's deadline has passed."""
    now, machine = office.clock().now(), machine_now()
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
    ids = [
        await deployment_id(client, each) for each in (RUN_WORKFLOWS, *(want.deployment for want in STANDING))
    ]
    ours = FlowRunFilter.model_validate(
        {"deployment_id": {"any_": ids}, "state": {"type": {"any_": list(_LIVE)}}},
    )
    for offset in itertools.count(0, _PAGE):
        page = await client.read_flow_runs(
            flow_run_filter=ours, sort=FlowRunSort.ID_DESC, limit=_PAGE, offset=offset
        )
        live.update({run.idempotency_key: run for run in page if run.idempotency_key})
        if len(page) < _PAGE:
            break
    return live


async def _crash(client: PrefectClient, run: FlowRun) -> None:
    """Say in the run's history that its process died, and enter it again."""
    died: State[Any] = Crashed(message="the process that ran this is gone")
    await client.set_flow_run_state(run.id, died, force=True)
    await PrefectRuns().schedule(run.id, WOKEN, machine_now(), "goes on where the log says it was")


async def ensure(wants: Sequence[Wanted]) -> Mended:
    """Give each of `wants` a live flow run, as `ensure_runs` does."""
    done = Mended()
    async with get_client() as client:
        for deployment in {want.deployment for want in wants}:
            home = await deployment_id(client, deployment)
            ours = [want for want in wants if want.deployment == deployment]
            for start in range(0, len(ours), _AT_ONCE):
                some = await _ensure_some(client, ours[start : start + _AT_ONCE], home)
                done = Mended(done.made + some.made, done.revived + some.revived)
    return done


async def _ensure_some(client: PrefectClient, wants: Sequence[Wanted], home: UUID) -> Mended:
    """Make the runs that are missing and revive those that have ended; two requests if none has."""
    keys = FlowRunFilter.model_validate({"idempotency_key": {"any_": [want.key for want in wants]}})
    there = {run.idempotency_key: run for run in await client.read_flow_runs(flow_run_filter=keys)}
    for key, run in list(there.items()):
        if run.deployment_id != home:
            # Its deployment was deleted: no worker will ever take it up, and its key is in the way of a new one.
            await client.delete_flow_run(run.id)
            del there[key]
    ended = [run for run in there.values() if run.state is not None and run.state.is_final()]
    for run in ended:
        await PrefectRuns().schedule(run.id, WOKEN, machine_now(), "its workflows are still open")
    missing = [want for want in wants if want.key not in there]
    await _create(client, missing, home)
    return Mended(made=len(missing), revived=len(ended))


async def _create(client: PrefectClient, wants: Sequence[Wanted], home: UUID) -> None:
    """Make the runs, many in one request; for a key that has a run, nothing is made.

    SQLite refuses a transaction that reads, then writes, when another wrote between: "database is locked".
    Made singly, Prefect's server answers that with 503 and its client sleeps for two seconds; made together,
    the answer says which were refused, and they are asked for again at once.
    """
    body = [
        {"name": want.name, "parameters": want.parameters, "tags": want.tags, "idempotency_key": want.key}
        for want in wants
    ]
    error = ""
    for attempt in range(_ATTEMPTS):
        if not body:
            return
        await asyncio.sleep(attempt * _REFUSED_SECONDS)
        answer = await client.request(
            "POST",
            "/deployments/{id}/create_flow_run/bulk",  # type: ignore[arg-type]  # not in the client's list
            path_params={"id": home},
            json=body,
        )
        results = answer.json()["results"]
        refused = [result["status"] != "CREATED" for result in results]
        error = next((result["error"] for result in results if result["error"]), error)
        body = [want for want, no in zip(body, refused, strict=True) if no]
    if body:
        raise RuntimeError(
            f"Prefect made no flow run for {len(body)} of {len(wants)}: {error.splitlines()[0]}"
        )
