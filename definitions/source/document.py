"""A file as it was read: its data, and the place of every key and value, so that a problem is told where it stands."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from definitions.source.problems import Problem
from definitions.source.text import SourceText

#: Where a value stands: keys and list indices from the top.
KeyPath = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """A line and column, counted from 1."""

    line: int
    column: int


@dataclass(slots=True)
class Document:
    """A file read: its data, and where each part of it stands. `texts`: the data with every value as it was written."""

    file: str
    source: SourceText
    data: dict[str, Any] = field(default_factory=dict)
    texts: dict[str, Any] = field(default_factory=dict)
    keys: dict[KeyPath, Place] = field(default_factory=dict)
    values: dict[KeyPath, tuple[Place, Place]] = field(default_factory=dict)
    lines: list[str] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self.lines = self.source.text.split("\n")

    @property
    def text(self) -> str:
        """The text as read; every line ends with a line feed."""
        return self.source.text

    def at(self, path: KeyPath) -> Place:
        """Where the value at `path` begins; of the nearest part around it when it has no place of its own."""
        while path not in self.values and path:
            path = path[:-1]
        return self.values[path][0] if path in self.values else Place(1, 1)

    def key_at(self, path: KeyPath) -> Place:
        """Where the key of `path` stands; its value's place when it is not a key."""
        return self.keys.get(path) or self.at(path)

    def within(self, path: KeyPath, word: str) -> Place:
        """Where `word` first stands inside the text at `path`; the text's beginning when it is not found."""
        if path not in self.values or not word:
            return self.at(path)
        start, end = self.values[path]
        # Not inside a longer name, unless that is the only place where it stands.
        strict = re.compile(r"(?<![\w.])" + re.escape(word) + r"(?!\w)")
        loose = re.compile(re.escape(word))
        return self._first(strict, start, end) or self._first(loose, start, end) or start

    def _first(self, word: re.Pattern[str], start: Place, end: Place) -> Place | None:
        for number in range(start.line, min(end.line, len(self.lines)) + 1):
            line = self.lines[number - 1]
            first = start.column - 1 if number == start.line else 0
            last = end.column - 1 if number == end.line else len(line)
            if found := word.search(line, first, last):
                return Place(number, found.start() + 1)
        return None

    def line_of(self, path: KeyPath, number: int) -> Place:
        """The place of a line of the text at `path`, counted from 1; its beginning where it is folded."""
        start = self.at(path)
        index = start.line - 1 + number
        block = self.lines[start.line - 1][start.column - 1 : start.column] == "|"
        if not block or index >= len(self.lines):
            return start
        return Place(index + 1, len(self.lines[index]) - len(self.lines[index].lstrip()) + 1)

    def inside(self, path: KeyPath, column: int) -> Place:
        """The place `column` characters into the text at `path`, counted from 1; its beginning where it is folded."""
        start, end = self.values.get(path, (self.at(path), self.at(path)))
        line = self.lines[start.line - 1]
        quoted = line[start.column - 1 : start.column] in ("'", '"')
        return Place(start.line, start.column + column - 1 + quoted) if start.line == end.line else start

    def problem(self, place: Place, code: str, message: str, suggestion: str | None = None) -> Problem:
        """A problem in this file."""
        line = min(place.line, len(self.lines))  # libyaml counts a line more where the last one has no end
        most = len(self.lines[line - 1]) + 1
        column = min(place.column, most) if line == place.line else most
        return Problem(self.file, line, self.source.column(line, column), code, message, suggestion)
