"""Everything that is served beside the API, which has a description: whatever is sent fails nowhere, and is kept only
from a form that was drawn."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from itertools import count
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient

from tests.web.site import SETTINGS, Site, begun, mailbox_of
from web.access.outbox_access import OutboxAccess
from web.outbox import Outbox

pytestmark = pytest.mark.fuzz

LIVE = "live link"
PATHS = [
    "/", "/health", "/identity", "/a/{}", "/a/{}/", "/a/{}/thanks", "/a/{}/reply/more-time", "/a/{}/reply/question",
    "/a/{}/reply/not-ours", "/outbox", "/outbox/{}", "/outbox/{}/html", "/outbox/key/{}", "/static/{}", "/{}", "/{}/{}",
]  # fmt: skip
ANYTHING = st.one_of(
    st.text(max_size=40),
    st.sampled_from(
        ["..", "../../etc/passwd", "%00", "\r\nSet-Cookie: a=b", "1.", "é", "a" * 3000, "0", "-1", "9" * 30]
    ),
)
FIELDS = st.one_of(
    st.sampled_from(
        ["seal", "name", "role", "seen", "anyway", "add-row", "not_nhs_number", "f.evidence.note", "f.text", "f.until.day",
         "f.rows.0.x", "f.rows.99999.x", "f."]
    ),
    st.text(max_size=20),
)  # fmt: skip
TYPES = [
    "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "multipart/form-data", "text/plain", "application/json",
]  # fmt: skip


@dataclass(frozen=True)
class Served:
    client: TestClient
    site: Site
    token: str
    session: str
    seal: str
    browser: str


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Served:
    home = tmp_path_factory.mktemp("home")
    site, access = begun(home / "uploads"), OutboxAccess()
    app = site.app(
        replace(SETTINGS, hosts=frozenset({"testserver"})),
        outbox=Outbox(mailbox_of(home / "outbox", site), access),
        prove=lambda challenge: challenge,
        ticks=count(0, 1000).__next__,  # so that no limit of requests turns them away
    )
    client = TestClient(app, raise_server_exceptions=False, follow_redirects=False)
    link = site.link()
    page = client.get(link)
    seal = re.findall(r'name="seal" value="([^"]+)"', page.text)[0]
    return Served(client, site, link.rpartition("/")[2], access.session(), seal, page.cookies["baton"])


@given(
    path=st.sampled_from(PATHS),
    parts=st.lists(st.one_of(st.just(LIVE), ANYTHING), min_size=2, max_size=2),
    method=st.sampled_from(["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"]),
    query=st.dictionaries(st.sampled_from(["did", "challenge", "x"]), ANYTHING, max_size=2),
    body=st.one_of(st.dictionaries(FIELDS, ANYTHING, max_size=6), st.binary(max_size=200)),
    kind=st.sampled_from(TYPES),
    cookie=st.one_of(st.none(), st.just(LIVE), st.text('abc.=;0"', max_size=20)),
    sealed=st.booleans(),
)
def test_nothing_that_is_sent_fails_and_nothing_unsealed_is_kept(
    served: Served,
    path: str,
    parts: list[str],
    method: str,
    query: dict[str, str],
    body: dict[str, str] | bytes,
    kind: str,
    cookie: str | None,
    sealed: bool,
) -> None:
    named = [served.token if part == LIVE else quote(part, safe="") for part in parts]
    sealed = sealed and isinstance(body, dict)
    sent: dict[str, Any] = {"content": body}
    headers = {"content-type": kind}
    if isinstance(body, dict):
        sent = {"data": {**body, "seal": served.seal} if sealed else body}
        headers = {}
    session = served.session if cookie == LIVE else cookie
    headers["cookie"] = f"baton-outbox={session}; baton={served.browser if sealed else cookie}"
    before = len(served.site.events)
    served.client.cookies.clear()
    if method in ("GET", "HEAD"):
        sent = {}
    answer = served.client.request(method, path.format(*named), params=query, headers=headers, **sent)
    assert answer.status_code < 500, answer.text
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert (
        "evil" not in answer.headers.get("location", "")
        and "set-cookie: a" not in str(answer.headers).lower()
    )
    assert sealed or len(served.site.events) == before
