"""The state of a workflow: what its events come to. Frozen values, folded by `engine/folding.py`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Literal

from definitions.bundle import Process
from definitions.directory import Pcn
from engine.calendar import Calendar
from engine.events import Actor, PlannedRung, When

StepStatus = Literal["waiting", "open", "closed", "skipped"]
AssignmentStatus = Literal["open", "answered", "carried", "ended"]
WorkflowStatus = Literal["open", "held", "completed", "stopped", "withdrawn"]


@dataclass(frozen=True, slots=True)
class Response:
    """One numbered attempt to answer."""

    number: int
    at: datetime
    actor: Actor
    answers: Mapping[str, Any]
    outcome: str
    late: bool
    counts: bool
    signed: str = ""


@dataclass(frozen=True, slots=True)
class Reply:
    kind: Literal["more time", "not ours", "question"]
    at: datetime
    text: str
    until: datetime | None
    settled: bool = False
    passed: bool = False


@dataclass(frozen=True, slots=True)
class Assignment:
    """A step asked of one role at one organisation. `climbed` are the rungs that were climbed or passed over."""

    id: str
    step: str
    attempt: int
    organisation: str
    role: str
    person: str
    name: str
    on_behalf_of: str
    list_size: int
    opened_at: datetime
    due: When | None
    rungs: tuple[PlannedRung, ...]
    unfilled: bool = False
    status: AssignmentStatus = "open"
    climbed: frozenset[str] = frozenset()
    chasers: int = 0
    responses: tuple[Response, ...] = ()
    replies: tuple[Reply, ...] = ()
    silence: str = ""

    @property
    def response(self) -> Response | None:
        """The answer that stands."""
        return self.responses[-1] if self.responses else None

    @property
    def answered(self) -> bool:
        return self.status in ("answered", "carried")

    @property
    def reply(self) -> Reply | None:
        """The reply that still stops the ladder."""
        last = self.replies[-1] if self.replies else None
        return None if last is None or last.settled else last

    @property
    def counts(self) -> bool:
        """Counts towards closing: an answer that counts, or silence where the step says it does."""
        return bool(self.silence) or (self.answered and self.response is not None and self.response.counts)

    @property
    def ladder_stopped(self) -> bool:
        """Any response or reply stops the ladder (rule 8)."""
        return self.status != "open" or self.response is not None or self.reply is not None


@dataclass(frozen=True, slots=True)
class StepState:
    """One attempt of a step. `only` names the practice asked again where the others' answers stand."""

    id: str
    attempt: int = 1
    status: StepStatus = "waiting"
    opened_at: datetime | None = None
    closed_at: datetime | None = None
    due: When | None = None
    outcome: str = ""
    missing: tuple[str, ...] = ()
    values: Mapping[str, Any] = field(default_factory=dict)
    assignments: Mapping[str, Assignment] = field(default_factory=dict)
    shortfall: Literal["", "raised", "proceed"] = ""
    short_at: datetime | None = None
    only: str = ""
    chosen: tuple[str, ...] = ()
    locked: bool = False

    @property
    def done(self) -> bool:
        return self.status in ("closed", "skipped")


@dataclass(frozen=True, slots=True)
class WorkflowState:
    """Everything known of one workflow at `version`.

    `earlier` keeps the attempts before the present one, oldest first, by step. `moved` are named dates that
    were given another value. `delay` is in working days, lost to holds. `wanted` are on-demand steps that were
    asked for and are not open yet, with the practices chosen.
    """

    id: str
    version: int
    process: Process
    calendar: Calendar
    pcn: Pcn
    reference: str
    launch: str
    batch: str
    inputs: Mapping[str, Any]
    previous: Mapping[str, Any]
    parent: str
    launched_at: datetime
    launched_by: Actor
    status: WorkflowStatus = "open"
    because: str = ""
    closed_at: datetime | None = None
    held_at: datetime | None = None
    delay: int = 0
    locked: bool = False
    steps: Mapping[str, StepState] = field(default_factory=dict)
    earlier: Mapping[str, tuple[StepState, ...]] = field(default_factory=dict)
    moved: Mapping[str, str] = field(default_factory=dict)
    pending: tuple[tuple[str, str], ...] = ()

    @property
    def over(self) -> bool:
        return self.status in ("completed", "stopped", "withdrawn")

    def assignment(self, assignment_id: str) -> Assignment | None:
        """The assignment of that id in the present attempt of its step, else in an earlier one."""
        step_id = step_of(assignment_id)
        step = self.steps.get(step_id)
        if step is None:
            return None
        for attempt in (step, *reversed(self.earlier.get(step_id, ()))):
            if assignment_id in attempt.assignments:
                return attempt.assignments[assignment_id]
        return None

    def is_current(self, assignment: Assignment) -> bool:
        return self.steps[assignment.step].attempt == assignment.attempt

    def with_step(self, step: StepState) -> WorkflowState:
        return replace(self, steps={**self.steps, step.id: step})


def assignment_id(workflow_id: str, step: str, attempt: int, organisation: str, role: str) -> str:
    """The id an assignment has by what it is; the same whenever it is worked out."""
    return f"{workflow_id}.{step}.{attempt}.{organisation}.{role}"


def workflow_of(assignment: str) -> str:
    """The workflow an assignment's id belongs to."""
    return assignment.split(".", 1)[0]


def step_of(assignment: str) -> str:
    """The step an assignment's id belongs to; empty when it is no assignment's id."""
    parts = assignment.split(".")
    return parts[1] if len(parts) == 5 else ""
