"""The everyday changes of a directory, each as it is said: what is given, and what it makes of a PCN.

`baton directory set`, the API and its description are made from these. Each works on the data of one PCN; what comes out is
checked as a file would be.
"""

from __future__ import annotations

import datetime as dt
from abc import ABC, abstractmethod
from collections.abc import Collection, Mapping, Sequence
from copy import deepcopy
from typing import Annotated, Any, Literal

from pydantic import Field, TypeAdapter

from application.directory.file import DirectoryText, checked
from application.directory.record import Wanted
from application.directory.views import no_such_pcn
from definitions.models.directory import Directory
from definitions.models.fields import Model
from definitions.models.primitives import Day, EmailAddress, Hours, OdsCode, PersonId, Role
from definitions.source.problems import DefinitionErrors, Problem, nearest
from engine.commands.refusals import Invalid, Refused
from engine.forms.answers import AnswerProblem
from engine.people.directory_changes import Data, data_of

Entries = list[Data]


class EverydayChange(Model, ABC):
    """One thing that changes in a PCN."""

    @abstractmethod
    def make(self, pcn: Data) -> None:
        """Make it in the data of a PCN. Raises Refused where there is nothing to change."""

    def _given(self) -> dict[str, Any]:
        """What was given, without what was left out."""
        given: dict[str, Any] = self.model_dump(mode="json", by_alias=True, exclude_defaults=True)
        return {name: value for name, value in given.items() if name != "change"}


class PersonChange(EverydayChange):
    """Somebody new, or another name, email or phone of somebody. Undone by giving what it was before."""

    change: Literal["person"]
    id: PersonId
    name: Annotated[str | None, Field(min_length=1, description="needed for somebody new")] = None
    email: Annotated[EmailAddress | None, Field(description="needed for somebody new")] = None
    phone: str | None = None

    def make(self, pcn: Data) -> None:
        people: Entries = pcn.setdefault("people", [])
        known = next((person for person in people if person["id"] == self.id), None)
        if known is None and not (self.name and self.email):
            hint = nearest(self.id, [person["id"] for person in people])
            raise Refused(
                "nobody",
                f"the directory has no {self.id}; give a name and an email for somebody new"
                + (f" (did you mean {hint}?)" if hint else ""),
            )
        if known is None:
            people.append(known := {})
        known.update(self._given())


class RoleBegins(EverydayChange):
    """Somebody has a role at a practice or the PCN, from a day on. Undone by `remove`, or by `role-ends`."""

    change: Literal["role-begins"]
    role: Role
    at: OdsCode
    person: PersonId
    from_: Annotated[Day | None, Field(alias="from")] = None
    to: Day | None = None

    def make(self, pcn: Data) -> None:
        _add(pcn, "roles", self._given())


class RoleEnds(EverydayChange):
    """Somebody has a role for the last time on a day. Undone by `remove` and `role-begins`."""

    change: Literal["role-ends"]
    role: Role
    at: OdsCode
    person: PersonId
    to: Annotated[Day, Field(description="the last day")]

    def make(self, pcn: Data) -> None:
        wanted = {"role": self.role, "at": self.at, "person": self.person}
        _end([held for held in _found(pcn, "roles", wanted) if _holds_after(held, self.to)], self.to, "role")


class TakesOver(EverydayChange):
    """Somebody takes a role over from whoever has it, on a day; they have it until the day before."""

    change: Literal["takes-over"]
    role: Role
    at: OdsCode
    person: Annotated[PersonId, Field(description="who takes over")]
    from_: Annotated[Day, Field(alias="from", description="the first day")]

    def make(self, pcn: Data) -> None:
        before = self.from_ - dt.timedelta(days=1)
        held = [
            h for h in _found(pcn, "roles", {"role": self.role, "at": self.at}) if h["person"] != self.person
        ]
        _end([each for each in held if _holds_after(each, before)], before, "role")
        _add(pcn, "roles", self._given())


class Leaves(EverydayChange):
    """Somebody leaves: every role and cover of theirs ends with a day."""

    change: Literal["leaves"]
    person: PersonId
    to: Annotated[Day, Field(description="the last day")]

    def make(self, pcn: Data) -> None:
        roles = [h for h in _found(pcn, "roles", {"person": self.person}) if _holds_after(h, self.to)]
        _end(roles, self.to, "role")
        for part, key in (("roles", "person"), ("cover", "by"), ("cover", "for")):
            later = [
                e
                for e in pcn.get(part, [])
                if e[key] == self.person and str(e.get("from", "")) > self.to.isoformat()
            ]
            pcn[part] = [entry for entry in pcn.get(part, []) if entry not in later]
        for cover in pcn.get("cover", []):
            if cover["by"] == self.person and _holds_after(cover, self.to):
                cover["to"] = self.to.isoformat()


