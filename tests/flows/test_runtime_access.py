"""How a flow finds the runtime, and what it says where there is none."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator

import pytest

from application import runtime
from application.runtime import NoRuntime
from flows.post import deliver_post
from flows.workflows import run_workflows
from tests.flows.fake_runtime import FakeRuntime


@pytest.fixture
def no_runtime(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(runtime, "_registered", None)
    yield


@pytest.mark.usefixtures("no_runtime")
async def test_a_flow_without_a_runtime_says_what_to_do() -> None:
    with pytest.raises(NoRuntime, match="baton serve"):
        await run_workflows.fn(["w1"], "batch-1")
    with pytest.raises(NoRuntime, match="work pool"):
        await deliver_post.fn()
    with pytest.raises(NoRuntime):
        runtime.clock()


@pytest.mark.usefixtures("no_runtime")
async def test_the_runtime_is_asked_on_its_own_loop_from_anywhere() -> None:
    home = asyncio.get_running_loop()

    class Homebody(FakeRuntime):
        async def post_moved_since(self, seen: int) -> bool:
            return asyncio.get_running_loop() is home

    runtime.register(Homebody())
    assert await runtime.ask(lambda baton: baton.post_moved_since(0))

    answers: list[bool] = []

    def elsewhere() -> None:
        answers.append(asyncio.run(_asked()))

    async def _asked() -> bool:
        return await runtime.ask(lambda baton: baton.post_moved_since(0))

    thread = threading.Thread(target=elsewhere)
    thread.start()
    await asyncio.to_thread(thread.join)
    assert answers == [True]


@pytest.mark.usefixtures("no_runtime")
async def test_what_the_runtime_raises_reaches_the_flow() -> None:
    baton = FakeRuntime(trouble=[OSError("disk full")])
    runtime.register(baton)
    with pytest.raises(OSError, match="disk full"):
        await runtime.ask(lambda each: each.advance(["w1"]))
