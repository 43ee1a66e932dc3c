"""What a template makes, before it is text: its own words, and the values between them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any, NamedTuple


class Piece(NamedTuple):
    """A part of what a template makes: its own text, or a value put in (`typed`), as it is printed."""

    text: str
    value: Any = None
    typed: bool = False

    @property
    def of_words(self) -> bool:
        """Whether it may hold what somebody typed. A number, a date, or nothing is what it is in every format."""
        return self.typed and not isinstance(self.value, int | float | Decimal | Fraction | date | None)
