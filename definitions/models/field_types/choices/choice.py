"""choice: one of the options that the field lists, or that an expression gives.

Kept as the option's value, which for a thing of a dataset is its id.

Example::

    {id: on_track, type: choice, options: [yes, at risk, no], label: On track for year end}
"""

from __future__ import annotations

from definitions.models.field_types.declaration import FieldType, Widget
from definitions.models.field_types.options import chosen, preferred_of

TYPE = FieldType(
    name="choice",
    schema={"type": "string"},
    widget=Widget("one of"),
    missing="choose one",
    read=chosen,
    sample=lambda ask, sampling: preferred_of(ask),
    needs="options",
    decides="where it is called so",
)
