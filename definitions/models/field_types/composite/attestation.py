"""attestation: a statement to agree to, by ticking a box.

Kept as {"agreed": true, "statement_sha256": "…"}: the hash is of the words agreed to.

Example::

    {id: counts_only, type: attestation, statement: These are counts only; nobody can be identified.}
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from definitions.language.names import LEAF, Parts
from definitions.models.field_types.declaration import FieldSpec, FieldType, Sampling, View, Widget
from definitions.source.typed_text import BadValue

_KEYS = ("agreed", "statement_sha256")
_TICKED = frozenset({"yes", "true", "on", "agreed", "1"})
_UNTICKED = frozenset({"", "no", "false", "off", "0"})


def statement_sha256(statement: str) -> str:
    """The hash that an attestation keeps of the words agreed to."""
    return hashlib.sha256(statement.strip().encode()).hexdigest()


def _read(ask: FieldSpec, given: Any) -> dict[str, Any]:
    sha256 = statement_sha256(ask.statement)
    if isinstance(given, Mapping):
        if not set(given) <= set(_KEYS):
            raise BadValue("tick the box if you agree")
        if given.get("statement_sha256") not in (None, sha256):
            raise BadValue(
                "the statement has changed since you read it; please read it again, and tick the box"
            )
        given = given.get("agreed")
    if given is True or (isinstance(given, str) and given.strip().lower() in _TICKED):
        return {"agreed": True, "statement_sha256": sha256}
    raise BadValue("tick the box if you agree")


def _unticked(given: Any) -> bool:
    """Whether the box was left alone."""
    if isinstance(given, Mapping):
        given = given.get("agreed")
    if isinstance(given, str):
        return given.strip().lower() in _UNTICKED
    return given is None or given is False


def _sample(ask: FieldSpec, sampling: Sampling) -> dict[str, Any]:
    return {"agreed": True, "statement_sha256": statement_sha256(ask.statement)}


def _shown(value: Any, view: View) -> str:
    return "Agreed"


TYPE = FieldType(
    name="attestation",
    schema={
        "type": "object",
        "properties": {
            "agreed": {"const": True},
            "statement_sha256": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
        },
        "required": list(_KEYS),
        "additionalProperties": False,
    },
    widget=Widget("tick"),
    missing="tick the box if you agree",
    read=_read,
    sample=_sample,
    places=frozenset({"form"}),
    needs="statement",
    parts=Parts(dict.fromkeys(_KEYS, LEAF)),
    shown=_shown,
    blank=_unticked,
)
