"""The directory as it is shown: a PCN, whole or as it is on a day."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from definitions.models.directory import Directory
from engine.commands.refusals import Refused
from engine.people.directory_changes import data_of

#: Parts of a PCN whose entries hold between dates.
_DATED = ("roles", "cover", "absences")


def pcn_data(directory: Directory, code: str, on: date | None = None) -> Mapping[str, Any]:
    """The PCN as data; with `on`, only what holds on that day. Raises Refused for a code that the directory does not have."""
    try:
        pcn = directory.pcn(code)
    except KeyError:
        known = ", ".join(each.code for each in directory.pcns[:5])
        raise Refused("not_found", f"the directory has no PCN {code}; it has {known}") from None
    if on is None:
        return _data(Directory(pcns=[pcn]))
    held = {part: [entry for entry in getattr(pcn, part) if entry.holds_on(on)] for part in _DATED}
    closures = [closure for closure in pcn.closures if closure.on(on)]
    return _data(Directory(pcns=[pcn.on(on).model_copy(update={**held, "closures": closures})]))


def _data(directory: Directory) -> Mapping[str, Any]:
    (found,) = data_of(directory)["pcns"]
    return dict(found)
