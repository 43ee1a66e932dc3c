"""A real `baton serve` in a process of its own, on a home folder of its own and a free port.

Its calendar stands on a Saturday night: no email may go, so what is measured is not the post. Everything else is as
it would be: the store flushes, Prefect runs the flows.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from application.environment.home import Home
from benchmarks.systems.network import INPUTS, SHELF, write_directory

SATURDAY_NIGHT = "2026-11-21T22:00:00+00:00"
BY = {"name": "Bench"}
#: Seconds for anything to happen; machines that are shared are slow.
PATIENCE = 240.0


class TookTooLong(RuntimeError):
    """Something was not there in good time; the log of `baton serve` is in the message."""


@dataclass
class Served:
    """A Baton that is up. Times are in seconds since its process was started."""

    home: Home
    url: str
    token: str
    process: subprocess.Popen[bytes]
    first_page: float
    _client: httpx.Client = field(repr=False)
    began: float

    @property
    def pid(self) -> int:
        return self.process.pid

    @property
    def port(self) -> int:
        return int(self.url.rsplit(":", 1)[1])

    def get(self, path: str, **wanted: Any) -> Any:
        answer = self._client.get(path, params=wanted)
        answer.raise_for_status()
        return answer.json()

    def is_asked(self, assignment: str) -> bool:
        """Whether the assignment is committed and acknowledged."""
        return self._client.get(f"/api/assignments/{assignment}").is_success

    def launch(self, definition: str, pcns: Sequence[str], key: str) -> list[str]:
        """Launch over the API; the ids of the workflows."""
        body = {"definition": definition, "pcns": list(pcns), "inputs": INPUTS, "by": BY}
        answer = self._client.post("/api/workflows", json=body, headers={"idempotency-key": key})
        answer.raise_for_status()
        return [str(each) for each in answer.json()["workflows"]]

    def respond(self, assignment: str, answers: Mapping[str, Any]) -> None:
        body = {"answers": answers, "by": {"name": "Bench", "role": "practice_manager", "how": "on paper"}}
        self._client.post(f"/api/assignments/{assignment}/responses", json=body).raise_for_status()

    def flows_run(self) -> float:
        """Wait until flow runs are taken up; how long after the start that was."""
        log = self.home.logs / "baton.log"
        wait_for(lambda: log.exists() and "Flow runs: " in log.read_text(), self.home)
        return time.perf_counter() - self.began

    def wait_until(self, there: Any) -> None:
        wait_for(there, self.home)


def wait_for(there: Any, home: Home, pause: float = 0.02) -> None:
    """Wait until `there()`. Raises TookTooLong."""
    until = time.perf_counter() + PATIENCE
    while not there():
        if time.perf_counter() > until:
            log = home.logs / "baton.log"
            raise TookTooLong(log.read_text()[-3000:] if log.exists() else "there is no log")
        time.sleep(pause)


@contextmanager
def baton(pcns: int = 1, folder: Path | None = None, **more: str) -> Iterator[Served]:
    """`baton serve` for a network of `pcns`; `more` are settings of its own, such as BATON_WORKERS.

    With `folder` it serves a home folder that was filled before.
    """
    with tempfile.TemporaryDirectory(prefix="baton-bench-") as made:
        home = Home(folder or Path(made))
        home.make()
        if not home.directory.exists():
            write_directory(home.directory, pcns)
        process, began = _start(home, more)
        try:
            yield _up(home, process, began)
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(40)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _start(home: Home, more: Mapping[str, str]) -> tuple[subprocess.Popen[bytes], float]:
    own = {
        "BATON_HOME": str(home.root),
        "BATON_WEB_PORT": "0",
        "BATON_LIBRARY": json.dumps([str(SHELF)]),
        "BATON_CLOCK": "leaping",
        "BATON_CLOCK_START": SATURDAY_NIGHT,
        "PYTHONPATH": str(Path(__file__).parents[2]),
    }
    clean = {key: value for key, value in os.environ.items() if not key.startswith(("BATON_", "PREFECT_"))}
    command = [sys.executable, "-c", "from cli.main import main; main()", "serve"]
    began = time.perf_counter()
    process = subprocess.Popen(
        command, env={**clean, **own, **more}, cwd=home.root, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )  # fmt: skip
    return process, began


def _up(home: Home, process: subprocess.Popen[bytes], began: float) -> Served:
    def running() -> bool:
        if process.poll() is not None:
            raise TookTooLong(f"baton serve ended with {process.returncode}")
        up = home.running()
        return up is not None and up.pid == process.pid

    wait_for(running, home)
    up = home.running()
    assert up is not None
    token = home.token()
    client = httpx.Client(
        base_url=up.url, headers={"Authorization": f"Bearer {token}"}, timeout=PATIENCE, trust_env=False
    )
    client.get("/").raise_for_status()
    return Served(home, up.url, token, process, time.perf_counter() - began, client, began)
