"""JSON: a value is a value, or text within the template's own quotes; what was typed ends no string and begins no key."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from fractions import Fraction
from typing import Any

from definitions.language.formats.characters import as_json_escapes
from definitions.language.formats.pieces import Piece


class JsonText(str):
    """JSON as the filter `json` wrote it."""


def json_text(pieces: Sequence[Piece]) -> str:
    """The text, in which a value is what JSON has for it, or text where the template's own quotes stand around it."""
    written: list[str] = []
    quoted, escaped = False, False
    for piece in pieces:
        if piece.typed:
            written.append(_within(piece.text) if quoted else _value(piece))
            continue
        written.append(piece.text)
        for character in piece.text:
            if character == '"' and not escaped:
                quoted = not quoted
            escaped = quoted and character == "\\" and not escaped
    return "".join(written)


def dumped(value: Any, indent: int | None = None) -> JsonText:
    """Plain values as JSON, keys sorted; characters that act are escaped."""
    text = json.dumps(value, sort_keys=True, ensure_ascii=False, indent=indent)
    return JsonText(as_json_escapes(text))


def _within(text: str) -> str:
    return dumped(text)[1:-1]


def _value(piece: Piece) -> str:
    value = piece.value
    if isinstance(value, JsonText):
        return str(value)
    if value is None or isinstance(value, bool):
        return dumped(value)
    return dumped(piece.text) if piece.of_words or isinstance(value, date | Fraction) else piece.text
