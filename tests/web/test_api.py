"""The API: a token, answers that are read by hand, and errors that say what to do next."""

from __future__ import annotations

from typing import Any

import httpx
import orjson
import pytest

from engine.commands.refusals import Refused
from store.protocol import StoreError
from tests.web.fake_gateway import ASSIGNMENT, GOOD, NHS_NUMBER, TOKEN, FakeGateway

AUTH = {"authorization": f"Bearer {TOKEN}"}
BY = {"name": "Priya Shah", "role": "practice_manager"}
RESPONSES = f"/api/assignments/{ASSIGNMENT}/responses"
LAUNCH = {"definition": "iif-quarter-close", "pcns": ["U12345"], "inputs": {"quarter": "Q3"}, "by": BY}


@pytest.fixture
def api(client: httpx.AsyncClient) -> httpx.AsyncClient:
    client.headers.update(AUTH)
    return client


class TestToken:
    @pytest.mark.parametrize("given", ["", "Bearer", "Bearer wrong", f"Basic {TOKEN}", f"Bearer {TOKEN}x"])
    async def test_is_needed_everywhere(
        self, client: httpx.AsyncClient, gateway: FakeGateway, given: str
    ) -> None:
        for method, path in (
            ("GET", "/api/workflows"),
            ("POST", RESPONSES),
            ("GET", "/api/nothing"),
            ("HEAD", "/api/workflows"),
        ):
            answer = await client.request(method, path, headers={"authorization": given}, content=b"{}")
            assert answer.status_code == 401
            assert answer.headers["www-authenticate"] == "Bearer"
            assert answer.headers["content-type"] == "application/problem+json"
        assert gateway.changes == []

    async def test_guessing_is_slowed_down(self, client: httpx.AsyncClient) -> None:
        statuses = [(await client.get("/api/workflows")).status_code for _ in range(25)]
        assert statuses[:20] == [401] * 20
        assert statuses[20:] == [429] * 5
        assert (await client.get("/api/workflows", headers=AUTH)).status_code == 200


class TestResponses:
    async def test_an_answer_is_taken(self, api: httpx.AsyncClient, gateway: FakeGateway) -> None:
        answer = await api.post(
            RESPONSES, json={"answers": GOOD, "by": {**BY, "channel": "cli", "organisation": "Y90001"}}
        )
        assert (answer.status_code, answer.json()) == (201, {"number": 1, "late": False, "warnings": []})
        actor = gateway.taken[0][1][1]
        assert (actor.name, actor.organisation, actor.channel) == ("Priya Shah", "Y90001", "cli")

    async def test_problems_name_their_paths(self, api: httpx.AsyncClient, gateway: FakeGateway) -> None:
        answer = await api.post(RESPONSES, json={"answers": {**GOOD, "clinics": "perhaps"}, "by": BY})
        assert answer.status_code == 422
        assert answer.json()["errors"] == [
            {
                "path": "clinics",
                "message": "Will you hold extra clinics? Choose one of Yes or No",
                "code": "wrong",
            }
        ]
        assert gateway.changes == []

    async def test_warnings_come_back_or_stop_it_as_asked(
        self, api: httpx.AsyncClient, gateway: FakeGateway
    ) -> None:
        odd = {**GOOD, "indicators": {**GOOD["indicators"], "LD01": {"result": "30/80", "on_track": "yes"}}}
        careful = await api.post(RESPONSES, json={"answers": odd, "by": BY, "refuse_warnings": True})
        assert (careful.status_code, careful.json()["code"]) == (422, "warned")
        assert gateway.changes == []
        taken = await api.post(RESPONSES, json={"answers": odd, "by": BY})
        assert [each["path"] for each in taken.json()["warnings"]] == ["indicators.LD01.result"]

    @pytest.mark.parametrize(
        "body",
        [
            b"", b"{", b"[]", b"null", b"\xff", b'"x"', b"{}", b'{"answers": []}', b'{"answers": {}, "by": "x"}', b"[" * 2000,
            orjson.dumps({"answers": {}, "by": BY, "more": 1}), orjson.dumps({"answers": {}, "by": {**BY, "name": 1}}),
            orjson.dumps({"answers": {}, "by": {**BY, "channel": "schedule"}}), orjson.dumps({"answers": {}, "by": {**BY, "x": ""}}),
            orjson.dumps({"answers": {}, "by": {**BY, "name": " "}}), orjson.dumps({"answers": {}, "by": {**BY, "person": NHS_NUMBER}}),
            orjson.dumps({"answers": {}, "by": {**BY, "role": NHS_NUMBER}}), orjson.dumps({"answers": {"note": NHS_NUMBER}, "by": BY}),
            orjson.dumps({"answers": {NHS_NUMBER: 1}, "by": BY}),
            b'{"answers": ' + b'{"note":' * 500 + b"1" + b"}" * 500 + b', "by": {"name": "x", "role": "y"}}',
        ],
    )  # fmt: skip
    async def test_anything_else_is_a_problem_not_an_error(
        self, api: httpx.AsyncClient, gateway: FakeGateway, body: bytes
    ) -> None:
        answer = await api.post(RESPONSES, content=body)
        assert answer.status_code == 422
        assert answer.json()["detail"]
        assert "5919" not in answer.text
        assert gateway.changes == []

    @pytest.mark.parametrize(
        ("error", "status"),
        [
            (Refused("closed", "This step has closed."), 409), (Refused("no-such-assignment", "There is none."), 404),
            (Refused("another-practice", "Not yours."), 403), (Refused("stopped", "Not before day one."), 409),
            (Refused("busy", "Try again."), 503), (Refused("no-day", "Say until when."), 422),
        ],
    )  # fmt: skip
    async def test_a_refusal_has_its_status_and_says_why(
        self, api: httpx.AsyncClient, gateway: FakeGateway, error: Refused, status: int
    ) -> None:
        gateway.refuse = error
        answer = await api.post(RESPONSES, json={"answers": GOOD, "by": BY})
        assert (answer.status_code, answer.json()["code"], answer.json()["detail"]) == (
            status,
            error.code,
            error.message,
        )

    @pytest.mark.parametrize(
        ("error", "status"), [(StoreError(f"disk full at {NHS_NUMBER}"), 503), (KeyError(NHS_NUMBER), 500)]
    )
    async def test_our_own_failures_are_told_and_logged_without_what_was_typed(
        self,
        api: httpx.AsyncClient,
        gateway: FakeGateway,
        caplog: pytest.LogCaptureFixture,
        error: Exception,
        status: int,
    ) -> None:
        gateway.refuse = error
        answer = await api.post(RESPONSES, json={"answers": GOOD, "by": BY})
        assert answer.status_code == status
        assert "not kept" in answer.json()["detail"]
        assert type(error).__name__ in caplog.text
        assert "5919" not in answer.text + caplog.text


