"""The machine measured on, how busy it is, and what processes take of it. Linux only: it reads /proc."""

from __future__ import annotations

import os
import platform
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median, quantiles
from typing import NamedTuple

_PAGE = os.sysconf("SC_PAGESIZE")


def load() -> str:
    """How busy the machine is: the load average of the last minute, and what a loop that wants a core gets of one."""
    return f"load {os.getloadavg()[0]:.1f}, {core_share():.0%} of a core to be had"


def core_share(seconds: float = 0.4) -> float:
    """The part of a core that a busy loop is given just now; 1 on a quiet machine."""
    began, used = time.perf_counter(), time.process_time()
    while time.perf_counter() - began < seconds:
        pass
    return min(1.0, (time.process_time() - used) / (time.perf_counter() - began))


def description() -> str:
    """Where and when, for the head of a report."""
    return (
        f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC · {os.cpu_count()} cores · Python {platform.python_version()} · "
        f"{platform.system()} {platform.release()} · {load()}"
    )


def resident(pid: int | None = None) -> float:
    """A process's memory in MB: its own, unless another's id is given."""
    return int(Path(f"/proc/{pid or os.getpid()}/statm").read_text().split()[1]) * _PAGE / 1e6


def threads(pid: int) -> int:
    return len(list(Path(f"/proc/{pid}/task").iterdir()))


def cpu_seconds(pid: int) -> float:
    """User and system time a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def children(pid: int) -> Iterator[int]:
    """The processes a process started, and theirs."""
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in (task / "children").read_text().split():
            yield int(child)
            yield from children(int(child))


@dataclass(frozen=True, slots=True)
class Taken:
    """What a process and its children take."""

    processes: int
    threads: int
    memory: float

    @classmethod
    def by(cls, pid: int) -> Taken:
        family = [pid, *children(pid)]
        return cls(len(family), sum(map(threads, family)), sum(map(resident, family)))

    def __str__(self) -> str:
        return f"{self.processes} processes, {self.threads} threads, {self.memory:.0f} MB"


class Spread(NamedTuple):
    """Of many times: the middle, the 95th and 99th of a hundred, the slowest. In the unit they came in."""

    p50: float
    p95: float
    p99: float
    slowest: float

    @classmethod
    def of(cls, took: list[float]) -> Spread:
        parts = quantiles(took, n=100, method="inclusive") if len(took) > 1 else took * 99
        return cls(median(took), parts[94], parts[98], max(took))
