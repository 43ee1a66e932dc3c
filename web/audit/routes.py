"""The audit over the API: what `baton audit` shows while a server has the store."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Query

from audit.auditor import Auditor, UnknownWorkflow
from definitions.models.primitives import ODS_LENGTH
from engine.commands.refusals import Refused
from store.audit import Search
from web.api.json_bodies import StrictRoute
from web.api.schema import ERRORS

#: Heads of the log, as receipts carry them: SHA-256 in hex.
_HEADS = "^([0-9a-f]{64}(,[0-9a-f]{64})*)?$"
_ABOUT_HEADS = "heads that receipts carry, 64 digits and letters a to f each, with commas between"


def audit_routes(auditor: Auditor) -> APIRouter:
    """GET /api/audit/…: what `baton audit` shows while the server has the store."""
    router = APIRouter(prefix="/api/audit", tags=["audit"], responses=ERRORS, route_class=StrictRoute)
    _add_workflows(router, auditor)
    _add_log(router, auditor)
    return router


def _add_workflows(router: APIRouter, auditor: Auditor) -> None:
    @router.get("/workflows", summary="Workflows with counts of what there is of each")
    async def workflows(
        pcn: Annotated[str, Query(max_length=ODS_LENGTH)] = "",
        definition: Annotated[str, Query(max_length=60)] = "",
        status: Annotated[str, Query(pattern="^(open|closed)?$")] = "",
        limit: Annotated[int, Query(ge=1, le=10_000)] = 200,
    ) -> list[dict[str, Any]]:
        return await auditor.listed(pcn=pcn, definition=definition, status=status, limit=limit)

    @router.get(
        "/story", summary="A workflow as a story: who was asked what, when, why then, and how it closed"
    )
    async def story(workflow: Annotated[str, Query(min_length=1, max_length=60)]) -> dict[str, Any]:
        try:
            return await auditor.story(workflow)
        except UnknownWorkflow as unknown:
            raise Refused("no-such-workflow", str(unknown)) from None


def _add_log(router: APIRouter, auditor: Auditor) -> None:
    @router.get("/events", summary="The events of the log by who, where, what and when, the newest first")
    async def search(
        person: Annotated[str, Query(max_length=100)] = "",
        organisation: Annotated[str, Query(max_length=ODS_LENGTH)] = "",
        type: Annotated[str, Query(max_length=60)] = "",
        text: Annotated[str, Query(max_length=200)] = "",
        begins: date | None = None,
        ends: date | None = None,
        limit: Annotated[int, Query(ge=1, le=10_000)] = 200,
    ) -> list[dict[str, Any]]:
        return await auditor.search(Search(person, organisation, type, text, begins, ends, limit))

    @router.get("/verify", summary="Walk the chain of the log")
    async def verify(
        heads: Annotated[str, Query(max_length=10_000, pattern=_HEADS, description=_ABOUT_HEADS)] = "",
    ) -> dict[str, Any]:
        return await auditor.verify([head for head in heads.split(",") if head])
