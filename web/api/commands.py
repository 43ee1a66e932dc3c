"""Every command over the API: one route for each request, described by its fields."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import asdict
from inspect import Parameter, Signature
from typing import Any, Literal, cast

from fastapi import APIRouter, Request
from pydantic import BaseModel, create_model
from starlette.responses import Response

from application.access.principal import Principal
from application.commands import assignments, steps, workflows  # noqa: F401 - their requests are registered as they are read
from application.commands import request as requests
from application.commands.dispatcher import CommandReceipt
from application.commands.request import REQUESTS, RequestKind
from web.access.principals import principal_of
from web.api.bodies import MayBeKey, Sender
from web.api.gateway import ApiGateway
from web.api.json_bodies import StrictRoute, json
from web.api.schema import ERRORS

_PLURALS = {"launch": "launches", "pcn": "pcns"}


def command_routes(gateway: ApiGateway) -> APIRouter:
    """POST /api/workflows/{workflow_id}/commands/…, and the same of assignments."""
    router = APIRouter(prefix="/api", tags=["commands"], responses=ERRORS, route_class=StrictRoute)
    for kind in REQUESTS.values():
        _add(router, gateway, kind)
        if kind.many:
            _add_for_each(router, gateway, kind, "launch")
            _add_for_each(router, gateway, kind, "pcn")
    return router


def _add_for_each(
    router: APIRouter, gateway: ApiGateway, kind: RequestKind, about: Literal["launch", "pcn"]
) -> None:
    """The same command for every workflow of a launch, or of a PCN."""
    subject, whose = f"{about}_id", "of a launch" if about == "launch" else "of a PCN that can still move"
    body = create_model(
        f"{kind.model.__name__}Of{about.title()}Body", __base__=kind.model, by=(Sender, Sender())
    )

    async def give(**given: Any) -> Response:
        who, asked, id_ = _read(kind, given, subject)
        rows = await gateway.commands.rows_of(about, id_)
        outcomes = await gateway.commands.give_each(who, asked, rows, given["idempotency_key"])
        return json({"outcomes": [asdict(each) for each in outcomes]})

    router.post(
        f"/{_PLURALS[about]}/{{{subject}}}/commands/{kind.name}", name=kind.command.name,
        summary=f"For every workflow {whose}: {kind.summary}",
    )(_with_parameters(give, subject, body, keyed=True))  # fmt: skip


def _read(
    kind: RequestKind, given: dict[str, Any], subject: str
) -> tuple[Principal, requests.CommandRequest, str]:
    """Who gives it, what they give, and about what."""
    fields = given["body"].model_dump(exclude={"by"})
    who = given["body"].by.of(principal_of(given["request"]))
    return who, kind.model.model_validate(fields), given[subject]


def _add(router: APIRouter, gateway: ApiGateway, kind: RequestKind) -> None:
    subject = f"{kind.about}_id"
    body = create_model(f"{kind.model.__name__}Body", __base__=kind.model, by=(Sender, Sender()))

    async def give(**given: Any) -> Response:
        return json(
            asdict(await gateway.commands.give(*_read(kind, given, subject), given["idempotency_key"]))
        )

    async def preview(**given: Any) -> Response:
        return json(asdict(await gateway.commands.preview(*_read(kind, given, subject))))

    path = f"/{kind.about}s/{{{subject}}}/commands/{kind.name}"
    router.post(
        f"{path}/preview", name=kind.command.name, summary=f"What this would come to: {kind.summary}"
    )(_with_parameters(preview, subject, body, keyed=False))
    router.post(
        path, name=kind.command.name, summary=kind.summary,
        response_model=CommandReceipt,
    )(_with_parameters(give, subject, body, keyed=True))  # fmt: skip


def _with_parameters(
    give: Callable[..., Awaitable[Response]], subject: str, body: type[BaseModel], *, keyed: bool
) -> Callable[..., Awaitable[Response]]:
    """`give`, with the parameters by which FastAPI reads and describes a request."""
    taken: list[tuple[str, Any, Any]] = [
        (subject, str, Parameter.empty),
        ("body", body, Parameter.empty),
        ("request", Request, Parameter.empty),
    ]
    taken += [("idempotency_key", MayBeKey, "")] if keyed else []
    parameters = [
        Parameter(name, Parameter.KEYWORD_ONLY, annotation=annotation, default=default)
        for name, annotation, default in taken
    ]
    cast(Any, give).__signature__ = Signature(parameters)
    return give
