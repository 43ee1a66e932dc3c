"""What happens to the tokens that open the API for a person: made, and ended. A stream of the log of their own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from engine.events.kinds import NOTHING, event
from engine.events.values import Body

TOKENS = "tokens"


@event(
    folds=NOTHING,
    notifies=NOTHING,
    rows=NOTHING,
    story="{actor} made a token of the API for {name}{note:because}",
    published=NOTHING,
    stream=TOKENS,
)
@dataclass(frozen=True, slots=True)
class TokenIssued(Body):
    """`sha256` of the token, which is nowhere itself. `person` is an id in the directory of `pcn`, and `name` what it called
    them then; `scopes` are what it is for; `note` where it is used, in somebody's words."""

    sha256: str
    person: str
    pcn: str
    name: str
    scopes: tuple[str, ...]
    expires: datetime
    note: str = ""


@event(
    folds=NOTHING,
    notifies=NOTHING,
    rows=NOTHING,
    story="{actor} ended the token {sha256} of the API{reason:because}",
    published=NOTHING,
    stream=TOKENS,
)
@dataclass(frozen=True, slots=True)
class TokenRevoked(Body):
    """The token opens nothing from now on."""

    sha256: str
    reason: str
