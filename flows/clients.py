"""How this process and its children speak to Prefect's server: with as few words as possible, and past no proxy."""

from __future__ import annotations

from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager

_LOOPBACK = ("127.0.0.1", "localhost", "::1")


@contextmanager
def clients_of(api_url: str, auth: str = "") -> Iterator[None]:
    """Within, this thread's Prefect clients and flow runs speak to `api_url`, with as few words as possible.

    `auth`, "name:password", opens a server of ours; for one of yours Prefect's own settings hold.

    Prefect's settings are read from the environment when it is imported, too early for a port chosen at
    start-up; these hold for this thread's context and its tasks. Each saves a request or a thread per entry.
    """
    # Here, because importing it takes seconds, and reads PREFECT_HOME.
    from prefect import settings

    lean = {
        settings.PREFECT_API_URL: api_url,
        settings.PREFECT_CLIENT_CSRF_SUPPORT_ENABLED: False,
        settings.PREFECT_CLIENT_SERVER_VERSION_CHECK_ENABLED: False,
        settings.PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None,
        settings.PREFECT_LOGGING_TO_API_ENABLED: False,
    }
    if auth:
        lean[settings.PREFECT_API_AUTH_STRING] = auth
    with settings.temporary_settings(updates=lean):
        yield


def spare_loopback(environment: MutableMapping[str, str]) -> None:
    """Have no client of this process or of its children reach loopback by a proxy, which could not reach it at all."""
    for name in ("NO_PROXY", "no_proxy"):
        excepted = [each.strip() for each in environment.get(name, "").split(",") if each.strip()]
        # A client heeds one spelling or the other, so each gets all.
        other = environment.get("no_proxy" if name == "NO_PROXY" else "NO_PROXY", "").split(",")
        environment[name] = ",".join(
            dict.fromkeys([*excepted, *filter(None, map(str.strip, other)), *_LOOPBACK])
        )
