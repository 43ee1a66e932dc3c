"""Where the flows are deployed: the work pool and one deployment a flow, the same as prefect.yaml describes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.actions import WorkPoolCreate
from prefect.client.schemas.filters import DeploymentFilter
from prefect.exceptions import ObjectAlreadyExists, ObjectNotFound

#: The work pool, its worker type and the deployments' name all say "baton": there is one of each.
POOL = "baton"
WORKER_TYPE = "baton"
DEPLOYMENT = "baton"

_ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Deployment:
    """A flow as Prefect knows it. `entrypoint` is relative to the checkout."""

    flow: str
    entrypoint: str
    description: str
    parameters: tuple[str, ...] = ()

    @property
    def schema(self) -> dict[str, Any]:
        """The parameters' JSON Schema, for Prefect's pages."""
        kinds: dict[str, dict[str, Any]] = {
            "workflow_ids": {
                "type": "array",
                "items": {"type": "string"},
                "title": "workflow_ids",
                "position": 0,
            },
            "batch": {"type": "string", "title": "batch", "position": 1},
            "day": {"type": "string", "title": "day", "position": 0, "default": ""},
        }
        properties = {name: kinds[name] for name in self.parameters}
        return {
            "title": "Parameters",
            "type": "object",
            "properties": properties,
            "required": [name for name in self.parameters if "default" not in kinds[name]],
        }


RUN_WORKFLOWS = Deployment(
    "run-workflows",
    "flows/workflows.py:run_workflows",
    "Advances the workflows of one launch as far as facts and the clock allow, then waits.",
    ("workflow_ids", "batch"),
)
DELIVER_POST = Deployment(
    "deliver-post",
    "flows/post.py:deliver_post",
    "Sends what is due to be sent, one message a person, then waits for the next sending time.",
    ("day",),
)
LAUNCH_SCHEDULED = Deployment(
    "launch-scheduled",
    "flows/schedule.py:launch_scheduled",
    "Starts processes that the PCN adopted on a schedule, each morning.",
    ("day",),
)
RECONCILE = Deployment(
    "reconcile",
    "flows/reconcile.py:reconcile",
    "Gives every open workflow a live flow run, whatever was lost.",
    ("day",),
)
#: The flows that have one run a day, whatever is launched.
STANDING = (DELIVER_POST, LAUNCH_SCHEDULED, RECONCILE)
ALL = (RUN_WORKFLOWS, *STANDING)


async def ensure_pool(client: PrefectClient, base_job_template: dict[str, Any]) -> None:
    """Make the work pool if there is none; one that exists is left as it is."""
    pool = WorkPoolCreate(
        name=POOL,
        type=WORKER_TYPE,
        description="Runs Baton's flows inside `baton serve`.",
        base_job_template=base_job_template,
    )
    try:
        await client.create_work_pool(pool)
    except ObjectAlreadyExists:
        return


async def ensure_deployments(client: PrefectClient) -> dict[UUID, Deployment]:
    """Make or bring up to date the deployment of every flow; by their ids in Prefect. The pool must exist."""
    made: dict[UUID, Deployment] = {}
    for deployment in ALL:
        flow_id = await client.create_flow_from_name(deployment.flow)
        made_id = await client.create_deployment(
            flow_id,
            DEPLOYMENT,
            work_pool_name=POOL,
            description=deployment.description,
            path=str(_ROOT),
            entrypoint=deployment.entrypoint,
            parameter_openapi_schema=deployment.schema,
            tags=["baton"],
        )
        made[made_id] = deployment
    return made


async def are_complete(client: PrefectClient) -> bool:
    """Whether Prefect has the work pool, and in it the deployment of every flow."""
    try:
        await client.read_work_pool(POOL)
    except ObjectNotFound:
        return False
    ours = DeploymentFilter.model_validate({"name": {"any_": [DEPLOYMENT]}})
    found = await client.read_deployments(deployment_filter=ours)
    # A pool that was deleted takes its queue along, and leaves the deployments behind without one.
    served = {each.entrypoint for each in found if each.work_pool_name == POOL and each.work_queue_id}
    return served >= {each.entrypoint for each in ALL}


async def deployment_id(client: PrefectClient, deployment: Deployment) -> UUID:
    """The id of a deployment in Prefect. Raises `ObjectNotFound` when Prefect does not know it."""
    found = await client.read_deployment_by_name(f"{deployment.flow}/{DEPLOYMENT}")
    return found.id


async def queues_of_pool(client: PrefectClient) -> set[UUID]:
    """The ids of the work pool's queues. Raises `ObjectNotFound` when there is no pool."""
    return {queue.id for queue in await client.read_work_queues(work_pool_name=POOL)}
