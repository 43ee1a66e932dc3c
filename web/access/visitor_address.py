"""From which address a request comes: the connection's own, or what a proxy says, where that proxy is trusted."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from starlette.types import Scope

logger = logging.getLogger(__name__)

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network


class VisitorAddresses:
    """Reads addresses. `trusted` are the proxies whose X-Forwarded-For is believed; nobody else's is."""

    def __init__(self, trusted: Sequence[Network] = ()) -> None:
        self._trusted = tuple(trusted)
        self._told: set[str] = set()

    def of(self, scope: Scope) -> str:
        """A key for rate limits: an IPv4 address, or the /64 of an IPv6 one, which is one household or office.

        Empty where nobody can tell: a trusted proxy that does not say whom it asks for.
        """
        client = scope.get("client")
        peer = _read(client[0] if client else "")
        said = [value for name, value in scope["headers"] if name == b"x-forwarded-for"]
        if not self.trusts(peer):
            if said:
                self._tell("untrusted", "requests from %s carry X-Forwarded-For, and BATON_TRUSTED_PROXIES does not name it: if it is your proxy, name it, or rate limits take everybody for one visitor", peer)  # fmt: skip
            return _key(peer)
        if not said:
            self._tell("silent", "the proxy %s does not say in X-Forwarded-For whom it asks for; rate limits by address are off until it does", peer)  # fmt: skip
            return ""
        return _key(self._furthest(b",".join(said).decode("latin-1").split(","), peer))

    def trusts(self, address: Address | None) -> bool:
        return address is not None and any(address in network for network in self._trusted)

    def is_proxy(self, address: str) -> bool:
        """Whether a connection from there is a trusted proxy's, which carries many people."""
        return self.trusts(_read(address))

    def _furthest(self, said: Sequence[str], peer: Address | None) -> Address | None:
        """The first address from the right that is no trusted proxy's: what stands left of it, anybody may have written."""
        furthest = peer
        for part in reversed(said):
            address = _read(part.strip())
            if address is None:
                break
            furthest = address
            if not self.trusts(address):
                break
        return furthest

    def _tell(self, what: str, message: str, address: Address | None) -> None:
        """Once: each request would say it again."""
        if what not in self._told:
            self._told.add(what)
            logger.warning(message, address)


def _read(text: str) -> Address | None:
    """The address of `1.2.3.4`, `1.2.3.4:5678`, `::1`, `[::1]:5678`; None for anything else."""
    host = text[1:].partition("]")[0] if text.startswith("[") else text
    if host.count(":") == 1:
        host = host.partition(":")[0]
    try:
        address = ip_address(host)
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address


def _key(address: Address | None) -> str:
    if isinstance(address, IPv6Address):
        return str(ip_network((address.packed[:8] + bytes(8), 64)))
    return str(address or "")
