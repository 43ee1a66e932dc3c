"""What a template makes, before it is text: its own words, and the values between them."""

from __future__ import annotations

from typing import Any, NamedTuple


class Piece(NamedTuple):
    """A part of what a template makes: its own text, or a value put in (`typed`), as it is printed."""

    text: str
    value: Any = None
    typed: bool = False
