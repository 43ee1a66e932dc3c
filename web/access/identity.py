"""Proof of who listens here: whoever knows the home folder can check it before they send a token."""

from __future__ import annotations

import string
from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

#: Gives the proof that answers a challenge.
Prove = Callable[[str], str]

LONGEST = 128


def identity_route(prove: Prove) -> Route:
    """GET /identity?challenge=…, which needs no token: it is asked by who has not sent theirs yet."""

    async def identity(request: Request) -> Response:
        challenge = request.query_params.get("challenge", "")
        if not 0 < len(challenge) <= LONGEST or not set(challenge) <= set(string.hexdigits):
            return JSONResponse({"detail": f"challenge is up to {LONGEST} hexadecimal digits"}, 400)
        return JSONResponse({"proof": prove(challenge)})

    return Route("/identity", identity, methods=["GET"])