class CoverChange(EverydayChange):
    """Somebody covers for somebody else, from a day to another. Undone by `remove`."""

    change: Literal["cover"]
    for_: Annotated[PersonId, Field(alias="for")]
    by: PersonId
    from_: Annotated[Day | None, Field(alias="from")] = None
    to: Day | None = None
    may: Annotated[
        Literal["complete", "attest"], Field(description="attest: also sign, where the step allows it")
    ] = "complete"

    def make(self, pcn: Data) -> None:
        _add(pcn, "cover", self._given())


class AbsenceChange(EverydayChange):
    """Somebody is away, from a day to another. Undone by `remove`."""

    change: Literal["absence"]
    person: PersonId
    from_: Annotated[Day | None, Field(alias="from")] = None
    to: Day | None = None
    reason: Annotated[str, Field(max_length=200)] = "away"

    def make(self, pcn: Data) -> None:
        _add(pcn, "absences", self._given())


class ClosureChange(EverydayChange):
    """A practice, or everybody, does not work on a day or some days, or for some hours of them: a training afternoon, a bank
    holiday that was announced. Undone by `remove`."""

    change: Literal["closure"]
    organisation: Annotated[OdsCode | Literal["*"], Field(description="an ODS code; * is everybody")]
    date: Day | None = None
    from_: Annotated[Day | None, Field(alias="from")] = None
    to: Day | None = None
    hours: Hours | None = None
    reason: Annotated[str, Field(min_length=1, max_length=200)] = "a closure"

    def make(self, pcn: Data) -> None:
        _add(pcn, "closures", self._given())


class ListSize(EverydayChange):
    """A practice's list size, as published. Undone by giving the one before."""

    change: Literal["list-size"]
    practice: OdsCode
    list_size: Annotated[int, Field(ge=0, strict=True, description="registered patients")]
    weighted_list_size: Annotated[int | None, Field(ge=0, strict=True)] = None

    def make(self, pcn: Data) -> None:
        given = self._given() | {"list_size": self.list_size}
        _practice(pcn, self.practice).update({k: v for k, v in given.items() if k != "practice"})


class MailboxChange(EverydayChange):
    """A practice's shared mailbox; none where no address is given. Undone by giving the one before."""

    change: Literal["mailbox"]
    practice: OdsCode
    mailbox: EmailAddress | None = None

    def make(self, pcn: Data) -> None:
        practice = _practice(pcn, self.practice)
        practice.pop("mailbox", None)
        if self.mailbox is not None:
            practice["mailbox"] = self.mailbox


class PracticeJoins(EverydayChange):
    """A practice joins the PCN, from a day on. Undone by `practice-leaves`."""

    change: Literal["practice-joins"]
    code: OdsCode
    name: Annotated[str, Field(min_length=1)]
    list_size: Annotated[int, Field(ge=0, strict=True, description="registered patients")]
    from_: Annotated[Day | None, Field(alias="from")] = None
    mailbox: EmailAddress | None = None

    def make(self, pcn: Data) -> None:
        pcn["practices"].append(self._given() | {"list_size": self.list_size})


class PracticeLeaves(EverydayChange):
    """A practice is there for the last time on a day; `into`: it merges into another. Undone by importing the file before."""

    change: Literal["practice-leaves"]
    practice: OdsCode
    to: Annotated[Day, Field(description="the last day")]
    into: Annotated[OdsCode | None, Field(description="the practice it merges into")] = None

    def make(self, pcn: Data) -> None:
        _practice(pcn, self.practice).update({k: v for k, v in self._given().items() if k != "practice"})


class Commissioners(EverydayChange):
    """The ICBs that commission the PCN; a PCN may straddle two. Undone by giving those before."""

    change: Literal["commissioners"]
    codes: list[OdsCode]

    def make(self, pcn: Data) -> None:
        pcn["commissioners"] = list(self.codes)


class Adopt(EverydayChange):
    """A process starts by itself from now on, as the board decided. Undone by `remove`."""

    change: Literal["adopt"]
    definition: str
    inputs: dict[str, str] = {}
    minute: Annotated[str | None, Field(description="the board minute that adopted it")] = None

    def make(self, pcn: Data) -> None:
        _add(pcn, "adopted", self._given())


