"""What the post has done for a workflow so far, and so which of the notices that depend on it go at all."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from engine.events import Notice

#: Notices that ask somebody for an answer, and those that ask nothing of anybody.
ASKING = frozenset({"ask", "reminder", "offer of help"})
TELLING = frozenset({"told", "outcome"})
#: A notice in one of these went in an email, or is in one that is about to go.
WENT = frozenset({"claimed", "sent", "unconfirmed"})


@dataclass(frozen=True, slots=True)
class PostSoFar:
    """`asked`: the readers whom an email has asked or is about to; `waiting`: the assignments whose ask has not gone."""

    asked: frozenset[str] = frozenset()
    waiting: frozenset[str] = frozenset()

    @classmethod
    def of(cls, notices: Iterable[tuple[Notice, str]]) -> PostSoFar:
        """From the notices of a workflow, each with its status."""
        known = [(notice, status) for notice, status in notices if notice.kind in ASKING]
        asked = (notice.reader for notice, status in known if status in WENT)
        waiting = (notice.about for notice, status in known if is_waiting_ask(notice, status))
        return cls(frozenset(asked), frozenset(waiting))

    def goes(self, notice: Notice) -> bool:
        """Whether a notice that is planned now goes at all."""
        if notice.only == "asked":
            return notice.reader in self.asked
        return notice.only != "unasked" or notice.about in self.waiting


def is_waiting_ask(notice: Notice, status: str) -> bool:
    """An ask that has not gone, whose place one with what holds now may take."""
    return notice.kind == "ask" and status == "planned"
