"""person: somebody, by name.

Kept as it was given: a person's id in the directory, which expressions and emails print as the name, or a name in full.

Example::

    {id: supervisor, type: person, label: Who supervises}
"""

from __future__ import annotations

from typing import Any

from definitions.language.named_values import Named
from definitions.language.names import PERSON
from definitions.language.plain_values import plain
from definitions.models.field_types.declaration import FieldSpec, FieldType, Sampling, View, Widget
from definitions.source.typed_text import one_line

_LONGEST = 200
_PEOPLE = ("Priya Shah", "Tom Okafor", "Helen Marsh", "Dan Evans", "Amina Yusuf", "Ruth Lewis")


def _read(ask: FieldSpec, given: Any) -> str:
    return one_line(given, _LONGEST, "a name")


def _sample(ask: FieldSpec, sampling: Sampling) -> str:
    return sampling.rng.choice(_PEOPLE)


def _seen(value: Any, view: View) -> Any:
    return view.person(value) if isinstance(value, str) else value


def _shown(value: Any, view: View) -> str:
    return str(_seen(value, view))


def _offer(found: Any, ask: FieldSpec) -> Any:
    # A person is typed by name, so a name is what stands in the box.
    return str(found) if isinstance(found, Named) else plain(found)


TYPE = FieldType(
    name="person",
    schema={"type": "string"},
    widget=Widget("line", spelling=False),
    missing="enter a name",
    read=_read,
    sample=_sample,
    named_parts=PERSON,
    seen=_seen,
    shown=_shown,
    offer=_offer,
)
