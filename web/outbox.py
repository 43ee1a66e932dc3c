"""The embedded outbox: emails that stayed on this machine, and can be read as their people would have."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from engine.dates.clock import LONDON
from notifications.transport.local_mailbox import KeptEmail, LocalMailbox
from web.rendering import Pages

#: An email may style itself and open links in a window of its own; it may run nothing and ask no host for anything.
LETTER_POLICY = (
    "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; style-src 'unsafe-inline'; "
    "img-src data:; frame-ancestors 'self'"
)


@dataclass(frozen=True, slots=True)
class _OutboxRow:
    id: str
    subject: str
    to: str
    when: str


def outbox_routes(outbox: LocalMailbox, pages: Pages) -> list[Route]:
    async def emails(request: Request) -> Response:
        listed = [_OutboxRow(each.id, each.subject, each.to, _when(each)) for each in outbox.emails()]
        return pages.draw("outbox.jinja", emails=listed)

    async def email(request: Request) -> Response:
        found = outbox.email(request.path_params["email"])
        if found is None:
            return pages.say(404, "There is no such email", "It may have been thrown away; see the outbox.")
        return pages.draw("email.jinja", email=found, when=_when(found))

    async def html(request: Request) -> Response:
        found = outbox.email(request.path_params["email"])
        if found is None or not found.html:
            return pages.say(404, "There is no such email", "It may have been thrown away; see the outbox.")
        # Inside its frame a link could not be followed: pages refuse to be framed.
        head = '<base target="_blank">'
        shown = (
            found.html.replace("<head>", f"<head>{head}", 1) if "<head>" in found.html else head + found.html
        )
        headers = {"content-security-policy": LETTER_POLICY, "x-frame-options": "SAMEORIGIN"}
        return HTMLResponse(shown, headers=headers)

    return [
        Route("/outbox", emails, methods=["GET"]),
        Route("/outbox/{email}", email, methods=["GET"]),
        Route("/outbox/{email}/html", html, methods=["GET"]),
    ]


def _when(email: KeptEmail) -> str:
    at = email.at.astimezone(LONDON)
    return f"{at:%a} {at.day} {at:%b %Y, %H:%M}"
