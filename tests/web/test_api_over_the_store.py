"""The API over the real operations: what is no workflow, and what is no assignment, is said to be none."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest

from application.access.principal import ADMINISTRATION
from application.operations import Operations
from audit.auditor import Auditor
from cli.arguments import mapping
from engine import commands
from engine.events import BATON, Actor, Event, LinkIssued, MessageRefused
from engine.events.post import LINKS, POST
from notifications.links import Links
from store.protocol import Commit
from tests.application.conftest import EXAMPLES, clock, operations
from tests.web.site import ELM_TREE, GOOD, MANAGER, Site
from web.app import create_app
from web.gateway import Gateway
from web.views import WebSettings

__all__ = ["clock", "operations"]
URL = "http://127.0.0.1:8700"
BY = {"name": "Asha Patel", "role": "pcn_manager", "how": "by telephone"}
GIVER = {"name": "Asha Patel"}
TOKEN = {"Authorization": "Bearer token"}


@pytest.fixture
async def api(operations: Operations) -> AsyncIterator[httpx.AsyncClient]:
    at, store = operations.clock.now(), operations.repository.store
    for stream, body in ((POST, MessageRefused("<m@x>", "no")), (LINKS, LinkIssued("s", "w.s.1.Y.pm", at))):
        await store.commit([Commit(stream, 0, (Event(stream, 1, at, BATON, "clock", body),))])
    app = create_app(
        Gateway(operations), Links(b"s" * 32, URL), operations.clock, WebSettings(b"s" * 32, "token")
    )
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url=URL, headers=TOKEN) as client:
        yield client


@pytest.mark.parametrize("id_", ["post", "links", "files", "nothing", "post.a.1.Y1.pm", "links.a.1.Y1.pm", "....", "w.s.x.Y1.pm"])  # fmt: skip
async def test_what_is_no_assignment_is_404(api: httpx.AsyncClient, id_: str) -> None:
    got = await api.get(f"/api/assignments/{id_}")
    answered = await api.post(f"/api/assignments/{id_}/responses", json={"answers": {}, "by": BY})
    replied = await api.post(
        f"/api/assignments/{id_}/replies", json={"kind": "question", "text": "Why?", "by": BY}
    )
    assert [got.status_code, answered.status_code, replied.status_code] == [404, 404, 404]
    assert answered.json()["code"] == replied.json()["code"] == "no-such-assignment"


@pytest.mark.parametrize("id_", ["post", "links", "files", "nothing"])
async def test_what_is_no_workflow_is_404(api: httpx.AsyncClient, id_: str) -> None:
    body = {"reason": "to see", "by": GIVER}
    got = await api.get(f"/api/workflows/{id_}")
    held = await api.post(f"/api/workflows/{id_}/commands/hold", json=body)
    lifted = await api.post(f"/api/workflows/{id_}/commands/lift", json=body)
    assert [got.status_code, held.status_code, lifted.status_code] == [404, 404, 404]
    assert held.json()["code"] == "no-such-workflow"


async def test_a_key_is_for_one_launch(api: httpx.AsyncClient) -> None:
    inputs = mapping(EXAMPLES / "inputs" / "iif-quarter-close.yaml")
    body = {"definition": "iif-quarter-close", "pcns": ["U90001"], "inputs": inputs, "by": GIVER}

    async def launched(key: str, **changed: object) -> httpx.Response:
        return await api.post("/api/workflows", json={**body, **changed}, headers={"Idempotency-Key": key})

    first, other, again = await launched("pcn-a:q3"), await launched("q3"), await launched("q3")
    assert [first.status_code, other.status_code, again.status_code] == [201, 201, 200]
    assert again.json()["workflows"] == other.json()["workflows"] != first.json()["workflows"]
    taken = await launched("q3", inputs={**inputs, "quarter": "Q2"})
    assert taken.status_code == 409 and taken.json()["code"] == "key-taken"


async def test_lists_name_nobody_who_has_answered(site: Site) -> None:
    async def lists() -> set[str]:
        found = await site.api.workflows(ADMINISTRATION, status="open")
        (row,) = [each for each in found if each["workflow_id"] == site.workflow]
        one = await site.api.workflow(ADMINISTRATION, site.workflow)
        return {row["waiting_for"], one["waiting_for"]}

    (before,) = await lists()
    assert before.startswith("waiting for Elm Tree Surgery and 4 others: ")
    await site.operations.respond(
        site.assignment, GOOD, Actor("Jo", "practice_manager", ELM_TREE, channel="web")
    )
    (after,) = await lists()
    assert after.startswith("waiting for Oak House Medical Centre and 3 others: ")


async def test_a_list_of_one_state_looks_past_the_latest_workflows(site: Site) -> None:
    await site.operations.do(site.workflow, commands.hold, MANAGER, "a strike")
    await site.launch("Q2")
    (held,) = await site.api.workflows(ADMINISTRATION, status="held", limit=1)
    assert held["workflow_id"] == site.workflow


def _keys(value: object) -> set[str]:
    if isinstance(value, dict):
        return {*value, *(key for each in value.values() for key in _keys(each))}
    return {key for each in value for key in _keys(each)} if isinstance(value, list) else set()


async def test_how_far_baton_has_looked_is_in_no_answer(site: Site) -> None:
    app = create_app(
        site.gateway, Links(b"s" * 32, URL), site.operations.clock, WebSettings(b"s" * 32, "token"),
        auditor=Auditor(site.store),
    )  # fmt: skip
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=URL, headers=TOKEN) as client:
        for path in (
            "workflows", f"workflows?prefix={site.workflow[:4]}", f"workflows/{site.workflow}", "audit/workflows",
            f"audit/story?workflow={site.workflow}", "openapi.json",
        ):  # fmt: skip
            answer = await client.get(f"/api/{path}")
            assert answer.status_code == 200, path
            assert site.workflow in answer.text or path == "openapi.json"
            assert "seen" not in _keys(answer.json()), path
