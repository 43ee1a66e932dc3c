"""Where checks put what they find: problems, each at the place of the part it is about."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from definitions.source.document import Document, KeyPath
from definitions.source.problems import Problem, nearest


class Catalogue(Protocol):
    """What else there is to name: ladders, datasets and definitions, by id."""

    @property
    def ladder_ids(self) -> Collection[str]: ...
    @property
    def dataset_ids(self) -> Collection[str]: ...
    @property
    def definition_ids(self) -> Collection[str] | None:
        """None when nobody knows."""
        ...

    def inputs_of(self, definition_id: str) -> Mapping[str, bool]:
        """The inputs of a definition that is there, and whether each must be given."""
        ...

    def starts_of(self, definition_id: str) -> Collection[str]:
        """The definitions that one which is there starts."""
        ...


def _same(path: KeyPath) -> KeyPath:
    return path


@dataclass(slots=True)
class Findings:
    """Collects problems of one document. `origin` turns a path of what was saved of the data into one of the file."""

    document: Document
    origin: Callable[[KeyPath], KeyPath] = _same
    problems: list[Problem] = field(default_factory=list)

    def written(self, path: KeyPath) -> bool:
        """Whether the file says something at `path`, be it right or wrong."""
        here: Any = self.document.data
        try:
            for part in self.origin(path):
                here = here[part]
        except (LookupError, TypeError):
            return False
        return bool(here)

    def add(
        self, path: KeyPath, code: str, message: str, suggestion: str | None = None, *, word: str = ""
    ) -> None:
        """A problem with the value at `path`, or with `word` inside it."""
        path = self.origin(path)
        place = self.document.within(path, word) if word else self.document.at(path)
        self.problems.append(self.document.problem(place, code, message, suggestion))

    def add_line(self, path: KeyPath, line: int, code: str, message: str) -> None:
        """A problem in a line of the text at `path`, counted from 1."""
        place = self.document.line_of(self.origin(path), line)
        self.problems.append(self.document.problem(place, code, message))

    def add_key(self, path: KeyPath, code: str, message: str, suggestion: str | None = None) -> None:
        """A problem with the key at `path`."""
        place = self.document.key_at(self.origin(path))
        self.problems.append(self.document.problem(place, code, message, suggestion))

    def add_column(self, path: KeyPath, column: int, code: str, message: str, suggestion: str | None) -> None:
        """A problem `column` characters into the text at `path`, counted from 1."""
        place = self.document.inside(self.origin(path), column)
        self.problems.append(self.document.problem(place, code, message, suggestion))

    def must_be_known(self, path: KeyPath, name: str, names: Collection[str], code: str, what: str) -> bool:
        """Whether `name` is one of `names`; a problem with the nearest when it is not."""
        if name in names:
            return True
        self.add(path, code, f"there is no {what} {name!r}", nearest(name, names), word=name)
        return False
