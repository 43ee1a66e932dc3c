"""What changes in the directory, in words for whoever looks before it does."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from application.directory.record import Change
from definitions.models.closures import EVERYONE
from engine.dates.explanation import long
from engine.events import DirectoryChange
from engine.notices.facts import words as role_words
from engine.people.directory_changes import data_of

Entry = Mapping[str, Any]


def sentences(change: Change) -> list[str]:
    """A sentence for each thing that changes. An entry that only changes its place in a list is one thing."""
    moved = [c.old for c in change.changes if c.old is not None and _comes_again(c, change)]
    said: list[str] = []
    for each in change.changes:
        names = _Names(_states(change, each.pcn), each.pcn)
        if each.old is not None and each.old in moved and each.new is None:
            continue
        if each.old is None and each.new in moved:
            said.append(
                f"{_entry(each.part, each.new or {}, names)}: this comes at another place in the list"
            )
        else:
            said.extend(_said(each, names))
    return said


def _comes_again(gone: DirectoryChange, change: Change) -> bool:
    return gone.new is None and any(
        c.old is None and (c.pcn, c.part, c.new) == (gone.pcn, gone.part, gone.old) for c in change.changes
    )


def _states(change: Change, code: str) -> list[Entry]:
    """A PCN before the change and after it, where it is there."""
    after = data_of(change.directory)
    return [pcn for pcn in (*change.before["pcns"], *after["pcns"]) if pcn["code"] == code]


def described(pcn: Entry) -> Iterator[tuple[str, list[str]]]:
    """What a PCN holds, in words: a heading and a line for each entry of each part."""
    names = _Names([pcn], str(pcn["code"]))
    about = [
        f"{called}: {_value(pcn[name])}"
        for name, called in _OF_PCN.items()
        if name != "name" and pcn.get(name)
    ]
    if about:
        yield "About", [f"{line[:1].upper()}{line[1:]}" for line in about]
    for part, heading in _HEADINGS.items():
        if entries := pcn.get(part):
            yield heading, [_entry(part, entry, names) for entry in entries]


class _Names:
    """What people and organisations of a PCN are called, in the states of it that are given; the last one counts."""

    def __init__(self, pcns: Sequence[Entry], code: str) -> None:
        self.of = list(pcns)
        self.pcn = str(self.of[-1]["name"]) if self.of else code
        self._people = {p["id"]: p["name"] for pcn in self.of for p in pcn.get("people", ())}
        self._places = {p["code"]: p["name"] for pcn in self.of for p in pcn["practices"]} | {code: self.pcn}

    def person(self, id_: str) -> str:
        return str(self._people.get(id_, id_))

    def place(self, code: str) -> str:
        return "everybody" if code == EVERYONE else str(self._places.get(code, code))


def _said(change: DirectoryChange, names: _Names) -> Iterator[str]:
    old, new = change.old, change.new
    if change.part == "pcn":
        yield from _fields(old or {}, new or {}, names.pcn, _OF_PCN)
    elif old is None or new is None:
        entry = new if new is not None else old or {}
        yield (
            (_ADDED if new is not None else _REMOVED)
            .get(change.part, "{}")
            .format(_entry(change.part, entry, names))
        )
    elif change.part == "practices":
        yield from _fields(old, new, str(new["name"]), _OF_PRACTICE)
        if {name: old.get(name) for name in _DATES} != {name: new.get(name) for name in _DATES}:
            yield _practice(new, names)
    elif change.part == "people":
        yield from _fields(old, new, str(new["name"]), _OF_PERSON)
    else:
        yield (
            f"{_entry(change.part, new, names)} (before: {_when(old) or 'without dates'})"
            if _when(old) != _when(new)
            else _entry(change.part, new, names)
        )


_DATES = ("from", "to", "into")
_ADDED = {
    "pcns": "{} is added",
    "people": "{} is added",
    "practices": "{} joins",
    "former": "{} was there before",
}
_REMOVED = {
    "pcns": "{} is taken out: nothing is started for it any more, and what runs there goes on as it is",
    "people": "{} is not in the directory any more",
    "practices": "{} leaves",
    "former": "{} is not kept as one that was there before",
    "roles": "No longer: {}",
    "cover": "No longer: {}",
    "absences": "No longer: {}",
    "closures": "No longer: {}",
    "adopted": "No longer: {}",
}
_HEADINGS = {
    "practices": "Practices", "former": "Practices before", "people": "People", "roles": "Roles", "cover": "Cover",
    "absences": "Absences", "closures": "Closures", "adopted": "Started by themselves",
}  # fmt: skip
_OF_PCN = {
    "name": "the name",
    "commissioners": "the commissioners",
    "board_rule": "the board rule",
}
_OF_PRACTICE = {
    "name": "the name",
    "list_size": "the list size",
    "weighted_list_size": "the weighted list size",
    "tags": "the tags",
    "mailbox": "the shared mailbox",
}
_OF_PERSON = {"name": "the name", "email": "the email address", "phone": "the phone number"}


def _fields(old: Entry, new: Entry, whose: str, fields: Mapping[str, str]) -> Iterator[str]:
    for name, called in fields.items():
        before, after = old.get(name), new.get(name)
        if before == after:
            continue
        if after in (None, []):
            yield f"{whose}: {called} {_be(before)} taken out ({_value(before)} before)"
        else:
            yield f"{whose}: {called} {_be(after)} {_value(after)}" + (
                f" ({_value(before)} before)" if before else ""
            )


def _be(value: Any) -> str:
    return "are" if isinstance(value, list | tuple) else "is"


def _value(value: Any) -> str:
    if isinstance(value, int):
        return f"{value:,}"
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def _entry(part: str, entry: Entry, names: _Names) -> str:
    return _ENTRIES[part](entry, names)


def _pcn(entry: Entry, names: _Names) -> str:
    return f"{entry['name']} ({entry['code']}), with {len(entry['practices'])} practices and {len(entry.get('people', ()))} people"


def _practice(entry: Entry, names: _Names) -> str:
    merged = f", and merges into {names.place(str(entry['into']))}" if entry.get("into") else ""
    return f"{entry['name']} ({entry['code']}){_space(_when(entry))}{merged}"


def _person(entry: Entry, names: _Names) -> str:
    return f"{entry['name']} ({entry['email']})"


def _role(entry: Entry, names: _Names) -> str:
    return f"{names.person(entry['person'])} is {role_words(entry['role'])} at {names.place(entry['at'])}{_space(_when(entry))}"


def _cover(entry: Entry, names: _Names) -> str:
    signs = ", and may sign for them where the step allows it" if entry.get("may") == "attest" else ""
    return f"{names.person(entry['by'])} covers for {names.person(entry['for'])}{_space(_when(entry))}{signs}"


def _absence(entry: Entry, names: _Names) -> str:
    return f"{names.person(entry['person'])} is away{_space(_when(entry))} ({entry.get('reason', 'away')})"


def _closure(entry: Entry, names: _Names) -> str:
    hours = f", {entry['hours']}" if entry.get("hours") else ""
    day = f"on {_day(entry['date'])}" if entry.get("date") else _when(entry)
    return (
        f"Closed: {names.place(entry['organisation'])}, {day}{hours}, for {entry.get('reason', 'a closure')}"
    )


def _adopted(entry: Entry, names: _Names) -> str:
    return f"{entry['definition']} starts by itself at {names.pcn}"


_ENTRIES: dict[str, Callable[[Entry, _Names], str]] = {
    "pcns": _pcn, "practices": _practice, "former": _practice, "people": _person, "roles": _role, "cover": _cover, "absences": _absence,
    "closures": _closure, "adopted": _adopted,
}  # fmt: skip


def _when(entry: Entry) -> str:
    """`from 4 January 2027 to 15 January 2027`; empty without dates."""
    parts = [
        f"{word} {_day(entry[key])}" for word, key in (("from", "from"), ("until", "to")) if entry.get(key)
    ]
    return " ".join(parts)


def _day(text: str) -> str:
    return long(date.fromisoformat(text))


def _space(text: str) -> str:
    return f" {text}" if text else ""
