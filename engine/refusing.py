"""Refusals: what cannot be done, why, and what to do instead."""

from __future__ import annotations

from collections.abc import Sequence

from engine.answers import Caution, Problem


class Refused(Exception):
    """The command changes nothing. `code` is stable; the message is for the person who asked."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


class Invalid(Exception):
    """The answers have problems; nothing was kept."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("; ".join(problem.message for problem in problems))
        self.problems = tuple(problems)


class Warned(Exception):
    """The answers could be taken, but look unusual, and nobody has said to send them anyway; nothing was kept."""

    def __init__(self, warnings: Sequence[Caution]) -> None:
        super().__init__("; ".join(warning.message for warning in warnings))
        self.warnings = tuple(warnings)
