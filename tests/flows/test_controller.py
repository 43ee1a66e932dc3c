"""The controller answers at once and never raises, whether or not Prefect is there."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import pytest

from application.environment.alarms import Alarms
from application.environment.home import Home
from flows import runtime_access
from flows.controller import FlowController
from flows.dispatcher import Dispatcher, Request
from flows.failures import Failures
from flows.server.process import PrefectServer, free_port
from tests.flows.conftest import eventually
from tests.flows.network import Network


async def test_nothing_asked_of_the_controller_waits_or_raises_without_prefect(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runtime_access, "_registered", None)
    network = Network(tmp_path)
    controller = FlowController(
        network.runtime, Home(tmp_path), api_url=f"http://127.0.0.1:{free_port()}/api"
    )
    batch = await network.launch("one")

    def ask_everything() -> float:
        began = time.perf_counter()
        controller.start([batch])
        controller.wake_batch(batch.batch_id)
        controller.wake_post()
        controller.wake_due(network.clock.now())
        controller.tell()
        return time.perf_counter() - began

    async def was_tried() -> bool:
        return bool(network.runtime.alarms._failing)

    assert ask_everything() < 2  # before it is opened: kept for later
    controller.open()
    await eventually(was_tried)
    assert ask_everything() < 2  # Prefect does not answer
    assert not controller.ready
    await controller.close()
    assert ask_everything() < 2  # closed


async def test_a_request_is_retried_until_done_and_askings_meanwhile_are_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("flows.dispatcher.RETRY_SECONDS", 0.01)
    tries: list[int] = []
    done = asyncio.Event()

    async def do() -> None:
        tries.append(len(tries))
        if len(tries) < 3:
            raise ConnectionError("away")
        done.set()

    request = Request("Test", do, Failures(Alarms()))
    running = asyncio.create_task(request.run())
    for _ in range(5):
        request.ask()
    await done.wait()
    await asyncio.sleep(0.05)
    running.cancel()
    assert len(tries) == 3


async def test_what_ends_a_part_of_the_flows_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def fails(dispatcher: Dispatcher) -> None:
        raise ValueError("nobody expected this")

    monkeypatch.setattr(runtime_access, "_registered", None)
    monkeypatch.setattr(Dispatcher, "_watch", fails)
    network = Network(tmp_path)
    controller = FlowController(
        network.runtime, Home(tmp_path), api_url=f"http://127.0.0.1:{free_port()}/api"
    )
    controller.open()

    async def told() -> bool:
        return bool(network.runtime.alarms.all())

    await eventually(told)
    (alarm,) = network.runtime.alarms.all()
    assert "until Baton is restarted" in alarm.text and "nobody expected this" in alarm.details[0]
    await controller.close()


async def test_a_server_that_cannot_even_be_started_is_tried_again(tmp_path: Path) -> None:
    (tmp_path / "prefect").write_text("somebody's file where a folder should be")
    alarms = Alarms()
    running = asyncio.create_task(PrefectServer(tmp_path, "baton:secret").run(Failures(alarms)))

    async def failed() -> bool:
        return "Prefect's server" in alarms._failing

    await eventually(failed)
    assert not running.done()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
