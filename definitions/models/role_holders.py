"""Who holds a role, or covers it, at an organisation on a day: the directory read as whoever asks somebody reads it (domain 2.3)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from definitions.models.directory import Pcn, Person


@dataclass(frozen=True, slots=True)
class RoleHolder:
    """Who is there to answer. `for_` is whom they cover, and empty when they hold the role themselves."""

    person: Person
    for_: str = ""


def whom(pcn: Pcn, role: str, organisation: str, day: date) -> RoleHolder | None:
    """The first holder of `role` who is there on `day`, else whoever covers one; None when all are away.

    Nobody is asked silently in another's place: with None, the manager is asked whom to ask.
    """
    holders = pcn.holders(role, organisation, day)
    for holder in holders:
        if not pcn.is_away(holder.id, day):
            return RoleHolder(holder)
    for holder in holders:
        if found := covering(pcn, holder.id, day):
            return found
    return None


def where_held(pcn: Pcn, role: str, organisation: str, day: date) -> str:
    """Where `role` is held for `organisation`: there, or at the PCN where only the PCN has it.

    So the clinical director can be asked about a practice (domain 2.4: a word with its GP lead).
    """
    if pcn.holders(role, organisation, day) or not pcn.holders(role, pcn.code, day):
        return organisation
    return pcn.code


def speaking_for(pcn: Pcn, role: str, organisation: str, day: date) -> RoleHolder | None:
    """Who does at `organisation`, or about it, what `role` does. Nobody is sent to speak with their own practice: the
    deputy goes, where the PCN has one."""
    place = where_held(pcn, role, organisation, day)
    found = whom(pcn, role, place, day)
    if found is None or place == organisation or not works_at(pcn, found.person.id, organisation, day):
        return found
    deputy = whom(pcn, f"deputy_{role}", pcn.code, day)
    return deputy if deputy and not works_at(pcn, deputy.person.id, organisation, day) else found


def works_at(pcn: Pcn, person: str, organisation: str, day: date) -> bool:
    """The person holds a role there."""
    return any(held.person == person and held.at == organisation and held.holds_on(day) for held in pcn.roles)


def covering(pcn: Pcn, person: str, day: date) -> RoleHolder | None:
    """Who covers `person` on `day`."""
    for cover in pcn.cover_for(person, day):
        return RoleHolder(pcn.people_by_id[cover.by], for_=person)
    return None


def named(pcn: Pcn, person: str, day: date) -> RoleHolder | None:
    """A person asked by name, or their cover while they are away."""
    known = pcn.people_by_id.get(person)
    if known is None or pcn.is_away(person, day):
        return covering(pcn, person, day)
    return RoleHolder(known)


def manager(pcn: Pcn, day: date) -> Person | None:
    """The PCN's manager on `day`, or who covers; the first holder when even the cover is away."""
    found = whom(pcn, "pcn_manager", pcn.code, day)
    if found:
        return found.person
    holders = pcn.holders("pcn_manager", pcn.code, day)
    return holders[0] if holders else None


def is_vacant(pcn: Pcn, role: str, organisation: str, day: date) -> bool:
    """Nobody holds the role at all on `day`, here or covered."""
    return not pcn.holders(role, organisation, day)
