"""A directory file to a Directory, or every error in it at once, each at its place.

Read and shaped like a definition; what is checked here is what the people and organisations in it mean to each
other. A directory names everyone an email could go to, so a slip in it is found now and not when somebody is silent.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from definitions.checks.adoptions import Offered, check_adopted
from definitions.checks.findings import Findings
from definitions.checks.shape import shaped
from definitions.models.closures import EVERYONE
from definitions.models.directory import Directory, Pcn, Practice, RoleHeld
from definitions.source.document import Document, KeyPath
from definitions.source.nhs_numbers import find_nhs_numbers
from definitions.source.problems import DefinitionErrors, nearest
from definitions.source.reader import SizeLimit, read_file, read_text

#: What can be wrong with a directory and with nothing else. Stable, like the codes of definitions.source.problems.
DIRECTORY_CODES: dict[str, str] = {
    "BD701": "A person that the PCN's people do not include.",
    "BD702": "An organisation that is neither this PCN nor one of its practices.",
    "BD703": "The same code stands for two organisations.",
    "BD704": "The same person holds the same role twice at the same time.",
    "BD705": "A PCN without a PCN manager: nobody could be asked what a step leaves open.",
    "BD706": "Somebody who covers for themselves.",
    "BD708": "A practice that merges into none, or on no day.",
    "BD709": "What is, or may be, an NHS number.",
    "BD710": "An adopted process that says nothing of when it starts by itself.",
    "BD711": "An adopted process without an input that it cannot start without.",
}

_DOUBTFUL = (
    "this may be an NHS number; take it out if it is: nothing here may identify a patient. If it is something else, write "
    "`not_nhs_number: true` beside the code of the PCN"
)

#: England's 1,250 PCNs in one file are some 3 MB.
DIRECTORY_SIZE = SizeLimit(10_000_000, 1_000_000, "give each region a directory and a Baton of its own")


def load_directory(path: Path, definitions: Collection[str] | None = None) -> Directory:
    """The directory in the file at `path`. Raises DefinitionErrors with every error.

    `definitions`: the ids of those there are; without them, the names of adopted processes are not checked.
    """
    return read_directory(read_file(path, room=DIRECTORY_SIZE), definitions=definitions)


def read_directory(
    text: str | Document, file: str = "directory.yaml", definitions: Collection[str] | None = None,
    offered: Offered | None = None,
) -> Directory:  # fmt: skip
    """The directory in `text`. Raises DefinitionErrors with every error. `definitions` as in `load_directory`; with
    `offered` it is checked too that what is adopted could start."""
    document = text if isinstance(text, Document) else read_text(text, file)
    _refuse_identifiable(document)
    directory, findings = shaped(document, Directory)
    if directory is not None:
        _check(directory, findings, definitions, offered)
    if directory is None or findings.problems:
        raise DefinitionErrors(findings.problems)
    return directory


def _refuse_identifiable(document: Document) -> None:
    """Raises DefinitionErrors for every NHS number, before anything else is said, since that may repeat what stands there.
    What may be one is refused too, unless the PCN it stands in says that it is something else."""
    findings = Findings(document)
    waiting: list[tuple[KeyPath, Any, bool]] = [((), document.texts, False)]
    while waiting:
        path, value, said_otherwise = waiting.pop()
        if isinstance(value, dict):
            said_otherwise = said_otherwise or str(value.get("not_nhs_number")).lower() == "true"
            for key, inner in value.items():
                _look_at(findings.add_key, (*path, key), str(key), said_otherwise)
                waiting.append(((*path, key), inner, said_otherwise))
        elif isinstance(value, list):
            waiting += (((*path, index), inner, said_otherwise) for index, inner in enumerate(value))
        else:
            _look_at(findings.add, path, str(value), said_otherwise)
    if findings.problems:
        raise DefinitionErrors(sorted(findings.problems, key=lambda problem: (problem.line, problem.column)))


def _look_at(
    add: Callable[[KeyPath, str, str], None], path: KeyPath, text: str, said_otherwise: bool
) -> None:
    found = find_nhs_numbers(text)
    if any(each.certain for each in found):
        add(path, "BD709", "this looks like an NHS number; take it out: nothing here may identify a patient")
    elif found and not said_otherwise:
        add(path, "BD709", _DOUBTFUL)


def _check(
    directory: Directory, findings: Findings, definitions: Collection[str] | None, offered: Offered | None
) -> None:
    codes: dict[str, str] = {}
    for index, pcn in enumerate(directory.pcns):
        at: KeyPath = ("pcns", index)
        for path, code in _organisations(pcn, at):
            if code in codes:
                findings.add(path, "BD703", f"the code {code} is {codes[code]} already")
            codes.setdefault(code, pcn.organisation_name(code))
        _Membership(pcn, at, findings).check()
        _adopted(pcn, at, findings, definitions, offered)


def _adopted(
    pcn: Pcn, at: KeyPath, findings: Findings, definitions: Collection[str] | None, offered: Offered | None
) -> None:
    for index, adopted in enumerate(pcn.adopted):
        path = (*at, "adopted", index)
        if offered is not None:
            check_adopted(adopted, path, findings, offered)
        elif definitions is not None:
            place = (*path, "definition")
            findings.must_be_known(place, adopted.definition, definitions, "BD306", "definition")


def _organisations(pcn: Pcn, at: KeyPath) -> Iterator[tuple[KeyPath, str]]:
    yield (*at, "code"), pcn.code
    for index, practice in enumerate(pcn.practices):
        yield (*at, "practices", index, "code"), practice.code


@dataclass(slots=True)
class _Membership:
    """The checks of one PCN.

    Naming a person or a practice whose own entry is too broken to keep is no second error, so both are known by
    what the file says, not by what could be saved of it.
    """

    pcn: Pcn
    at: KeyPath
    findings: Findings
    people: frozenset[str] = frozenset()
    organisations: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        self.people = self._written("people", "id")
        self.organisations = self._written("practices", "code") | {self.pcn.code}

    def _written(self, part: str, key: str) -> frozenset[str]:
        value: Any = self.findings.document.data
        for step in self.findings.origin(self.at):
            value = value[step]
        items = value.get(part)
        found = items if isinstance(items, list) else []
        return frozenset(str(item[key]) for item in found if isinstance(item, dict) and key in item)

    def check(self) -> None:
        for index, practice in enumerate(self.pcn.practices):
            if practice.into is not None:
                self._into((*self.at, "practices", index, "into"), practice)
        seen: set[str] = set()
        for index, person in enumerate(self.pcn.people):
            if person.id in seen:
                path = (*self.at, "people", index, "id")
                self.findings.add(path, "BD206", f"the id {person.id!r} stands twice")
            seen.add(person.id)
        self._roles()
        for index, cover in enumerate(self.pcn.cover):
            path = (*self.at, "cover", index)
            self._person((*path, "for"), cover.for_)
            self._person((*path, "by"), cover.by)
            if cover.for_ == cover.by:
                self.findings.add((*path, "by"), "BD706", f"{cover.by!r} covers for themselves; name another")
        for index, absence in enumerate(self.pcn.absences):
            self._person((*self.at, "absences", index, "person"), absence.person)
        for index, closed in enumerate(self.pcn.closures):
            if closed.organisation != EVERYONE:
                self._organisation((*self.at, "closures", index, "organisation"), closed.organisation)

    def _into(self, path: KeyPath, practice: Practice) -> None:
        others = self._written("practices", "code") - {practice.code}
        if practice.into not in others or practice.to is None:
            message = f"{practice.code} merges into another practice of {self.pcn.name}, and says with `to` on which day it was last there"
            self.findings.add(path, "BD708", message, nearest(practice.into or "", others))

    def _roles(self) -> None:
        held: list[RoleHeld] = []
        for index, role in enumerate(self.pcn.roles):
            path = (*self.at, "roles", index)
            self._person((*path, "person"), role.person)
            self._organisation((*path, "at"), role.at)
            if any(_same_time(role, other) for other in held):
                message = f"{role.person!r} holds {role.role} at {role.at} twice at the same time"
                self.findings.add(path, "BD704", message)
            held.append(role)
        if not any(role.role == "pcn_manager" and role.at == self.pcn.code for role in self.pcn.roles):
            message = f"nobody holds the role pcn_manager at {self.pcn.code}; open questions go to them"
            self.findings.add((*self.at, "code"), "BD705", message)

    def _person(self, path: KeyPath, person: str) -> None:
        if person not in self.people:
            message = f"{self.pcn.name} has no person {person!r}"
            self.findings.add(path, "BD701", message, nearest(person, self.people))

    def _organisation(self, path: KeyPath, code: str) -> None:
        if code not in self.organisations:
            message = f"{code} is neither {self.pcn.name} nor one of its practices"
            self.findings.add(path, "BD702", message, nearest(code, self.organisations))


def _same_time(one: RoleHeld, other: RoleHeld) -> bool:
    return (one.role, one.at, one.person) == (other.role, other.at, other.person) and one.overlaps(other)
