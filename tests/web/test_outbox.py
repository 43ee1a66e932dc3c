"""The embedded outbox in a browser: emails as their people would have read them, and nothing of them is run."""

from __future__ import annotations

import httpx

from notifications.transport.local_mailbox import LocalMailbox
from tests.web.site import HOSTILE, Site


async def test_emails_can_be_read(client: httpx.AsyncClient, outbox: LocalMailbox) -> None:
    assert "Q3 figures: 10 minutes" in (await client.get("/outbox")).text
    email = (await client.get(f"/outbox/{outbox.ids()[0]}")).text
    assert '<a href="http://127.0.0.1:4200/a/x"' in email
    assert 'sandbox="allow-popups allow-popups-to-escape-sandbox"' in email


async def test_an_emails_html_is_caged(client: httpx.AsyncClient, outbox: LocalMailbox) -> None:
    answer = await client.get(f"/outbox/{outbox.ids()[1]}/html")
    assert "sandbox" in answer.headers["content-security-policy"]
    assert "allow-scripts" not in answer.headers["content-security-policy"]
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert (await client.get("/outbox/none/html")).status_code == 404


async def test_nothing_of_an_email_is_run(client: httpx.AsyncClient, outbox: LocalMailbox) -> None:
    for path in ("/outbox", f"/outbox/{outbox.ids()[1]}"):
        assert HOSTILE not in (await client.get(path)).text


async def test_no_outbox_no_page(site: Site) -> None:
    transport = httpx.ASGITransport(site.app())
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        assert (await client.get("/outbox")).status_code == 404
        assert "Outbox" not in (await client.get("/")).text
