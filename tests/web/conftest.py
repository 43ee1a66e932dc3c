"""The application over a gateway in memory, in the test's own loop."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator

import httpx
import pytest

from tests.web.fake_gateway import LINKS, SETTINGS, FakeGateway, FakeOutbox, clock, live_link
from web.app import create_app


@pytest.fixture
def gateway() -> FakeGateway:
    return FakeGateway()


@pytest.fixture
def ticks() -> list[float]:
    """The seconds the rate limits see; a test moves them."""
    return [0.0]


@pytest.fixture
async def client(gateway: FakeGateway, ticks: list[float]) -> AsyncIterator[httpx.AsyncClient]:
    app = create_app(gateway, LINKS, clock(), SETTINGS, FakeOutbox(), ticks=lambda: ticks[0])
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:4200") as made:
        yield made


@pytest.fixture
def link(gateway: FakeGateway) -> str:
    return live_link(gateway)


@pytest.fixture
async def seal(client: httpx.AsyncClient, link: str) -> str:
    """The hidden field of the page; its cookie is in the client."""
    found = re.search(r'name="seal" value="([^"]+)"', (await client.get(link)).text)
    assert found
    return found[1]
