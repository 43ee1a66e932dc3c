"""Prefect's server as a child of this process: started, questioned, replaced, stopped.

It listens on 127.0.0.1 only, opens to who knows the home folder's secret and to no page of a browser, keeps its
database under Baton's home folder, sends nothing to anybody, and goes when this process goes, however that ends.

Prefect is not the record: whatever is wrong with its database, it can be put aside, and `reconcile` makes every flow
run anew from the log. So a server that has stopped answering real questions (see probe.py) is replaced, at first
on the same database, and then on another.
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

import httpx

from flows.failures import Failures
from flows.server import probe

logger = logging.getLogger(__name__)

#: Seconds a start may take; the first makes the database, about 10 s on two cores.
START_SECONDS = 60.0

#: Seconds a server that starts may listen and yet not answer a real question.
_BROKEN_SECONDS = 15.0

#: Seconds between two real questions, and seconds of failing after which the server is replaced.
ASK_SECONDS = 10.0
REPLACE_SECONDS = 20.0

#: Seconds without a failure after which a server counts as well, and what was before is forgotten.
_WELL_SECONDS = 60.0

#: Seconds for which a database that was made anew is kept, whatever fails: then it is not the database.
_KEEP_SECONDS = 600.0

_STOP_SECONDS = 10.0
_WATCH_SECONDS = 1.0

#: Failures in a row after which the database is put aside.
_FAILURES_BEFORE_NEW_DATABASE = 2

_SUBJECT = "Prefect's server"


class PrefectServer:
    """One `prefect server start` under `home`/prefect, on a free port of 127.0.0.1.

    `auth` is what opens it: "name:password". The port stays the same for the life of this object, so clients outlive
    a restart of the server. Use `await run(failures)` as a task; `healthy` is set while the server answers. `starts`
    counts the servers that came up.
    """

    def __init__(self, home: Path, auth: str, port: int | None = None) -> None:
        self.folder = home / "prefect"
        self.log = home / "logs" / "prefect-server.log"
        self.port = port or free_port()
        self.url = f"http://127.0.0.1:{self.port}/api"
        self.auth = auth
        self.healthy = asyncio.Event()
        self.starts = 0
        self._child: subprocess.Popen[bytes] | None = None
        self._failed = 0
        self._hopeless = False  #: whether another server on the same database would do no better
        self._database_since = -_KEEP_SECONDS  #: when it was made anew, by the monotonic clock

    @property
    def pid(self) -> int | None:
        """The server's process id while it runs."""
        return self._child.pid if self._child and self._child.poll() is None else None

    async def run(self, failures: Failures) -> None:
        """Keep a server running until cancelled, then stop it."""
        try:
            while True:
                try:
                    await self._serve(failures)
                except OSError as error:
                    # A full disk, or a file that is not there: it may be mended meanwhile.
                    failures.failed(_SUBJECT, error)
                self.healthy.clear()
                await self.stop(at_once=True)
                await asyncio.sleep(_WATCH_SECONDS)
        finally:
            self.healthy.clear()
            await self.stop()

    async def _serve(self, failures: Failures) -> None:
        """Start a server, and return when it did not come up, has died, or is to be replaced. Raises OSError."""
        self._put_database_aside_if_hopeless()
        self._start()
        if await self._becomes_healthy(failures):
            self.starts += 1
            self.healthy.set()
            await self._stays_well(failures)
        else:
            self._failed += 1
            logger.warning("Prefect's server did not start; see %s", self.log)

    async def stop(self, at_once: bool = False) -> None:
        """Stop the server: asked first, unless `at_once`, then ended."""
        child = self._child
        if child is None:
            return
        if child.poll() is None:
            if not at_once:
                child.terminate()
                # One that hangs has nothing to lose: it is not the record.
                with suppress(subprocess.TimeoutExpired):
                    await asyncio.to_thread(child.wait, _STOP_SECONDS)
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
            self._child = _spawn(self.port, self.folder, self.auth, log)
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

    async def _becomes_healthy(self, failures: Failures) -> bool:
        """Whether the server answers a real question before its time is over."""
        deadline = time.monotonic() + START_SECONDS
        async with probe.client_of(self.url, self.auth) as client:
            while time.monotonic() < deadline and self.pid is not None:
                try:
                    (await client.get("/health")).raise_for_status()
                    deadline = min(deadline, time.monotonic() + _BROKEN_SECONDS)
                    await probe.ask(client)
                except httpx.HTTPError as error:
                    failures.failed(_SUBJECT, error)
                    await asyncio.sleep(0.1)
                else:
                    failures.worked(_SUBJECT)
                    return True
        return False

    async def _stays_well(self, failures: Failures) -> None:
        """Return when the server has died, or is to be replaced."""
        began = asked = time.monotonic()
        async with probe.client_of(self.url, self.auth) as client:
            while self.pid is not None:
                await asyncio.sleep(_WATCH_SECONDS)
                if time.monotonic() - asked >= ASK_SECONDS:
                    await self._ask(client, failures)
                    asked = time.monotonic()
                failing = failures.of_server(after=began)
                # Each time it did not help, the next waits longer: it may not be the server after all.
                if failing >= REPLACE_SECONDS * 2 ** min(self._failed, 5):
                    self._failed += 1
                    self._hopeless = failures.blame_database
                    logger.warning(
                        "Prefect's server does not do its work, and is replaced; answers are taken meanwhile"
                    )
                    return
                if not failing and time.monotonic() - began >= _WELL_SECONDS:
                    self._failed = 0
        logger.warning("Prefect's server has died and is started again; answers are taken meanwhile")

    async def _ask(self, client: httpx.AsyncClient, failures: Failures) -> None:
        try:
            await probe.ask(client)
        except httpx.HTTPError as error:
            failures.failed(_SUBJECT, error)
        else:
            failures.worked(_SUBJECT)

    def _put_database_aside_if_hopeless(self) -> None:
        database = self.folder / "prefect.db"
        is_new = time.monotonic() - self._database_since < _KEEP_SECONDS
        hopeless = self._hopeless or self._failed >= _FAILURES_BEFORE_NEW_DATABASE
        self._hopeless = False
        if not hopeless or is_new or not database.exists():
            return
        self._database_since = time.monotonic()
        logger.warning("Prefect's database is put aside as prefect.db.broken and made anew from the log")
        for part in ("", "-wal", "-shm"):
            path = self.folder / f"prefect.db{part}"
            path.with_name(f"prefect.db.broken{part}").unlink(missing_ok=True)
            if path.exists():
                path.replace(path.with_name(f"prefect.db.broken{part}"))


