"""decision: approve, approve with conditions, send back or reject; fewer, or others, where `options` lists them.

Kept as "approved", "approved with conditions", "returned" or "rejected", or as the option chosen.

Example::

    {id: decision, type: decision, label: Your decision}
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from definitions.models.field_types.declaration import FieldSpec, FieldType, Option, Widget
from definitions.models.field_types.options import chosen, preferred_of

#: The answers an approval may give (domain section 5, `signature_decision`).
DECISIONS: Mapping[str, str] = {
    "approved": "Approve",
    "approved with conditions": "Approve with conditions",
    "returned": "Send back",
    "rejected": "Reject",
}


def _options(ask: FieldSpec, names: Mapping[str, Any]) -> tuple[Option, ...]:
    values = [option.value for option in ask.options] or DECISIONS
    return tuple(Option(value, DECISIONS.get(value, value)) for value in values)


TYPE = FieldType(
    name="decision",
    schema={"type": "string"},
    widget=Widget("one of"),
    missing="choose one",
    read=chosen,
    sample=lambda ask, sampling: preferred_of(ask),
    places=frozenset({"form"}),
    keys=frozenset({"options"}),
    options=_options,
    decides="always",
)
