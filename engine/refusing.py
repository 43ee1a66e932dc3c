"""Refusals: what cannot be done, why, and what to do instead."""

from __future__ import annotations


class Refused(Exception):
    """The command changes nothing. `code` is stable; the message is for the person who asked."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
