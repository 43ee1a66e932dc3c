"""The difference of two directories, as changes; and a directory with changes made: `applied(a, difference(a, b))` is `b`.

Both are data, as `data_of` gives it: what an event carries and a file holds. The order of a list is part of it, since the
first who holds a role is the first to be asked.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from difflib import SequenceMatcher
from typing import Any, Final

from definitions.models.directory import Directory
from engine.events.streams.directory import DirectoryChange, Part

Data = dict[str, Any]

#: By list of a PCN: what makes two entries the same one, changed.
KEYS: Final[Mapping[Part, tuple[str, ...]]] = {
    "practices": ("code",),
    "former": ("code",),
    "people": ("id",),
    "roles": ("role", "at", "person"),
    "cover": ("for", "by"),
    "absences": ("person", "from"),
    "closures": ("organisation", "date", "from"),
    "adopted": ("definition", "inputs"),
}
_KEYS_OF_ALL: Final[Mapping[Part, tuple[str, ...]]] = {**KEYS, "pcns": ("code",)}


class StaleChange(ValueError):
    """A change of something that does not stand there (any more)."""


def data_of(directory: Directory) -> Data:
    """The directory as data, without what is as it is unless said."""
    return directory.model_dump(mode="json", by_alias=True, exclude_defaults=True)


def difference(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[DirectoryChange, ...]:
    """The changes that lead from one directory to another."""
    return tuple(_of_pcns(before.get("pcns", []), after.get("pcns", [])))


def applied(directory: Mapping[str, Any], changes: Sequence[DirectoryChange]) -> Data:
    """The directory after the changes. Raises StaleChange for one that does not fit."""
    made = deepcopy(dict(directory))
    pcns: list[Data] = made.setdefault("pcns", [])
    for change in changes:
        if change.part == "pcns":
            _put(pcns, change)
            continue
        pcn = next((each for each in pcns if each["code"] == change.pcn), None)
        if pcn is None:
            raise StaleChange(f"the directory has no PCN {change.pcn}")
        if change.part == "pcn":
            _describe(pcn, change)
        else:
            _put(pcn.setdefault(change.part, []), change)
            if not pcn[change.part]:
                del pcn[change.part]
    return made


def _of_pcns(before: Sequence[Data], after: Sequence[Data]) -> Iterator[DirectoryChange]:
    kept: list[tuple[Data, Data]] = []
    for change in _of_list("", "pcns", before, after, kept):
        yield DirectoryChange(
            (change.new or change.old or {})["code"], "pcns", change.at, change.old, change.new
        )
    for old, new in kept:
        yield from _of_pcn(old, new)


def _of_pcn(old: Data, new: Data) -> Iterator[DirectoryChange]:
    said, says = _description(old), _description(new)
    if said != says:
        yield DirectoryChange(new["code"], "pcn", 0, said, says)
    for part in KEYS:
        yield from _of_list(new["code"], part, old.get(part, []), new.get(part, []))


def _of_list(
    pcn: str, part: Part, before: Sequence[Data], after: Sequence[Data], kept: list[tuple[Data, Data]] | None = None
) -> Iterator[DirectoryChange]:  # fmt: skip
    """What changes of one list, each at its place when those before it are made. `kept` takes the entries of a list that
    has parts of its own, instead of their being changed here."""
    key = _KEYS_OF_ALL[part]
    matcher = SequenceMatcher(
        None, [_key(e, key) for e in before], [_key(e, key) for e in after], autojunk=False
    )
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        # Everything before j1 is as it will be, so that the entries i1 to i2 stand from j1 on.
        if tag == "equal":
            for at, (old, new) in enumerate(zip(before[i1:i2], after[j1:j2], strict=True), j1):
                if kept is not None:
                    kept.append((old, new))
                elif old != new:
                    yield DirectoryChange(pcn, part, at, old, new)
            continue
        for old in before[i1:i2]:
            yield DirectoryChange(pcn, part, j1, old, None)
        for at, new in enumerate(after[j1:j2], j1):
            yield DirectoryChange(pcn, part, at, None, new)


def _key(entry: Mapping[str, Any], names: Sequence[str]) -> str:
    return repr([entry.get(name) for name in names])


def _put(entries: list[Data], change: DirectoryChange) -> None:
    at = change.at
    if change.old is not None and (at >= len(entries) or entries[at] != change.old):
        raise StaleChange(f"place {at} of {change.part} of {change.pcn} is another entry by now")
    if change.old is None and at > len(entries):
        raise StaleChange(f"there is no place {at} in {change.part} of {change.pcn}")
    entries[at : at + (change.old is not None)] = (
        [deepcopy(dict(change.new))] if change.new is not None else []
    )


def _description(pcn: Data) -> Data:
    return {name: value for name, value in pcn.items() if name not in KEYS}


def _describe(pcn: Data, change: DirectoryChange) -> None:
    if _description(pcn) != change.old:
        raise StaleChange(f"what is said of {change.pcn} is something else by now")
    for name in change.old or {}:
        del pcn[name]
    pcn.update(deepcopy(dict(change.new or {})))
