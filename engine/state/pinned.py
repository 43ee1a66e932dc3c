"""What a workflow is pinned to, read from the log: its PCN with everyone in it, and its calendar."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from hashlib import sha256
from typing import Any
from weakref import WeakValueDictionary

from definitions.loading.bundle import Process
from definitions.models.closures import EVERYONE, Closure
from definitions.models.directory import Pcn
from engine.dates.calendar import Calendar
from engine.events.codec import canonical

_MEMBERSHIPS: WeakValueDictionary[bytes, Pcn] = WeakValueDictionary()


def membership(pcn: Mapping[str, Any]) -> Pcn:
    """The PCN and everyone in it; one value for all the states that stand on the same, for it is most of a state."""
    content = sha256(canonical(pcn)).digest()
    known = _MEMBERSHIPS.get(content)
    if known is None:
        known = _MEMBERSHIPS[content] = Pcn.model_validate(pcn)
    return known


def calendar_of(process: Process, pcn: Pcn) -> Calendar:
    """The bank holidays a workflow is pinned to, with the closures of its PCN and practices.

    A closure under the PCN's own code closes it for everyone.
    """
    base = _holidays(process.hash, process)
    closures = tuple(closure_of(pcn, closed) for closed in pcn.closures)
    return replace(base, closures=(*base.closures, *closures)) if closures else base


_HOLIDAYS: dict[str, Calendar] = {}


def _holidays(bundle: str, process: Process) -> Calendar:
    # Read once a bundle: every workflow of a launch is pinned to the same one.
    if bundle not in _HOLIDAYS:
        _HOLIDAYS[bundle] = Calendar.from_data(process.calendar_data)
    return _HOLIDAYS[bundle]


def closure_of(pcn: Pcn, closed: Closure) -> Closure:
    """A directory's closure as the calendar's: by the name people know, and under the PCN's own code for everyone."""
    name = closed.name or (
        pcn.name if closed.organisation == EVERYONE else pcn.organisation_name(closed.organisation)
    )
    whom = EVERYONE if closed.organisation == pcn.code else closed.organisation
    return closed.model_copy(update={"organisation": whom, "name": name})
