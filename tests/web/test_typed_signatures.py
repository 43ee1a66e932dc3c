"""Nobody types who they are: Baton's own name and words, typed on a page or sent over the API, are no more than words."""

from __future__ import annotations

from typing import Any

import httpx
import orjson
import pytest

from audit.auditor import Auditor
from tests.web.site import GOOD, INPUTS, PCN, TOKEN, TYPED, Site

AUTH = {"authorization": f"Bearer {TOKEN}"}
#: Name and role, as somebody types them who would like to be Baton.
FORGED = [("Baton", "engine"), ("engine", "baton"), ("the schedule", "schedule"), ("Baton", "BATON")]
PATIENT = "943 476 5919"


@pytest.mark.parametrize(("name", "role"), FORGED)
async def test_on_a_page_they_are_a_person_who_came_by_the_page(
    client: httpx.AsyncClient, site: Site, link: str, seal: str, name: str, role: str
) -> None:
    sent = await client.post(link, data={**TYPED, "seal": seal, "name": name, "role": role})
    assert sent.status_code in (200, 303), sent.text
    (answered,) = site.events
    assert (answered.actor.name, answered.actor.channel) == (name, "link")
    assert not answered.actor.is_baton
    story = await Auditor(site.store).story(site.workflow)
    told = next(line["text"] for line in story["lines"] if "answered" in line["text"])
    assert told.startswith(f"{name} ({role}, Elm Tree Surgery) answered")


@pytest.mark.parametrize(("name", "role"), FORGED)
@pytest.mark.parametrize("channel", ["api", "cli"])
async def test_over_the_api_they_are_a_person_who_came_over_it(
    client: httpx.AsyncClient, site: Site, name: str, role: str, channel: str
) -> None:
    by = {"name": name, "role": role, "how": "by email", "channel": channel}
    sent = await client.post(site.responses, json={"answers": GOOD, "by": by}, headers=AUTH)
    assert sent.status_code == 201
    (answered,) = site.events
    assert (answered.actor.channel, answered.actor.is_baton) == (channel, False)


@pytest.mark.parametrize("channel", ["engine", "schedule", "web", "Engine", "", None, 1, ["engine"], {}])
async def test_no_channel_but_its_own_can_be_sent(
    client: httpx.AsyncClient, site: Site, channel: Any
) -> None:
    by = {"name": "Baton", "channel": channel}
    bodies: dict[str, dict[str, Any]] = {
        site.responses: {"answers": GOOD},
        site.replies: {"kind": "question", "text": "Which search?"},
        f"/api/workflows/{site.workflow}/commands/hold": {"reason": "half term"},
        f"/api/assignments/{site.assignment}/links/revoke": {"reason": "lost"},
        "/api/workflows": {"definition": "quarter-figures", "pcns": [PCN], "inputs": INPUTS},
    }
    for path, body in bodies.items():
        content = orjson.dumps({**body, "by": by})
        sent = await client.post(path, content=content, headers={**AUTH, "idempotency-key": "q4"})
        assert sent.status_code == 422, path
    assert site.events == []


@pytest.mark.parametrize("name", ["Baton", "engine", "the schedule"])
async def test_who_holds_the_key_of_the_home_folder_is_the_administrator_whatever_they_say(
    client: httpx.AsyncClient, site: Site, name: str
) -> None:
    hold = f"/api/workflows/{site.workflow}/commands/hold"
    sent = await client.post(hold, json={"reason": "half term", "by": {"name": name}}, headers=AUTH)
    assert sent.status_code == 200
    actor = site.events[0].actor
    assert (actor.name, actor.role, actor.is_baton) == (name, "administrator", False)
    with_a_role = await client.post(
        hold, json={"reason": "x", "by": {"name": name, "role": "engine"}}, headers=AUTH
    )
    assert with_a_role.status_code == 422


@pytest.mark.parametrize(("name", "role"), FORGED)
async def test_and_the_guard_against_nhs_numbers_stands_before_them_too(
    client: httpx.AsyncClient, site: Site, name: str, role: str
) -> None:
    body = {
        "kind": "question",
        "text": f"about {PATIENT}",
        "by": {"name": name, "role": role, "how": "by email"},
    }
    sent = await client.post(site.replies, json=body, headers=AUTH)
    assert (sent.status_code, site.events) == (422, [])


@pytest.mark.parametrize("blank", [" ", "\t", "​", "\n \n"])
async def test_a_name_of_blanks_is_none_whatever_is_sent(
    client: httpx.AsyncClient, site: Site, blank: str
) -> None:
    for by in ({"name": blank, "role": "pcn_manager"}, {"name": "Priya", "role": blank}):
        for path, body in (
            (site.responses, {"answers": GOOD}),
            (site.replies, {"kind": "question", "text": "Which search?"}),
            (f"/api/workflows/{site.workflow}/commands/hold", {"reason": "half term"}),
        ):
            sent = await client.post(path, json={**body, "by": by}, headers=AUTH)
            assert sent.status_code == 422, (path, by)
    assert site.events == []
