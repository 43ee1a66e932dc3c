"""The API: a token, answers that are read by hand, and errors that say what to do next."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import orjson
import pytest

from audit.auditor import Auditor
from engine import commands
from engine.commands.refusals import Refused
from engine.forms.files import MB
from store.protocol import StoreError, StoreFull
from tests.web.site import ELM_TREE, GOOD, INPUTS, MANAGER, NHS_NUMBER, OAK_HOUSE, PCN, TOKEN, Site

AUTH = {"authorization": f"Bearer {TOKEN}"}
BY = {"name": "Priya Shah", "role": "practice_manager", "how": "by telephone"}
#: Who uses the key of the home folder.
GIVER = {"name": "Asha Patel"}
LAUNCH: dict[str, Any] = {
    "definition": "quarter-figures",
    "pcns": [PCN],
    "inputs": INPUTS,
    "by": GIVER,
}


@pytest.fixture
def api(client: httpx.AsyncClient) -> httpx.AsyncClient:
    client.headers.update(AUTH)
    return client


@pytest.fixture
def failing(site: Site, monkeypatch: pytest.MonkeyPatch) -> Callable[[Exception], None]:
    """Makes the next answers fail with an error."""

    def fail(error: Exception) -> None:
        async def respond(*given: Any, **more: Any) -> None:
            raise error

        monkeypatch.setattr(site.operations, "respond", respond)

    return fail


class TestToken:
    @pytest.mark.parametrize("given", ["", "Bearer", "Bearer wrong", f"Basic {TOKEN}", f"Bearer {TOKEN}x"])
    async def test_is_needed_everywhere(self, client: httpx.AsyncClient, site: Site, given: str) -> None:
        for method, path in (
            ("GET", "/api/workflows"),
            ("POST", site.responses),
            ("GET", "/api/nothing"),
            ("HEAD", "/api/workflows"),
        ):
            answer = await client.request(method, path, headers={"authorization": given}, content=b"{}")
            assert answer.status_code == 401
            assert answer.headers["www-authenticate"] == "Bearer"
            assert answer.headers["content-type"] == "application/problem+json"
        assert site.events == []

    async def test_guessing_is_slowed_down(self, client: httpx.AsyncClient) -> None:
        statuses = [(await client.get("/api/workflows")).status_code for _ in range(25)]
        assert statuses[:20] == [401] * 20
        assert statuses[20:] == [429] * 5
        assert (await client.get("/api/workflows", headers=AUTH)).status_code == 200


class TestResponses:
    async def test_an_answer_is_taken(self, api: httpx.AsyncClient, site: Site) -> None:
        answer = await api.post(site.responses, json={"answers": GOOD, "by": {**BY, "channel": "cli"}})
        assert (answer.status_code, answer.json()) == (201, {"number": 1, "late": False, "warnings": []})
        (event,) = site.events
        told = event.body.told  # type: ignore[attr-defined]
        assert (told.by.name, told.by.organisation, told.how) == ("Priya Shah", ELM_TREE, "by telephone")
        assert (event.actor.role, event.actor.channel) == ("administrator", "cli")

    async def test_problems_name_their_paths(self, api: httpx.AsyncClient, site: Site) -> None:
        answer = await api.post(site.responses, json={"answers": {**GOOD, "clinics": "perhaps"}, "by": BY})
        assert answer.status_code == 422
        assert answer.json()["errors"] == [
            {
                "path": "clinics",
                "message": "Will you hold extra clinics? Choose one of Yes or No",
                "code": "wrong",
            }
        ]
        assert site.events == []

    async def test_warnings_come_back_or_stop_it_as_asked(self, api: httpx.AsyncClient, site: Site) -> None:
        odd = {**GOOD, "indicators": {**GOOD["indicators"], "HI-03": {"result": "30/80", "on_track": "yes"}}}
        careful = await api.post(site.responses, json={"answers": odd, "by": BY, "refuse_warnings": True})
        assert (careful.status_code, careful.json()["code"]) == (422, "warned")
        assert site.events == []
        taken = await api.post(site.responses, json={"answers": odd, "by": BY})
        assert [each["path"] for each in taken.json()["warnings"]] == ["indicators.HI-03.result"]

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
        self, api: httpx.AsyncClient, site: Site, body: bytes
    ) -> None:
        answer = await api.post(site.responses, content=body)
        assert answer.status_code == 422
        assert answer.json()["detail"]
        assert "5919" not in answer.text
        assert site.events == []

    @pytest.mark.parametrize(
        ("error", "status"),
        [
            (Refused("closed", "This step has closed."), 409), (Refused("no-such-assignment", "There is none."), 404),
            (Refused("another-practice", "Not yours."), 403), (Refused("stopped", "Not before day one."), 409),
            (Refused("busy", "Try again."), 503), (Refused("no-day", "Say until when."), 422),
        ],
    )  # fmt: skip
    async def test_a_refusal_has_its_status_and_says_why(
        self,
        api: httpx.AsyncClient,
        site: Site,
        failing: Callable[[Exception], None],
        error: Refused,
        status: int,
    ) -> None:
        failing(error)
        answer = await api.post(site.responses, json={"answers": GOOD, "by": BY})
        assert (answer.status_code, answer.json()["code"], answer.json()["detail"]) == (
            status,
            error.code,
            error.message,
        )

    @pytest.mark.parametrize(
        ("error", "status"),
        [
            (StoreError(f"cannot write {NHS_NUMBER}"), 503),
            (StoreFull(f"disk full at {NHS_NUMBER}"), 507),
            (KeyError(NHS_NUMBER), 500),
        ],
    )
    async def test_our_own_failures_are_told_and_logged_without_what_was_typed(
        self,
        api: httpx.AsyncClient,
        site: Site,
        failing: Callable[[Exception], None],
        caplog: pytest.LogCaptureFixture,
        error: Exception,
        status: int,
    ) -> None:
        failing(error)
        answer = await api.post(site.responses, json={"answers": GOOD, "by": BY})
        assert answer.status_code == status
        assert "not kept" in answer.json()["detail"]
        assert f"a request failed with {type(error).__name__}" in caplog.messages
        assert "Traceback (most recent call last):\n" in caplog.text, "each line of it is a line of the log"
        assert "5919" not in answer.text + caplog.text


class TestFiles:
    async def test_a_file_is_sent_and_then_named(self, api: httpx.AsyncClient, site: Site) -> None:
        sent = await api.post(f"/api/assignments/{site.assignment}/files", content=b"figures")
        assert (sent.status_code, sent.json()["size"]) == (201, 7)
        named = {**GOOD, "evidence": {"name": "report.pdf", **sent.json()}}
        assert (await api.post(site.responses, json={"answers": named, "by": BY})).status_code == 201
        assert site.document(sent.json()["sha256"]) == b"figures"

    @pytest.mark.parametrize("whose", ["nobody's", "another practice's", "another size"])
    async def test_a_file_that_was_not_sent_here_cannot_be_named(
        self, api: httpx.AsyncClient, site: Site, whose: str
    ) -> None:
        there = site.asked_of(site.workflow, OAK_HOUSE) if whose == "another practice's" else site.assignment
        sent = (await api.post(f"/api/assignments/{there}/files", content=b"figures")).json()
        if whose == "another practice's":
            theirs = {**GOOD, "evidence": {"name": "report.pdf", **sent}}
            responses = f"/api/assignments/{there}/responses"
            assert (await api.post(responses, json={"answers": theirs, "by": BY})).status_code == 201
        else:
            sent |= {"sha256": "0" * 64} if whose == "nobody's" else {"size": 8}
        before = len(site.events)
        named = {**GOOD, "evidence": {"name": "report.pdf", **sent}}
        answer = await api.post(site.responses, json={"answers": named, "by": BY})
        assert answer.status_code == 422
        assert [(each["path"], each["code"]) for each in answer.json()["errors"]] == [
            ("evidence", "no-such-file")
        ]
        assert len(site.events) == before

    async def test_a_workflow_has_a_quota(self, api: httpx.AsyncClient, site: Site) -> None:
        statuses = []
        for practice in ("Y90001", "Y90002", "Y90003", "Y90004"):
            there = site.asked_of(site.workflow, practice)
            sent = await api.post(f"/api/assignments/{there}/files", content=practice.encode() * (MB // 6))
            named = {**GOOD, "evidence": {"name": "report.pdf", **sent.json()}}
            answer = await api.post(f"/api/assignments/{there}/responses", json={"answers": named, "by": BY})
            statuses.append(answer.status_code)
        assert statuses == [201, 201, 201, 422]
        assert "IIF Q3 2026/27 may have 3 MB together" in answer.json()["errors"][0]["message"]

    @pytest.mark.parametrize(
        ("content", "status"), [(b"", 422), (b"x" * 10_485_761, 422), (b"x" * 12_000_000, 413)]
    )
    async def test_a_file_has_a_size(
        self, api: httpx.AsyncClient, site: Site, content: bytes, status: int
    ) -> None:
        answer = await api.post(f"/api/assignments/{site.assignment}/files", content=content)
        assert answer.status_code == status
        assert site.waiting == []

    async def test_where_nothing_can_be_answered_no_file_is_taken(
        self, api: httpx.AsyncClient, site: Site
    ) -> None:
        await site.operations.do(site.workflow, commands.cancel, MANAGER, "A mistake")
        answer = await api.post(f"/api/assignments/{site.assignment}/files", content=b"x")
        assert (answer.status_code, answer.json()["code"]) == (409, "over")
        assert (await api.post("/api/assignments/x.y/files", content=b"x")).status_code == 404
        assert site.waiting == []


class TestTheRest:
    async def test_the_same_reply_is_kept_once(self, api: httpx.AsyncClient, site: Site) -> None:
        ask = {"kind": "more time", "until": "2027-01-20", "text": "Two away", "by": BY}
        answers = [await api.post(site.replies, json=ask) for _ in range(3)]
        assert [each.status_code for each in answers] == [201, 200, 200]
        assert [each.json()["repeated"] for each in answers] == [False, True, True]
        assert len(site.events) == 1

    async def test_a_launch_is_made_once_for_a_key(self, api: httpx.AsyncClient, site: Site) -> None:
        first = await api.post("/api/workflows", json=LAUNCH, headers={"Idempotency-Key": "k1"})
        second = await api.post("/api/workflows", json=LAUNCH, headers={"Idempotency-Key": "k1"})
        assert (first.status_code, second.status_code) == (201, 200)
        assert second.json() == {**first.json(), "repeated": True}
        assert len(await site.store.workflows()) == 3

    async def test_what_may_be_an_nhs_number_is_taken_when_it_is_said_to_be_something_else(
        self, api: httpx.AsyncClient, site: Site
    ) -> None:
        reason, says_so = "Order 9434765919 is late", {**GIVER, "not_nhs_number": True}
        hold = f"/api/workflows/{site.workflow}/commands/hold"
        refused = await api.post(hold, json={"reason": reason, "by": GIVER})
        assert refused.status_code == 422
        assert [(each["path"], each["code"]) for each in refused.json()["errors"]] == [
            ("reason", "may_be_nhs_number")
        ]
        assert "by.not_nhs_number" in refused.json()["detail"]
        assert "5919" not in refused.text
        assert site.events == []
        assert (await api.post(hold, json={"reason": reason, "by": says_so})).status_code == 200
        assert site.events[-1].actor.not_nhs_number
        certain = await api.post(
            f"/api/workflows/{site.workflow}/commands/lift", json={"reason": NHS_NUMBER, "by": says_so}
        )
        assert [each["code"] for each in certain.json()["errors"]] == ["nhs_number"]

    @pytest.mark.parametrize("field", ["definition", "pcns", "inputs", "key", "by"])
    async def test_no_part_of_a_launch_takes_one_and_none_is_repeated(
        self, api: httpx.AsyncClient, site: Site, field: str
    ) -> None:
        body: dict[str, Any] = {**LAUNCH}
        if field == "by":
            body["by"] = {"name": NHS_NUMBER}
        elif field != "key":
            body[field] = {"definition": NHS_NUMBER, "pcns": [NHS_NUMBER], "inputs": {"quarter": NHS_NUMBER}}[
                field
            ]
        key = NHS_NUMBER if field == "key" else "a-key"
        answer = await api.post("/api/workflows", json=body, headers={"Idempotency-Key": key})
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["code"] == "nhs_number"
        assert "5919" not in answer.text
        assert len(await site.store.workflows()) == 2

    async def test_a_key_that_looks_like_an_nhs_number_is_refused(
        self, api: httpx.AsyncClient, site: Site
    ) -> None:
        answer = await api.post("/api/workflows", json=LAUNCH, headers={"Idempotency-Key": NHS_NUMBER})
        assert answer.status_code == 422
        assert (answer.json()["errors"][0]["path"], answer.json()["errors"][0]["code"]) == (
            "key",
            "nhs_number",
        )
        assert "5919" not in answer.text
        assert len(await site.store.workflows()) == 2

    async def test_a_launch_without_a_key_is_refused(self, api: httpx.AsyncClient, site: Site) -> None:
        answer = await api.post("/api/workflows", json=LAUNCH)
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["path"] == "Idempotency-Key"
        assert site.events == []

    @pytest.mark.parametrize(
        "changed",
        [{"pcns": []}, {"definition": ""}, {"by": BY}, {"x": 1}, {"by": {"name": NHS_NUMBER}}],
    )
    async def test_a_wrong_shape_says_where(
        self, api: httpx.AsyncClient, site: Site, changed: dict[str, Any]
    ) -> None:
        answer = await api.post(
            "/api/workflows", json={**LAUNCH, **changed}, headers={"Idempotency-Key": "k"}
        )
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["path"].startswith(next(iter(changed)))
        assert "5919" not in answer.text
        assert site.events == []

    async def test_looking(self, api: httpx.AsyncClient, site: Site) -> None:
        (listed,) = (await api.get("/api/workflows", params={"status": "open"})).json()["workflows"]
        assert (listed["workflow_id"], listed["launched_at"]) == (site.workflow, "2027-01-06T09:30:00+00:00")
        whole = (await api.get(f"/api/workflows/{site.workflow}")).json()
        assert [each["step"] for each in whole["steps"]] == ["practice_return"]
        assert len(whole["assignments"]) == 5
        page = (await api.get(f"/api/assignments/{site.assignment}")).json()
        assert page["form"][0]["keys"] == ["indicators", "HI-03", "result"]
        for path, code in (
            ("/api/workflows/w2", "no-such-workflow"), ("/api/assignments/w2.x", "no-such-assignment"), ("/api/nothing", "not_found"),
        ):  # fmt: skip
            answer = await api.get(path)
            assert (answer.status_code, answer.json()["code"]) == (404, code)
        assert (await api.get("/api/workflows", params={"limit": 0})).status_code == 422
        assert (await api.get(site.responses)).status_code == 405
        assert site.events == []

    async def test_replies_holds_and_lifts(self, api: httpx.AsyncClient, site: Site) -> None:
        ask = {"kind": "more time", "until": "2027-01-20", "by": BY}
        assert (await api.post(site.replies, json=ask)).status_code == 201
        for wrong in ({"kind": "more time", "by": BY}, {"kind": "question", "text": NHS_NUMBER, "by": BY}):
            assert (await api.post(site.replies, json=wrong)).status_code == 422
        for verb in ("hold", "lift"):
            path = f"/api/workflows/{site.workflow}/commands/{verb}"
            body = {"reason": "The search was wrong", "by": GIVER}
            assert (await api.post(path, json={"by": GIVER})).status_code == 422
            assert (await api.post(path, json=body)).status_code == 200
            assert (await api.post(path, json=body)).status_code == 409
        assert [event.type for event in site.events] == ["ReplyReceived", "WorkflowHeld", "HoldLifted"]

    async def test_a_key_used_for_something_else_is_a_conflict_and_starts_nothing(
        self, api: httpx.AsyncClient, site: Site
    ) -> None:
        key = {"Idempotency-Key": "pcn-a:q3"}
        assert (await api.post("/api/workflows", json=LAUNCH, headers=key)).status_code == 201
        other = {**LAUNCH, "inputs": {**INPUTS, "quarter": "Q2"}}
        answer = await api.post("/api/workflows", json=other, headers=key)
        assert answer.status_code == 409
        assert "give each launch a key of its own" in answer.json()["detail"]
        ending = await api.post("/api/workflows", json=LAUNCH, headers={"Idempotency-Key": "q3"})
        assert ending.status_code == 201, "a key is compared whole"
        assert len(await site.store.workflows()) == 4

    async def test_a_link_is_revoked_and_the_story_says_so(
        self, api: httpx.AsyncClient, site: Site, link: str
    ) -> None:
        revoke = f"/api/assignments/{site.assignment}/links/revoke"
        assert (await api.get(link)).status_code == 200
        assert (await api.post(revoke, json={"by": GIVER})).status_code == 422
        body = {"reason": "Passed on by mistake", "by": GIVER}
        patient = await api.post(revoke, json={**body, "reason": "It went to 943 476 5919"})
        assert (patient.status_code, "5919" in patient.text) == (422, False)
        assert (await api.post(revoke, json=body)).json() == {"revoked": 1}
        page = await api.get(link)
        assert page.status_code == 410
        assert "This link no longer works" in page.text
        again = await api.post(revoke, json=body)
        assert (again.status_code, again.json()["code"]) == (409, "no-link")
        assert (await api.post("/api/assignments/x.y/links/revoke", json=body)).status_code == 404
        story = await Auditor(site.store).story(site.workflow)
        assert story["lines"][-1]["text"] == (
            "Asha Patel (administrator, Harbour Vale PCN, with the key of Baton's home folder) revoked the link to “Your figures for Q3” of Elm Tree Surgery: Passed on by mistake."
        )
        others = await Auditor(site.store).story(site.asked_before)
        assert "revoked" not in str(others["lines"])

    async def test_it_describes_itself_without_a_token(self, client: httpx.AsyncClient) -> None:
        told = (await client.get("/api/openapi.json")).json()
        assert "/api/assignments/{assignment_id}/responses" in told["paths"]
        for path in ("/docs", "/redoc", "/api/docs"):
            assert (await client.get(path, headers=AUTH)).status_code == 404
