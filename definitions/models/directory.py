"""The directory: PCNs, practices, people, roles, cover, absences and closures.

A directory file is YAML, validated like a definition. The part that belongs to one PCN is copied into each
workflow at launch (its membership), so a later change of the file is an event with a reason, never a surprise.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from functools import cached_property
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, model_validator

from definitions.language.grammar import AsWritten, Slug
from definitions.models.closures import Closure
from definitions.models.fields import Model
from definitions.models.primitives import Day, EmailAddress, OdsCode, PersonId, Role


class Dates(Model):
    """From and to, both included; an empty `to` has no end."""

    from_: Annotated[Day | None, Field(alias="from")] = None
    to: Day | None = None

    def holds_on(self, day: dt.date) -> bool:
        return (self.from_ is None or self.from_ <= day) and (self.to is None or day <= self.to)

    @property
    def is_dated(self) -> bool:
        return self.from_ is not None or self.to is not None

    def overlaps(self, other: Dates) -> bool:
        """There is a day on which both hold."""
        starts = max(self.from_ or dt.date.min, other.from_ or dt.date.min)
        return starts <= min(self.to or dt.date.max, other.to or dt.date.max)

    def turns(self) -> Iterator[dt.date]:
        """The days on which it begins to hold, and no longer does."""
        if self.from_ is not None:
            yield self.from_
        if self.to is not None and self.to < dt.date.max:
            yield self.to + dt.timedelta(days=1)

    @model_validator(mode="after")
    def _in_order(self) -> Dates:
        if self.from_ and self.to and self.to < self.from_:
            raise ValueError(f"ends on {self.to} before it begins on {self.from_}; swap the dates")
        return self


class Practice(Dates):
    """A practice of the PCN, between its dates where it has any."""

    code: OdsCode
    name: str
    list_size: Annotated[int, Field(ge=0, description="registered patients")]
    weighted_list_size: Annotated[int | None, Field(ge=0)] = None
    tags: list[str] = []
    mailbox: Annotated[
        EmailAddress | None,
        Field(description="a shared mailbox; emails go there and may complete, never attest"),
    ] = None
    into: Annotated[OdsCode | None, Field(description="the practice it merged into, the day after `to`")] = (
        None
    )


class Person(Model):
    id: PersonId
    name: str
    email: EmailAddress
    phone: str | None = None


class RoleHeld(Dates):
    role: Role
    at: OdsCode
    person: PersonId


class Cover(Dates):
    """Who answers for whom between two dates: on the days of their absence, or on all of them where none is noted; without
    dates, whenever they are away. `may: attest` still needs the step to allow it."""

    for_: Annotated[PersonId, Field(alias="for")]
    by: PersonId
    may: Literal["complete", "attest"] = "complete"


class Absence(Dates):
    person: PersonId
    reason: str = "away"


class Adopted(Model):
    """A process the PCN's board adopted: it is started by schedule, with these inputs."""

    definition: Slug
    inputs: Annotated[dict[str, Any], AsWritten()] = {}
    minute: Annotated[str | None, Field(description="the board minute that adopted it")] = None


class Pcn(Model):
    """One PCN and everyone in it: the membership a workflow is launched with."""

    code: OdsCode
    name: str
    commissioners: Annotated[
        list[OdsCode], Field(description="the ICBs that commission it; a PCN may straddle two")
    ] = []
    not_nhs_number: Annotated[
        bool,
        Field(
            description="says that what may be an NHS number in what is said of this PCN is something else"
        ),
    ] = False
    board_rule: Annotated[str | None, Field(description="Schedule 1 of the Network Agreement, in words")] = (
        None
    )
    practices: Annotated[list[Practice], Field(min_length=1)]
    former: Annotated[
        list[Practice],
        Field(description="practices that left, or merged into another: what they gave keeps their name"),
    ] = []
    people: list[Person] = []
    roles: list[RoleHeld] = []
    cover: list[Cover] = []
    absences: list[Absence] = []
    closures: Annotated[
        list[Closure], Field(description="of a practice; under the PCN's own code or *, of everybody")
    ] = []
    adopted: Annotated[list[Adopted], Field(description="processes started by schedule")] = []

    @cached_property
    def people_by_id(self) -> dict[str, Person]:
        return {person.id: person for person in self.people}

    @cached_property
    def practices_by_code(self) -> dict[str, Practice]:
        return {practice.code: practice for practice in self.practices}

    @cached_property
    def list_size(self) -> int:
        return sum(practice.list_size for practice in self.practices)

    def organisation_name(self, code: str) -> str:
        """The name people know `code` by; the code itself when it is not of this PCN, and never was."""
        if code == self.code:
            return self.name
        if practice := self.practices_by_code.get(code):
            return practice.name
        return next((practice.name for practice in self.former if practice.code == code), code)

    def holders(self, role: str, organisation: str, day: dt.date) -> tuple[Person, ...]:
        """Who holds `role` at `organisation` on `day`, in the order the directory names them."""
        return tuple(
            self.people_by_id[held.person]
            for held in self.roles
            if held.role == role and held.at == organisation and held.holds_on(day)
        )

    def is_away(self, person_id: str, day: dt.date) -> bool:
        """By an absence; or by cover with dates, during which no absence of theirs is noted."""
        absences = [absence for absence in self.absences if absence.person == person_id]
        return any(absence.holds_on(day) for absence in absences) or any(
            cover.for_ == person_id
            and cover.is_dated
            and cover.holds_on(day)
            and not any(map(cover.overlaps, absences))
            for cover in self.cover
        )

    def has_left(self, person_id: str, day: dt.date) -> bool:
        """Whether nobody writes to them any more: the PCN does not know them, or every role that they held is over and
        they cover nobody. Somebody who never held one, and is asked by name, has not left."""
        if person_id not in self.people_by_id:
            return True
        held = [role for role in self.roles if role.person == person_id]
        over = bool(held) and all(role.to is not None and role.to < day for role in held)
        return over and not any(c.by == person_id and c.holds_on(day) for c in self.cover)

    def on(self, day: dt.date) -> Pcn:
        """The PCN with the practices that it has on `day`, and those that it had before; as it is where it would have none."""
        there = [practice for practice in self.practices if practice.holds_on(day)]
        if not there or len(there) == len(self.practices):
            return self
        former = [practice for practice in self.practices if practice.to is not None and practice.to < day]
        return self.with_practices(there, [*self.former, *former])

    def with_practices(self, practices: list[Practice], former: list[Practice]) -> Pcn:
        """The same PCN with other practices."""
        values = {name: getattr(self, name) for name in Pcn.model_fields}
        return Pcn.model_validate({**values, "practices": practices, "former": former})

    def cover_for(self, person_id: str, day: dt.date) -> tuple[Cover, ...]:
        """Who covers `person_id` on `day` and is there to do so."""
        return tuple(
            c for c in self.cover if c.for_ == person_id and c.holds_on(day) and not self.is_away(c.by, day)
        )


class Directory(Model):
    called: ClassVar[str] = "a directory"
    pcns: Annotated[list[Pcn], Field(min_length=1)]

    def pcn(self, code: str) -> Pcn:
        """The PCN of that code; KeyError when there is none."""
        for pcn in self.pcns:
            if pcn.code == code:
                return pcn
        raise KeyError(code)
