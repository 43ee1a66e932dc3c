"""What fails on the way to Prefect: whom it is blamed on, and that loopback is never reached by a proxy."""

from __future__ import annotations

import time
from uuid import uuid4

import httpx
import pytest
from prefect.exceptions import ObjectNotFound

from application.environment.alarms import Alarms
from flows.clients import spare_loopback
from flows.failures import NOT_PUBLISHED, Failures, PrefectFault, is_of_server, said
from store.protocol import StoreError


@pytest.mark.parametrize(
    ("error", "of_server"),
    [
        (httpx.ConnectError("refused"), True),
        (httpx.ReadTimeout("hangs"), True),
        (ObjectNotFound(httpx.HTTPError("gone")), True),
        (PrefectFault("not kept"), True),
        (StoreError("the disk is full"), False),
        (ValueError("a slip of ours"), False),
    ],
)
def test_the_server_is_blamed_for_its_own_faults_only(error: Exception, of_server: bool) -> None:
    assert is_of_server(error) is of_server


def test_what_an_error_holds_is_said_with_its_kind() -> None:
    assert (
        said(ObjectNotFound(httpx.HTTPError("404 Not Found\nsee elsewhere")))
        == "ObjectNotFound: 404 Not Found"
    )
    assert said(TimeoutError()) == "TimeoutError"


def test_a_database_is_blamed_when_the_server_answers_and_cannot() -> None:
    failures = Failures(Alarms())
    began = time.monotonic() - 100
    failures.failed("waking", httpx.ReadTimeout("hangs"))
    assert failures.of_server(after=began) >= 0 and not failures.blame_database
    failures.failed("waking", PrefectFault("no such table"))
    assert failures.blame_database
    failures.worked("waking")
    assert failures.of_server(after=began) == 0 and not failures.blame_database


def test_automations_that_hear_nothing_are_no_reason_to_replace_a_server() -> None:
    failures = Failures(Alarms())
    failures.failed("telling", httpx.ReadTimeout("hangs"), NOT_PUBLISHED)
    assert failures.of_server(after=0) == 0


@pytest.mark.parametrize(
    "given", [{}, {"NO_PROXY": "intranet.example"}, {"no_proxy": "intranet.example, ::1"}]
)
@pytest.mark.parametrize("scheme", ["http", "socks5"])
def test_loopback_is_never_reached_by_a_proxy(
    given: dict[str, str], scheme: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    environment = dict(given)
    spare_loopback(environment)
    for name, value in {**environment, "ALL_PROXY": f"{scheme}://{uuid4()}.example:3128"}.items():
        monkeypatch.setenv(name, value)
    client = httpx.Client()
    for host in ("127.0.0.1", "localhost", "[::1]", *(["intranet.example"] if given else [])):
        assert client._transport_for_url(httpx.URL(f"http://{host}:4200")) is client._transport
    assert client._transport_for_url(httpx.URL("http://elsewhere.example")) is not client._transport