def _spawn(port: int, folder: Path, auth: str, log: BinaryIO) -> subprocess.Popen[bytes]:
    quiet = {
        "PREFECT_HOME": str(folder),
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "PREFECT_SERVER_UI_ENABLED": "false",
        # In the environment, which nobody but this account can read, and never on the command line.
        "PREFECT_SERVER_API_AUTH_STRING": auth,
        "PREFECT_API_AUTH_STRING": auth,
        # No page of a browser has any business here; without this, every one has.
        "PREFECT_SERVER_CORS_ALLOWED_ORIGINS": f"http://127.0.0.1:{port}",
        "DO_NOT_TRACK": "1",
        "PREFECT_SERVER_LOGGING_LEVEL": "WARNING",
        # It watches for workers that went away; there is one, it is our parent, and we go with it.
        "PREFECT_SERVER_SERVICES_FOREMAN_ENABLED": "false",
        # Ended runs go after 90 days, as the log has it all; by default only events are ever deleted.
        "PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED": "events,flow_runs",
    }
    inherited = {key: value for key, value in os.environ.items() if not key.startswith("PREFECT_")}
    command = [sys.executable, "-m", "flows.server.child", str(os.getpid()), str(port)]
    return subprocess.Popen(
        command,
        env={**inherited, **quiet},
        cwd=Path(__file__).resolve().parents[2],
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=subprocess.STDOUT,
        # Ctrl-C in the terminal is for us; we stop the server ourselves, after the entries under way.
        start_new_session=True,
    )


def free_port() -> int:
    """A port of 127.0.0.1 that is free now."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port: int = sock.getsockname()[1]
        return port
