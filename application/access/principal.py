"""A principal: who comes in, and by what they proved it. What somebody typed is never who they are."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from engine.events import ADMINISTRATOR, Actor, Channel

#: What a token may be used for.
Scope = Literal["look", "answer", "manage", "audit"]
SCOPES: dict[Scope, str] = {
    "look": "see workflows, steps and what is asked",
    "answer": "answer what its person is asked, and reply to it",
    "manage": "launch processes, and give every command its person's roles allow",
    "audit": "read the story of a workflow, search the log and verify it",
}


@dataclass(frozen=True, slots=True)
class Principal:
    """Whoever holds the home folder's key, who is nobody of the directory; or the person of the directory of `pcn` whose
    token it is, with the `scopes` it was given.

    `said` is the name that whoever uses the home folder's key gave: it is noted, and proves nothing. `not_nhs_number`: they
    say that what may be an NHS number in what they give is something else.
    """

    person: str = ""
    pcn: str = ""
    scopes: frozenset[Scope] = frozenset(SCOPES)
    said: str = ""
    channel: Channel = "api"
    not_nhs_number: bool = False

    @property
    def is_administrator(self) -> bool:
        return not self.person

    def saying(self, name: str, channel: Channel, not_nhs_number: bool) -> Principal:
        """The same principal, with what this request says of whoever sends it."""
        return replace(self, said=name, channel=channel, not_nhs_number=not_nhs_number)

    def administrator(self, pcn: str = "") -> Actor:
        """The actor of whoever holds the home folder's key, acting for a PCN."""
        return Actor(
            self.said or "The administrator", ADMINISTRATOR, pcn, channel=self.channel, not_nhs_number=self.not_nhs_number
        )  # fmt: skip


#: Whoever holds the home folder's own key.
ADMINISTRATION = Principal()
