"""What is done with Prefect on the flows' own event loop: starting runs, waking them, telling what happened.

Each request is made from anywhere, at no cost to whoever asks, and is done soon. What cannot be done
because Prefect's server is away is remembered and done when it is back, and told when that takes a minute.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Any

from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import FlowRunFilter

from application.batches import Batch
from application.environment.alarms import Alarms
from flows import deployments, events, runtime_access
from flows.clients import clients_of
from flows.deployments import DELIVER_POST
from flows.failures import NOT_PUBLISHED, STANDSTILL, Failures, PrefectFault, said
from flows.reconcile import mend, missing_runs
from flows.runs import ensure, ensure_runs, standing, standing_key, today, wanted
from flows.server.process import PrefectServer
from flows.wait import TROUBLED, WAITING, machine_now, wake
from flows.worker import BatonWorker

logger = logging.getLogger(__name__)

#: Seconds until a request that failed is tried again.
RETRY_SECONDS = 2.0

#: Seconds after which a run that was under way when it was to be woken is looked at again.
LOOK_AGAIN_SECONDS = 2.0

#: Seconds between two looks whether Prefect still has all that the log calls for.
INSPECT_SECONDS = 20.0

#: Seconds between two requests to wake runs: in a flood of answers one request wakes for many of them.
WAKE_REST_SECONDS = 0.1

#: Seconds given to the worker to stop; entries under way take well under one each.
STOP_SECONDS = 15.0


_WORKER = "Looking for due flow runs"
_KEPT = "What Prefect keeps"
_OVERDUE = "Due work"


class Overdue(RuntimeError):
    """Something is due and nobody does it."""


class Request:
    """Something done soon after it is asked for: askings meanwhile are one, and it is retried until done.

    The first asking is heeded at once; the next waits until `rest` seconds have passed.
    """

    def __init__(
        self,
        name: str,
        do: Callable[[], Awaitable[None]],
        failures: Failures,
        rest: float = 0.0,
        text: str = STANDSTILL,
    ) -> None:
        self.name = name
        self._do, self._rest, self._failures, self._text = do, rest, failures, text
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
                # Once is nothing to tell anybody, and it happens often. `failures` tells what lasts for a minute.
                logger.debug("%s is tried again: %s", self.name, said(trouble))
                self._failures.failed(self.name, trouble, self._text)
                self._asked.set()
                await asyncio.sleep(RETRY_SECONDS)
            else:
                self._failures.worked(self.name)
            await asyncio.sleep(self._rest)


class Dispatcher:
    """The flows' side of `FlowController`. All methods are called on the flows' event loop."""

    def __init__(
        self, server: PrefectServer | None, worker_limit: int, alarms: Alarms, on_ready: Callable[[], None]
    ) -> None:
        self._server = server
        self._on_ready = on_ready
        self._worker_limit = worker_limit
        self._failures = Failures(alarms)
        self._worker = self._new_worker()
        self._to_start: dict[str, Batch] = {}
        self._to_wake: dict[str, str] = {}
        self._to_check: set[str] = set()
        self._due: datetime | None = None
        self._overdue: set[Batch] = set()
        self._requests: list[Request] = []
        self._starting = self._request("Starting flow runs", self._start)
        self._waking = self._request("Waking flow runs", self._wake, WAKE_REST_SECONDS)
        self._checking = self._request("Looking again at runs that were under way", self._check)
        self._leaping = self._request("Waking what is due", self._wake_due)
        self._telling = self._request("Telling Prefect what happened", events.tell, text=NOT_PUBLISHED)
        self._preparing = self._request(
            "Making ready the work pool, deployments and flow runs", self._prepare
        )
        self._inspecting = self._request("Looking whether Prefect has every flow run", self._inspect)
        self._prepared = asyncio.Event()
        self._stopped = asyncio.Event()

    def _request(
        self, name: str, do: Callable[[], Awaitable[None]], rest: float = 0.0, text: str = STANDSTILL
    ) -> Request:
        request = Request(name, do, self._failures, rest, text)
        self._requests.append(request)
        return request

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
        """Do what is requested and run flows until `stop`. Raises whatever ends a part of it: none ends by itself."""
        parts = [asyncio.create_task(request.run(), name=request.name) for request in self._requests]
        if self._server is not None:
            parts.append(asyncio.create_task(self._server.run(self._failures), name="Prefect's server"))
        parts.append(asyncio.create_task(self._watch(), name="the watch over Prefect"))
        worker = asyncio.create_task(self._keep_working(), name="the worker")
        stopped = asyncio.create_task(self._stopped.wait(), name="the wait for the end")
        try:
            ended, _ = await asyncio.wait([stopped, worker, *parts], return_when=asyncio.FIRST_COMPLETED)
            for each in ended:
                each.result()
            if self._prepared.is_set():
                await asyncio.wait([worker], timeout=STOP_SECONDS)
        finally:
            await _end([stopped, worker, *parts])

    def _new_worker(self) -> BatonWorker:
        worker = BatonWorker(limit=self._worker_limit, name="baton serve")
        worker.on_trouble = lambda key: self.wake(key, "its last entry ended in an error")
        worker.on_look = self._looked
        return worker

    def _looked(self, trouble: Exception | None) -> None:
        """The worker has looked for due runs, or could not."""
        if trouble is None:
            self._failures.worked(_WORKER)
        else:
            self._failures.failed(_WORKER, trouble)

    async def _keep_working(self) -> None:
        """Run the worker once everything is ready, and a new one if it cannot begin: the server may be away."""
        await self._prepared.wait()
        while not self._stopped.is_set():
            try:
                await self._worker.start(printer=logger.debug)
            except Exception as trouble:
                self._looked(trouble)
                await asyncio.sleep(RETRY_SECONDS)
                self._worker = self._new_worker()

    async def _watch(self) -> None:
        """Make everything ready each time a server comes up, for its database may be another one; and while it is up,
        look from time to time whether something has gone from it."""
        starts = -1
        while True:
            if self._server is not None:
                await self._server.healthy.wait()
            now = self._server.starts if self._server else 0
            if now != starts:
                starts = now
                self._preparing.ask()
            else:
                self._inspecting.ask()
            await self._next_look(starts)

    async def _next_look(self, starts: int) -> None:
        """Wait until it is time to look again, something fails for what may have gone, or another server is up."""
        began = time.monotonic()
        while time.monotonic() - began < INSPECT_SECONDS:
            await asyncio.sleep(RETRY_SECONDS)
            if self._failures.of_server(after=began) or (self._server and self._server.starts != starts):
                return

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

    async def _inspect(self) -> None:
        """Make anew what has gone from Prefect: deleted by somebody, or lost with a part of its database."""
        if await self._gone():
            logger.warning("Something has gone from Prefect, and is made anew from the log")
            await self._prepare()
            if await self._gone():
                self._failures.failed(_KEPT, PrefectFault("flow runs are lost as soon as they are made"))
                return
        self._failures.worked(_KEPT)
        self._look_for_overdue(await runtime_access.ask(lambda baton: baton.open_batches()))

    async def _gone(self) -> set[str]:
        """What Prefect lacks both times it is asked: a run that begins or ends meanwhile is missing once."""
        lacking = await self._lacking()
        return lacking & await self._lacking() if lacking else lacking

    async def _lacking(self) -> set[str]:
        """The keys of the runs that are missing in Prefect and not about to be made, or the pool's name."""
        async with get_client() as client:
            if not await deployments.are_complete(client):
                return {deployments.POOL}
        batches = await runtime_access.ask(lambda baton: baton.open_batches())
        return await missing_runs(batches) - self._to_start.keys()

    def _look_for_overdue(self, batches: Sequence[Batch]) -> None:
        """Whatever the reason, what has been due for long is woken, and told."""
        now = runtime_access.clock().now()
        overdue = {each for each in batches if each.next_deadline and each.next_deadline < now}
        still = overdue & self._overdue
        self._overdue = overdue
        if still:
            for each in still:
                self.wake(each.batch_id, "it has been due for a while")
            named = "; ".join(sorted(each.title for each in still)[:3])
            self._failures.failed(_OVERDUE, Overdue(f"{len(still)} due and not done, among them {named}"))
        else:
            self._failures.worked(_OVERDUE)

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
        waiting = await runtime_access.ask(lambda baton: baton.flows_due())
        flows = [flow for flow in deployments.STANDING if flow.flow in waiting]
        await wake([standing_key(flow, today()) for flow in flows], "the calendar has moved on")
        self._due = None if self._due == now else self._due
        self._worker.nudge()


async def _end(tasks: Sequence[asyncio.Task[Any]]) -> None:
    for task in tasks:
        task.cancel()
    for task, ended in zip(tasks, await asyncio.gather(*tasks, return_exceptions=True), strict=True):
        if isinstance(ended, Exception):
            logger.warning("%s did not end in order", task.get_name(), exc_info=ended)


def serve(
    api_url: str, auth: str, make: Callable[[], Dispatcher], opened: Callable[[Dispatcher], None]
) -> None:
    """Run an event loop of requests and flows in this thread until they stop, as clients of `api_url`."""
    quieten()

    async def until_stopped() -> None:
        dispatcher = make()
        opened(dispatcher)
        await dispatcher.run()

    with clients_of(api_url, auth):
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
