"""How a flow finds the runtime, and what it says where there is none."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from application.progress.runtime import Runtime
from flows import runtime_access
from flows.post import deliver_post
from flows.runtime_access import NoRuntime
from flows.workflows import run_workflows
from tests.flows.network import Network


@pytest.fixture
def no_runtime(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(runtime_access, "_registered", None)
    yield


@pytest.mark.usefixtures("no_runtime")
async def test_a_flow_without_a_runtime_says_what_to_do() -> None:
    with pytest.raises(NoRuntime, match="baton serve"):
        await run_workflows.fn(["w1"], "batch-1")
    with pytest.raises(NoRuntime, match="work pool"):
        await deliver_post.fn()
    with pytest.raises(NoRuntime):
        runtime_access.clock()


@pytest.mark.usefixtures("no_runtime")
async def test_the_runtime_is_asked_on_its_own_loop_from_anywhere(tmp_path: Path) -> None:
    home = asyncio.get_running_loop()

    async def at_home(runtime: Runtime) -> bool:
        return asyncio.get_running_loop() is home

    runtime_access.register(Network(tmp_path).runtime)
    assert await runtime_access.ask(at_home)

    answers: list[bool] = []

    def elsewhere() -> None:
        answers.append(asyncio.run(_asked()))

    async def _asked() -> bool:
        return await runtime_access.ask(at_home)

    thread = threading.Thread(target=elsewhere)
    thread.start()
    await asyncio.to_thread(thread.join)
    assert answers == [True]


@pytest.mark.usefixtures("no_runtime")
async def test_what_the_runtime_raises_reaches_the_flow(tmp_path: Path) -> None:
    network = Network(tmp_path)
    network.runtime.trouble.append(OSError("disk full"))
    runtime_access.register(network.runtime)
    with pytest.raises(OSError, match="disk full"):
        await runtime_access.ask(lambda each: each.advance(["w1"]))
