"""What every response carries, and how much is too much."""

from __future__ import annotations

import re

import httpx
import pytest

from tests.web.site import TOKEN, TYPED, Site
from web.access.limits import Buckets, Rate
from web.views import WebSettings

PAGES = ("/", "/health", "/outbox", "/outbox/none", "/a/unknown", "/nothing")


class TestHeaders:
    @pytest.mark.parametrize("path", PAGES)
    async def test_every_page_is_strict(self, client: httpx.AsyncClient, path: str) -> None:
        headers = (await client.get(path)).headers
        policy = headers["content-security-policy"]
        for words in (
            "default-src 'none'",
            "style-src 'self'",
            "form-action 'self'",
            "frame-ancestors 'none'",
            "base-uri 'none'",
        ):
            assert words in policy
        assert "script-src" not in policy
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cache-control"] == "no-store"
        assert "noindex" in headers["x-robots-tag"]

    async def test_a_link_is_never_cached_whatever_happens(
        self, client: httpx.AsyncClient, link: str
    ) -> None:
        for answer in (await client.get(link), await client.head(link), await client.post(link, data=TYPED)):
            assert answer.headers["cache-control"] == "no-store"
            assert answer.headers["referrer-policy"] == "no-referrer"

    async def test_styles_may_be_kept(self, client: httpx.AsyncClient) -> None:
        answer = await client.get("/static/baton.css")
        assert answer.headers["cache-control"].startswith("public")
        for path in ("/static/../app.py", "/static/%2e%2e/app.py", "/static/"):
            assert (await client.get(path)).status_code == 404

    async def test_over_https_the_cookie_is_for_https(self, site: Site) -> None:
        settings = WebSettings(b"f" * 32, TOKEN, secure=True, hosts=frozenset({"baton.example"}))
        app = site.app(settings)
        async with httpx.AsyncClient(
            transport=httpx.ASGITransport(app), base_url="https://baton.example"
        ) as client:
            link = site.link()
            answer = await client.get(link)
            assert answer.headers["set-cookie"].startswith("__Host-baton=")
            assert "secure" in answer.headers["set-cookie"].lower()
            assert "strict-transport-security" in answer.headers
            seal = re.findall(r'name="seal" value="([^"]+)"', answer.text)[0]
            assert (await client.post(link, data={**TYPED, "seal": seal})).status_code == 303
            assert (await client.get("/outbox")).status_code == 404

    async def test_without_a_token_the_api_is_closed(self, site: Site) -> None:
        app = site.app(WebSettings(secret=b"f" * 32))
        async with httpx.AsyncClient(
            transport=httpx.ASGITransport(app), base_url="http://localhost"
        ) as client:
            assert (
                await client.get("/api/workflows", headers={"authorization": "Bearer "})
            ).status_code == 503


class TestLimits:
    async def test_a_link_takes_so_many_posts_and_then_waits(
        self, client: httpx.AsyncClient, site: Site, link: str, ticks: list[float]
    ) -> None:
        statuses = [(await client.post(link, data=TYPED)).status_code for _ in range(32)]
        assert statuses == [403] * 30 + [429] * 2
        refused = await client.post(f"{link}/reply/question", data={})
        assert (refused.status_code, refused.headers["retry-after"]) == (429, "3")
        assert (await client.get(link)).status_code == 200
        ticks[0] += 2
        assert (await client.post(link, data=TYPED)).status_code == 403

    async def test_a_page_may_bring_a_file_but_not_more(
        self, client: httpx.AsyncClient, site: Site, link: str, seal: str
    ) -> None:
        data = {**TYPED, "seal": seal}
        large = await client.post(
            link, data=data, files={"f.evidence": ("a.pdf", b"x" * (10 * 1024 * 1024 + 1))}
        )
        assert large.status_code == 422
        assert "smaller than 10 MB" in large.text
        huge = await client.post(link, data=data, files={"f.evidence": ("a.pdf", b"x" * (12 * 1024 * 1024))})
        assert huge.status_code == 413
        assert site.events == []

    async def test_the_api_says_how_much_it_takes(self, client: httpx.AsyncClient) -> None:
        answer = await client.post(
            "/api/workflows", content=b" " * 3_000_000, headers={"authorization": f"Bearer {TOKEN}"}
        )
        assert (answer.status_code, answer.json()["code"]) == (413, "too_large")

    async def test_what_has_no_length_is_not_read(self, client: httpx.AsyncClient, link: str) -> None:
        async def endless():  # type: ignore[no-untyped-def]
            while True:
                yield b"x" * 1000

        answer = await client.post(link, content=endless(), headers={"transfer-encoding": "chunked"})
        assert answer.status_code == 411

    async def test_a_form_that_cannot_be_read_is_met_kindly(
        self, client: httpx.AsyncClient, site: Site, link: str
    ) -> None:
        headers = {"content-type": "multipart/form-data; boundary=x"}
        answer = await client.post(link, content=b"--x\r\nnonsense", headers=headers)
        assert answer.status_code in (400, 403)
        assert site.events == []

    def test_buckets_fill_again_and_forget_the_longest_unused(self) -> None:
        now = [0.0]
        buckets = Buckets(Rate(burst=2, per_second=1), lambda: now[0], most=2)
        assert [buckets.take("a"), buckets.take("a"), buckets.take("a")] == [0, 0, 1]
        now[0] = 1.0
        assert buckets.take("a") == 0
        buckets.take("b")
        buckets.take("c")
        assert [buckets.take("a"), buckets.take("a")] == [0, 0]


async def test_the_front_says_what_runs_here_and_names_nobody(client: httpx.AsyncClient) -> None:
    page = (await client.get("/")).text
    assert "Baton is running here" in page
    assert "Harbour Vale" not in page
    assert (await client.get("/health")).json() == {"status": "ok"}
