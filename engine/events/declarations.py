"""What an event declares of itself: values it sets, the notice it calls for, the sentence that tells it. Data, no code."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
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

    `what` is the workflow, or the step, the assignment or the child workflow that the event names;
    `Sets("step", status="open", opened_at=AT)`.
    """

    __slots__ = ("values", "what")

    def __init__(self, what: Literal["workflow", "step", "assignment", "child"], /, **values: Any) -> None:
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
        value = value.get(step) if isinstance(value, Mapping) else getattr(value, step)
        if value is None:
            return otherwise
    return value


@dataclass(frozen=True, slots=True)
class Tell:
    """One notice about the event's step, and its assignment where it names one.

    `subject` and `text` are phrases over the event's fields, `place` and `title`. `while_open`: only while the assignment
    still is.
    """

    to: Literal["the manager", "whoever is asked"]
    kind: NoticeKind
    subject: str
    text: str
    while_open: bool = False


class Phrase:
    """A phrase such as `{step:title} was left out{because:because}`.

    A name is a field of the event, by its path, or one of `names`; what stands behind the colon is one of `ways`, by which
    the value is said. Raises ValueError for a name or a way that is not there.
    """

    def __init__(self, text: str, names: Iterable[str], ways: Iterable[str]) -> None:
        self._parts: list[tuple[str, list[str], str]] = []
        for literal, name, way, _ in Formatter().parse(text):
            path = name.split(".") if name is not None else []
            if (path and path[0] not in names) or (way and way not in ways):
                raise ValueError(f"{text!r} has {{{name}:{way}}}, and there is no such name or way to say it")
            self._parts.append((literal, path, way or ""))

    def fill(self, body: Body, names: Mapping[str, Any], ways: Mapping[str, Callable[[Any], str]]) -> str:
        """The phrase in words. What is put in is never read as a phrase again."""
        return "".join(literal + _said(path, way, body, names, ways) for literal, path, way in self._parts)


def _said(
    path: list[str], way: str, body: Body, names: Mapping[str, Any], ways: Mapping[str, Callable[[Any], str]]
) -> str:
    if not path:
        return ""
    value = names[path[0]] if path[0] in names else getattr(body, path[0])
    value = _walked(value, path[1:], "")
    return ways[way](value) if way else str(value)
