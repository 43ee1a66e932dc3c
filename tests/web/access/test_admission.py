"""Names Baton goes by, proxies it believes, and redirects that stay with it."""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import ip_network
from typing import Any

import httpx
import pytest

from tests.web.site import TOKEN, TYPED, Site
from web.access.hosts import named_hosts
from web.access.limits import PER_ADDRESS
from web.access.visitor_address import VisitorAddresses
from web.views import WebSettings


def visitor(site: Site, settings: WebSettings) -> httpx.AsyncClient:
    """A client whose requests come from this machine."""
    app = site.app(settings, ticks=lambda: 0.0)
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(app, client=("127.0.0.1", 5000)), base_url="http://localhost"
    )


def settings(**more: Any) -> WebSettings:
    return WebSettings(secret=b"f" * 32, api_token=TOKEN, **more)


class TestHosts:
    @pytest.mark.parametrize(
        "host",
        ["localhost", "localhost:8700", "LOCALHOST.", "127.0.0.1:1", "[::1]:8700", "baton.our-pcn.example"],
    )
    async def test_names_of_its_own_are_answered(self, site: Site, host: str) -> None:
        named = named_hosts("https://Baton.our-pcn.example:8443", "0.0.0.0")
        async with visitor(site, settings(hosts=named)) as client:
            assert (await client.get("/health", headers={"host": host})).status_code == 200

    @pytest.mark.parametrize(
        "path", ["/", "/health", "/a/x", "/api/workflows", "/static/baton.css", "/nothing"]
    )
    @pytest.mark.parametrize(
        "host",
        ["evil.example", "evil.example:8700", "127.0.0.1.evil.example", "localhost@evil.example", "", "[evil]",
         "0.0.0.0", "baton.our-pcn.example.evil.example", "evil.example, localhost", "localhost, evil.example",
         "localhost:1@evil.example", "[::1]evil.example", "localhost:8700:1", "[::1"],
    )  # fmt: skip
    async def test_other_names_are_not(self, site: Site, host: str, path: str) -> None:
        named = named_hosts("https://baton.our-pcn.example", "0.0.0.0")
        async with visitor(site, settings(hosts=named)) as client:
            answer = await client.get(path, headers={"host": host, "authorization": f"Bearer {TOKEN}"})
            assert answer.status_code == 421
            assert "evil" not in answer.text
            assert answer.headers["x-content-type-options"] == "nosniff"

    async def test_two_names_are_none(self, site: Site) -> None:
        async with visitor(site, settings()) as client:
            headers = [("host", "localhost"), ("host", "evil.example")]
            assert (await client.get("/health", headers=headers)).status_code == 421

    async def test_a_link_with_a_slash_added_leads_to_the_link_and_nowhere_else(self, site: Site) -> None:
        link = site.link()
        async with visitor(site, settings()) as client:
            answer = await client.get(f"{link}/")
            assert (answer.status_code, answer.headers["location"]) == (303, link)
            for path in ("//evil.example/", "/outbox/", "/api/workflows/", "/health/", "/a/", "/static"):
                answer = await client.get(
                    f"http://localhost{path}", headers={"authorization": f"Bearer {TOKEN}"}
                )
                assert answer.status_code == 404
                assert "location" not in answer.headers


def seen(trusted: Sequence[str], peer: str, *said: str) -> str:
    """The key of a request from `peer` with these X-Forwarded-For."""
    headers = [(b"x-forwarded-for", each.encode()) for each in said]
    networks = [ip_network(each) for each in trusted]
    return VisitorAddresses(networks).of({"client": (peer, 1), "headers": headers})


class TestProxies:
    @pytest.mark.parametrize(
        ("trusted", "peer", "said", "key"),
        [
            ([], "192.0.2.1", [], "192.0.2.1"),
            ([], "192.0.2.1", ["198.51.100.1"], "192.0.2.1"),  # nobody named it, nobody believes it
            (["192.0.2.0/24"], "192.0.2.1", ["198.51.100.1"], "198.51.100.1"),
            (["192.0.2.0/24"], "192.0.2.1", ["1.1.1.1, 198.51.100.1"], "198.51.100.1"),  # the left part is anybody's
            (["192.0.2.0/24"], "192.0.2.1", ["198.51.100.1, 192.0.2.9"], "198.51.100.1"),  # two proxies of ours
            (["192.0.2.0/24"], "192.0.2.1", ["1.1.1.1", "198.51.100.1"], "198.51.100.1"),
            (["192.0.2.0/24"], "192.0.2.1", ["198.51.100.1:4711"], "198.51.100.1"),
            (["192.0.2.0/24"], "192.0.2.1", ["[2001:db8::5]:4711"], "2001:db8::/64"),
            (["192.0.2.0/24"], "192.0.2.1", ["198.51.100.1, nonsense"], "192.0.2.1"),
            (["192.0.2.0/24"], "192.0.2.1", [], ""),
            (["192.0.2.0/24"], "::ffff:192.0.2.1", ["198.51.100.1"], "198.51.100.1"),
            ([], "2001:db8::5", [], "2001:db8::/64"),
            ([], "2001:db8::6", [], "2001:db8::/64"),
        ],
    )  # fmt: skip
    def test_an_address_is_the_last_that_nobody_trusted_wrote(
        self, trusted: list[str], peer: str, said: list[str], key: str
    ) -> None:
        assert seen(trusted, peer, *said) == key

    async def test_wrong_tokens_are_counted_whatever_a_stranger_says_of_itself(self, site: Site) -> None:
        async with visitor(site, settings()) as client:
            statuses = [
                (
                    await client.get("/api/workflows", headers={"x-forwarded-for": f"198.51.100.{number}"})
                ).status_code
                for number in range(30)
            ]
        assert statuses == [401] * 20 + [429] * 10

    async def test_behind_a_trusted_proxy_each_visitor_has_a_rate_of_their_own(self, site: Site) -> None:
        trusted = settings(trusted_proxies=(ip_network("127.0.0.1"),))
        async with visitor(site, trusted) as client:
            for number in range(25):
                forwarded = {"x-forwarded-for": f"198.51.100.{number}"}
                assert (await client.get("/api/workflows", headers=forwarded)).status_code == 401

    async def test_a_proxy_that_names_nobody_locks_nobody_out(
        self, site: Site, caplog: pytest.LogCaptureFixture
    ) -> None:
        trusted = settings(trusted_proxies=(ip_network("127.0.0.1"),))
        link = site.link()
        async with visitor(site, trusted) as client:
            for _ in range(int(PER_ADDRESS.burst) + 10):
                await client.post("/a/none", data={"x": "y"})
            assert (await client.post(link, data=TYPED)).status_code == 403
        assert caplog.text.count("does not say in X-Forwarded-For") == 1

    async def test_a_proxy_nobody_named_is_told_of_once(
        self, site: Site, caplog: pytest.LogCaptureFixture
    ) -> None:
        async with visitor(site, settings()) as client:
            for _ in range(3):
                await client.post("/a/none", headers={"x-forwarded-for": "198.51.100.1"})
        assert caplog.text.count("BATON_TRUSTED_PROXIES does not name it") == 1
