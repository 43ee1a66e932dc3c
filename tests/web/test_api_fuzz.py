"""The API against its own description: whatever is sent, it answers as it says it does."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, settings

from engine.dates.clock import VirtualClock
from tests.web.fake_gateway import LINKS, SETTINGS, START, TOKEN, FakeGateway
from web.app import create_app

schemathesis = pytest.importorskip("schemathesis")

_APP = create_app(
    FakeGateway(), LINKS, VirtualClock(START), replace(SETTINGS, hosts=frozenset({"testserver"}))
)
schema = schemathesis.openapi.from_asgi("/api/openapi.json", _APP)


@schema.parametrize()
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
def test_every_answer_is_one_it_describes(case) -> None:  # type: ignore[no-untyped-def]
    response = case.call(headers={"Authorization": f"Bearer {TOKEN}"})
    assert response.status_code < 500
    assert str(response.status_code) in {*case.operation.responses.status_codes, "405"}
    if response.status_code >= 400:
        assert response.headers["content-type"][0].startswith("application/problem+json")
        assert response.json()["code"]
