"""The five-practice work on DBOS, with its SQLite system database, in a process of its own.

    python -m benchmarks.peers.dbos WORKFLOWS

A workflow asks (a step), waits for an answer of each practice (`recv` on the practice's topic), notes it (a step), and
closes (a step). This is what DBOS is made for: the program is short, and each answer is durable before `send` returns.

What it cannot do: all workflows of a process live in that process, a waiting one as a thread in `recv`. An answer is a
message to a workflow's id and no event of a log; who may answer, by when, what silence means, working days, emails
and a chain that an auditor can walk would have to be written. Answers out of turn wait in their topics.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import threading
import time
from pathlib import Path

from dbos import DBOS, DBOSConfig, SetWorkflowID, WorkflowHandle

from benchmarks.machine import Spread, Taken
from benchmarks.measures.peers import Beside
from benchmarks.systems.network import ANSWERS, PRACTICES

TOPICS = [f"practice-{number}" for number in range(PRACTICES)]
WEEKS = 14 * 24 * 3600.0

_closed: dict[str, float] = {}


@DBOS.step()
def ask(workflow: str) -> list[str]:
    return [f"{workflow}: please answer, {topic}" for topic in TOPICS]


@DBOS.step()
def note(topic: str, answer: dict[str, object]) -> int:
    return len(answer)


@DBOS.step()
def close(workflow: str) -> str:
    _closed[workflow] = time.perf_counter()
    return "completed"


@DBOS.workflow()
def five_answers(workflow: str) -> str:
    ask(workflow)
    for topic in TOPICS:
        answer = DBOS.recv(topic, timeout_seconds=WEEKS)
        note(topic, answer)
    return close(workflow)


def _start(workflows: int) -> tuple[list[WorkflowHandle[str]], float]:
    began = time.perf_counter()
    handles = []
    for number in range(workflows):
        with SetWorkflowID(f"w{number}"):
            handles.append(DBOS.start_workflow(five_answers, f"w{number}"))
    return handles, time.perf_counter() - began


def measure(workflows: int) -> Beside:
    before = Taken.by(os.getpid())
    handles, starting = _start(workflows)
    time.sleep(3)
    waiting = Taken.by(os.getpid())
    latencies, answering = [], time.perf_counter()
    for handle in handles:
        for topic in TOPICS:
            DBOS.send(handle.workflow_id, ANSWERS, topic=topic)
        last = time.perf_counter()
        handle.get_result(polling_interval_sec=0.05)
        latencies.append(_closed[handle.workflow_id] - last)
    whole = starting + time.perf_counter() - answering
    return Beside(
        workflows, max(0.0, Spread.of(latencies).p50), whole / workflows, waiting.processes,
        waiting.threads - before.threads, waiting.memory - before.memory,
    )  # fmt: skip


def main(workflows: str) -> None:
    with tempfile.TemporaryDirectory(prefix="baton-bench-") as folder:
        config: DBOSConfig = {
            "name": "baton-bench",
            "system_database_url": f"sqlite:///{Path(folder) / 'dbos.sqlite'}",
            "log_level": "ERROR",
        }
        DBOS(config=config)
        DBOS.launch()
        found = measure(int(workflows))
        print(json.dumps(found.as_data()))
        sys.stdout.flush()
        threading.Timer(20, os._exit, (0,)).start()
        DBOS.destroy()
    os._exit(0)


if __name__ == "__main__":
    main(*sys.argv[1:])
