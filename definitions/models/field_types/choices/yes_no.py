"""yes/no: one of the two.

Kept as "yes" or "no".

Example::

    {id: published, type: yes/no, label: Is it published}
"""

from __future__ import annotations

from definitions.models.field_types.declaration import FieldType, Option, View, Widget
from definitions.models.field_types.options import chosen, label_of, preferred_of

_OPTIONS = (Option("yes", "Yes"), Option("no", "No"))


def _shown(value: object, view: View) -> str:
    return label_of(_OPTIONS, value)


TYPE = FieldType(
    name="yes/no",
    schema={"enum": ["yes", "no"]},
    widget=Widget("one of", inline=True),
    missing="choose yes or no",
    read=chosen,
    sample=lambda ask, sampling: preferred_of(ask),
    options=lambda ask, names: _OPTIONS,
    shown=_shown,
    decides="where it is called so",
)
