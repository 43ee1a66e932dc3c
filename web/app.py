"""The web application: pages behind links, the API, the outbox, a front page.

    app = create_app(Gateway(operations), links, clock, WebSettings(secret=..., api_token=...))

It is served by one process, in the event loop that holds the store. Access logs stay off: a link's token is in
its path.
"""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic

from fastapi import FastAPI, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from application.access.policy import Policy
from application.access.tokens import Tokens
from application.environment.alarms import Alarms
from application.progress.demonstration_clock import DemonstrationClock
from application.progress.memberships import Memberships
from audit.auditor import Auditor
from engine.dates.clock import Clock
from notifications.links import Links
from web.access.admission import Admission
from web.access.identity import Prove, identity_route
from web.access.middleware import Protection
from web.api.clock import clock_routes
from web.api.commands import command_routes
from web.api.directory import directory_routes
from web.api.gateway import ApiGateway
from web.api.outbox import outbox_links
from web.api.routes import ShortWay, api_routes
from web.api.status import status_routes
from web.api.tokens import token_routes
from web.audit.routes import audit_routes
from web.error_handlers import add_error_handlers
from web.gateway import Gateway
from web.outbox import Outbox, outbox_routes
from web.practice.routes import PracticePages
from web.renderer import STATIC, Pages
from web.views import WebSettings


def create_app(
    gateway: Gateway,
    links: Links,
    clock: Clock,
    settings: WebSettings,
    *,
    outbox: Outbox | None = None,
    auditor: Auditor | None = None,
    alarms: Alarms | None = None,
    prove: Prove | None = None,
    demonstration: DemonstrationClock | None = None,
    memberships: Memberships | None = None,
    tokens: Tokens | None = None,
    ticks: Callable[[], float] = monotonic,
) -> FastAPI:
    """Everything that is served. Without `outbox` there is no /outbox, and so for the audit, the directory, the clock that
    leaps, and the proof of who listens. `tokens` are those of persons; `ticks` gives seconds, for the rate limits."""
    pages, app = Pages(settings), _empty(settings)
    operations, told = gateway.operations, alarms or Alarms()
    app.state.policy = Policy(lambda: operations.launcher.directory, clock)
    theirs = ApiGateway(operations, app.state.policy)
    held = tokens or Tokens(operations.repository.store, clock)
    respond, api = api_routes(theirs, clock.now)
    routers = [api, command_routes(theirs), token_routes(held, clock), status_routes(told)]
    routers += [audit_routes(auditor, theirs)] if auditor else []
    routers += [directory_routes(memberships)] if memberships else []
    routers += [clock_routes(demonstration)] if demonstration else []
    routers += [outbox_links(outbox)] if outbox else []
    for router in routers:
        app.include_router(router)
    app.router.routes += PracticePages(gateway, links, clock, settings, pages).routes()
    if prove is not None:
        app.router.routes.append(identity_route(prove))
    app.router.routes += _plain_routes(pages, settings, outbox, told)
    app.router.routes.append(Mount("/static", StaticFiles(directory=STATIC), name="static"))
    add_error_handlers(app, pages)
    app.add_middleware(ShortWay, respond=respond)  # within the protection: the last one added is met first
    admission = Admission(pages, settings, held.principal, ticks)
    app.add_middleware(Protection, admission=admission, secure=settings.secure)
    return app


def _empty(settings: WebSettings) -> FastAPI:
    return FastAPI(
        title=settings.name,
        version="1",
        description="Runs the standard processes of a Primary Care Network.",
        openapi_url="/api/openapi.json",
        docs_url=None,  # its page would fetch scripts from another host
        redoc_url=None,
        redirect_slashes=False,  # it would lead to whatever the Host header says
    )


def _plain_routes(pages: Pages, settings: WebSettings, outbox: Outbox | None, alarms: Alarms) -> list[Route]:
    async def front_page(request: Request) -> Response:
        return pages.draw(
            "front.jinja",
            help=settings.help,
            outbox=outbox is not None,
            alarms=[each.text for each in alarms.all()],
        )

    async def health(request: Request) -> Response:
        return JSONResponse({"status": "ok"})

    routes = [Route("/", front_page, methods=["GET"]), Route("/health", health, methods=["GET"])]
    return routes + (outbox_routes(outbox, pages) if outbox is not None else [])
