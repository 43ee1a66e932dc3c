"""Reads the named statements of `store/sql/*.sql`.

A statement begins with `-- name: NAME`, then a comment of one line saying what it is for.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

_HERE = Path(__file__).parent / "sql"
_NAME = re.compile(r"^-- name: (\w+)\n-- (.+)\n", re.MULTILINE)


@cache
def load(file: str) -> dict[str, str]:
    """The statements of `sql/{file}.sql` by name. Raises ValueError when one has no purpose or is named twice."""
    text = (_HERE / f"{file}.sql").read_text(encoding="utf-8")
    found = list(_NAME.finditer(text))
    if len(found) != text.count("-- name:"):
        raise ValueError(
            f"{file}.sql: every statement needs `-- name: NAME` and a line saying what it is for"
        )
    statements: dict[str, str] = {}
    for match, following in zip(found, [*found[1:], None], strict=True):
        name = match.group(1)
        if name in statements:
            raise ValueError(f"{file}.sql: {name} is there twice; give one another name")
        statements[name] = text[match.end() : following.start() if following else len(text)].strip()
    return statements
