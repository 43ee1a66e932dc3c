"""What an event declares of itself: values it sets, the notice it calls for, the sentence that tells it. Data, no code."""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterable, Mapping
from dataclasses import dataclass, fields
from enum import Enum
from string import Formatter
from typing import Any, Literal

from engine.events.values import Body, Event, NoticeKind


@dataclass(frozen=True, slots=True)
class Of:
    """A value of the event, by its path: `due.at`. `otherwise` where something on the way is not there."""

    path: str
    otherwise: Any = None


class Circumstance(Enum):
    """What stands around every event: when it happened, and its version."""

    AT = "at"
    VERSION = "version"


AT, VERSION = Circumstance.AT, Circumstance.VERSION


class Sets:
    """One thing whose fields the event gives other values: constants, AT, VERSION, or `Of` the event.

    `what` is the workflow, or the step, the assignment, the child workflow, the link or the message that the event names;
    `Sets("step", status="open", opened_at=AT)`.
    """

    __slots__ = ("values", "what")

    def __init__(
        self, what: Literal["workflow", "step", "assignment", "child", "link", "message"], /, **values: Any
    ) -> None:
        self.what, self.values = what, values

    def getters(self, of: type[Any]) -> Callable[[Event], dict[str, Any]]:
        """The function from an event to the new values, by field of the dataclass `of`. Raises ValueError for one that it
        has not."""
        if unknown := self.values.keys() - {field.name for field in fields(of)}:
            raise ValueError(f"{of.__name__} has no {', '.join(sorted(unknown))} to set")
        each = [(name, getter(value)) for name, value in self.values.items()]
        return lambda event: {name: get(event) for name, get in each}


def found(body: Body, path: str, otherwise: Any = None) -> Any:
    """What stands at `path` of the event's fields; `otherwise` where something on the way is not there."""
    return _walked(body, path.split("."), otherwise)


def getter(value: Any) -> Callable[[Event], Any]:
    """The function from an event to what `value` stands for."""
    if isinstance(value, Of):
        steps = value.path.split(".")
        return lambda event: _walked(event.body, steps, value.otherwise)
    if isinstance(value, Circumstance):
        return lambda event: getattr(event, value.value)
    return lambda event: value


def _walked(value: Any, steps: Iterable[str], otherwise: Any) -> Any:
    for step in steps:
        if value is None:
            break
        value = value.get(step) if isinstance(value, Mapping) else getattr(value, step)
    return otherwise if value is None else value


@dataclass(frozen=True, slots=True)
class Tell:
    """One notice to the manager, about the event's step, and its assignment where it names one.

    `subject` and `text` are phrases over the event's fields, `place` and `title`.
    """

    kind: NoticeKind
    subject: str
    text: str


@dataclass(frozen=True, slots=True)
class Placeholder:
    """A value by its name, and the way in which it is said: `due.at:moment`.

    The name is a field of the event, by its path, or one of what stands around it.
    """

    path: tuple[str, ...]
    way: str

    @classmethod
    def of(cls, text: str, names: Container[str], ways: Container[str]) -> Placeholder:
        """Raises ValueError for a name that is none of `names`, or a way that is none of `ways`."""
        name, _, way = text.partition(":")
        path = tuple(name.split("."))
        if path[0] not in names or (way and way not in ways):
            raise ValueError(f"there is no {text!r}: no such name, or no such way to say it")
        return cls(path, way)

    def value(self, body: Body, names: Mapping[str, Any]) -> Any:
        """What it stands for; None where something on the way is not there."""
        first, *rest = self.path
        return _walked(names[first] if first in names else getattr(body, first), rest, None)


Ways = Mapping[str, Callable[[Any], Any]]


class Phrase:
    """A phrase such as `{step:title} was left out{because:because}`; what stands in braces is a `Placeholder`.

    A part in brackets, `[ until {until:moment}]`, is left out where a value in it is empty.
    """

    def __init__(self, text: str, names: Container[str], ways: Container[str]) -> None:
        """Raises ValueError for a name or a way that is not there."""
        outside_in = enumerate(re.split(r"[\[\]]", text))  # at odd places stands what was in brackets
        self._parts = [(bool(number % 2), _pieces(part, names, ways)) for number, part in outside_in]

    def fill(self, body: Body, names: Mapping[str, Any], ways: Ways) -> str:
        """The phrase in words. What is put in is never read as a phrase again."""
        told: list[str] = []
        for optional, pieces in self._parts:
            values = [(piece, piece.value(body, names)) for piece in pieces if isinstance(piece, Placeholder)]
            if not optional or all(value not in _EMPTY for _, value in values):
                said = {piece: _said(value, piece.way, ways) for piece, value in values}
                told += [piece if isinstance(piece, str) else said[piece] for piece in pieces]
        return "".join(told)


_EMPTY: tuple[Any, ...] = (None, "", ())


def _pieces(text: str, names: Container[str], ways: Container[str]) -> list[str | Placeholder]:
    pieces: list[str | Placeholder] = []
    for literal, name, way, _ in Formatter().parse(text):
        pieces.append(literal)
        if name is not None:
            pieces.append(Placeholder.of(f"{name}:{way}" if way else name, names, ways))
    return pieces


def _said(value: Any, way: str, ways: Ways) -> str:
    value = "" if value is None else value
    return str(ways[way](value) if way else value)
