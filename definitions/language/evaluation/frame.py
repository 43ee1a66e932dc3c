"""What one evaluation holds: the names it knows, the loops it is in, and what a template has made so far."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from definitions.language.budget import MAX_TEXT, TooMuch
from definitions.language.evaluation.values import items_of
from definitions.language.formats.pieces import Piece


@dataclass(slots=True)
class Frame:
    """One evaluation: the names known, the variables of the loops it is in, and what was printed so far."""

    names: Mapping[str, Any]
    variables: dict[str, Any] = field(default_factory=dict)
    pieces: list[Piece] = field(default_factory=list)
    length: int = 0

    def write(self, piece: Piece) -> None:
        self.length += len(piece.text)
        if self.length > MAX_TEXT:
            raise TooMuch(f"more than {MAX_TEXT:,} characters")
        self.pieces.append(piece)


@dataclass(frozen=True, slots=True)
class Loop:
    """What `loop` is within a loop."""

    index: int
    index0: int
    revindex: int
    first: bool
    last: bool
    length: int
    previtem: Any
    nextitem: Any


def binder(variables: dict[str, Any], names: Sequence[str], unpack: bool) -> Callable[[Any], bool]:
    """What gives a loop's variables their values; always true, so that a condition can ask it first."""

    def bind(value: Any) -> bool:
        if not unpack:
            variables[names[0]] = value
            return True
        parts = items_of(value)
        if len(parts) != len(names):
            raise ValueError(f"{len(names)} names for {len(parts)} values")
        variables.update(zip(names, parts, strict=True))
        return True

    return bind


def loop_at(values: Sequence[Any], index: int) -> Loop:
    """What `loop` is in one turn."""
    length = len(values)
    before = values[index - 1] if index else None
    after = values[index + 1] if index + 1 < length else None
    return Loop(index + 1, index, length - index, index == 0, index + 1 == length, length, before, after)
