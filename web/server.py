"""How the application is served: uvicorn, with ends to every wait and bounds to every number."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, cast

import uvicorn
from fastapi import FastAPI

from web.access.connections import Connections
from web.access.visitor_address import VisitorAddresses
from web.views import WebSettings


class _Server(uvicorn.Server):
    """uvicorn's server, which leaves signals to who runs it: its own handling ends the process as soon as the web has
    ended, before anything else could."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def server_of(app: FastAPI, settings: WebSettings, connections: Connections | None = None) -> uvicorn.Server:
    """A server of `app`. Access logs stay off: a link's token is in its path.

    uvicorn's own reading of X-Forwarded-For is off too: `web/access/visitor_address.py` does it.
    """
    standing = connections or Connections(VisitorAddresses(settings.trusted_proxies).is_proxy)
    protocol = cast(Callable[..., Any], standing.protocol)
    return _Server(
        uvicorn.Config(
            app, http=cast(Any, protocol), ws="none", lifespan="off", proxy_headers=False, access_log=False,
            log_config=None, server_header=False, date_header=False, timeout_graceful_shutdown=5,
        )
    )  # fmt: skip
