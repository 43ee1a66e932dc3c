"""Whether a request is let in: the name it was sent to, its size, the API's key, where it comes from, how often."""

from __future__ import annotations

from collections.abc import Callable

from starlette.responses import Response
from starlette.types import Scope

from web.access.headers import Kind
from web.access.hosts import host_is_allowed
from web.access.limits import API_BYTES, OTHER_BYTES, PAGE_BYTES, PER_ADDRESS, PER_LINK, WRONG_TOKENS, Buckets
from web.access.principals import FindPrincipal, Principals
from web.access.visitor_address import VisitorAddresses
from web.problems import ProblemDetails, problem
from web.renderer import Pages
from web.views import WebSettings

_OPEN_API = "/api/openapi.json"
_CHANGING = frozenset({"POST", "PUT", "PATCH", "DELETE"})


class Admission:
    """Turns away what may not come in. `find` says whose token one is; `ticks` gives seconds, for the rate limits."""

    def __init__(
        self, pages: Pages, settings: WebSettings, find: FindPrincipal, ticks: Callable[[], float]
    ) -> None:
        self._pages, self._hosts = pages, settings.hosts
        self._principals = Principals(settings.api_token, find)
        self._visitors = VisitorAddresses(settings.trusted_proxies)
        self._links, self._addresses = Buckets(PER_LINK, ticks), Buckets(PER_ADDRESS, ticks)
        self._strangers = Buckets(WRONG_TOKENS, ticks)

    def refusal(self, scope: Scope, kind: Kind) -> Response | None:
        """The response that turns a request away; None lets it through."""
        if not host_is_allowed(scope, self._hosts):
            return self._elsewhere(kind)
        given: dict[bytes, bytes] = dict(scope["headers"])
        if scope["method"] in _CHANGING and (too_much := self._too_large(given, scope["path"], kind)):
            return too_much
        if kind == "api":
            return None if scope["path"] == _OPEN_API else self._stranger(scope, given)
        if scope["method"] != "POST":
            return None
        if given.get(b"sec-fetch-site") == b"cross-site":
            return self.say(kind, 403, "forbidden", "Another web site sent this", "Open the link in your email, and answer there.")  # fmt: skip
        return self._too_often(scope)

    def say(self, kind: Kind, status: int, code: str, title: str, advice: str) -> Response:
        """A page or a problem that says why not."""
        if kind == "api":
            return problem(ProblemDetails(status, code, title, advice))
        return self._pages.say(status, title, advice)

    def _elsewhere(self, kind: Kind) -> Response:
        advice = "Open the link in your email. Whoever runs Baton sets the address people reach it at, in BATON_BASE_URL."
        return self.say(kind, 421, "wrong_host", "Baton does not go by this address", advice)

    def _too_large(self, given: dict[bytes, bytes], path: str, kind: Kind) -> Response | None:
        length = given.get(b"content-length", b"")
        if not length.isdigit():
            # Without a length nobody knows how much is coming. Browsers and usual clients always give one.
            if not given.get(b"transfer-encoding"):
                return None
            return self.say(kind, 411, "length_required", "Baton must be told how long this is", "Send it with a Content-Length header.")  # fmt: skip
        limit = _most_bytes(path, kind)
        if int(length) <= limit:
            return None
        for_files = "Files may have up to 10 MB. Go back and choose a smaller one."
        advice = for_files if kind == "page" else f"Send at most {limit:,} bytes."
        return self.say(kind, 413, "too_large", "That is too large", advice)

    def _stranger(self, scope: Scope, given: dict[bytes, bytes]) -> Response | None:
        if self._principals.closed:
            return self.say("api", 503, "api_closed", "The API is closed", "Start Baton with an API token to open it.")  # fmt: skip
        if self._principals.admit(scope, given.get(b"authorization", b"")):
            return None
        wait = self._strangers.take(self._visitors.of(scope))
        if wait:
            return self._slow_down("api", wait)
        advice = (
            "Send the header Authorization: Bearer, with a token that `baton token new` made and that has not run out, or the one "
            "in the file api-token of Baton's home folder."
        )
        refused = self.say("api", 401, "unauthorized", "The API's token is missing or wrong", advice)
        refused.headers["www-authenticate"] = "Bearer"
        return refused

    def _too_often(self, scope: Scope) -> Response | None:
        path, address = scope["path"], self._visitors.of(scope)
        # A proxy that does not say whom it asks for would make everybody one visitor, and lock all out together.
        wait = self._addresses.take(address) if address else 0.0
        if not wait and path.startswith("/a/"):
            wait = self._links.take(path.split("/")[2])
        return self._slow_down("page", wait) if wait else None

    def _slow_down(self, kind: Kind, wait: float) -> Response:
        seconds = int(wait) + 1
        advice = f"Wait {seconds} seconds and try again. What you sent just now was not kept."
        refused = self.say(kind, 429, "too_many_requests", "That was too often", advice)
        refused.headers["retry-after"] = str(seconds)
        return refused


def _most_bytes(path: str, kind: Kind) -> int:
    if kind == "api":
        return PAGE_BYTES if path.endswith(("/files", "/directory/changes")) else API_BYTES
    return PAGE_BYTES if path.startswith("/a/") else OTHER_BYTES
