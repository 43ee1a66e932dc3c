"""file: a file that is uploaded, of one of the kinds `accept` lists, up to 10 MB.

Kept as {"name": "plan.pdf", "sha256": "…", "size": 12345}; the bytes are kept as a document under their hash.

Example::

    {id: evidence, type: file, label: The signed plan, accept: [pdf, docx]}
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from typing import Any

from definitions.language.names import LEAF, Parts
from definitions.models.field_types.declaration import FieldSpec, FieldType, Sampling, View, Widget
from definitions.source.typed_text import BadValue, as_text

#: Bytes a file may have: 10 MB.
MOST_BYTES = 10 * 1024 * 1024

_KEYS = ("name", "sha256", "size")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_NAME = re.compile(r"[^\x00-\x1f\x7f/\\:*?\"<>|]{1,200}")


def _read(ask: FieldSpec, given: Any) -> dict[str, Any]:
    if not isinstance(given, Mapping) or not set(given) <= set(_KEYS):
        raise BadValue("choose a file")
    name = as_text(given.get("name"), "the name of the file")
    if not _NAME.fullmatch(name) or name.startswith("."):
        raise BadValue("give the file a plain name, such as figures.xlsx")
    if "." not in name or ending_of(name) not in ask.accept:
        raise BadValue(f"the file must be one of these: {', '.join(ask.accept)}")
    size, sha256 = given.get("size"), given.get("sha256")
    if type(size) is not int or not isinstance(sha256, str) or not _SHA256.fullmatch(sha256):
        raise BadValue("choose the file again")
    if size < 1:
        raise BadValue("the file is empty")
    if size > MOST_BYTES:
        raise BadValue("the file must be smaller than 10 MB")
    return {"name": name, "sha256": sha256, "size": size}


def ending_of(name: str) -> str:
    """What kind of file it is, by its name."""
    return name.rpartition(".")[2].lower()


def _sample(ask: FieldSpec, sampling: Sampling) -> dict[str, Any]:
    sha256 = hashlib.sha256(sampling.rng.randbytes(16)).hexdigest()
    return {
        "name": f"{sampling.id}.{ask.accept[0]}",
        "sha256": sha256,
        "size": sampling.rng.randint(2_000, 200_000),
    }


def _shown(value: Any, view: View) -> str:
    return str(value["name"])


def _hint(ask: FieldSpec) -> str:
    return f"Up to 10 MB: {', '.join(ask.accept)}. Nothing that could identify a patient"


TYPE = FieldType(
    name="file",
    schema={
        "type": "object",
        "properties": {
            "name": {"type": "string"},
            "sha256": {"type": "string", "pattern": f"^{_SHA256.pattern}$"},
            "size": {"type": "integer", "minimum": 1, "maximum": MOST_BYTES},
        },
        "required": list(_KEYS),
        "additionalProperties": False,
    },
    widget=Widget("file"),
    missing="choose a file",
    read=_read,
    sample=_sample,
    places=frozenset({"form"}),
    keys=frozenset({"accept"}),
    parts=Parts(dict.fromkeys(_KEYS, LEAF)),
    shown=_shown,
    hint=_hint,
)
