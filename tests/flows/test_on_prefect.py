"""The flows on a real Prefect server: waiting, timers, wakes, races, mending."""

from __future__ import annotations

import asyncio
import random
import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from prefect.client.schemas.objects import FlowRun

from application.batches import Batch
from application.progress.published_events import PublishedPosition
from engine.dates.clock import LeapingClock
from flows import wait
from flows.deployments import DELIVER_POST
from flows.dispatcher import Dispatcher
from flows.runs import standing_key, today
from tests.flows.conftest import Bench, eventually

pytestmark = [pytest.mark.process, pytest.mark.asyncio(loop_scope="session")]


async def test_one_flow_run_from_launch_to_completion_tells_the_workflows_story(bench: Bench) -> None:
    clock = bench.network.clock
    assert isinstance(clock, LeapingClock)
    clock.leap_to(datetime(2026, 12, 16, 16, 59, 50, tzinfo=UTC))
    batch = await bench.network.launch("IIF Q3 2026/27", needs=3, day=date(2026, 12, 16))
    bench.controller.start([batch])
    await bench.prefect.reaches(batch.batch_id, "Waiting")
    await bench.answered(batch, "Elm Tree has answered")
    await bench.closed(batch)  # by its deadline: two of three answers never came
    await bench.prefect.reaches(batch.batch_id, "Completed")

    # A wake is sent at least once, and a busy Prefect may hand a run out twice: that costs an entry which finds
    # nothing to do. What never varies: it waits between entries, is woken by the answer, and ends by its timer.
    story = " ".join(await bench.prefect.story(batch.batch_id))
    entry = "Pending Running Waiting"
    woken = rf"( {entry}( Woken)*)* {entry}( Woken)+( {entry}( Woken)*)* {entry} Pending Running Completed"
    assert re.fullmatch(f"Scheduled{woken}", story), story
    states = await bench.prefect.states(batch.batch_id)
    assert states[3]["message"].startswith("waiting for Practice Y90000 and 11 others: Figures")
    assert "Elm Tree has answered" in [state["message"] for state in states if state["name"] == "Woken"]
    run = await bench.prefect.run(batch.batch_id)
    assert run["name"] == "IIF Q3 2026/27 · Harbour Vale PCN"
    assert f"batch:{batch.batch_id}" in run["tags"]


async def test_each_response_advances_its_workflow_by_its_own_wake(bench: Bench) -> None:
    batch = await bench.launch("quick", needs=12)
    for _ in range(12):
        await bench.prefect.reaches(batch.batch_id, "Waiting")
        bench.runtime.advanced.clear()
        await bench.network.respond(batch)
        bench.controller.wake_batch(batch.batch_id)
        await asyncio.wait_for(bench.runtime.advanced.wait(), 60)


async def test_no_wake_is_lost_in_real_races(bench: Bench) -> None:
    dice = random.Random(7)
    batches = [await bench.network.launch(f"race {number}", needs=6) for number in range(10)]
    bench.controller.start(batches)
    for batch in batches:
        await bench.prefect.reaches(batch.batch_id, "Waiting")

    async def answer(batch: Batch) -> None:
        for _ in range(6):
            # An entry takes about 0.15 s: answers land before, within and after it.
            await asyncio.sleep(dice.random() * 0.6)
            await bench.answered(batch)

    await asyncio.gather(*map(answer, batches))
    await bench.closed(*batches)
    for batch in batches:
        await bench.prefect.reaches(batch.batch_id, "Completed")


async def test_many_batches_start_at_once(bench: Bench) -> None:
    batches = [await bench.network.launch(f"many {number}") for number in range(15)]
    bench.controller.start(batches)
    bench.controller.start(batches)  # a launch repeated makes nothing twice
    for batch in batches:
        await bench.prefect.reaches(batch.batch_id, "Waiting")
        assert len(await bench.prefect.runs(batch.batch_id)) == 1


async def test_a_runtime_in_trouble_is_asked_again(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wait, "TRY_AGAIN_AFTER", timedelta(seconds=1))
    batch = await bench.launch("trouble")
    bench.runtime.trouble.append(OSError("No space left on device"))
    await bench.answered(batch)
    await bench.closed(batch)
    states = await bench.prefect.states(batch.batch_id)
    (troubled,) = [state for state in states if state["name"] == "AwaitingRetry"]
    assert "No space left on device" in troubled["message"]


