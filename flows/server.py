"""Prefect's server as a child of this process: started, watched, restarted, stopped.

It listens on 127.0.0.1 only, keeps its database under Baton's home folder, sends nothing to anybody, and
goes when this process goes, however that ends.
"""

from __future__ import annotations

import asyncio
import ctypes
import logging
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import httpx

logger = logging.getLogger(__name__)

#: Seconds a start may take; the first makes the database, about 10 s on two cores.
START_SECONDS = 60.0

_STOP_SECONDS = 10.0
_WATCH_SECONDS = 1.0

#: Failed starts in a row after which the database is put aside. Prefect is not the record: `reconcile`
#: makes every flow run anew from the log.
_STARTS_BEFORE_NEW_DATABASE = 2

_PR_SET_PDEATHSIG = 1


class PrefectServer:
    """One `prefect server start` under `home`/prefect, on a free port of 127.0.0.1.

    The port stays the same for the life of this object, so clients outlive a restart of the server.
    Use `await run()` as a task; `healthy` is set while the server answers.
    """

    def __init__(self, home: Path, port: int | None = None) -> None:
        self.folder = home / "prefect"
        self.log = home / "logs" / "prefect-server.log"
        self.port = port or free_port()
        self.url = f"http://127.0.0.1:{self.port}/api"
        self.healthy = asyncio.Event()
        self._child: subprocess.Popen[bytes] | None = None
        self._failures = 0

    @property
    def pid(self) -> int | None:
        """The server's process id while it runs."""
        return self._child.pid if self._child and self._child.poll() is None else None

    async def run(self) -> None:
        """Keep a server running until cancelled, then stop it."""
        try:
            while True:
                self._start()
                if await self._becomes_healthy():
                    self._failures = 0
                    self.healthy.set()
                    await self._dies()
                    self.healthy.clear()
                    logger.warning(
                        "Prefect's server has died and is started again; answers are taken meanwhile"
                    )
                else:
                    self._failures += 1
                    logger.warning("Prefect's server did not start; see %s", self.log)
                    await self.stop()
                    self._put_database_aside_if_hopeless()
                await asyncio.sleep(_WATCH_SECONDS)
        finally:
            self.healthy.clear()
            await self.stop()

    async def stop(self) -> None:
        """Stop the server: asked first, then ended."""
        child = self._child
        if child is None:
            return
        if child.poll() is None:
            child.terminate()
            try:
                await asyncio.to_thread(child.wait, _STOP_SECONDS)
            except subprocess.TimeoutExpired:
                child.kill()
                await asyncio.to_thread(child.wait)
        self._pid_file.unlink(missing_ok=True)
        self._child = None

    @property
    def _pid_file(self) -> Path:
        return self.folder / "server.pid"

    def _start(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self.log.parent.mkdir(parents=True, exist_ok=True)
        self._end_stale()
        with self.log.open("ab") as log:
            self._child = _spawn(self.port, self.folder, log)
        self._pid_file.write_text(str(self._child.pid))

    def _end_stale(self) -> None:
        """End a server left over by a process that was killed where the kernel does not do it for us."""
        try:
            pid = int(self._pid_file.read_text())
            environment = Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
        except (OSError, ValueError):
            return
        # The id may belong to somebody else by now: only a process with our own PREFECT_HOME is ours.
        if f"PREFECT_HOME={self.folder}".encode() in environment and pid != os.getpid():
            logger.info("Ending a Prefect server left over from an earlier run (process %d)", pid)
            os.kill(pid, signal.SIGKILL)

    async def _becomes_healthy(self) -> bool:
        deadline = time.monotonic() + START_SECONDS
        async with httpx.AsyncClient(trust_env=False) as client:
            while time.monotonic() < deadline and self.pid is not None:
                try:
                    answer = await client.get(f"{self.url}/health", timeout=2)
                    if answer.status_code == httpx.codes.OK:
                        return True
                except httpx.HTTPError:
                    pass
                await asyncio.sleep(0.1)
        return False

    async def _dies(self) -> None:
        while self.pid is not None:
            await asyncio.sleep(_WATCH_SECONDS)

    def _put_database_aside_if_hopeless(self) -> None:
        database = self.folder / "prefect.db"
        if self._failures < _STARTS_BEFORE_NEW_DATABASE or not database.exists():
            return
        self._failures = 0
        logger.warning("Prefect's database is put aside as prefect.db.broken and made anew from the log")
        for part in ("", "-wal", "-shm"):
            path = self.folder / f"prefect.db{part}"
            if path.exists():
                path.replace(path.with_name(f"prefect.db.broken{part}"))


def _spawn(port: int, folder: Path, log: BinaryIO) -> subprocess.Popen[bytes]:
    quiet = {
        "PREFECT_HOME": str(folder),
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "PREFECT_SERVER_UI_ENABLED": "false",
        "DO_NOT_TRACK": "1",
        "PREFECT_SERVER_LOGGING_LEVEL": "WARNING",
        # It watches for workers that went away; there is one, it is our parent, and we go with it.
        "PREFECT_SERVER_SERVICES_FOREMAN_ENABLED": "false",
        # Ended runs go after 90 days, as the log has it all; by default only events are ever deleted.
        "PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED": "events,flow_runs",
    }
    inherited = {key: value for key, value in os.environ.items() if not key.startswith("PREFECT_")}
    # Through this module rather than `prefect` itself: see `_main`.
    command = [sys.executable, "-m", "flows.server", str(os.getpid()), str(port)]
    return subprocess.Popen(
        command,
        env={**inherited, **quiet},
        cwd=Path(__file__).resolve().parent.parent,
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=subprocess.STDOUT,
        # Ctrl-C in the terminal is for us; we stop the server ourselves, after the entries under way.
        start_new_session=True,
    )


@contextmanager
def clients_of(api_url: str) -> Iterator[None]:
    """Within, this thread's Prefect clients and flow runs speak to `api_url`, with as few words as possible.

    Prefect's settings are read from the environment when it is imported, too early for a port chosen at
    start-up; these hold for this thread's context and its tasks. Each saves a request or a thread per entry.
    """
    # Here, because the child imports this module too, only to become something else.
    from prefect import settings

    lean = {
        settings.PREFECT_API_URL: api_url,
        settings.PREFECT_CLIENT_CSRF_SUPPORT_ENABLED: False,
        settings.PREFECT_CLIENT_SERVER_VERSION_CHECK_ENABLED: False,
        settings.PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None,
        settings.PREFECT_LOGGING_TO_API_ENABLED: False,
    }
    with settings.temporary_settings(updates=lean):
        yield


def free_port() -> int:
    """A port of 127.0.0.1 that is free now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _main(parent: int, port: str) -> None:
    """In the child: ask the kernel to end us with our parent, then become Prefect's server.

    The wish outlives the exec. Made here and not between fork and exec, because the parent has threads.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it went before we had asked
        return
    os.execv(
        sys.executable,
        [sys.executable, "-m", "prefect", "server", "start", "--host", "127.0.0.1", "--port", port],
    )


if __name__ == "__main__":
    _main(int(sys.argv[1]), sys.argv[2])
