"""The application over the real parts, in the test's own loop."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from tests.web.site import Site, mailbox_of
from web.access.outbox_access import OutboxAccess
from web.outbox import Outbox


@pytest.fixture
async def site(tmp_path: Path) -> Site:
    return await Site(tmp_path / "uploads").begin()


@pytest.fixture
def ticks() -> list[float]:
    """The seconds the rate limits see; a test moves them."""
    return [0.0]


@pytest.fixture
def outbox(site: Site, tmp_path: Path, ticks: list[float]) -> Outbox:
    """Two emails, the second of which would like to run something."""
    return Outbox(mailbox_of(tmp_path / "outbox", site), OutboxAccess(lambda: ticks[0]))


@pytest.fixture
async def client(site: Site, ticks: list[float], outbox: Outbox) -> AsyncIterator[httpx.AsyncClient]:
    app = site.app(outbox=outbox, ticks=lambda: ticks[0])
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:4200") as made:
        yield made


@pytest.fixture
def link(site: Site) -> str:
    return site.link()


@pytest.fixture
async def seal(client: httpx.AsyncClient, link: str) -> str:
    """The hidden field of the page; its cookie is in the client."""
    found = re.search(r'name="seal" value="([^"]+)"', (await client.get(link)).text)
    assert found
    return found[1]