async def test_a_notice_calls_for_a_delivery(bench: Bench) -> None:
    key = standing_key(DELIVER_POST, today())
    await bench.prefect.reaches(key, "Waiting")
    planned = await bench.network.notices()
    await bench.launch("post")
    assert await bench.network.notices() == planned + 12
    bench.controller.wake_post()

    async def sent() -> bool:
        return bench.network.delivered == await bench.network.notices()

    await eventually(sent)
    await bench.prefect.reaches(key, "Waiting")
    assert (await bench.prefect.run(key))["state"]["message"].endswith("sent")


async def test_the_post_of_a_day_that_is_over_hands_over_and_ends(bench: Bench) -> None:
    key = standing_key(DELIVER_POST, date(2026, 1, 15))
    (deployment,) = await bench.prefect.post(
        "/deployments/filter", {"flows": {"name": {"any_": ["deliver-post"]}}}
    )
    body = {"idempotency_key": key, "parameters": {"day": "2026-01-15"}, "name": "Post, Thu 15 Jan 2026"}
    await bench.prefect.post(f"/deployments/{deployment['id']}/create_flow_run", body)
    await bench.prefect.reaches(key, "Completed")


@pytest.mark.parametrize("ending", [("CANCELLED", "Cancelled"), ("CRASHED", "Crashed"), ("FAILED", "Failed")])
async def test_a_wake_revives_a_run_that_ended_though_its_workflows_are_open(
    bench: Bench, ending: tuple[str, str]
) -> None:
    batch = await bench.launch(f"ended {ending[1]}")
    await bench.prefect.force(batch.batch_id, *ending)
    await bench.answered(batch)
    await bench.closed(batch)
    await bench.prefect.reaches(batch.batch_id, "Completed")


async def test_a_run_left_running_by_a_process_that_died_goes_on(bench: Bench) -> None:
    batch = await bench.launch("orphan")
    await bench.prefect.force(batch.batch_id, "RUNNING", "Running")
    await bench.answered(batch)  # its wake finds it Running, and does nothing
    bench.controller._ask(_as_at_start_up)
    await bench.closed(batch)
    await bench.prefect.reaches(batch.batch_id, "Completed")
    assert "Running Crashed Woken" in " ".join(await bench.prefect.story(batch.batch_id))


async def test_a_run_that_goes_between_the_look_and_its_claim_is_no_error_and_made_anew(bench: Bench) -> None:
    batch = await bench.launch("gone")
    first = await bench.prefect.run(batch.batch_id)
    await bench.prefect.delete(f"/flow_runs/{first['id']}")
    dispatcher, loop = bench.controller._dispatcher, bench.controller._loop
    assert dispatcher is not None and loop is not None
    claim = dispatcher._worker._claim(FlowRun.model_validate(first))
    assert not await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(claim, loop))
    await bench.prefect.reaches(batch.batch_id, "Waiting")


def _as_at_start_up(dispatcher: Dispatcher) -> None:
    dispatcher._preparing.ask()


async def test_after_a_leap_of_the_calendar_what_is_due_is_woken(bench: Bench) -> None:
    clock = bench.network.clock
    assert isinstance(clock, LeapingClock)
    batch = await bench.network.launch("leap", needs=9, day=date(2027, 1, 15))
    bench.controller.start([batch])
    await bench.prefect.reaches(batch.batch_id, "Waiting")
    await bench.answered(batch)
    clock.leap_to(datetime(2027, 1, 15, 17, 0, 1, tzinfo=UTC))
    bench.controller.wake_due(clock.now())
    await bench.closed(batch)


async def test_what_happened_is_told_once_however_often_it_is_emitted(bench: Bench) -> None:
    batch = await bench.network.launch("told")
    bench.controller.tell()
    about = {"resource": {"id": [f"baton.workflow.{batch.workflow_ids[0]}"]}}

    async def kept() -> list[dict[str, Any]]:
        answer = await bench.prefect.post("/events/filter", {"filter": about})
        return [event for event in answer["events"] if event["event"] == "baton.workflow.launched"]

    async def told() -> bool:
        return len(await kept()) == 1 and not await bench.runtime.to_publish(1)

    await eventually(told)
    bench.runtime._published = (
        PublishedPosition()
    )  # as after a crash between Prefect's taking it and our noting so
    bench.controller.tell()
    await eventually(told)
    (event,) = await kept()
    assert event["resource"]["prefect.resource.name"] == "told"
