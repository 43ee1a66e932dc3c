"""How much is too much: bytes of a request, and requests in a while."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic

#: Bytes a request may bring: a page may bring a file of 10 MB, as a change of the directory may; the API a launch for many PCNs.
PAGE_BYTES = 11 * 1024 * 1024
API_BYTES = 2 * 1024 * 1024
OTHER_BYTES = 16 * 1024


#: Connections from one address at once; a proxy named in BATON_TRUSTED_PROXIES may have as many as there is room for.
CONNECTIONS_PER_ADDRESS = 100


@dataclass(frozen=True, slots=True)
class RequestTimes:
    """In seconds: how long the headers of a request may take to come in, and its body; how long nothing of it may come
    at all; how long an answer may wait to be read. `look`: how often that is looked at."""

    headers: float = 10
    body: float = 300  # a file of 10 MB over the slowest line a practice has
    silence: float = 20
    reading: float = 30
    look: float = 1


REQUEST_TIMES = RequestTimes()


@dataclass(frozen=True, slots=True)
class Rate:
    """`burst` at once, then `per_second`."""

    burst: float
    per_second: float


#: For one link: a person who mends a form again and again is well below it.
PER_LINK = Rate(burst=30, per_second=0.5)
#: For one address: whole counties reach the internet through one, so this stops only floods.
PER_ADDRESS = Rate(burst=600, per_second=10)
#: For wrong API tokens from one address.
WRONG_TOKENS = Rate(burst=20, per_second=0.2)


class Buckets:
    """Token buckets by key, in memory; the longest unused are forgotten beyond `most`.

    `ticks` gives seconds on a clock of machine time: how fast requests come has nothing to do with the calendar
    that Baton goes by, which a demo may leap.
    """

    def __init__(self, rate: Rate, ticks: Callable[[], float] = monotonic, most: int = 20_000) -> None:
        self._rate, self._ticks, self._most = rate, ticks, most
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, key: str) -> float:
        """0 when it is allowed; otherwise the seconds to wait."""
        now = self._ticks()
        left, at = self._buckets.pop(key, (self._rate.burst, now))
        left = min(self._rate.burst, left + (now - at) * self._rate.per_second)
        wait = 0.0 if left >= 1 else (1 - left) / self._rate.per_second
        self._buckets[key] = (left if wait else left - 1, now)
        if len(self._buckets) > self._most:
            self._buckets.popitem(last=False)
        return wait
