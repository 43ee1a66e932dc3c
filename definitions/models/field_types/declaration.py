"""What a type of field says about itself. Everything that is done to an answer asks its type and no list of types.

An answer is *given* (typed on a page or at a terminal, or sent by a program), *read* into the value that the log keeps,
*seen* by expressions, *offered* again, and *shown* to people. A reader takes what was read before, and gives the same.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from random import Random
from typing import Any, Literal

from definitions.language.names import LEAF, Parts
from definitions.language.plain_values import plain

#: What stands for an answer where "I don't know" was chosen.
UNKNOWN = "unknown"

#: Where a field may stand: in a form, among the inputs of a launch, as a column of a table.
Place = Literal["form", "input", "column"]

#: How a question is asked. The page draws each of these, and the terminal asks each.
#: line: one box, or a list where there are options · paragraph: a larger box · one of, some of: options to tick ·
#: boxes: several boxes with a name each · day: the three boxes of a date · rows: a table · file: an upload ·
#: tick: one box to tick, beside a statement
Asking = Literal["line", "paragraph", "one of", "some of", "boxes", "day", "rows", "file", "tick"]


@dataclass(frozen=True, slots=True)
class Widget:
    """How the question is asked. `keyboard`: which one a telephone shows; `width`: in characters; `boxes`: their names,
    where there are several; `example`: how it is typed on one line, where that is not plain; `inline`: few short
    options, side by side."""

    asking: Asking
    keyboard: Literal["", "numeric", "decimal", "url"] = ""
    width: int = 0
    prefix: str = ""
    suffix: str = ""
    boxes: tuple[str, ...] = ()
    example: str = ""
    spelling: bool = True
    inline: bool = False


@dataclass(frozen=True, slots=True)
class Option:
    """One thing that may be chosen. `value` is what is stored, `label` what is shown."""

    value: str
    label: str


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """What a field asks, with its options and bounds settled. `least` and `most` are numbers, or dates for a date."""

    options: tuple[Option, ...] = ()
    least: Decimal | date | None = None
    most: Decimal | date | None = None
    max_length: int | None = None
    accept: tuple[str, ...] = ()
    statement: str = ""
    columns: tuple[ColumnSpec, ...] = ()


@dataclass(frozen=True, slots=True)
class ColumnSpec:
    """One column of a table."""

    id: str
    type: FieldType
    label: str
    required: bool
    ask: FieldSpec


@dataclass(frozen=True, slots=True)
class View:
    """What a stored value is seen with: who stands behind an id, and of which type the columns of a table are."""

    person: Callable[[str], str] = str
    organisation: Callable[[str], str] = str
    dataset: Callable[[str], Any] = str
    columns: Mapping[str, FieldType] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Sampling:
    """What a made-up answer is made of: the field's id, the names its expressions see, chance, and what the definition
    offers, where that is no whole answer."""

    id: str
    names: Mapping[str, Any]
    rng: Random
    offered: Any = None


def _as_it_is(value: Any, view: View) -> Any:
    return value


def _plain(found: Any, ask: FieldSpec) -> Any:
    return plain(found)


def _printed(value: Any, view: View) -> str:
    return str(value)


def _never(given: Any) -> bool:
    return False


def _no_hint(ask: FieldSpec) -> str:
    return ""


def _listed(ask: FieldSpec, names: Mapping[str, Any]) -> tuple[Option, ...]:
    return ask.options


@dataclass(frozen=True, slots=True)
class FieldType:
    """One type of field, declared by its module as TYPE.

    name: what a definition calls it. schema: JSON Schema of the value the log keeps. widget: how it is asked.
    missing: what to do when an answer is needed and not there; stands after the label.
    read: what was given, as the value to keep; raises BadValue. sample: an answer that a willing practice might give.
    places: where it may stand. needs, keys: the keys of a field that it cannot be without, and others that are for it.
    bounds: what its `min` and `max` are; `range` those it has unless the field says others.
    options: what may be chosen, from what the field lists and the names around it.
    parts: what expressions can read of the value; `named_parts` once the directory has put names to it.
    seen: the value as expressions see it. shown: as people read it. offer: what an expression found, as it would stand in
    the question. blank: what was given says nothing, though it is not empty. hint: how to write it, under the question.
    longest: characters it may have, where it has a limit. free: people write in their own words, and may name a patient.
    whole: its value is complete in itself, and no piece of a longer number that stands beside it. decides: whether `on` looks at it.
    """

    name: str
    schema: Mapping[str, Any]
    widget: Widget
    missing: str
    read: Callable[[FieldSpec, Any], Any]
    sample: Callable[[FieldSpec, Sampling], Any]
    places: frozenset[Place] = frozenset({"form", "input", "column"})
    needs: str = ""
    keys: frozenset[str] = frozenset()
    bounds: Literal["none", "number", "day"] = "none"
    range: tuple[int | None, int | None] = (None, None)
    options: Callable[[FieldSpec, Mapping[str, Any]], tuple[Option, ...]] = _listed
    parts: Parts = LEAF
    named_parts: Parts | None = None
    seen: Callable[[Any, View], Any] = _as_it_is
    shown: Callable[[Any, View], str] = _printed
    offer: Callable[[Any, FieldSpec], Any] = _plain
    blank: Callable[[Any], bool] = _never
    hint: Callable[[FieldSpec], str] = _no_hint
    longest: int = 0
    free: bool = False
    whole: bool = False
    decides: Literal["never", "where it is called so", "always"] = "never"

    def takes(self, key: str) -> bool:
        """Whether a field of this type may have a key that is not for every type."""
        return key == self.needs or key in self.keys or (key in ("min", "max") and self.bounds != "none")
