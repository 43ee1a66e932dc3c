"""The registry of events: each declares, in one place, what every room does with it.

An event is a frozen dataclass under `@event(...)`, which asks how it folds, whom it notifies, which rows it changes,
how the story tells it, and under what name it is published. Each is a declaration (`engine/events/declarations.py`),
NOTHING, or BY_CODE: then the room has a function of its own for it, in its `Table`.

Rooms import downward, so a declaration is data, and a room reads it. No event is dropped in silence: a room whose table
misses one does not import, and a type that nobody declared is an error wherever it turns up.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, fields
from enum import Enum
from typing import Any, Generic, TypeVar

from engine.events.declarations import Of, Sets, Tell
from engine.events.values import Body


class Handling(Enum):
    """What is declared in a word."""

    NOTHING = "nothing"
    BY_CODE = "by code"


NOTHING, BY_CODE = Handling.NOTHING, Handling.BY_CODE


class UnknownEvent(ValueError):
    """An event type this version of Baton does not know. Upgrade Baton before opening this log."""

    def __init__(self, name: str) -> None:
        super().__init__(f"event type {name!r} is not known to this version of Baton; upgrade it first")


class IncompleteRegistry(TypeError):
    """An event and a room contradict each other: a mistake of whoever added one of them."""


@dataclass(frozen=True, slots=True)
class EventKind:
    """A type of event and its declarations.

    `explains` is the path of what explains a date it gives. `facts` name what a line of the story is about, as data.
    `stream`: whose log it stands in, where that is no workflow's.
    """

    body: type[Body]
    folds: Sets | Handling
    notifies: Tell | Handling
    rows: Sets | Handling
    story: str | Handling
    published: str | Handling
    explains: str = ""
    facts: tuple[str, ...] = ()
    stream: str = ""


#: Every type of event, by its name: the name it has in the log.
KINDS: dict[str, EventKind] = {}

Kind = TypeVar("Kind", bound=type[Body])


def event(
    *, folds: Sets | Handling, notifies: Tell | Handling, rows: Sets | Handling, story: str | Handling,
    published: str | Handling, explains: str = "", facts: tuple[str, ...] = (), stream: str = "",
) -> Callable[[Kind], Kind]:  # fmt: skip
    """Register a dataclass as a type of event. Raises IncompleteRegistry for a field it declares and does not have."""

    def register(body: Kind) -> Kind:
        kind = EventKind(body, folds, notifies, rows, story, published, explains, facts, stream)
        for path in _paths(kind):
            if path.partition(".")[0] not in fields_of(body):
                raise IncompleteRegistry(f"{body.__name__} declares {path}, and has no such field")
        KINDS[body.__name__] = kind
        return body

    return register


def _paths(kind: EventKind) -> Iterator[str]:
    for declared in (kind.folds, kind.rows):
        if isinstance(declared, Sets):
            yield from (value.path for value in declared.values.values() if isinstance(value, Of))
    if kind.explains:
        yield kind.explains


def fields_of(body: type[Body]) -> frozenset[str]:
    """The names of the event's own fields."""
    return frozenset(field.name for field in fields(body))  # type: ignore[arg-type]


def kind_named(name: str) -> EventKind:
    """The kind of that name. Raises UnknownEvent."""
    try:
        return KINDS[name]
    except KeyError:
        raise UnknownEvent(name) from None


def streams() -> frozenset[str]:
    """The streams of the log that are no workflow: nobody can hold one, or answer it."""
    return frozenset(kind.stream for kind in KINDS.values() if kind.stream)


Doing = TypeVar("Doing", bound=Callable[..., Any])


class Table(Generic[Doing]):
    """What one room does with each type of event.

    `aspect` names the declaration it reads, `nothing` is what it does for NOTHING, and `read` makes of a declaration what
    it does for an event of that type. `complete` is called once the room's own functions are there.
    """

    def __init__(self, aspect: str, nothing: Doing, read: Callable[[Any, type[Body]], Doing]) -> None:
        self._aspect, self._nothing, self._read = aspect, nothing, read
        self._code: dict[type[Body], Doing] = {}
        self._doing: dict[type[Body], Doing] = {}

    def by_code(self, body: type[Body]) -> Callable[[Doing], Doing]:
        """The function under this is what the room does for `body`."""

        def register(function: Doing) -> Doing:
            self._code[body] = function
            return function

        return register

    def complete(self, kinds: Iterable[EventKind] | None = None) -> None:
        """Read every declaration. Raises IncompleteRegistry where a function is missing, or nothing asks for one."""
        for kind in KINDS.values() if kinds is None else kinds:
            declared, code = getattr(kind, self._aspect), self._code.get(kind.body)
            if (declared is BY_CODE) != (code is not None):
                wrong = "has no function for it" if code is None else "has a function that nothing asks for"
                raise IncompleteRegistry(f"{kind.body.__name__} {self._aspect}: {declared}; the room {wrong}")
            if code is not None:
                self._doing[kind.body] = code
            else:
                self._doing[kind.body] = (
                    self._nothing if declared is NOTHING else self._read(declared, kind.body)
                )

    def __getitem__(self, body: type[Body]) -> Doing:
        try:
            return self._doing[body]
        except KeyError:
            raise UnknownEvent(body.__name__) from None
