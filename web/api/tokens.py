"""The tokens that open the API for one person, over the API: made, listed and ended by the administrator."""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Request
from pydantic import Field
from starlette.responses import Response

from application.access.principal import Scope
from application.access.tokens import LONGEST, Token, Tokens
from definitions.models.primitives import OdsCode
from definitions.source.typed_text import ods_code
from engine.commands.refusals import Refused
from engine.dates.clock import Clock
from web.access.principals import policy_of, principal_of
from web.api.bodies import UNSAID, RequestBody, Sender
from web.api.json_bodies import StrictRoute, json
from web.api.schema import ERRORS


class TokenBody(RequestBody):
    person: Annotated[str, Field(min_length=1, max_length=60, description="their id in the directory")]
    pcn: Annotated[OdsCode, Field(description="the PCN whose directory has them")]
    scopes: Annotated[list[Scope], Field(min_length=1, max_length=4, description="what it is for")]
    days: Annotated[int, Field(ge=1, le=LONGEST.days, description="how long it opens anything")] = 90
    note: Annotated[str, Field(max_length=200, description="where it is used")] = ""
    by: Sender = UNSAID


class EndTokenBody(RequestBody):
    reason: Annotated[str, Field(min_length=1, max_length=1000)]
    by: Sender = UNSAID


def token_routes(tokens: Tokens, clock: Clock) -> APIRouter:
    """/api/tokens…"""
    router = APIRouter(prefix="/api", tags=["tokens"], responses=ERRORS, route_class=StrictRoute)

    @router.post(
        "/tokens",
        name="manage tokens",
        summary="Make a token for a person; it is shown once",
        status_code=201,
    )
    async def issue(request: Request, body: TokenBody) -> Response:
        who = body.by.of(principal_of(request))
        pcn = ods_code(body.pcn)
        name = policy_of(request).person(pcn, body.person)
        if name is None:
            raise Refused(
                "nobody", f"the directory of {pcn} has no {body.person}; add them, then make the token"
            )
        secret, token = await tokens.issue(
            who.administrator(pcn), body.person, name, pcn, body.scopes, timedelta(days=body.days), body.note
        )
        return json({"token": secret, **_shown(token, clock)}, 201)

    @router.get(
        "/tokens", name="manage tokens", summary="Every token there ever was, without what opens the API"
    )
    async def all_of_them() -> Response:
        return json({"tokens": [_shown(token, clock) for token in tokens.all()]})

    @router.post("/tokens/{token_id}/revoke", name="manage tokens", summary="End a token")
    async def revoke(request: Request, token_id: str, body: EndTokenBody) -> Response:
        who = body.by.of(principal_of(request))
        return json(_shown(await tokens.revoke(who.administrator(), token_id, body.reason), clock))

    return router


def _shown(token: Token, clock: Clock) -> dict[str, object]:
    return {**asdict(token), "opens": token.opens(clock.now())}
