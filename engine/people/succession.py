"""Who is asked on a day: whoever was asked, while they are there to be; else whoever takes over (domain 2.3).

A person is asked for a role or was chosen by the manager. The directory says until when the role is theirs, who covers them and
when they are away; time alone can change the answer, on the days of `turning_days`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from definitions.models import role_holders
from definitions.models.directory import Pcn, Person
from engine.dates.clock import london_date
from engine.state.workflow import Assignment

#: The role of an assignment that is asked of somebody by name.
BY_NAME = "named_person"


@dataclass(frozen=True, slots=True)
class Asked:
    """Whom an assignment is asked of: a person, for whom they cover, or a shared mailbox (no person). `unfilled`: nobody was
    found, and it is the manager who is asked whom to ask."""

    person: str
    name: str
    for_: str = ""
    unfilled: bool = False


def asked_on(pcn: Pcn, assignment: Assignment, day: date, *, mailbox: bool) -> Asked:
    """Whom an open assignment is asked of on `day`. `mailbox`: what it asks may be asked of a practice's shared mailbox."""
    now = Asked(assignment.person, assignment.name, assignment.on_behalf_of, assignment.unfilled)
    practice = pcn.practices_by_code.get(assignment.organisation)
    shared = practice if practice and practice.mailbox and mailbox else None
    if not now.person and not now.unfilled and shared:
        return now
    if found := _owner(pcn, assignment, day) or _successor(pcn, assignment, day):
        return now if (found.person, found.for_, False) == (now.person, now.for_, now.unfilled) else found
    if shared:
        return Asked("", shared.name)
    if now.unfilled and not pcn.has_left(now.person, day):
        return now
    manager = role_holders.manager(pcn, day)
    return Asked(manager.id, manager.name, unfilled=True) if manager else Asked("", "nobody", unfilled=True)


def owner_of(assignment: Assignment) -> str:
    """Whose the assignment is, also while somebody covers for them; nobody's while it is unfilled or a mailbox is asked."""
    return "" if assignment.unfilled else assignment.on_behalf_of or assignment.person


def _owner(pcn: Pcn, assignment: Assignment, day: date) -> Asked | None:
    """Its owner or their cover; None where it is theirs no longer, or they are away on the day it is due and uncovered."""
    person = pcn.people_by_id.get(owner_of(assignment))
    if person is None or not _theirs(pcn, assignment, person, day):
        return None
    if not pcn.is_away(person.id, day):
        return Asked(person.id, person.name)
    if cover := role_holders.covering(pcn, person.id, day):
        return Asked(cover.person.id, cover.person.name, person.id)
    due = london_date(assignment.due.at) if assignment.due else day
    back = assignment.due is None or not pcn.is_away(person.id, max(day, due))
    return Asked(person.id, person.name) if back else None


def _theirs(pcn: Pcn, assignment: Assignment, person: Person, day: date) -> bool:
    if pcn.has_left(person.id, day):
        return False
    place = role_holders.where_held(pcn, assignment.role, assignment.organisation, day)
    return (
        assignment.chosen or assignment.role == BY_NAME or person in pcn.holders(assignment.role, place, day)
    )


def _successor(pcn: Pcn, assignment: Assignment, day: date) -> Asked | None:
    if assignment.role == BY_NAME:
        return None
    found = role_holders.speaking_for(pcn, assignment.role, assignment.organisation, day)
    return Asked(found.person.id, found.person.name, found.for_) if found else None


def proposed(pcn: Pcn, assignment: Assignment, day: date) -> tuple[Person, str] | None:
    """Somebody whom the manager may ask instead, with their role: of the same organisation, and there on `day`."""
    manager = role_holders.manager(pcn, day)
    for held in pcn.roles:
        if held.at != assignment.organisation or not held.holds_on(day) or pcn.is_away(held.person, day):
            continue
        person = pcn.people_by_id[held.person]
        if person != manager and person.id != owner_of(assignment):
            return person, str(held.role)
    return None


def turning_days(pcn: Pcn, assignment: Assignment) -> Iterator[date]:
    """The days on which time alone may change whom an open assignment is asked of; more of them than do."""
    roles = {assignment.role, f"deputy_{assignment.role}"}
    places = {assignment.organisation, pcn.code}
    people = {assignment.person, assignment.on_behalf_of}
    people |= {held.person for held in pcn.roles if held.role in roles and held.at in places}
    people |= {cover.by for cover in pcn.cover if cover.for_ in people}
    for held in pcn.roles:
        if held.person in people:
            yield from held.turns()
    for cover in pcn.cover:
        if cover.for_ in people or cover.by in people:
            yield from cover.turns()
    for absence in pcn.absences:
        if absence.person in people:
            yield from absence.turns()
