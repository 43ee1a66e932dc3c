"""The directory over the API: looked at by day, changed after a preview, imported and exported."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from application.directory.file import written
from tests.web.site import ELM_TREE, TOKEN, Site

ASHA = {"name": "Asha Patel"}
LEAVES = {"change": "leaves", "person": "jo-marsh", "to": "2026-12-31"}


@pytest.fixture
def api(client: httpx.AsyncClient) -> httpx.AsyncClient:
    client.headers.update({"Authorization": f"Bearer {TOKEN}"})
    return client


def change(*changes: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"pcns": ["U90001"], "changes": list(changes), "by": ASHA, **more}


async def test_a_pcn_is_shown_whole_or_as_it_is_on_a_day(api: httpx.AsyncClient) -> None:
    whole = (await api.get("/api/directory/U90001")).json()
    assert whole["name"] == "Harbour Vale PCN" and len(whole["cover"]) == 4
    on = (await api.get("/api/directory/U90001", params={"on": "2026-12-21"})).json()
    assert [cover["by"] for cover in on["cover"]] == ["sam-lee"]
    assert len((await api.get("/api/directory")).json()["pcns"]) == 1
    assert (await api.get("/api/directory/U9")).status_code == 404


async def test_a_preview_says_what_it_brings_and_keeps_nothing(api: httpx.AsyncClient, site: Site) -> None:
    answer = await api.post("/api/directory/changes", json=change(LEAVES, preview=True))
    told = answer.json()
    assert answer.status_code == 200 and told["kept"] is False and told["left_out"] == 0
    assert (
        told["says"][0]
        == "Jo Marsh is practice manager at Elm Tree Surgery from Mon 1 Jan 2024 until Thu 31 Dec 2026 (before: from Mon 1 Jan 2024)"
    )
    (touch,) = [each for each in told["touches"] if "Elm Tree" in each["text"]]
    assert touch["workflow_id"] == site.workflow and touch["told"]
    assert (await api.get("/api/directory/U90001")).json()["roles"] == [
        role.model_dump(mode="json", by_alias=True, exclude_defaults=True)
        for role in site.record.current().pcns[0].roles
    ]
    assert site.record.version == 2


async def test_what_is_changed_is_followed_before_it_answers(api: httpx.AsyncClient, site: Site) -> None:
    takes = {
        "change": "takes-over",
        "role": "practice_manager",
        "at": ELM_TREE,
        "person": "owen-bright",
        "from": "2026-12-01",
    }
    answer = await api.post("/api/directory/changes", json=change(takes, reason="Jo Marsh has left"))
    assert (answer.status_code, answer.json()["kept"]) == (200, True)
    asked = await site.store.assignment(site.assignment)
    assert asked is not None and asked.person == "owen-bright"
    (latest, first) = (await api.get("/api/directory/U90001/history")).json()["changes"]
    assert (latest["by"]["name"], latest["reason"]) == ("Asha Patel", "Jo Marsh has left")
    assert latest["says"][1] == "Dr Owen Bright is practice manager at Elm Tree Surgery from Tue 1 Dec 2026"
    assert first["says"] == ["Harbour Vale PCN (U90001), with 5 practices and 20 people is added"]
    assert (await api.get("/api/directory/history")).json() == {
        "changes": (await api.get("/api/directory/U90001/history")).json()["changes"]
    }
    (said,) = [site.record.said("U90001")]
    assert said is not None and (said.actor.name, said.reason) == ("Asha Patel", "Jo Marsh has left")


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (change(LEAVES), 422, "no-reason"),
        (change({"change": "mailbox", "practice": "Y90001"}, reason="so it is"), 409, "no-change"),
        (change(LEAVES, reason="x", pcns=["U9"]), 404, "not_found"),
        (change(reason="nothing"), 422, "invalid"),
        (change({"change": "cover", "for": "jo-marsh", "by": "nobody"}, reason="x"), 422, "invalid"),
        (change({"change": "nothing"}, reason="x"), 422, "invalid"),
        (change({"change": "list-size", "practice": "Y90001", "list_size": "9000"}, reason="x"), 422, "invalid"),
        ({"file": "pcns: []", "reason": "x", "by": ASHA}, 422, "invalid"),
    ],
)  # fmt: skip
async def test_what_cannot_be_is_refused_and_nothing_is_kept(
    api: httpx.AsyncClient, site: Site, body: dict[str, Any], status: int, code: str
) -> None:
    answer = await api.post("/api/directory/changes", json=body)
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    assert site.record.version == 2


async def test_an_export_is_imported_without_a_change_and_a_slip_is_told_at_its_place(
    api: httpx.AsyncClient, site: Site
) -> None:
    text = written(site.record.current())
    again = await api.post("/api/directory/changes", json={"file": text, "reason": "the same", "by": ASHA})
    assert (again.status_code, again.json()["code"]) == (409, "no-change")
    wrong = text.replace('person: "jo-marsh", role', 'person: "jo-mrsh", role').replace(
        'person: "jo-marsh"', 'person: "jo-mrsh"', 1
    )
    answer = await api.post(
        "/api/directory/changes", json={"file": wrong, "file_name": "ours.yaml", "reason": "x", "by": ASHA}
    )
    (error, *_) = answer.json()["errors"]
    assert (
        error["code"] == "BD701" and error["path"].startswith("ours.yaml:") and "jo-marsh" in error["message"]
    )
    grown = text.replace("list_size: 8250", "list_size: 8300")
    kept = await api.post("/api/directory/changes", json={"file": grown, "reason": "published", "by": ASHA})
    assert kept.json()["says"] == ["Elm Tree Surgery: the list size is 8,300 (8,250 before)"]
