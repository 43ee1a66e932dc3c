"""The flows on a real Prefect server: waiting, timers, wakes, races, mending."""

from __future__ import annotations

import asyncio
import random
import re
import time
from datetime import date, timedelta

import pytest

from engine.dates.clock import london_date
from flows import waiting
from flows.deployments import DELIVER_POST
from flows.dispatcher import Dispatcher
from flows.runs import standing_key
from tests.flows.conftest import Bench, eventually

pytestmark = [pytest.mark.process, pytest.mark.asyncio(loop_scope="session")]


async def test_one_flow_run_from_launch_to_completion_tells_the_workflows_story(bench: Bench) -> None:
    deadline = bench.runtime.clock.now() + timedelta(seconds=4)
    batch = bench.runtime.launch(
        "story", needs=3, deadline=deadline, title="IIF Q3 2026/27 · Harbour Vale PCN"
    )
    bench.controller.start([batch])
    await bench.prefect.reaches(batch.batch_id, "Waiting")
    bench.runtime.respond("story")
    bench.controller.wake_batch(batch.batch_id, "Elm Tree has answered")
    await bench.closed("story")  # by its deadline: two of three answers never came
    await bench.prefect.reaches(batch.batch_id, "Completed")

    # A wake is sent at least once: one whose answer a busy database lost is sent again. The last entry is the timer's.
    story = " ".join(await bench.prefect.story(batch.batch_id))
    woken = "( Woken Pending Running Waiting)+"
    assert re.fullmatch(f"Scheduled Pending Running Waiting{woken} Pending Running Completed", story), story
    states = await bench.prefect.states(batch.batch_id)
    assert states[3]["message"] == "1 to answer: Figures"
    assert states[4]["message"] == "Elm Tree has answered"
    run = await bench.prefect.run(batch.batch_id)
    assert run["name"] == "IIF Q3 2026/27 · Harbour Vale PCN"
    assert "batch:batch-story" in run["tags"]


async def test_a_response_advances_its_workflow_well_under_a_second(bench: Bench) -> None:
    batch = bench.runtime.launch("quick", needs=12)
    bench.controller.start([batch])
    taken: list[float] = []
    for _ in range(12):
        await bench.prefect.reaches(batch.batch_id, "Waiting")
        bench.runtime.advanced.clear()
        bench.runtime.respond("quick")
        began = time.perf_counter()
        bench.controller.wake_batch(batch.batch_id)
        await asyncio.wait_for(bench.runtime.advanced.wait(), 10)
        taken.append(time.perf_counter() - began)
    print(f"response to advance: p50 {sorted(taken)[6] * 1000:.0f} ms, worst {max(taken) * 1000:.0f} ms")
    assert sorted(taken)[6] < 1.0


async def test_no_wake_is_lost_in_real_races(bench: Bench) -> None:
    dice = random.Random(7)
    names = [f"race-{number}" for number in range(10)]
    batches = [bench.runtime.launch(name, needs=6) for name in names]
    bench.controller.start(batches)

    async def answer(name: str) -> None:
        for _ in range(6):
            # An entry takes about 0.15 s: answers land before, within and after it.
            await asyncio.sleep(dice.random() * 0.6)
            bench.runtime.respond(name)
            bench.controller.wake_batch(f"batch-{name}")

    await asyncio.gather(*map(answer, names))
    await bench.closed(*names, seconds=30)
    for name in names:
        await bench.prefect.reaches(f"batch-{name}", "Completed")


