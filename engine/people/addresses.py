"""Where a notice goes: people of the directory, or a practice's shared mailbox; and whom a rung reaches."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from definitions.models import role_holders
from definitions.models.directory import Pcn, Person
from definitions.models.ladder import TALKING, Rung
from engine.dates.clock import london_date
from engine.expressions.scope import Scope
from engine.state.workflow import Assignment


@dataclass(frozen=True, slots=True)
class Address:
    """Where a notice goes: a person of the directory, or a practice's shared mailbox."""

    person: str
    name: str
    email: str
    organisation: str


def at_person(scope: Scope, person: Person, organisation: str) -> Address:
    return Address(person.id, person.name, person.email, organisation)


def asked_address(scope: Scope, assignment: Assignment) -> Address | None:
    """Whoever is asked: the person, or the practice's shared mailbox where nobody is named."""
    person = scope.state.pcn.people_by_id.get(assignment.person)
    return address_of(scope, person, assignment.organisation)


def address_of(scope: Scope, person: Person | None, organisation: str) -> Address | None:
    """The person's address, else the organisation's shared mailbox, else none."""
    if person is not None:
        return at_person(scope, person, organisation)
    practice = scope.state.pcn.practices_by_code.get(organisation)
    if practice and practice.mailbox:
        return Address("", practice.name, practice.mailbox, practice.code)
    return None


def manager_of(scope: Scope) -> Address | None:
    person = role_holders.manager(scope.state.pcn, london_date(scope.now))
    return at_person(scope, person, scope.state.pcn.code) if person else None


def holder(scope: Scope, role: str, organisation: str) -> tuple[Person, str] | None:
    """Who holds a rung's role, and where: at the practice it is about, else at the PCN."""
    day = london_date(scope.now)
    for place in (organisation, scope.state.pcn.code):
        if found := role_holders.whom(scope.state.pcn, role, place, day):
            return found.person, place
    return None


def _to_speak(scope: Scope, rung: Rung, role: str, assignment: Assignment) -> tuple[Person, str] | None:
    """Who does what a rung asks of a role.

    Nobody is sent to have a word with their own practice: where it is the clinical director's, the deputy goes, or
    the manager. Where nobody holds the role, it is the manager's to see to.
    """
    pcn, day = scope.state.pcn, london_date(scope.now)
    found = holder(scope, role, assignment.organisation)
    roles = ("deputy_clinical_director", "pcn_manager") if role == "clinical_director" else ("pcn_manager",)
    if found is None or (rung.register_ in TALKING and _belongs(pcn, found[0], assignment, day)):
        others = (holder(scope, other, pcn.code) for other in roles)
        better = next((o for o in others if o and not _belongs(pcn, o[0], assignment, day)), None)
        return better or found
    return found


def _belongs(pcn: Pcn, person: Person, assignment: Assignment, day: date) -> bool:
    """The person has a role at the practice the assignment is about."""
    if assignment.organisation == pcn.code:
        return False
    return role_holders.works_at(pcn, person.id, assignment.organisation, day)


def rung_people(scope: Scope, rung: Rung, assignment: Assignment) -> list[tuple[Person | None, str]]:
    """Whom a rung reaches, once each, with the organisation they are reached at; None is the shared mailbox."""
    reached: dict[str, tuple[Person | None, str]] = {}
    pcn, day = scope.state.pcn, london_date(scope.now)
    for to in rung.to:
        if to == "assignee":
            person = pcn.people_by_id.get(assignment.person)
            reached.setdefault(assignment.person, (person, assignment.organisation))
        elif to == "cover":
            for cover in pcn.cover_for(assignment.person, day):
                reached.setdefault(cover.by, (pcn.people_by_id[cover.by], assignment.organisation))
        else:
            if speaker := _to_speak(scope, rung, to, assignment):
                reached.setdefault(speaker[0].id, speaker)
    return list(reached.values())
