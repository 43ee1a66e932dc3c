"""Who acts, as the directory and the log know them: whether a deputy may sign, whether two are one, who typed a name."""

from __future__ import annotations

from datetime import date

from definitions.models.directory import Pcn
from engine.events import Actor


def may_attest(pcn: Pcn, actor: Actor, day: date) -> bool:
    """The directory lets this deputy sign: a cover line with `may: attest` (rule 11)."""
    return any(c.by == actor.person and c.may == "attest" for c in pcn.cover_for(actor.on_behalf_of, day))


def same_person(one: Actor, other: Actor) -> bool:
    """The same human being, as far as the log can tell: by id where both have one, else by name and organisation."""
    if one.person and other.person:
        return one.person == other.person
    return one.organisation == other.organisation and " ".join(one.name.casefold().split()) == " ".join(
        other.name.casefold().split()
    )


def recognised(pcn: Pcn, name: str, organisation: str, asked: str) -> str:
    """The id of whoever typed `name`: the person asked, else somebody with a role at the organisation, else nobody."""
    typed = " ".join(name.casefold().split())
    candidates = [
        asked,
        *(held.person for held in pcn.roles if held.at == organisation),
        *(c.by for c in pcn.cover),
    ]
    for candidate in candidates:
        person = pcn.people_by_id.get(candidate)
        if person and " ".join(person.name.casefold().split()) == typed:
            return person.id
    return ""
