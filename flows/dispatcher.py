"""What is done with Prefect on the flows' own event loop: starting runs, waking them, telling what happened.

Each request is made from anywhere, at no cost to whoever asks, and is done soon. What cannot be done
because Prefect's server is away is remembered and done when it is back.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime

from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import FlowRunFilter

from application.batches import Batch
from flows import deployments, events, runtime_access
from flows.deployments import DELIVER_POST
from flows.reconcile import mend
from flows.runs import ensure, ensure_runs, standing, standing_key, today, wanted
from flows.server import PrefectServer, clients_of
from flows.waiting import TROUBLED, WAITING, machine_now, wake
from flows.worker import BatonWorker

logger = logging.getLogger(__name__)

#: Seconds until a request that failed is tried again.
RETRY_SECONDS = 2.0

#: Seconds after which a run that was under way when it was to be woken is looked at again.
LOOK_AGAIN_SECONDS = 2.0

#: Seconds between two requests to wake runs: in a flood of answers one request wakes for many of them.
WAKE_REST_SECONDS = 0.1

#: Seconds given to the worker to stop; entries under way take well under one each.
STOP_SECONDS = 15.0


class Request:
    """Something done soon after it is asked for: askings meanwhile are one, and it is retried until done.

    The first asking is heeded at once; the next waits until `rest` seconds have passed.
    """

    def __init__(self, name: str, do: Callable[[], Awaitable[None]], rest: float = 0.0) -> None:
        self.name = name
        self._do, self._rest = do, rest
        self._asked = asyncio.Event()

    def ask(self) -> None:
        self._asked.set()

    async def run(self) -> None:
        """Do what is requested whenever asked, for ever."""
        while True:
            await self._asked.wait()
            self._asked.clear()
            try:
                await self._do()
            except Exception as trouble:
                logger.debug("%s is tried again: %s: %s", self.name, type(trouble).__name__, trouble)
                self._asked.set()
                await asyncio.sleep(RETRY_SECONDS)
            await asyncio.sleep(self._rest)


class Dispatcher:
    """The flows' side of `FlowController`. All methods are called on the flows' event loop."""

    def __init__(self, server: PrefectServer | None, worker_limit: int, on_ready: Callable[[], None]) -> None:
        self._server = server
        self._on_ready = on_ready
        self._worker_limit = worker_limit
        self._worker = self._new_worker()
        self._to_start: dict[str, Batch] = {}
        self._to_wake: dict[str, str] = {}
        self._to_check: set[str] = set()
        self._due: datetime | None = None
        self._starting = Request("Starting flow runs", self._start)
        self._waking = Request("Waking flow runs", self._wake, WAKE_REST_SECONDS)
        self._checking = Request("Looking again at runs that were under way", self._check)
        self._leaping = Request("Waking what is due", self._wake_due)
        self._telling = Request("Telling Prefect what happened", self._tell)
        self._preparing = Request("Making ready the work pool, deployments and flow runs", self._prepare)
        self._prepared = asyncio.Event()
        self._stopped = asyncio.Event()

    def start(self, batch: Batch) -> None:
        self._to_start[batch.batch_id] = batch
        self._starting.ask()

    def wake(self, key: str, because: str) -> None:
        if key:
            self._to_wake[key] = because
            self._waking.ask()

    def wake_post(self) -> None:
        self.wake(standing_key(DELIVER_POST, today()), "there is something to send")

    def wake_due(self, now: datetime) -> None:
        self._due = now
        self._leaping.ask()

    def tell(self) -> None:
        self._telling.ask()

    def stop(self) -> None:
        """Take up no more runs; `run` returns when those under way have ended."""
        self._stopped.set()
        self._worker.stop()

    async def run(self) -> None:
        """Do what is requested and run flows until `stop`."""
        dispatcher = (
            self._starting,
            self._waking,
            self._checking,
            self._leaping,
            self._telling,
            self._preparing,
        )
        helpers = [asyncio.create_task(request.run(), name=request.name) for request in dispatcher]
        if self._server is not None:
            helpers.append(asyncio.create_task(self._server.run(), name="Prefect's server"))
        helpers.append(asyncio.create_task(self._watch(), name="watching Prefect's server"))
        helpers.append(asyncio.create_task(self._keep_working(), name="the worker"))
        try:
            await self._stopped.wait()
            if self._prepared.is_set():
                await asyncio.wait(helpers[-1:], timeout=STOP_SECONDS)
        finally:
            for helper in helpers:
                helper.cancel()
            await asyncio.gather(*helpers, return_exceptions=True)

    def _new_worker(self) -> BatonWorker:
        worker = BatonWorker(limit=self._worker_limit, name="baton serve")
        worker.on_trouble = lambda key: self.wake(key, "its last entry ended in an error")
        return worker

    async def _keep_working(self) -> None:
        """Run the worker once everything is ready, and a new one if it cannot begin: the server may be away."""
        await self._prepared.wait()
        while not self._stopped.is_set():
            try:
                await self._worker.start(printer=logger.debug)
            except Exception as trouble:
                logger.warning("The worker is started again: %s: %s", type(trouble).__name__, trouble)
                await asyncio.sleep(RETRY_SECONDS)
                self._worker = self._new_worker()

    async def _watch(self) -> None:
        """Make everything ready each time the server comes up: its database may be another one."""
        if self._server is None:
            self._preparing.ask()
            return
        while True:
            await self._server.healthy.wait()
            self._preparing.ask()
            while self._server.healthy.is_set():
                await asyncio.sleep(RETRY_SECONDS)

    async def _prepare(self) -> None:
        began = machine_now()
        async with get_client() as client:
            await deployments.ensure_pool(client, BatonWorker.get_default_base_job_template())
            await deployments.ensure_deployments(client)
        # The worker begins before what was lost is mended: after a long absence that is much, and takes a while.
        if not self._prepared.is_set():
            self._prepared.set()
            self._on_ready()
        mended = await mend(began)
        logger.info("Flow runs: %s", mended)
        self.wake_post()  # a notice may have been planned whose wake was lost
        self._worker.nudge()
        self._telling.ask()

    async def _start(self) -> None:
        batches = list(self._to_start.values())
        await ensure_runs(batches)
        for batch in batches:
            self._to_start.pop(batch.batch_id, None)
        self._worker.nudge()

    async def _wake(self) -> None:
        wakes, self._to_wake = self._to_wake, {}
        try:
            because = next(iter(wakes.values())) if len(wakes) == 1 else "something came in"
            woken = await wake(wakes, because)
            self._worker.nudge()
            if woken < len(wakes):
                await self._mend_lost(set(wakes))
        except Exception:
            self._to_wake = {**wakes, **self._to_wake}
            raise

    async def _mend_lost(self, keys: set[str]) -> None:
        """Make or revive the runs of `keys` that Prefect does not have, or has as ended.

        One that is under way may be about to end, and has looked at the log for the last time. That matters
        only to a workflow reopened in that instant, so it is looked at once more when the entry is over.
        """
        async with get_client() as client:
            ours = FlowRunFilter.model_validate({"idempotency_key": {"any_": sorted(keys)}})
            runs = [run for run in await client.read_flow_runs(flow_run_filter=ours) if run.state is not None]
        live = {run.idempotency_key for run in runs if run.state and not run.state.is_final()}
        under_way = {run.idempotency_key or "" for run in runs if run.state and run.state.is_running()}
        asyncio.get_running_loop().call_later(LOOK_AGAIN_SECONDS, self._look_again, under_way)
        if lost := keys - live:
            batches = await runtime_access.ask(lambda baton: baton.open_batches())
            wants = [*standing(today()), *map(wanted, batches)]
            await ensure([want for want in wants if want.key in lost])
            self._worker.nudge()

    def _look_again(self, keys: set[str]) -> None:
        if keys:
            self._to_check |= keys
            self._checking.ask()

    async def _check(self) -> None:
        keys, self._to_check = self._to_check, set()
        try:
            await self._mend_lost(keys)
        except Exception:
            self._to_check |= keys
            raise

    async def _wake_due(self) -> None:
        now = self._due
        if now is None:
            return
        await ensure(standing(today()))
        batches = await runtime_access.ask(lambda baton: baton.open_batches())
        due = [each.batch_id for each in batches if each.next_deadline and each.next_deadline <= now]
        await wake(due, "the calendar has moved on")
        dispatcher = await runtime_access.ask(lambda baton: baton.flows_due())
        flows = [flow for flow in deployments.STANDING if flow.flow in dispatcher]
        await wake([standing_key(flow, today()) for flow in flows], "the calendar has moved on")
        self._due = None if self._due == now else self._due
        self._worker.nudge()

    async def _tell(self) -> None:
        await events.tell()


def serve(api_url: str, make: Callable[[], Dispatcher], opened: Callable[[Dispatcher], None]) -> None:
    """Run an event loop of requests and flows in this thread until they stop, as clients of `api_url`."""
    quieten()

    async def until_stopped() -> None:
        dispatcher = make()
        opened(dispatcher)
        await dispatcher.run()

    with clients_of(api_url):
        asyncio.run(until_stopped())


def quieten() -> None:
    """Keep Prefect's log to what somebody should read: it takes a run that waits for an error."""

    def worth_reading(record: logging.LogRecord) -> bool:
        text = record.getMessage()
        return not (text.startswith("Finished in state") and (WAITING in text or TROUBLED in text))

    logging.getLogger("prefect").setLevel(logging.WARNING)
    runs = logging.getLogger("prefect.flow_runs")
    runs.setLevel(logging.WARNING)
    runs.addFilter(worth_reading)
