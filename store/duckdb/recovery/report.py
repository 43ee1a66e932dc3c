"""What was found when the store was looked at, and what was done, in words for a person. It claims no more than is known."""

from __future__ import annotations

from dataclasses import dataclass, field

from store.duckdb.comparison import Differences
from store.duckdb.losses import Loss


@dataclass(frozen=True, slots=True)
class StorePart:
    """The DuckDB file or the journal: how far it holds without a gap, and what is wrong with it. `head` in hex."""

    events: int = 0
    head: str = ""
    documents: int = 0
    problem: str = ""

    @property
    def whole(self) -> bool:
        return not self.problem


@dataclass(frozen=True, slots=True)
class RecoveryReport:
    """`agree`: as far as both go, they hold the same events. `joined`: how far the two together go without a gap, and
    `known` the last event that either shows was there."""

    file: StorePart
    journal: StorePart
    agree: bool
    joined: int = 0
    known: int = 0
    torn: int = 0  #: bytes at the journal's end of a group without its end
    differences: Differences = field(default_factory=Differences)
    losses: tuple[Loss, ...] = ()  #: of the restores so far
    done: tuple[str, ...] = ()

    @property
    def whole(self) -> bool:
        different = self.differences.rows or self.differences.missing
        return self.file.whole and self.journal.whole and self.agree and not different

    @property
    def loss(self) -> Loss | None:
        """What a restore now would go without; None when nothing can be missing."""
        if self.file.whole and self.journal.whole:
            return None
        return Loss(self.joined, self.known)

    def sentences(self) -> list[str]:
        """The report for a person."""
        said = [_said("The DuckDB file", self.file), _said("The journal", self.journal)]
        if self.torn:
            said.append(f"Its last {self.torn} bytes are of a commit without its end; they do not count.")
        if self.file.whole and self.journal.whole:
            said.append("They hold the same events." if self.agree else "They hold different events.")
        said += self._different()
        if self.loss and not self.done:
            said += [
                f"Together they hold the first {self.joined} events without a gap.",
                self.loss.sentence(),
            ]
        said += self.done
        said += [f"At a restore: {loss.sentence()}" for loss in self.losses]
        if not self.whole:
            said.append(self._then())
        elif not self.losses:
            said.append("Nothing that either of them knows of is missing.")
        return said

    def _different(self) -> list[str]:
        found = [f"Not what the log makes it: {each}." for each in self.differences.rows]
        if self.differences.more:
            found.append(f"So are {self.differences.more} more.")
        return [
            *found,
            *(f"Document {name}, which an event names, is nowhere." for name in self.differences.missing),
        ]

    def _then(self) -> str:
        if self.loss and self.loss.certain:
            return (
                "Put the file or the journal back from a backup if you have one. Without one, "
                "`baton store restore --accept-loss` goes on with what there is."
            )
        if not self.agree and self.file.whole and self.journal.whole:
            return "They are not of one store. Put the right file beside the right journal."
        if self.file.whole and self.journal.whole and not self.differences.rows:
            return "Put what is missing back from a backup: `baton store restore` cannot make it."
        return "Run `baton store restore`: it makes them again from what is whole, and keeps what was there beside them."


def _said(name: str, part: StorePart) -> str:
    if part.whole:
        return f"{name} is whole: {part.events} events, {part.documents} documents."
    return f"{name} is damaged: {part.problem}. {part.events} events before that are whole."