class TestTheRest:
    async def test_a_launch_is_made_once_for_a_key(
        self, api: httpx.AsyncClient, gateway: FakeGateway
    ) -> None:
        first = await api.post("/api/workflows", json=LAUNCH, headers={"Idempotency-Key": "k1"})
        second = await api.post("/api/workflows", json=LAUNCH, headers={"Idempotency-Key": "k1"})
        assert (first.status_code, second.status_code) == (201, 200)
        assert second.json() == {"launch": "l1", "workflows": ["w-U12345"], "repeated": True}

    async def test_a_launch_without_a_key_is_refused(
        self, api: httpx.AsyncClient, gateway: FakeGateway
    ) -> None:
        answer = await api.post("/api/workflows", json=LAUNCH)
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["path"] == "Idempotency-Key"
        assert gateway.changes == []

    @pytest.mark.parametrize(
        "changed",
        [{"pcns": []}, {"definition": ""}, {"by": {}}, {"x": 1}, {"by": {**BY, "name": NHS_NUMBER}}],
    )
    async def test_a_wrong_shape_says_where(
        self, api: httpx.AsyncClient, gateway: FakeGateway, changed: dict[str, Any]
    ) -> None:
        answer = await api.post(
            "/api/workflows", json={**LAUNCH, **changed}, headers={"Idempotency-Key": "k"}
        )
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["path"].startswith(next(iter(changed)))
        assert "5919" not in answer.text
        assert gateway.changes == []

    async def test_looking(self, api: httpx.AsyncClient, gateway: FakeGateway) -> None:
        listed = (await api.get("/api/workflows", params={"status": "open"})).json()["workflows"]
        assert (listed[0]["workflow_id"], listed[0]["launched_at"]) == ("w1", "2027-01-06T09:30:00+00:00")
        assert (await api.get("/api/workflows/w1")).json()["workflow_id"] == "w1"
        page = (await api.get(f"/api/assignments/{ASSIGNMENT}")).json()
        assert page["form"][0]["keys"] == ["indicators", "LD01", "result"]
        for path in ("/api/workflows/w2", "/api/assignments/w2.x", "/api/nothing"):
            answer = await api.get(path)
            assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
        assert (await api.get("/api/workflows", params={"limit": 0})).status_code == 422
        assert (await api.get(RESPONSES)).status_code == 405
        assert gateway.changes == []

    async def test_replies_holds_and_lifts(self, api: httpx.AsyncClient, gateway: FakeGateway) -> None:
        replies = f"/api/assignments/{ASSIGNMENT}/replies"
        assert (
            await api.post(replies, json={"kind": "more time", "until": "2027-01-20", "by": BY})
        ).status_code == 201
        assert (await api.post(replies, json={"kind": "more time", "by": BY})).status_code == 422
        assert (
            await api.post(replies, json={"kind": "question", "text": NHS_NUMBER, "by": BY})
        ).status_code == 422
        for verb in ("hold", "lift"):
            body = {"reason": "The search was wrong", "by": BY}
            assert (await api.post(f"/api/workflows/w1/{verb}", json=body)).status_code == 200
            assert (await api.post(f"/api/workflows/w2/{verb}", json=body)).status_code == 404
            assert (await api.post(f"/api/workflows/w1/{verb}", json={"by": BY})).status_code == 422
        assert [change[0] for change in gateway.changes] == ["reply", "hold", "lift"]

    async def test_it_describes_itself_without_a_token(self, client: httpx.AsyncClient) -> None:
        paths = (await client.get("/api/openapi.json")).json()["paths"]
        assert set(paths) == {
            "/api/workflows", "/api/workflows/{workflow_id}", "/api/workflows/{workflow_id}/hold",
            "/api/workflows/{workflow_id}/lift", "/api/assignments/{assignment_id}",
            "/api/assignments/{assignment_id}/responses", "/api/assignments/{assignment_id}/replies",
        }  # fmt: skip
        for path in ("/docs", "/redoc", "/api/docs"):
            assert (await client.get(path, headers=AUTH)).status_code == 404
