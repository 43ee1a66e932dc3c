"""The audit over the API: what `baton audit` shows while a server has the store, as far as it is theirs to see who asks."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request

from application.access.principal import Principal
from audit.auditor import Auditor, UnknownWorkflow
from definitions.models.primitives import ODS_LENGTH
from engine.commands.refusals import Refused
from store.audit import Search
from web.access.principals import principal_of
from web.api.gateway import ApiGateway
from web.api.json_bodies import StrictRoute
from web.api.schema import ERRORS

#: Heads of the log, as receipts carry them: SHA-256 in hex.
_HEADS = "^([0-9a-f]{64}(,[0-9a-f]{64})*)?$"
_ABOUT_HEADS = "heads that receipts carry, 64 digits and letters a to f each, with commas between"
#: Rows that are looked through for those that are somebody's to see.
_MOST = 10_000


def audit_routes(auditor: Auditor, gateway: ApiGateway) -> APIRouter:
    """GET /api/audit/…: what `baton audit` shows while the server has the store."""
    router = APIRouter(prefix="/api/audit", tags=["audit"], responses=ERRORS, route_class=StrictRoute)
    _add_workflows(router, auditor, gateway)
    _add_log(router, auditor, gateway)
    return router


async def _theirs(
    gateway: ApiGateway, principal: Principal, rows: list[dict[str, Any]], workflow: str, limit: int
) -> list[dict[str, Any]]:
    """Those of `rows` about a workflow that is theirs to see, named in the field `workflow`."""
    seen: dict[str, bool] = {}
    kept: list[dict[str, Any]] = []
    for row in rows:
        id_ = str(row[workflow])
        if id_ not in seen:
            seen[id_] = await gateway.may_see(principal, id_)
        if seen[id_]:
            kept.append(row)
        if len(kept) == limit:
            break
    return kept


def _add_workflows(router: APIRouter, auditor: Auditor, gateway: ApiGateway) -> None:
    @router.get("/workflows", name="list audits", summary="Workflows with counts of what there is of each")
    async def workflows(
        request: Request,
        pcn: Annotated[str, Query(max_length=ODS_LENGTH)] = "",
        definition: Annotated[str, Query(max_length=60)] = "",
        status: Annotated[str, Query(pattern="^(open|closed)?$")] = "",
        limit: Annotated[int, Query(ge=1, le=10_000)] = 200,
    ) -> list[dict[str, Any]]:
        who = principal_of(request)
        most = limit if who.is_administrator else _MOST
        rows = await auditor.listed(pcn=pcn, definition=definition, status=status, limit=most)
        return rows if who.is_administrator else await _theirs(gateway, who, rows, "workflow_id", limit)

    @router.get(
        "/story", name="read story",
        summary="A workflow as a story: who was asked what, when, why then, and how it closed",
    )  # fmt: skip
    async def story(
        request: Request, workflow: Annotated[str, Query(min_length=1, max_length=60)]
    ) -> dict[str, Any]:
        try:
            await gateway.require_seen(principal_of(request), workflow)
            return await auditor.story(workflow)
        except UnknownWorkflow as unknown:
            raise Refused("no-such-workflow", str(unknown)) from None


def _add_log(router: APIRouter, auditor: Auditor, gateway: ApiGateway) -> None:
    @router.get(
        "/events", name="search log", summary="The events of the log by who, where, what and when, the newest first"
    )  # fmt: skip
    async def search(
        request: Request,
        person: Annotated[str, Query(max_length=100)] = "",
        organisation: Annotated[str, Query(max_length=ODS_LENGTH)] = "",
        type: Annotated[str, Query(max_length=60)] = "",
        text: Annotated[str, Query(max_length=200)] = "",
        begins: date | None = None,
        ends: date | None = None,
        limit: Annotated[int, Query(ge=1, le=10_000)] = 200,
    ) -> list[dict[str, Any]]:
        who = principal_of(request)
        most = limit if who.is_administrator else _MOST
        found = await auditor.search(Search(person, organisation, type, text, begins, ends, most))
        return found if who.is_administrator else await _theirs(gateway, who, found, "workflow", limit)

    @router.get("/verify", name="verify log", summary="Walk the chain of the log")
    async def verify(
        heads: Annotated[str, Query(max_length=10_000, pattern=_HEADS, description=_ABOUT_HEADS)] = "",
    ) -> dict[str, Any]:
        return await auditor.verify([head for head in heads.split(",") if head])