class Remove(EverydayChange):
    """Take an entry out again: a role, cover, an absence, a closure, an adopted process, or a person who holds no role. Undone by giving it again."""

    change: Literal["remove"]
    part: Literal["people", "roles", "cover", "absences", "closures", "adopted"]
    where: Annotated[
        dict[str, str], Field(min_length=1, description="what its entry says, as far as it takes to name one")
    ]

    def make(self, pcn: Data) -> None:
        found = _found(pcn, self.part, self.where)
        if len(found) != 1:
            how_many = (
                f"{len(found)} entries of {self.part} say" if found else f"no entry of {self.part} says"
            )
            raise Refused("not-one", f"{how_many} that; say more of it, or look with `baton directory show`")
        pcn[self.part] = [entry for entry in pcn[self.part] if entry is not found[0]]


AnyChange = Annotated[
    PersonChange | RoleBegins | RoleEnds | TakesOver | Leaves | CoverChange | AbsenceChange | ClosureChange | ListSize
    | MailboxChange | PracticeJoins | PracticeLeaves | Commissioners | Adopt | Remove,
    Field(discriminator="change"),
]  # fmt: skip
#: By the word that says which.
CHANGES: dict[str, type[EverydayChange]] = {
    kind.model_fields["change"].annotation.__args__[0]: kind  # type: ignore[union-attr]
    for kind in (PersonChange, RoleBegins, RoleEnds, TakesOver, Leaves, CoverChange, AbsenceChange, ClosureChange, ListSize,
                 MailboxChange, PracticeJoins, PracticeLeaves, Commissioners, Adopt, Remove)
}  # fmt: skip
ADAPTER: TypeAdapter[EverydayChange] = TypeAdapter(AnyChange)


def everyday(
    codes: Sequence[str], changes: Sequence[EverydayChange], definitions: Collection[str] | None
) -> Wanted:
    """The changes, made in each of these PCNs; in all where none is named. Raises Refused, Invalid when it is asked."""

    def wanted(before: Mapping[str, Any]) -> Directory:
        after = deepcopy(dict(before))
        known = {pcn["code"]: pcn for pcn in after["pcns"]}
        for code in codes or known:
            if code not in known:
                raise no_such_pcn(code, list(known))
            for change in changes:
                change.make(known[code])
        touched = [known[code] for code in codes or known]
        return _checked(after, touched, definitions)

    return wanted


def imported(text: DirectoryText, definitions: Collection[str] | None) -> Wanted:
    """The directory that a file says. Raises Invalid with every error of it, each at its place, when it is asked."""

    def wanted(before: Mapping[str, Any]) -> Directory:
        try:
            return text.read(definitions)
        except DefinitionErrors as wrong:
            problems = [
                AnswerProblem(f"{each.file}:{each.line}:{each.column}", _message(each), each.code)
                for each in wrong.problems
            ]
            raise Invalid(problems) from None

    return wanted


def _message(problem: Problem) -> str:
    return problem.message + (f" (did you mean {problem.suggestion}?)" if problem.suggestion else "")


def _checked(after: Data, touched: Entries, definitions: Collection[str] | None) -> Directory:
    """The directory, where what changed is what a file may say. Only the PCNs that changed are read as one: of England's
    PCNs a file takes a minute."""
    try:
        again = checked(Directory.model_validate({"pcns": touched}), definitions)
    except DefinitionErrors as wrong:
        raise Invalid([AnswerProblem("", _message(each), each.code) for each in wrong.problems]) from None
    fresh = {pcn["code"]: pcn for pcn in data_of(again)["pcns"]}
    return Directory.model_validate({"pcns": [fresh.get(pcn["code"], pcn) for pcn in after["pcns"]]})


def _practice(pcn: Data, code: str) -> Data:
    practices: Entries = pcn["practices"]
    for practice in practices:
        if practice["code"] == code:
            return practice
    codes = [practice["code"] for practice in practices]
    raise Refused("not-a-practice", f"{pcn['name']} has no practice {code}; it has {', '.join(codes[:8])}")


def _add(pcn: Data, part: str, entry: Data) -> None:
    entries: Entries = pcn.setdefault(part, [])
    if entry in entries:
        raise Refused("no-change", "the directory says so already, so this would change nothing")
    entries.append(entry)


def _found(pcn: Data, part: str, wanted: Mapping[str, str]) -> Entries:
    return [
        e for e in pcn.get(part, []) if all(str(e.get(name, "")) == value for name, value in wanted.items())
    ]


def _holds_after(entry: Mapping[str, Any], day: dt.date) -> bool:
    """It holds on some day after `day`, and has begun by then."""
    return (
        str(entry.get("to", "9999-12-31")) > day.isoformat() and str(entry.get("from", "")) <= day.isoformat()
    )


def _end(entries: Entries, last: dt.date, what: str) -> None:
    if not entries:
        raise Refused(
            "nothing-ends",
            f"there is no {what} of theirs that would end then; look with `baton directory show`",
        )
    for entry in entries:
        entry["to"] = last.isoformat()
