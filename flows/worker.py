"""The "baton" worker: runs Baton's flows inside its own process.

An entry into a flow run takes milliseconds of work, so it must not cost an interpreter start. And with the
embedded store only the process that has it open can advance anything. So the flows run on this worker's own
event loop, a few at a time.

Prefect's `BaseWorker` keeps the work pool, the heartbeat and the registration; taking runs up is done here,
with the requests an entry needs and no others: one to ask for due runs, one to claim a run, and the four of
Prefect's engine (engine started, Running, read the run, final state).
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable
from typing import Any
from uuid import UUID

import anyio.abc
from prefect import Flow
from prefect.client.schemas.objects import FlowRun, State, StateDetails, StateType
from prefect.context import AsyncClientContext
from prefect.exceptions import Abort, ObjectNotFound, Pause
from prefect.flow_engine import run_flow_async
from prefect.states import Crashed
from prefect.workers.base import BaseJobConfiguration, BaseVariables, BaseWorker, BaseWorkerResult

from flows import deployments, reconcile
from flows.post import deliver_post
from flows.reconcile import reconcile as reconcile_flow
from flows.schedule import launch_scheduled
from flows.wait import machine_now
from flows.workflows import run_workflows

logger = logging.getLogger(__name__)

#: The flows this worker can run, by entrypoint. Loading them from the file would make a second copy of each
#: module, and with it a second, empty registry of the runtime.
FLOWS: dict[str, Flow[Any, Any]] = {
    deployments.RUN_WORKFLOWS.entrypoint: run_workflows,
    deployments.DELIVER_POST.entrypoint: deliver_post,
    deployments.LAUNCH_SCHEDULED.entrypoint: launch_scheduled,
    deployments.RECONCILE.entrypoint: reconcile_flow,
}

#: Seconds between two looks for due runs when nobody nudges. A timer is late by this at most.
POLL_SECONDS = 0.5

#: Seconds after which a look is tried again when Prefect's server does not answer.
_BACK_OFF_SECONDS = 2.0

#: Due runs asked for in one look.
_DUE_AT_ONCE = 20

#: Seconds given to entries under way when the worker stops; they take well under one.
_LAST_ENTRIES_SECONDS = 10.0


class BatonWorkerResult(BaseWorkerResult):
    """That an entry ended, and how."""


class BatonWorker(BaseWorker[BaseJobConfiguration, BaseVariables, BatonWorkerResult]):
    """Prefect's worker of type "baton"; `limit` is how many flow runs it has under way at a time (default 3).

    More than four only queue for SQLite's single writer.
    """

    type = "baton"
    _description = "Runs Baton's flows inside the process that has Baton's store open."
    _documentation_url = ""

    def __init__(
        self, work_pool_name: str = deployments.POOL, *, limit: int | None = None, **options: Any
    ) -> None:
        options["prefetch_seconds"] = 0
        super().__init__(work_pool_name, limit=limit or 3, **options)
        self._at_once = limit or 3
        self._entries: dict[UUID, asyncio.Task[None]] = {}
        self._flows: dict[UUID, Flow[Any, Any]] = {}
        self._look = asyncio.Event()
        self._due: deque[FlowRun] = deque()
        self._stopping = False
        #: Called with the key of a run whose entry ended in an error this worker could not report.
        self.on_trouble: Callable[[str], None] = lambda key: None
        #: Called after each look for due runs, with what made it impossible, or None.
        self.on_look: Callable[[Exception | None], None] = lambda trouble: None

    def nudge(self) -> None:
        """Look for due runs at once. From another thread, use `loop.call_soon_threadsafe(worker.nudge)`."""
        self._look.set()

    def stop(self) -> None:
        """Take up no more runs; `start` returns when those under way have ended."""
        self._stopping = True
        self._look.set()

    async def start(
        self, run_once: bool = False, with_healthcheck: bool = False, printer: Callable[..., None] = print
    ) -> None:
        """Take up due runs until `stop` is called, or until none is left if `run_once`."""
        # One client for all entries: without it each run's engine would open, and probe, its own.
        async with self, AsyncClientContext.get_or_create():
            printer(f"Worker {self.name!r} started")
            heartbeat = asyncio.create_task(self._keep_heartbeat())
            try:
                await self._keep_looking(run_once)
            finally:
                heartbeat.cancel()
                await self._finish_entries()
        printer(f"Worker {self.name!r} stopped")

    async def _keep_looking(self, run_once: bool) -> None:
        while not self._stopping:
            self._look.clear()
            pause = POLL_SECONDS
            try:
                taken = await self.get_and_submit_flow_runs()
                self.on_look(None)
            except Exception as trouble:  # the server is away, or restarting
                self.on_look(trouble)
                taken, pause = [], _BACK_OFF_SECONDS
            if run_once and not taken and not self._entries:
                return
            try:
                await asyncio.wait_for(self._look.wait(), pause)
            except TimeoutError:
                continue

    async def _keep_heartbeat(self) -> None:
        while True:
            await asyncio.sleep(self.heartbeat_interval_seconds)
            try:
                await self.sync_with_backend()
            except Exception as trouble:
                # Prefect's pages show it, and nothing hangs on it. That the server is away is told by `on_look`.
                logger.debug("No heartbeat was possible: %s", trouble)

    async def _finish_entries(self) -> None:
        if self._entries:
            await asyncio.wait(self._entries.values(), timeout=_LAST_ENTRIES_SECONDS)
        for entry in self._entries.values():
            logger.warning(
                "%s was still under way, and is left; the next start goes on from the log", entry.get_name()
            )
            entry.cancel()

    async def get_and_submit_flow_runs(self) -> list[FlowRun]:
        """Take up the runs that are due, as far as there is room; those taken up.

        Raises what Prefect's client raises when its server is away.
        """
        room = self._at_once - len(self._entries)
        if room <= 0:
            return []
        if not self._due:
            self._due.extend(await self._look_for_due())
        taken = [self._due.popleft() for _ in range(min(room, len(self._due)))]
        # A run may be due though an entry of it is under way here: it was woken just as it was taken up.
        # That entry has yet to set Waiting and look again, so the run is left to it.
        taken = [run for run in taken if run.id not in self._entries]
        for run in taken:
            self._entries[run.id] = asyncio.create_task(self._enter(run), name=f"flow run {run.name}")
            reconcile.underway.add(run.id)
        return taken

    async def _look_for_due(self) -> list[FlowRun]:
        """Runs that are due, longest due first, and no more of them than a few seconds' work.

        Asked without a limit, each look during a great launch would carry two hundred runs, again and again.
        """
        answer = await self.client.request(
            "POST",
            "/work_pools/{name}/get_scheduled_flow_runs",
            path_params={"name": self._work_pool_name},
            json={"scheduled_before": machine_now().isoformat(), "limit": _DUE_AT_ONCE + len(self._entries)},
        )
        return [FlowRun.model_validate(each["flow_run"]) for each in answer.json()]

    async def _enter(self, run: FlowRun) -> None:
        """One entry into a flow run, from claim to whatever state it leaves behind. Never raises."""
        try:
            if await self._claim(run):
                await self._execute(run)
        except Exception as trouble:
            logger.warning(
                "An entry into flow run %r ended in an error: %s", run.name, trouble, exc_info=True
            )
            self.on_trouble(run.idempotency_key or "")
        finally:
            del self._entries[run.id]
            reconcile.underway.discard(run.id)
            # There may be more that is due: those known of, or those there was no room for.
            self.nudge()

    async def _claim(self, run: FlowRun) -> bool:
        """Set the run Pending; false if another worker has it, or if it has gone from Prefect since we asked.

        The scheduled time is now and not the run's own: in the gap since we asked, the run may have been
        entered elsewhere and have left again for a deadline weeks away, which Prefect's engine would sit out.
        """
        pending: State[Any] = State(
            type=StateType.PENDING, name="Pending", state_details=StateDetails(scheduled_time=machine_now())
        )
        try:
            answer = await self.client.set_flow_run_state(run.id, pending)
        except ObjectNotFound:
            self.on_trouble(
                run.idempotency_key or ""
            )  # whoever wakes it finds that it has gone, and makes it anew
            return False
        return answer.status.value == "ACCEPT"

    async def _execute(self, run: FlowRun) -> None:
        try:
            flow = await self._flow_of(run)
        except LookupError as unknown:
            await self.client.set_flow_run_state(run.id, Crashed(message=str(unknown)))
            return
        try:
            await run_flow_async(flow, flow_run=run, parameters=run.parameters, return_type="state")
        except (Pause, Abort):
            return  # it waits, or the server would not have it: its state says which

    async def _flow_of(self, run: FlowRun) -> Flow[Any, Any]:
        """The flow of the run's deployment. Raises `LookupError` for one that is not Baton's."""
        if run.deployment_id is None:
            raise LookupError('the work pool "baton" runs Baton\'s deployments only, and this run has none')
        known = self._flows.get(run.deployment_id)
        if known is None:
            try:
                deployment = await self.client.read_deployment(run.deployment_id)
            except ObjectNotFound as gone:
                raise LookupError("the deployment of this run is gone") from gone
            if deployment.entrypoint not in FLOWS:
                raise LookupError(
                    f'the work pool "baton" runs Baton\'s flows only, not {deployment.entrypoint}'
                )
            known = self._flows[run.deployment_id] = FLOWS[deployment.entrypoint]
        return known

    async def run(
        self,
        flow_run: FlowRun,
        configuration: BaseJobConfiguration,
        task_status: anyio.abc.TaskStatus[int] | None = None,
    ) -> BatonWorkerResult:
        """Prefect's own way in, unused by `start`: one entry into `flow_run`."""
        if task_status is not None:
            task_status.started(0)
        await self._execute(flow_run)
        return BatonWorkerResult(identifier=str(flow_run.id), status_code=0)
