"""The audit over the API: what `baton audit` shows while a server has the store."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Query

from audit.auditor import Auditor, UnknownWorkflow
from definitions.models.primitives import ODS_LENGTH


def audit_routes(auditor: Auditor) -> APIRouter:
    """GET /api/audit/…: what `baton audit` shows while the server has the store."""
    router = APIRouter(prefix="/api/audit", tags=["audit"])

    # Plain functions, so that a long walk runs in a thread and answers go on being taken.
    @router.get("/workflows", summary="Workflows with counts of what there is of each")
    def workflows(
        pcn: Annotated[str, Query(max_length=ODS_LENGTH)] = "",
        definition: Annotated[str, Query(max_length=60)] = "",
        status: Annotated[str, Query(pattern="^(open|closed)?$")] = "",
        limit: Annotated[int, Query(ge=1, le=10_000)] = 200,
    ) -> list[dict[str, Any]]:
        return auditor.listed(pcn=pcn, definition=definition, status=status, limit=limit)

    @router.get(
        "/story", summary="A workflow as a story: who was asked what, when, why then, and how it closed"
    )
    def story(workflow: Annotated[str, Query(min_length=1, max_length=60)]) -> dict[str, Any]:
        try:
            return auditor.story(workflow)
        except UnknownWorkflow as unknown:
            raise HTTPException(404, str(unknown)) from None

    @router.get("/verify", summary="Walk the chain of the log")
    def verify(
        heads: Annotated[str, Query(max_length=10_000, pattern="^[0-9a-f,]*$")] = "",
    ) -> dict[str, Any]:
        return auditor.verify([head for head in heads.split(",") if head])

    return router
