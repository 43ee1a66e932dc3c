"""What every request meets first: limits, the API's key, and the headers of every response.

Plain ASGI, in one pass: the API takes more than a thousand answers a second through it.
"""

from __future__ import annotations

import hmac
import logging
import traceback
from collections.abc import Callable

from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from store.protocol import StoreError
from web.access.limits import API_BYTES, OTHER_BYTES, PAGE_BYTES, PER_ADDRESS, PER_LINK, WRONG_TOKENS, Buckets
from web.api.problems import ProblemDetails, problem
from web.rendering import Pages

logger = logging.getLogger(__name__)

POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; "
    "frame-src 'self'; frame-ancestors 'none'; base-uri 'none'"
)
_COMMON = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "content-security-policy": POLICY,
    "x-frame-options": "DENY",
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    "x-robots-tag": "noindex, nofollow",
    "cache-control": "no-store",
}
_API = {
    "x-content-type-options": "nosniff",
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
}
#: Static files carry their version in their names or change seldom; a day is enough to be quick.
_STATIC = {**_COMMON, "cache-control": "public, max-age=86400"}
_STRICT = (b"strict-transport-security", b"max-age=31536000")
_OPEN_API = "/api/openapi.json"
_CHANGING = frozenset({"POST", "PUT", "PATCH", "DELETE"})


def _raw(headers: dict[str, str]) -> list[tuple[bytes, bytes]]:
    return [(name.encode(), value.encode()) for name, value in headers.items()]


class Protection:
    """Wraps the app. `ticks` gives seconds, for the rate limits."""

    def __init__(
        self, app: ASGIApp, pages: Pages, api_token: str, secure: bool, ticks: Callable[[], float]
    ) -> None:
        self._app, self._pages = app, pages
        self._bearer = f"Bearer {api_token}".encode() if api_token else b""
        strict = [_STRICT] if secure else []
        self._headers = {
            kind: _raw(each) + strict for kind, each in (("", _COMMON), ("api", _API), ("static", _STATIC))
        }
        self._links, self._addresses = Buckets(PER_LINK, ticks), Buckets(PER_ADDRESS, ticks)
        self._strangers = Buckets(WRONG_TOKENS, ticks)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        path: str = scope["path"]
        kind = "api" if path.startswith("/api/") else "static" if path.startswith("/static/") else ""
        own = self._headers[kind]
        started = False

        async def send_with_headers(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                has = {name for name, _ in message["headers"]}
                message["headers"] = [*message["headers"], *(pair for pair in own if pair[0] not in has)]
            await send(message)

        refusal = self._refusal(scope, path, kind)
        try:
            await (refusal or self._app)(scope, receive, send_with_headers)
        except Exception as error:
            _log(error)
            if started:
                raise
            await self._broken(kind, error)(scope, receive, send_with_headers)

    def _broken(self, kind: str, error: Exception) -> Response:
        """What is said when Baton itself failed. Nothing of the error is shown: it may hold what was typed."""
        if isinstance(error, StoreError):
            title, status, code = "Baton cannot write at the moment", 503, "store_unavailable"
        else:
            title, status, code = "Something went wrong on our side", 500, "internal"
        response = self._say(
            kind,
            status,
            code,
            title,
            "What you sent just now was not kept. Please try again in a few minutes.",
        )
        if status == 503:
            response.headers["retry-after"] = "60"
        return response

    def _refusal(self, scope: Scope, path: str, kind: str) -> Response | None:
        """The response that turns a request away; None lets it through."""
        given: dict[bytes, bytes] = dict(scope["headers"])
        if scope["method"] in _CHANGING:
            too_much = self._too_large(given, path, kind)
            if too_much is not None:
                return too_much
        if kind == "api":
            return None if path == _OPEN_API else self._stranger(scope, given)
        if scope["method"] == "POST":
            if given.get(b"sec-fetch-site") == b"cross-site":
                return self._say(
                    kind,
                    403,
                    "forbidden",
                    "Another web site sent this",
                    "Open the link in your email, and answer there.",
                )
            return self._too_often(scope, path)
        return None

    def _too_large(self, given: dict[bytes, bytes], path: str, kind: str) -> Response | None:
        length = given.get(b"content-length", b"")
        if not length.isdigit():
            # Without a length nobody knows how much is coming. Browsers and usual clients always give one.
            if given.get(b"transfer-encoding"):
                return self._say(
                    kind,
                    411,
                    "length_required",
                    "Baton must be told how long this is",
                    "Send it with a Content-Length header.",
                )
            return None
        limit = API_BYTES if kind == "api" else PAGE_BYTES if path.startswith("/a/") else OTHER_BYTES
        if int(length) <= limit:
            return None
        advice = (
            "Files may have up to 10 MB. Go back and choose a smaller one."
            if kind == ""
            else f"Send at most {limit:,} bytes."
        )
        return self._say(kind, 413, "too_large", "That is too large", advice)

    def _stranger(self, scope: Scope, given: dict[bytes, bytes]) -> Response | None:
        if not self._bearer:
            return problem(
                ProblemDetails(
                    503, "api_closed", "The API is closed", "Start Baton with an API token to open it."
                )
            )
        if hmac.compare_digest(given.get(b"authorization", b""), self._bearer):
            return None
        wait = self._strangers.take(_address(scope))
        if wait:
            return self._slow_down("api", wait)
        advice = "Send the header Authorization: Bearer, with the token in the file api-token of Baton's home folder."
        refused = problem(ProblemDetails(401, "unauthorized", "The API's token is missing or wrong", advice))
        refused.headers["www-authenticate"] = "Bearer"
        return refused

    def _too_often(self, scope: Scope, path: str) -> Response | None:
        wait = self._addresses.take(_address(scope))
        if not wait and path.startswith("/a/"):
            wait = self._links.take(path.split("/")[2])
        return self._slow_down("", wait) if wait else None

    def _slow_down(self, kind: str, wait: float) -> Response:
        seconds = int(wait) + 1
        advice = f"Wait {seconds} seconds and try again. What you sent just now was not kept."
        refused = self._say(kind, 429, "too_many_requests", "That was too often", advice)
        refused.headers["retry-after"] = str(seconds)
        return refused

    def _say(self, kind: str, status: int, code: str, title: str, advice: str) -> Response:
        if kind == "api":
            return problem(ProblemDetails(status, code, title, advice))
        return self._pages.say(status, title, advice)


def _log(error: Exception) -> None:
    """Where it failed, without the error's own words: they may repeat what somebody typed."""
    frames = "".join(traceback.format_tb(error.__traceback__))
    logger.error("a request failed with %s\n%s", type(error).__name__, frames)


def _address(scope: Scope) -> str:
    client = scope.get("client")
    return str(client[0]) if client else ""
