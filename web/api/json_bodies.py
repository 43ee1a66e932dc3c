"""Reads JSON bodies strictly, so that what is kept can be written again: no lone surrogate, no NaN, exact whole numbers."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Coroutine
from typing import Any

import orjson
from fastapi import Request, Response
from fastapi.routing import APIRoute

#: A number of so many digits may be more than orjson reads exactly; it would make a float of it.
_LONG_NUMBER = re.compile(rb"\d{18}")


def read_json(body: bytes) -> Any:
    """The value of a body. Raises ValueError for whatever is no JSON."""
    value = orjson.loads(body)
    if not _LONG_NUMBER.search(body):
        return value
    try:
        return json.loads(body)
    except RecursionError:
        raise ValueError("nested too deeply") from None


class _StrictRequest(Request):
    async def json(self) -> Any:
        try:
            return read_json(await self.body())
        except ValueError:
            # What FastAPI tells as a misshapen body. Nothing of it is repeated.
            raise json.JSONDecodeError("no JSON that can be kept", "", 0) from None


class StrictRoute(APIRoute):
    """A route whose JSON bodies are read by `read_json`."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def strictly(request: Request) -> Response:
            return await handle(_StrictRequest(request.scope, request.receive))

        return strictly
