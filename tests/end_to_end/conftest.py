"""`baton serve`, in a process of its own, on a home folder of its own."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from application.environment.home import Home
from cli.client.server import Server, server
from settings import Settings

EXAMPLES = Path(__file__).parents[2] / "examples"

#: Seconds after which a test gives up; nothing takes nearly as long, on a slow machine either.
LONG = 180.0


@dataclass
class Served:
    """A `baton serve` that is up, or has ended."""

    home: Home
    process: subprocess.Popen[bytes]

    def client(self) -> Server:
        return server(Settings(_env_file=os.devnull, home=self.home.root))

    def until(self, happened: Callable[[], object]) -> None:
        """Wait until it has happened; fail when the process ends, or it takes too long."""
        limit = time.monotonic() + LONG
        while not happened():
            assert self.process.poll() is None, "baton serve has ended"
            assert time.monotonic() < limit, "it has not happened"
            time.sleep(0.05)


Serve = Callable[..., Served]


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Serve]:
    """Starts `baton serve` on a free port; settings are given as in the environment, without BATON_."""
    home = Home(tmp_path / "home")
    home.make()
    shutil.copy(EXAMPLES / "harbour-vale.yaml", home.directory)
    started: list[subprocess.Popen[bytes]] = []

    def start(**settings: str) -> Served:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("BATON_")}
        environment |= {
            "BATON_HOME": str(home.root),
            "BATON_WEB_PORT": "0",
            "BATON_LAUNCH_GRACE_MINUTES": "0",
        }
        environment |= {f"BATON_{name}": value for name, value in settings.items()}
        command = [str(Path(sys.executable).parent / "baton"), "serve"]
        process = subprocess.Popen(
            command, cwd=tmp_path, env=environment, stdout=subprocess.DEVNULL, preexec_fn=_heed_signals
        )
        started.append(process)
        served = Served(home, process)
        served.until(lambda: (running := home.running()) and running.pid == process.pid)
        return served

    yield start
    for process in started:
        process.kill()
        process.wait()


def _heed_signals() -> None:
    """A suite run by nohup, or in the background, ignores signals, and its children would with it."""
    for number in (signal.SIGHUP, signal.SIGINT):
        signal.signal(number, signal.SIG_DFL)


def serves_prefect(pid: int, home: Home) -> bool:
    """Whether that process is, or was, started with this home folder's Prefect, and has not ended."""
    try:
        environment = Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
    except OSError:
        return False
    return f"PREFECT_HOME={home.prefect}".encode() in environment


def prefect_servers(home: Home) -> list[int]:
    """Every process that `serves_prefect` of this home folder."""
    return [pid for pid in map(int, filter(str.isdigit, os.listdir("/proc"))) if serves_prefect(pid, home)]
