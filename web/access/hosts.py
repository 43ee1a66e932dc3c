"""To which name a request was sent: only to those Baton goes by.

A web page elsewhere can point a name of its own at this machine (DNS rebinding); the browser then takes Baton for
that page's own server. The name in the Host header tells.
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from starlette.types import Scope

_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
#: Addresses to listen on that are no names to be reached by.
_EVERY = frozenset({"0.0.0.0", "::"})
_HOST = re.compile(r"(?:\[(?P<address>[0-9A-Fa-f:.]+)\]|(?P<name>[\w.-]+))(?::[0-9]{1,5})?")


def named_hosts(base_url: str, web_host: str) -> frozenset[str]:
    """The names that settings give Baton: that of the base URL, and of the address it listens on."""
    return frozenset({urlsplit(base_url).hostname or "", web_host.lower()}) - _EVERY - {""}


def host_is_allowed(scope: Scope, named: frozenset[str]) -> bool:
    """Whether the request names exactly one host, and that of this machine or one of `named`, whatever the port."""
    hosts = [_name(value.decode("latin-1")) for name, value in scope["headers"] if name == b"host"]
    return len(hosts) == 1 and (hosts[0] in _LOOPBACK or hosts[0] in named)


def _name(host: str) -> str:
    """The name in a Host header; empty for what is no name with, maybe, a port."""
    found = _HOST.fullmatch(host)
    return (found["address"] or found["name"].rstrip(".")).lower() if found else ""
