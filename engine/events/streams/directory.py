"""What happens to the directory: it changes, and running workflows follow. A stream of the log of its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from engine.events.kinds import NOTHING, event
from engine.events.values import Body

DIRECTORY = "directory"

#: What of the directory changes: a whole PCN ("pcns"), what is said of the PCN itself ("pcn"), or an entry of one of its lists.
Part = Literal[
    "pcns", "pcn", "practices", "former", "people", "roles", "cover", "absences", "closures", "adopted"
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class DirectoryChange:
    """What stood at a place of the directory (None: nothing), and what stands there from now on (None: nothing).

    `at` is the place in the list that `part` names, counted from 0 when the changes before it were made; `pcn` is a code.
    """

    pcn: str
    part: Part
    at: int
    old: Mapping[str, Any] | None
    new: Mapping[str, Any] | None


@event(
    folds=NOTHING,
    notifies=NOTHING,
    rows=NOTHING,
    story="{actor} changed the directory{reason:because}",
    published=NOTHING,
    stream=DIRECTORY,
)
@dataclass(frozen=True, slots=True)
class DirectoryChanged(Body):
    """`file` is the SHA-256 of the bytes of the file it was imported from; empty for what a command changed."""

    changes: tuple[DirectoryChange, ...]
    reason: str
    file: str = ""


@event(
    folds=NOTHING,
    notifies=NOTHING,
    rows=NOTHING,
    story="The workflows under way followed the directory",
    published=NOTHING,
    stream=DIRECTORY,
)
@dataclass(frozen=True, slots=True)
class DirectoryFollowed(Body):
    """Every workflow under way has the membership that the directory had at `version` of this stream, on `day` (ISO)."""

    version: int
    day: str
