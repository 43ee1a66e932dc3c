"""The flow runs that ought to be live, and how each gets to be.

A run is known by its key, Prefect's idempotency key: a batch's id, or a flow and a day. Whatever Prefect has
under a key is left alone while it lives, revived when it has ended, and made when it is not there.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from prefect.client.orchestration import PrefectClient, get_client
from prefect.client.schemas.filters import FlowRunFilter
from prefect.client.schemas.objects import FlowRun

from application.batches import Batch
from engine.dates.clock import london_date
from flows.deployments import (
    DELIVER_POST,
    LAUNCH_SCHEDULED,
    RECONCILE,
    RUN_WORKFLOWS,
    Deployment,
    deployment_id,
    queues_of_pool,
)
from flows.failures import PrefectFault
from flows.wait import WOKEN, PrefectRuns, machine_now

#: Flow runs looked up and made in one request.
_AT_ONCE = 50


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
    """What was done to have runs live, in flow runs."""

    made: int = 0
    revived: int = 0
    woken: int = 0

    def __str__(self) -> str:
        if not (self.made or self.revived or self.woken):
            return "all is as it should be"
        return f"{self.made} made, {self.revived} revived, {self.woken} woken"


def wanted(batch: Batch) -> Wanted:
    """The flow run a batch ought to have."""
    parameters = {"workflow_ids": list(batch.workflow_ids), "batch": batch.batch_id}
    return Wanted(batch.batch_id, RUN_WORKFLOWS, batch.title, parameters, (f"batch:{batch.batch_id}",))


def standing(day: date) -> tuple[Wanted, ...]:
    """The runs there are one of a day, by the machine's calendar.

    A new run each day, because a run's history is read in one piece and would grow without end.
    """
    names = ((DELIVER_POST, "Post"), (LAUNCH_SCHEDULED, "Scheduled launches"), (RECONCILE, "Reconcile"))
    return tuple(
        Wanted(
            standing_key(flow, day), flow, f"{name}, {day:%a} {day.day} {day:%b %Y}", {"day": day.isoformat()}
        )
        for flow, name in names
    )


def standing_key(flow: Deployment, day: date) -> str:
    """The key of a day's run of one of the standing flows."""
    return f"{flow.flow}:{day.isoformat()}"


def today() -> date:
    """Today in London by the machine's calendar: a demonstration's that leaps would make a run for each leap."""
    return london_date(machine_now())


async def hand_over(day: str) -> bool:
    """Whether `day`, an ISO date, is over; if so the standing runs of today are live, and yours may end."""
    now = today()
    if day == now.isoformat():
        return False
    await ensure(standing(now))
    return True


async def ensure_runs(batches: Iterable[Batch]) -> Mended:
    """Give each batch a live flow run: a new one, or its own revived. Batches that have one are left alone."""
    return await ensure([wanted(batch) for batch in batches])


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
    queues = await queues_of_pool(client)
    keys = FlowRunFilter.model_validate({"idempotency_key": {"any_": [want.key for want in wants]}})
    there = {run.idempotency_key: run for run in await client.read_flow_runs(flow_run_filter=keys)}
    for key, run in list(there.items()):
        if run.deployment_id != home or is_stranded(run, queues):
            # No worker will ever take it up, and its key is in the way of a new one.
            await client.delete_flow_run(run.id)
            del there[key]
    ended = [run for run in there.values() if run.state is not None and run.state.is_final()]
    for run in ended:
        await PrefectRuns().schedule(run.id, WOKEN, machine_now(), "its workflows are still open")
    missing = [want for want in wants if want.key not in there]
    await _create(client, missing, home)
    return Mended(made=len(missing), revived=len(ended))


def is_stranded(run: FlowRun, queues: Collection[UUID]) -> bool:
    """Whether no worker can ever take this run up: its state is gone, or it is in none of the work pool's `queues`."""
    return run.state is None or run.work_queue_id not in queues


async def _create(client: PrefectClient, wants: Sequence[Wanted], home: UUID) -> None:
    """Make the runs, many in one request; for a key that has a run, nothing is made. Raises PrefectFault."""
    if not wants:
        return
    answer = await client.request(
        "POST",
        "/deployments/{id}/create_flow_run/bulk",  # type: ignore[arg-type]  # not in the client's list
        path_params={"id": home},
        json=[
            {"name": want.name, "parameters": want.parameters, "tags": want.tags, "idempotency_key": want.key}
            for want in wants
        ],
    )
    refused = [str(each["error"]) for each in answer.json()["results"] if each["status"] != "CREATED"]
    if refused:
        raise PrefectFault(
            f"Prefect made no flow run for {len(refused)} of {len(wants)}: {refused[0].splitlines()[0]}"
        )
