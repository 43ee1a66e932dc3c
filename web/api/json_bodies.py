"""Lets in who may, and reads requests strictly. JSON that is kept can be written again: no lone surrogate, no NaN, exact whole numbers. And what
a query asks for is refused where nobody heeds it: a slip in a filter's name must not show everything as what was asked for."""

from __future__ import annotations

import json as standard_json
import re
from collections.abc import Callable, Collection, Coroutine
from typing import Any

import orjson
from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute

from application.access.table import rule_of
from definitions.source.problems import nearest
from web.access.principals import policy_of, principal_of

#: A number of so many digits may be more than orjson reads exactly; it would make a float of it.
_LONG_NUMBER = re.compile(rb"\d{18}")


def read_json(body: bytes) -> Any:
    """The value of a body. Raises ValueError for whatever is no JSON."""
    value = orjson.loads(body)
    if not _LONG_NUMBER.search(body):
        return value
    try:
        return standard_json.loads(body)
    except RecursionError:
        raise ValueError("nested too deeply") from None


def json(value: Any, status: int = 200) -> Response:
    """A response in JSON."""
    return Response(orjson.dumps(value, default=str), status, media_type="application/json")


class _StrictRequest(Request):
    async def json(self) -> Any:
        try:
            return read_json(await self.body())
        except ValueError:
            # What FastAPI tells as a misshapen body. Nothing of it is repeated.
            raise standard_json.JSONDecodeError("no JSON that can be kept", "", 0) from None


class StrictRoute(APIRoute):
    """A route whose name is a row of the policy's table, which says who may; whose JSON bodies are read by `read_json`, and
    whose query has only what it knows."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()
        known = {each.alias for each in self.dependant.query_params}
        rule_of(self.name)  # or it is not served at all

        async def strictly(request: Request) -> Response:
            policy_of(request).require(principal_of(request), self.name)
            if unknown := sorted(request.query_params.keys() - known):
                raise RequestValidationError([_unheeded(name, known) for name in unknown[:10]])
            return await handle(_StrictRequest(request.scope, request.receive))

        return strictly


def _unheeded(name: str, known: Collection[str]) -> dict[str, Any]:
    near = nearest(name, known)
    hint = f"; did you mean {near}?" if near else f"; there are {', '.join(sorted(known))}" if known else ""
    return {"loc": ("query", name), "msg": f"is not asked for here{hint}", "type": "extra_forbidden"}
