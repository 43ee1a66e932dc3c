"""The clock of a demonstration, over the API: where it stands, and a leap over time in which nothing happens."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response
from pydantic import AwareDatetime, BaseModel

from application.demonstration_clock import ClockReading, DemonstrationClock
from web.api.routes import refusal
from web.views import Refused


class Leap(BaseModel):
    """`to`: an aware moment; without it, the next moment at which something is due."""

    to: AwareDatetime | None = None


def clock_routes(leaper: DemonstrationClock) -> APIRouter:
    """GET and POST /api/clock. Only where the clock is one that leaps."""
    router = APIRouter(prefix="/api", tags=["clock"])

    @router.get("/clock", summary="Where the calendar of this demonstration stands")
    async def look() -> ClockReading:
        return await leaper.look()

    @router.post(
        "/clock", summary="Leap to a moment, or to the next that matters", response_model=ClockReading
    )
    async def leap(wanted: Leap) -> ClockReading | Response:
        try:
            return await leaper.leap(wanted.to)
        except Refused as refused:
            return refusal(refused)

    @router.get(
        "/clock/answers/{assignment_id}", summary="Plausible answers, for people made up for a demonstration"
    )
    async def answers(assignment_id: str) -> dict[str, Any]:
        return await leaper.plausible(assignment_id)

    return router
