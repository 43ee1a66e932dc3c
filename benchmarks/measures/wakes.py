"""Wake to next: from the reply to an answer that closes a step, until the next step's assignment is committed.

On a real `baton serve` with Prefect. Each workflow was launched by itself, so each has a flow run of its own, and
the answers come one after another. What is timed: the wake over Prefect's API, the worker taking the run up, the
advance and its commit. The next assignment is looked for over the API every few milliseconds.
"""

from __future__ import annotations

import time

from benchmarks import machine
from benchmarks.machine import Spread
from benchmarks.systems.network import ANSWERS, pcn_codes, practices_of
from benchmarks.systems.served import baton
from benchmarks.table import Row

SAMPLES = 40
BUDGET = 1.0


def _figures(workflow: str, practice: str) -> str:
    return f"{workflow}.figures.1.{practice}.practice_manager"


def measure(samples: int = SAMPLES) -> Spread:
    """Seconds."""
    codes = pcn_codes(samples)
    with baton(samples) as served:
        served.flows_run()
        started = [served.launch("five-answers-and-review", [code], f"wake-{code}")[0] for code in codes]
        for workflow, code in zip(started, codes, strict=True):
            first, *others, _ = practices_of(code)
            served.wait_until(lambda about=_figures(workflow, first): served.is_asked(about))
            for practice in (first, *others):
                served.respond(_figures(workflow, practice), ANSWERS)
        time.sleep(3)
        took = []
        for workflow, code in zip(started, codes, strict=True):
            served.respond(_figures(workflow, practices_of(code)[-1]), ANSWERS)
            began = time.perf_counter()
            following = f"{workflow}.review.1.{code}.clinical_director"
            served.wait_until(lambda about=following: served.is_asked(about))
            took.append(time.perf_counter() - began)
            time.sleep(0.2)
        return Spread.of(took)


def rows(quick: bool = False) -> list[Row]:
    samples = 3 if quick else SAMPLES
    spread = measure(samples)
    return [
        Row(
            f"answer that closes a step → next assignment, {samples} times",
            f"p50 {spread.p50 * 1000:.0f} ms, p95 {spread.p95 * 1000:.0f} ms",
            machine.load(),
            "p50 under 1 s",
            spread.p50 < BUDGET,
        )
    ]
