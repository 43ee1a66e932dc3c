"""Refusals: what cannot be done, why, and what to do instead."""

from __future__ import annotations

from collections.abc import Sequence

from engine.forms.answers import AnswerProblem, AnswerWarning
from engine.state.workflow import WorkflowState


class Refused(Exception):
    """The command changes nothing. `code` is stable; the message is for the person who asked."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


class Invalid(Exception):
    """The answers have problems; nothing was kept."""

    def __init__(self, problems: Sequence[AnswerProblem]) -> None:
        super().__init__("; ".join(problem.message for problem in problems))
        self.problems = tuple(problems)


class Warned(Exception):
    """The answers could be taken, but look unusual, and nobody has said to send them anyway; nothing was kept."""

    def __init__(self, warnings: Sequence[AnswerWarning]) -> None:
        super().__init__("; ".join(warning.message for warning in warnings))
        self.warnings = tuple(warnings)


def refuse_over(state: WorkflowState) -> None:
    if state.over:
        raise Refused("over", f"{state.reference} is {state.status}; nothing more happens to it")


def required_reason(reason: str, verb: str) -> str:
    if not reason.strip():
        raise Refused("no-reason", f"say why, to {verb}: it goes into the record")
    return reason.strip()
