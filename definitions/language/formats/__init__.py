"""Output formats: what a template makes for each reader, with structure from its own text and none from what was typed.

Every text that Baton makes of others' words goes through here or through `characters`: templates of definitions, emails,
CSV and JSON, calendar files, and the terminal. A template says its format; nobody remembers to escape.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Literal

from definitions.language.formats import json_text, markdown, plain_text, tables
from definitions.language.formats.pieces import Piece

Format = Literal["markdown", "csv", "json", "text", "line", "email"]

FORMATS: Mapping[Format, Callable[[Sequence[Piece]], str]] = {
    "markdown": markdown.markdown,
    "csv": tables.csv,
    "json": json_text.json_text,
    "text": plain_text.text,
    "line": plain_text.line,
    "email": plain_text.email,
}
