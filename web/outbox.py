"""The embedded postbox: letters that stayed on this machine, and can be read as their people would have."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from engine.dates.clock import LONDON
from web.rendering import Pages
from web.views import Letter, Postbox

#: A letter may style itself and open links in a window of its own; it may run nothing and ask no host for anything.
LETTER_POLICY = (
    "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; style-src 'unsafe-inline'; "
    "img-src data:; frame-ancestors 'self'"
)


@dataclass(frozen=True, slots=True)
class _Line:
    id: str
    subject: str
    to: str
    when: str


def postbox_routes(postbox: Postbox, pages: Pages) -> list[Route]:
    async def letters(request: Request) -> Response:
        listed = [_Line(each.id, each.subject, each.to, _when(each)) for each in postbox.letters()]
        return pages.draw("postbox.jinja", letters=listed)

    async def letter(request: Request) -> Response:
        found = postbox.letter(request.path_params["letter"])
        if found is None:
            return pages.say(404, "There is no such letter", "It may have been thrown away; see the postbox.")
        return pages.draw("letter.jinja", letter=found, when=_when(found))

    async def html(request: Request) -> Response:
        found = postbox.letter(request.path_params["letter"])
        if found is None or not found.html:
            return pages.say(404, "There is no such letter", "It may have been thrown away; see the postbox.")
        # Inside its frame a link could not be followed: pages refuse to be framed.
        head = '<base target="_blank">'
        shown = (
            found.html.replace("<head>", f"<head>{head}", 1) if "<head>" in found.html else head + found.html
        )
        headers = {"content-security-policy": LETTER_POLICY, "x-frame-options": "SAMEORIGIN"}
        return HTMLResponse(shown, headers=headers)

    return [
        Route("/postbox", letters, methods=["GET"]),
        Route("/postbox/{letter}", letter, methods=["GET"]),
        Route("/postbox/{letter}/html", html, methods=["GET"]),
    ]


def _when(letter: Letter) -> str:
    at = letter.at.astimezone(LONDON)
    return f"{at:%a} {at.day} {at:%b %Y, %H:%M}"