async def test_many_batches_start_at_once(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG", logger="flows")
    names = [f"many-{number}" for number in range(15)]
    batches = [bench.runtime.launch(name) for name in names]
    for name in names:
        bench.runtime.respond(name)
    bench.controller.start(batches)
    bench.controller.start(batches)  # a launch repeated makes nothing twice
    await bench.closed(*names, seconds=40)
    for name in names:
        assert (await bench.prefect.run(f"batch-{name}"))["run_count"] <= 2
    assert not [record for record in caplog.records if "tried again" in record.getMessage()]


async def test_a_runtime_in_trouble_is_asked_again(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting, "TRY_AGAIN_AFTER", timedelta(seconds=1))
    batch = bench.runtime.launch("trouble")
    bench.runtime.respond("trouble")
    bench.runtime.trouble.append(OSError("No space left on device"))
    bench.controller.start([batch])
    await bench.closed("trouble")
    states = await bench.prefect.states(batch.batch_id)
    (troubled,) = [state for state in states if state["name"] == "AwaitingRetry"]
    assert "No space left on device" in troubled["message"]


async def test_a_notice_calls_for_a_round_of_post(bench: Bench) -> None:
    key = standing_key(DELIVER_POST, london_date(bench.runtime.clock.now()))
    await bench.prefect.reaches(key, "Waiting")
    bench.runtime.notice()
    bench.controller.wake_post()

    async def sent() -> bool:
        return bench.runtime.notices == 0

    await eventually(sent)
    await bench.prefect.reaches(key, "Waiting")
    assert (await bench.prefect.run(key))["state"]["message"] == "1 sent"


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
    name = f"ended-{ending[1]}"
    batch = bench.runtime.launch(name)
    bench.controller.start([batch])
    await bench.prefect.reaches(batch.batch_id, "Waiting")
    await bench.prefect.force(batch.batch_id, *ending)
    bench.runtime.respond(name)
    bench.controller.wake_batch(batch.batch_id)
    await bench.closed(name)
    await bench.prefect.reaches(batch.batch_id, "Completed")


async def test_a_run_left_running_by_a_process_that_died_goes_on(bench: Bench) -> None:
    batch = bench.runtime.launch("orphan")
    bench.controller.start([batch])
    await bench.prefect.reaches(batch.batch_id, "Waiting")
    await bench.prefect.force(batch.batch_id, "RUNNING", "Running")
    bench.runtime.respond("orphan")
    bench.controller.wake_batch(batch.batch_id)  # finds it Running, and does nothing
    bench.controller._ask(_as_at_start_up)
    await bench.closed("orphan")
    await bench.prefect.reaches(batch.batch_id, "Completed")
    assert (await bench.prefect.story(batch.batch_id))[4:7] == ["Running", "Crashed", "Woken"]


def _as_at_start_up(dispatcher: Dispatcher) -> None:
    dispatcher._preparing.ask()


async def test_after_a_leap_of_the_calendar_what_is_due_is_woken(bench: Bench) -> None:
    deadline = bench.runtime.clock.now() + timedelta(days=30)
    batch = bench.runtime.launch("leap", needs=9, deadline=deadline)
    bench.controller.start([batch])
    await bench.prefect.reaches(batch.batch_id, "Waiting")
    entered = len(bench.runtime.advances)
    bench.controller.wake_due(deadline)

    async def entered_again() -> bool:
        return bench.runtime.advances[entered:].count(("leap",)) == 1

    await eventually(entered_again)


async def test_what_happened_is_told_once_however_often_it_is_emitted(bench: Bench) -> None:
    bench.runtime.launch("told")
    published = bench.runtime.happened("baton.step.escalated", "told")
    bench.controller.tell()

    async def told() -> bool:
        return not bench.runtime.untold

    await eventually(told)
    bench.runtime.untold.append(published)  # as after a crash between Prefect's taking it and our noting so
    bench.controller.tell()
    await eventually(told)
    kept = {"filter": {"event": {"name": ["baton.step.escalated"]}}}

    async def arrived() -> bool:
        return bool((await bench.prefect.post("/events/filter", kept))["events"])

    await eventually(arrived)
    await asyncio.sleep(1)
    (event,) = (await bench.prefect.post("/events/filter", kept))["events"]
    assert event["id"] == str(published.id)
    assert event["resource"]["prefect.resource.id"] == "baton.workflow.told"
