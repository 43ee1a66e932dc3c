"""What every request meets first: who is let in, the headers of every response, and what is said when Baton fails.

Plain ASGI, in one pass: the API takes more than a thousand answers a second through it.
"""

from __future__ import annotations

import logging

from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from store.protocol import StoreError, StoreFull
from web.access.admission import Admission
from web.access.headers import Kind, headers_of, kind_of

logger = logging.getLogger(__name__)


class Protection:
    """Wraps the app. `secure`: people reach Baton over https."""

    def __init__(self, app: ASGIApp, admission: Admission, secure: bool) -> None:
        self._app, self._admission = app, admission
        kinds: tuple[Kind, ...] = ("page", "api", "static")
        self._headers = {kind: headers_of(kind, secure) for kind in kinds}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        kind = kind_of(scope["path"])
        own = self._headers[kind]
        started = False

        async def send_with_headers(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                has = {name for name, _ in message["headers"]}
                message["headers"] = [*message["headers"], *(pair for pair in own if pair[0] not in has)]
            await send(message)

        refusal = self._admission.refusal(scope, kind)
        try:
            await (refusal or self._app)(scope, receive, send_with_headers)
        except ClientDisconnect:
            return  # half a request, and nobody left to answer
        except Exception as error:
            _log(error)
            if started:
                raise
            await self._broken(kind, error)(scope, receive, send_with_headers)

    def _broken(self, kind: Kind, error: Exception) -> Response:
        """What is said when Baton itself failed. Nothing of the error is shown: it may hold what was typed."""
        if isinstance(error, StoreFull):
            title, status, code = "Baton's disk is full", 507, "disk_full"
        elif isinstance(error, StoreError):
            title, status, code = "Baton cannot write at the moment", 503, "store_unavailable"
        else:
            title, status, code = "Something went wrong on our side", 500, "internal"
        advice = "What you sent just now was not kept. Please try again in a few minutes."
        response = self._admission.say(kind, status, code, title, advice)
        if status in (503, 507):
            response.headers["retry-after"] = "60"
        return response


class WordsLeftOut(Exception):
    """Stands in the log for an error whose own words may repeat what somebody typed."""


def _log(error: Exception) -> None:
    """Where it failed, and with what kind of error."""
    name = type(error).__name__
    logger.error(
        "a request failed with %s", name, exc_info=(WordsLeftOut, WordsLeftOut(name), error.__traceback__)
    )
