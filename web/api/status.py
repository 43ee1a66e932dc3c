"""How Baton itself is doing, over the API: what of it does not work just now."""

from __future__ import annotations

from datetime import datetime

from fastapi import APIRouter
from pydantic import BaseModel

from application.environment.alarms import Alarms
from web.api.json_bodies import StrictRoute
from web.api.schema import ERRORS


class AlarmBody(BaseModel):
    """Something that does not work: in words for everybody, and in detail for whoever runs Baton."""

    text: str
    since: datetime
    details: list[str]


class StatusBody(BaseModel):
    """`alarms` is empty when all is well."""

    alarms: list[AlarmBody]


def status_routes(alarms: Alarms) -> APIRouter:
    """GET /api/status."""
    router = APIRouter(prefix="/api", tags=["status"], responses=ERRORS, route_class=StrictRoute)

    @router.get("/status", name="show status", summary="What of Baton does not work just now")
    async def status() -> StatusBody:
        return StatusBody(
            alarms=[
                AlarmBody(text=each.text, since=each.since, details=list(each.details))
                for each in alarms.all()
            ]
        )

    return router
