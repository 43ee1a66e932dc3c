"""yes/no/na: yes, no or not applicable.

Kept as "yes", "no" or "na".

Example::

    {id: signs_up, type: yes/no/na, label: Are the signs up}
"""

from __future__ import annotations

from definitions.models.field_types.declaration import FieldType, Option, View, Widget
from definitions.models.field_types.options import chosen, label_of, preferred_of

_OPTIONS = (Option("yes", "Yes"), Option("no", "No"), Option("na", "Not applicable"))


def _shown(value: object, view: View) -> str:
    return label_of(_OPTIONS, value)


TYPE = FieldType(
    name="yes/no/na",
    schema={"enum": ["yes", "no", "na"]},
    widget=Widget("one of"),
    missing="choose yes, no or not applicable",
    read=chosen,
    sample=lambda ask, sampling: preferred_of(ask),
    places=frozenset({"form"}),
    options=lambda ask, names: _OPTIONS,
    shown=_shown,
    decides="where it is called so",
)
