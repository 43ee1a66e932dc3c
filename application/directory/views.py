"""The directory as it is shown: a PCN, whole or as it is on a day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from definitions.models.directory import Directory, Pcn
from engine.commands.refusals import Refused
from engine.people.directory_changes import data_of

#: Parts of a PCN whose entries hold between dates.
_DATED = ("roles", "cover", "absences")


def known_pcn(directory: Directory, code: str) -> Pcn:
    """The PCN of that code. Raises Refused for one that the directory does not have."""
    try:
        return directory.pcn(code)
    except KeyError:
        raise no_such_pcn(code, [each.code for each in directory.pcns]) from None


def no_such_pcn(code: str, known: Sequence[str]) -> Refused:
    """That the directory, which has those, has no PCN of that code."""
    return Refused("not_found", f"the directory has no PCN {code}; it has {', '.join(known[:5])}")


def pcn_data(directory: Directory, code: str, on: date | None = None) -> Mapping[str, Any]:
    """The PCN as data; with `on`, only what holds on that day. Raises Refused for a code that the directory does not have."""
    pcn = known_pcn(directory, code)
    if on is None:
        return _data(Directory(pcns=[pcn]))
    held = {part: [entry for entry in getattr(pcn, part) if entry.holds_on(on)] for part in _DATED}
    closures = [closure for closure in pcn.closures if closure.on(on)]
    return _data(Directory(pcns=[pcn.on(on).model_copy(update={**held, "closures": closures})]))


def _data(directory: Directory) -> Mapping[str, Any]:
    (found,) = data_of(directory)["pcns"]
    return dict(found)
