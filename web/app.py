"""The web application: pages behind links, the API, the outbox, a front page.

    app = create_app(gateway, links, clock, WebSettings(secret=..., api_token=...))

It is served by one process, in the event loop that holds the store. Access logs stay off: a link's token is in
its path.
"""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from engine.dates.clock import Clock
from engine.forms.answers import AnswerProblem as AnswerProblem
from notifications.links import Links
from web.access.admission import Admission
from web.access.middleware import Protection
from web.api.problems import ProblemDetails, problem
from web.api.routes import ShortWay, api_routes, refusal
from web.outbox import outbox_routes
from web.practice.routes import PracticePages
from web.rendering import STATIC, Pages
from web.views import GatewayProtocol, Outbox, Refused, WebSettings, status_of, told

__all__ = ["WebSettings", "create_app"]


def create_app(
    gateway: GatewayProtocol,
    links: Links,
    clock: Clock,
    settings: WebSettings,
    outbox: Outbox | None = None,
    ticks: Callable[[], float] = monotonic,
) -> FastAPI:
    """The application. Without `outbox` there is no /outbox. `ticks`: seconds, for the rate limits."""
    pages = Pages(settings)
    app = FastAPI(
        title=settings.name,
        version="1",
        description="Runs the standard processes of a Primary Care Network.",
        openapi_url="/api/openapi.json",
        docs_url=None,  # its page would fetch scripts from another host
        redoc_url=None,
        redirect_slashes=False,  # it would lead to whatever the Host header says
    )
    respond, api = api_routes(gateway)
    app.include_router(api)
    app.router.routes += PracticePages(gateway, links, clock, settings, pages).routes()
    app.router.routes += _plain_routes(pages, settings, outbox)
    app.router.routes.append(Mount("/static", StaticFiles(directory=STATIC), name="static"))
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http_error(pages))
    app.add_exception_handler(Refused, _refused(pages))
    app.add_middleware(ShortWay, respond=respond)  # within the protection: the last one added is met first
    app.add_middleware(Protection, admission=Admission(pages, settings, ticks), secure=settings.secure)
    return app


def _plain_routes(pages: Pages, settings: WebSettings, outbox: Outbox | None) -> list[Route]:
    async def front_page(request: Request) -> Response:
        return pages.draw("front.jinja", help=settings.help, outbox=outbox is not None)

    async def health(request: Request) -> Response:
        return JSONResponse({"status": "ok"})

    routes = [Route("/", front_page, methods=["GET"]), Route("/health", health, methods=["GET"])]
    return routes + (outbox_routes(outbox, pages) if outbox is not None else [])


async def _invalid(request: Request, error: Exception) -> Response:
    """What is wrong with a request's shape, without what it held."""
    found = error.errors() if isinstance(error, RequestValidationError) else []
    told = [AnswerProblem(_place(each["loc"]), str(each["msg"]) if each["type"] != "value_error" else "cannot be taken", each["type"]) for each in found]  # fmt: skip
    return problem(
        ProblemDetails(
            422,
            "invalid",
            "This is not what is expected here",
            "Nothing was kept. Put these right, and send it again.",
            told,
        )
    )


def _place(location: tuple[str | int, ...]) -> str:
    """Where, without "body"; a key somebody made up is not repeated."""
    return ".".join(str(part) for part in location[1:] if isinstance(part, int) or str(part).replace("_", "").replace("-", "").isalpha())  # fmt: skip


def _http_error(pages: Pages) -> Callable[[Request, Exception], Response]:
    def handle(request: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 500
        headers = dict(error.headers or {}) if isinstance(error, HTTPException) else {}
        title, advice = _SAID.get(status, ("That did not work", "Check what you sent, and try again."))
        if request.url.path.startswith("/api/"):
            return problem(ProblemDetails(status, _CODES.get(status, "http_error"), title, advice), headers)
        return pages.say(status, title, advice, headers=headers)

    return handle


def _refused(pages: Pages) -> Callable[[Request, Exception], Response]:
    """Where only looking was refused: a page that cannot be worked out."""

    def handle(request: Request, error: Exception) -> Response:
        assert isinstance(error, Refused)
        if request.url.path.startswith("/api/"):
            return refusal(error)
        return pages.say(status_of(error), "This page cannot be shown", told(error))

    return handle


_CODES = {400: "unreadable", 404: "not_found", 405: "method_not_allowed", 413: "too_large"}
_SAID = {
    400: ("This could not be read", "Check what you sent, and try again. Nothing was kept."),
    404: ("There is no such page", "Check the address, or open the link in your email again."),
    405: ("That is not done here", "The API’s description at /api/openapi.json says what is."),
    413: ("That is too large", "Files may have up to 10 MB."),
}
