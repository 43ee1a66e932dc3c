"""The embedded outbox: emails that stayed on this machine, and can be read as their people would have.

They carry links that answer for practices, and any account of the machine reaches this port: a session is needed, and
a link to begin one is given in the terminal, by `baton serve` and `baton outbox`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from engine.dates.clock import LONDON
from notifications.transport.kept_email import KeptEmail
from notifications.transport.local_mailbox import LocalMailbox
from web.access.outbox_access import SESSION_LASTS, OutboxAccess
from web.renderer import Pages

#: An email may style itself and open links in a window of its own; it may run nothing and ask no host for anything.
EMAIL_POLICY = (
    "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; style-src 'unsafe-inline'; "
    "img-src data:; frame-ancestors 'self'"
)
_COOKIE = "baton-outbox"
_Handler = Callable[[Request], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class Outbox:
    """The emails, and who may read them."""

    mailbox: LocalMailbox
    access: OutboxAccess

    def path(self) -> str:
        """The path of a link that opens it, for a while."""
        return f"/outbox/key/{self.access.key()}"


@dataclass(frozen=True, slots=True)
class _OutboxRow:
    id: str
    subject: str
    to: str
    when: str


def outbox_routes(outbox: Outbox, pages: Pages) -> list[Route]:
    reading = _OutboxPages(outbox, pages)
    return [
        Route("/outbox", reading.admitted(reading.emails), methods=["GET"]),
        Route("/outbox/key/{key}", reading.come_in, methods=["GET"]),
        Route("/outbox/{email}", reading.admitted(reading.email), methods=["GET"]),
        Route("/outbox/{email}/html", reading.admitted(reading.html), methods=["GET"]),
    ]


class _OutboxPages:
    """The pages of the outbox."""

    def __init__(self, outbox: Outbox, pages: Pages) -> None:
        self._mailbox, self._access, self._pages = outbox.mailbox, outbox.access, pages

    # --- coming in

    def admitted(self, handler: _Handler) -> _Handler:
        """The handler, for who has a session."""

        async def handle(request: Request) -> Response:
            if self._access.admits(request.cookies.get(_COOKIE, "")):
                return await handler(request)
            return self._closed("The outbox opens with a link from the terminal")

        return handle

    async def come_in(self, request: Request) -> Response:
        """A session for the key of a link. The key leaves the address bar with it."""
        if not self._access.opens(request.path_params["key"]):
            return self._closed("This link to the outbox has run out")
        response = RedirectResponse("/outbox", 303)
        response.set_cookie(
            _COOKIE,
            self._access.session(),
            max_age=SESSION_LASTS,
            path="/outbox",
            httponly=True,
            samesite="lax",
        )
        return response

    def _closed(self, title: str) -> Response:
        said = "Emails carry links that answer for practices, so not everybody who uses this machine may read them."
        return self._pages.say(
            403,
            title,
            said,
            "To get a new link, type baton outbox in the terminal, as whoever started Baton.",
        )

    # --- looking

    async def emails(self, request: Request) -> Response:
        listed = [_OutboxRow(each.id, each.subject, each.to, _when(each)) for each in self._mailbox.emails()]
        return self._pages.draw("outbox.jinja", emails=listed)

    async def email(self, request: Request) -> Response:
        found = self._mailbox.email(request.path_params["email"])
        if found is None:
            return self._none()
        return self._pages.draw("email.jinja", email=found, when=_when(found))

    async def html(self, request: Request) -> Response:
        found = self._mailbox.email(request.path_params["email"])
        if found is None or not found.html:
            return self._none()
        # Inside its frame a link could not be followed: pages refuse to be framed.
        head = '<base target="_blank">'
        framed = found.html.replace("<head>", f"<head>{head}", 1)
        headers = {"content-security-policy": EMAIL_POLICY, "x-frame-options": "SAMEORIGIN"}
        return HTMLResponse(framed if "<head>" in found.html else head + found.html, headers=headers)

    def _none(self) -> Response:
        return self._pages.say(404, "There is no such email", "It may have been thrown away; see the outbox.")


def _when(email: KeptEmail) -> str:
    at = email.at.astimezone(LONDON)
    return f"{at:%a} {at.day} {at:%b %Y, %H:%M}"
