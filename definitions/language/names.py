"""The names an expression or template may use, by the place where it stands: the one table of them.

The checker refuses what is not in it (`definitions.checks.scopes`), the engine gives what is (`engine.expressions.scope`),
and the reference prints it. What a definition itself adds (its inputs, dates, steps, fields, the items of a group) is
filled in by both for the names that are marked DEFINED here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal


@dataclass(frozen=True, slots=True)
class Parts:
    """What can be read from a value. `parts` None: anything. `item`: it is a list of these."""

    parts: Mapping[str, Parts] | None = None
    item: Parts | None = None


ANY = Parts()
LEAF = Parts({})
PERSON = Parts(dict.fromkeys(("id", "name", "email", "phone"), LEAF))
ORGANISATION = Parts(dict.fromkeys(("code", "name", "list_size"), LEAF))
#: Stands for a name whose parts the definition says.
DEFINED = Parts()


def _of(*names: str) -> Parts:
    return Parts(dict.fromkeys(names, LEAF))


PRACTICE = Parts(
    {**dict.fromkeys(("code", "name", "list_size", "weighted_list_size"), LEAF), "tags": Parts({}, LEAF)}
)
DATE = _of("year", "month", "day")

_LAUNCH: Mapping[str, Parts] = {
    "inputs": DEFINED,
    "pcn": ORGANISATION,
    "practices": Parts({}, PRACTICE),
    "calendar": ANY,
    "today": DATE,
}
_ANYWHERE: Mapping[str, Parts] = {
    **_LAUNCH,
    "dates": DEFINED,
    "answers": DEFINED,
    "values": DEFINED,
    "workflow": _of("id", "reference"),
    "children": DEFINED,
}
_AROUND: Mapping[str, Parts] = {
    "practice": PRACTICE,
    "person": _of("id", "name"),
    "manager": PERSON,
    "assignment": _of("due", "person"),
    "step": _of("id", "title", "takes"),
}

Place = Literal[
    "launch", "definition", "where", "automatic", "title", "words", "form", "response", "outcome", "outcome of one", "rung",
]  # fmt: skip

#: Place by place. `practice`, `person`, `manager` and `assignment` are None where there is nobody: a text about the
#: whole PCN has no practice.
NAMES: Mapping[Place, Mapping[str, Parts]] = MappingProxyType({
    # The reference of a launch, and its inputs: nothing has begun.
    "launch": _LAUNCH,
    # Dates, and what is about a step as a whole: when, assign, close_when, if_short, ladder, values, start_inputs.
    "definition": _ANYWHERE,
    # Which practices a step concerns, practice by practice.
    "where": {**_ANYWHERE, "practice": PRACTICE},
    # What steps say that ask nobody: notify, produce, compute.
    "automatic": {**_ANYWHERE, "step": _of("id", "takes")},
    # The title of a step, which cannot be made of itself.
    "title": {**_ANYWHERE, **_AROUND, "step": _of("id", "takes")},
    # What a step says to whom it asks: why, statement.
    "words": {**_ANYWHERE, **_AROUND},
    # The form and its checks; in a group also the item by its name, and in keys OF_ANSWERS the fields by their ids.
    "form": {**_ANYWHERE, **_AROUND, "previous": DEFINED},
    # What is made of one answer: stop_if, stop_message, counts_if.
    "response": {**_ANYWHERE, **_AROUND, "previous": DEFINED, "response": DEFINED},
    # What an outcome sets off; where the step is asked of one, the answer is known.
    "outcome": _ANYWHERE,
    "outcome of one": {**_ANYWHERE, "response": DEFINED},
    # The rungs of a ladder, which serves many definitions and knows nothing of one.
    "rung": {
        **{name: _ANYWHERE[name] for name in ("pcn", "workflow", "calendar", "today")},
        **_AROUND,
        "assignment": _of("due", "person", "needed", "unreached", "left_open"),
    },
})  # fmt: skip

#: Every name of the table. A field cannot be called so, and neither `list_size`, which each answer has, nor `loop`.
RESERVED: frozenset[str] = frozenset(name for names in NAMES.values() for name in names) | {
    "list_size",
    "loop",
}

#: Keys of a field or a check that see what is answered: the fields by their ids, also those beside it in a group.
OF_ANSWERS = frozenset({"show_if", "required_if", "warn", "warn_message", "check", "message"})

_OF_DEFINITION = frozenset(
    {"when", "values", "start_inputs", "assign", "close_when", "if_short", "ladder", "for_each"}
)
_OF_RESPONSE = frozenset({"stop_if", "stop_message", "counts_if"})
_OWN_PLACE: Mapping[str, Place] = {"where": "where", "title": "title", "form": "form", "checks": "form"}


def place_of(key: str, automatic: bool, several: bool) -> Place:
    """The place that a step's key is. `automatic`: it asks nobody; `several`: it asks more than one."""
    if key in _OF_DEFINITION:
        return "definition"
    if automatic:
        return "automatic"
    if key == "on":
        return "outcome" if several else "outcome of one"
    return "response" if key in _OF_RESPONSE else _OWN_PLACE.get(key, "words")
