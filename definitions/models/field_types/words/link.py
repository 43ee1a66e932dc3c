"""link: a web address.

Kept as text; it begins with https:// or http:// and has no spaces.

Example::

    {id: published_at, type: link, label: Where is it published}
"""

from __future__ import annotations

import re
from typing import Any

from definitions.models.field_types.declaration import FieldSpec, FieldType, Sampling, Widget
from definitions.source.typed_text import BadValue, one_line

_LINK = re.compile(r"https?://[^\s/?#@\\<>\"]+\.?[^\s\\<>\"]*", re.IGNORECASE)
_LONGEST = 2000
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


def _read(ask: FieldSpec, given: Any) -> str:
    text = one_line(given, _LONGEST, "a web address")
    if not _LINK.fullmatch(text):
        raise BadValue("enter a web address that begins with https:// or http://")
    return text


def _sample(ask: FieldSpec, sampling: Sampling) -> str:
    return f"https://example.org/{''.join(sampling.rng.choices(_LETTERS, k=8))}"


TYPE = FieldType(
    name="link",
    schema={"type": "string", "format": "uri"},
    widget=Widget("line", keyboard="url", spelling=False),
    missing="enter a web address",
    read=_read,
    sample=_sample,
    hint=lambda ask: "A web address",
)
