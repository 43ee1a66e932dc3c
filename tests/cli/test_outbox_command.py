"""`baton outbox` gives a link that opens the emails; where there is no page of them it says where they are."""

from __future__ import annotations

import json

import httpx

from application.environment.home import Home
from tests.cli.conftest import Baton


def test_the_link_opens_the_outbox(baton: Baton, up: Home) -> None:
    said = baton("outbox", "--json")
    link = json.loads(said.out)
    with httpx.Client(trust_env=False, follow_redirects=True) as browser:
        page = browser.get(link["url"])
    assert (page.status_code, page.url.path) == (200, "/outbox")
    assert "There are no emails yet" in page.text
    assert "It opens the outbox for 15 minutes." in baton("outbox").out


def test_without_a_page_it_says_where_emails_are(baton: Baton, up_without_outbox: Home) -> None:
    said = baton("outbox")
    assert (said.code, said.out) == (1, "")
    assert str(up_without_outbox.outbox) in said.err
