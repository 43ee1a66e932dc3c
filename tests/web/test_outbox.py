"""The embedded outbox in a browser: for who has its key; emails as their people would have read them, and none is run."""

from __future__ import annotations

import httpx
import pytest

from tests.notifications.malformed_emails import MALFORMED
from tests.web.site import HOSTILE, TOKEN, Site
from web.access.outbox_access import KEY_LASTS, SESSION_LASTS, OutboxAccess
from web.outbox import Outbox


@pytest.fixture
async def reader(client: httpx.AsyncClient, outbox: Outbox) -> httpx.AsyncClient:
    """A browser that has opened the link."""
    assert (await client.get(outbox.path())).status_code == 303
    return client


class TestTheKey:
    async def test_without_it_nothing_is_read(self, client: httpx.AsyncClient, outbox: Outbox) -> None:
        id_ = outbox.mailbox.ids()[0]
        for path in ("/outbox", f"/outbox/{id_}", f"/outbox/{id_}/html", "/outbox/none"):
            answer = await client.get(path)
            assert answer.status_code == 403
            assert "baton outbox" in answer.text
            assert "Q3 figures" not in answer.text

    async def test_it_is_exchanged_for_a_session_and_leaves_the_address(
        self, client: httpx.AsyncClient, outbox: Outbox
    ) -> None:
        answer = await client.get(outbox.path())
        assert (answer.status_code, answer.headers["location"]) == (303, "/outbox")
        cookie = answer.headers["set-cookie"].lower()
        assert "httponly" in cookie and "path=/outbox" in cookie and "samesite=lax" in cookie
        assert (await client.get("/outbox")).status_code == 200

    async def test_it_ends_soon_and_the_session_later(
        self, client: httpx.AsyncClient, outbox: Outbox, ticks: list[float]
    ) -> None:
        link = outbox.path()
        await client.get(link)
        ticks[0] += KEY_LASTS
        assert (await client.get(link)).status_code == 403
        assert (await client.get("/outbox")).status_code == 200
        ticks[0] += SESSION_LASTS
        assert (await client.get("/outbox")).status_code == 403

    @pytest.mark.parametrize(
        "made_up", ["", "x", "9999999999.", "9999999999.é", "²." + "0" * 64, ".", "-1." + "0" * 64]
    )
    async def test_made_up_ones_open_nothing(
        self, client: httpx.AsyncClient, outbox: Outbox, made_up: str
    ) -> None:
        assert (await client.get(f"/outbox/key/{made_up or '%20'}")).status_code == 403
        assert not outbox.access.admits(made_up)

    async def test_neither_opens_as_the_other_nor_after_a_restart(self, outbox: Outbox) -> None:
        access = outbox.access
        assert not access.admits(access.key()) and not access.opens(access.session())
        assert not OutboxAccess().opens(access.key())

    async def test_the_api_gives_a_link_for_its_token(self, client: httpx.AsyncClient) -> None:
        assert (await client.post("/api/outbox/links")).status_code == 401
        made = await client.post("/api/outbox/links", headers={"authorization": f"Bearer {TOKEN}"})
        assert (made.status_code, made.json()["seconds"]) == (201, KEY_LASTS)
        assert (await client.get(made.json()["path"])).status_code == 303


async def test_emails_can_be_read(reader: httpx.AsyncClient, outbox: Outbox) -> None:
    assert "Q3 figures: 10 minutes" in (await reader.get("/outbox")).text
    email = (await reader.get(f"/outbox/{outbox.mailbox.ids()[0]}")).text
    assert '<a href="http://127.0.0.1:4200/a/x"' in email
    assert 'sandbox="allow-popups allow-popups-to-escape-sandbox"' in email


async def test_an_emails_html_is_caged(reader: httpx.AsyncClient, outbox: Outbox) -> None:
    answer = await reader.get(f"/outbox/{outbox.mailbox.ids()[1]}/html")
    assert "sandbox" in answer.headers["content-security-policy"]
    assert "allow-scripts" not in answer.headers["content-security-policy"]
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert (await reader.get("/outbox/none/html")).status_code == 404


async def test_nothing_of_an_email_is_run(reader: httpx.AsyncClient, outbox: Outbox) -> None:
    for path in ("/outbox", f"/outbox/{outbox.mailbox.ids()[1]}"):
        assert HOSTILE not in (await reader.get(path)).text


async def test_whatever_arrives_is_shown_or_said(reader: httpx.AsyncClient, outbox: Outbox) -> None:
    for raw in MALFORMED.values():
        outbox.mailbox.keep(raw)
    assert (await reader.get("/outbox")).status_code == 200
    for id_ in outbox.mailbox.ids():
        page = await reader.get(f"/outbox/{id_}")
        assert page.status_code == 200
        assert "<pre" in page.text or "has no plain text" in page.text
        assert (await reader.get(f"/outbox/{id_}/html")).status_code in (200, 404)


async def test_no_outbox_no_page(site: Site) -> None:
    transport = httpx.ASGITransport(site.app())
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        assert (await client.get("/outbox")).status_code == 404
        assert "Outbox" not in (await client.get("/")).text
