"""What runs in the child: it goes with its parent, and becomes Prefect's server. `python -m flows.server.child PARENT PORT`"""

from __future__ import annotations

import ctypes
import os
import runpy
import signal
import sys
from typing import Any

_PR_SET_PDEATHSIG = 1


def main(parent: int, port: str) -> None:
    """Become the server of this process's environment, on `port` of 127.0.0.1, until the process `parent` ends."""
    # Asked for here and not between fork and exec, because the parent has threads.
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it went before we had asked
        return
    let_writers_wait()
    sys.argv = ["prefect", "server", "start", "--host", "127.0.0.1", "--port", port]
    runpy.run_module("prefect", run_name="__main__")


def let_writers_wait() -> None:
    """Have each of the server's transactions on SQLite wait for the one before it, instead of being refused.

    Prefect begins most of them as readers. One that then wants to write is refused if another has written since, with
    "database is locked", however long it would have waited. One that begins as a writer waits its turn at its beginning.
    """
    from prefect.server.database import configurations, dependencies
    from prefect.settings import PREFECT_API_DATABASE_CONNECTION_URL
    from sqlalchemy.ext.asyncio import AsyncSession

    class Waiting(configurations.AioSqliteConfiguration):
        def begin_transaction(self, session: AsyncSession, with_for_update: bool = True) -> Any:
            return super().begin_transaction(session, with_for_update=True)

    url = PREFECT_API_DATABASE_CONNECTION_URL.value()
    dependencies.MODELS_DEPENDENCIES["database_config"] = Waiting(connection_url=url)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])
