"""The flow of benchmarks/peers/suspension.py, in a module of its own because the runner loads it in each new process."""

from __future__ import annotations

from prefect import flow
from prefect.flow_runs import asuspend_flow_run
from prefect.input import RunInput

WEEKS = 14 * 24 * 3600


class Answer(RunInput):
    seen: int
    waiting: int
    on_track: str


@flow(name="five-answers", persist_result=True)
async def five_answers() -> int:
    seen = 0
    for number in range(5):
        answer = await asuspend_flow_run(wait_for_input=Answer, timeout=WEEKS, key=f"practice-{number}")
        seen += answer.seen
    return seen
