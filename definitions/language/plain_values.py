"""Values as the log keeps them: plain JSON, exact."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

from definitions.language.named_values import key_of


def plain(value: Any) -> Any:
    """`value` with dates as ISO text, exact numbers as text, and every mapping and list copied."""
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, Fraction):
        return str(value)
    if isinstance(value, Mapping):
        return {str(key): plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(inner) for inner in value]
    if isinstance(value, str):
        return key_of(value)
    if value is None or isinstance(value, int | float | bool):
        return value
    return str(value)
