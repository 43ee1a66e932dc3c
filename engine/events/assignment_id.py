"""The id of an assignment: which workflow, step and attempt, asked of which organisation, in which role."""

from __future__ import annotations

import re
from dataclasses import dataclass

#: One way to write a number, so that what is read is what was written: neither "01" nor "²" names an attempt.
_ATTEMPT = re.compile(r"[1-9][0-9]{0,5}", re.ASCII)


class MalformedAssignmentId(ValueError):
    """The text is no assignment's id. `baton status WORKFLOW` lists those that there are."""


@dataclass(frozen=True, slots=True)
class AssignmentId:
    """What an assignment is, and so what it is called: the same whenever it is worked out.

    As text it is `WORKFLOW.STEP.ATTEMPT.ORGANISATION.ROLE`; none of the five holds a full stop. `attempt` counts from 1.
    """

    workflow: str
    step: str
    attempt: int
    organisation: str
    role: str

    def __str__(self) -> str:
        return f"{self.workflow}.{self.step}.{self.attempt}.{self.organisation}.{self.role}"

    @classmethod
    def parse(cls, text: str) -> AssignmentId:
        """The id that `text` is. Raises MalformedAssignmentId."""
        parts = text.split(".")
        if len(parts) == 5 and all(parts) and _ATTEMPT.fullmatch(parts[2]):
            workflow, step, attempt, organisation, role = parts
            return cls(workflow, step, int(attempt), organisation, role)
        raise MalformedAssignmentId(
            f"{text[:80]!r} is no assignment's id; one is written WORKFLOW.STEP.ATTEMPT.ORGANISATION.ROLE"
        )
