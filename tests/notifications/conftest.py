"""A mail server of the tests' own, and an bench that posts through it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from engine.dates.clock import VirtualClock
from notifications.transport.settings import PostSettings
from store.memory.store import MemoryStore
from tests.notifications import email_samples as samples
from tests.notifications.post_bench import MailServer, PostBench


@pytest.fixture
async def server() -> AsyncIterator[MailServer]:
    server = MailServer()
    await server.start()
    yield server
    await server.stop()


@pytest.fixture
async def bench(server: MailServer) -> PostBench:
    settings = PostSettings(
        host="127.0.0.1", port=server.port, security="none", throttle_per_minute=0, timeout_seconds=3,
        from_address="post@baton.example",
    )  # fmt: skip
    return PostBench(server, MemoryStore(), VirtualClock(samples.at("2027-01-04 10:00")), settings)
