"""organisation: the PCN or a practice, chosen by name; elsewhere by its ODS code.

Kept as the ODS code in capitals, which expressions and emails print as the name.

Example::

    {id: employer, type: organisation, label: Who employs the person}
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from definitions.language.names import ORGANISATION
from definitions.models.field_types.declaration import FieldSpec, FieldType, Option, Sampling, View, Widget
from definitions.models.field_types.options import meant
from definitions.models.primitives import ODS_CODE
from definitions.source.typed_text import BadValue, as_text, look_alike


def _read(ask: FieldSpec, given: Any) -> str:
    text = look_alike(as_text(given, "an ODS code"))
    if (offered := meant(ask.options, text)) is not None:
        return offered
    if not ODS_CODE.fullmatch(text.upper()):
        raise BadValue("enter an ODS code, for example Y90001")
    return text.upper()


def _options(ask: FieldSpec, names: Mapping[str, Any]) -> tuple[Option, ...]:
    """The PCN and its practices, to choose from by name: nobody knows ODS codes by heart."""
    places = (*(names.get("practices") or ()), names.get("pcn"))
    return tuple(Option(str(place["code"]), str(place["name"])) for place in places if place)


def _sample(ask: FieldSpec, sampling: Sampling) -> str:
    practice = sampling.names.get("practice")
    code = practice.get("code") if isinstance(practice, Mapping) else None
    return str(code or (ask.options[0].value if ask.options else "Y90001"))


def _seen(value: Any, view: View) -> Any:
    return view.organisation(value) if isinstance(value, str) else value


def _shown(value: Any, view: View) -> str:
    return str(_seen(value, view))


def _hint(ask: FieldSpec) -> str:
    return "" if ask.options else "An ODS code, such as Y90001"


TYPE = FieldType(
    name="organisation",
    schema={"type": "string", "pattern": f"^{ODS_CODE.pattern}$"},
    widget=Widget("line", width=10, spelling=False),
    missing="choose or enter an organisation",
    read=_read,
    sample=_sample,
    options=_options,
    named_parts=ORGANISATION,
    seen=_seen,
    shown=_shown,
    hint=_hint,
)
