"""The clock of a demonstration, over the API: where it stands, and a leap over time in which nothing happens."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from pydantic import AwareDatetime

from application.progress.demonstration_clock import ClockReading, DemonstrationClock
from web.api.bodies import RequestBody
from web.api.json_bodies import StrictRoute
from web.api.schema import ERRORS


class Leap(RequestBody):
    """`to`: an aware moment; without it, the next moment at which something is due."""

    to: AwareDatetime | None = None


def clock_routes(leaper: DemonstrationClock) -> APIRouter:
    """GET and POST /api/clock. Only where the clock is one that leaps."""
    router = APIRouter(prefix="/api", tags=["clock"], responses=ERRORS, route_class=StrictRoute)

    @router.get("/clock", name="show clock", summary="Where the calendar of this demonstration stands")
    async def look() -> ClockReading:
        return await leaper.look()

    @router.post("/clock", name="leap clock", summary="Leap to a moment, or to the next that matters")
    async def leap(wanted: Leap) -> ClockReading:
        return await leaper.leap(wanted.to)

    @router.get(
        "/clock/answers/{assignment_id}",
        name="plausible answers",
        summary="Plausible answers, for people made up for a demonstration",
    )
    async def answers(assignment_id: str) -> dict[str, Any]:
        return await leaper.plausible(assignment_id)

    return router
