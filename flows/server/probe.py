"""A real question to Prefect's server: it reads every table that flows stand on, and writes.

`/health` says that a process listens. A database that is broken inside, locked by somebody else, or a server that hangs
in the middle of its work shows only where something is asked of it.
"""

from __future__ import annotations

import asyncio
from typing import Any

import httpx

#: Seconds for all of it. A server that is merely busy takes one or two.
TIMEOUT = 10.0

_LIVE = {"flow_runs": {"state": {"type": {"any_": ["SCHEDULED", "PENDING", "RUNNING"]}}}}
_QUESTIONS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("/work_pools/filter", {"limit": 1}),
    ("/deployments/filter", {"limit": 1}),
    ("/flow_runs/filter", {"limit": 1, **_LIVE}),
    # A flow that is there is left as it is, yet the database must be able to write.
    ("/flows/", {"name": "run-workflows"}),
)


async def ask(client: httpx.AsyncClient) -> None:
    """Put the question. Raises httpx.HTTPError when the server cannot answer all of it in time."""
    try:
        async with asyncio.timeout(TIMEOUT):
            for path, body in _QUESTIONS:
                answer = await client.post(path, json=body)
                answer.raise_for_status()
    except TimeoutError:
        raise httpx.ReadTimeout(f"no answer within {TIMEOUT:g} seconds") from None


def client_of(url: str, auth: str) -> httpx.AsyncClient:
    """A client of the server at `url`, whose name and password are `auth`, "name:password"."""
    name, _, password = auth.partition(":")
    return httpx.AsyncClient(base_url=url, auth=(name, password), timeout=TIMEOUT, trust_env=False)
