"""The embedded outbox, over the API: a link that opens its page, for this machine's user."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import BaseModel

from web.access.outbox_access import KEY_LASTS
from web.api.json_bodies import StrictRoute
from web.api.schema import ERRORS
from web.outbox import Outbox


class OutboxLink(BaseModel):
    """`path`: where the page opens, on the address this was asked at. `seconds`: for how long it does."""

    path: str
    seconds: int


def outbox_links(outbox: Outbox) -> APIRouter:
    """POST /api/outbox/links. Only where emails stay on this machine."""
    router = APIRouter(prefix="/api", tags=["outbox"], responses=ERRORS, route_class=StrictRoute)

    @router.post(
        "/outbox/links",
        name="open outbox",
        summary="A link that opens the outbox for a while",
        status_code=201,
    )
    async def link() -> OutboxLink:
        return OutboxLink(path=outbox.path(), seconds=KEY_LASTS)

    return router
