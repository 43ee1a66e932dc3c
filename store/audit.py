"""What an audit asks of a store, and what it is told: a search of the log, and the verdict on it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was found of the log and all that stands on it. `intact`: nothing is wrong with any of it.

    `problem` says where the chain breaks, and how. `differences` are sentences about rows and documents that are not what
    the log makes them; `more` how many there are beside those.
    """

    intact: bool
    events: int
    head: str
    problem: str = ""
    differences: tuple[str, ...] = ()
    more: int = 0


@dataclass(frozen=True, slots=True)
class Search:
    """What to look for in the log; an empty field lets everything through.

    `text` is found anywhere in an event's content, in capitals or not. The days are London's, both included.
    """

    person: str = ""
    organisation: str = ""
    type: str = ""
    text: str = ""
    begins: date | None = None
    ends: date | None = None
    limit: int = 200
