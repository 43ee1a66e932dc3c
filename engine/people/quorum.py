"""When a step has heard enough to close."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from math import ceil
from typing import Literal

from definitions.language.grammar import CloseWhen, parse_close_when
from definitions.models.definition import Step
from engine.expressions.scope import Scope
from engine.state.workflow import Assignment, StepState, WorkflowState


def rule_of(scope: Scope, step: Step) -> CloseWhen:
    return parse_close_when(step.closing(lambda text: scope.truth(text)))


def still_asked(state: StepState) -> list[Assignment]:
    """The assignments that matter to closing: those that were not ended, nor of a practice that left."""
    return [a for a in state.assignments.values() if a.status != "ended" and not a.withdrawn]


def everyone_in(state: StepState) -> bool:
    """Nobody is waited for any more. When all abstained, nothing was said, and that is not enough."""
    everyone = still_asked(state)
    return all(a.counts or a.abstained for a in everyone) and (
        not everyone or any(a.counts for a in everyone)
    )


def satisfied(scope: Scope, step: Step, state: StepState) -> bool:
    """Enough of what was asked counts, by `close_when`. An answer that does not count is not agreement, and those
    who abstained are left out on both sides."""
    everyone = [a for a in still_asked(state) if not a.abstained]
    counted = [a for a in everyone if a.counts]
    if not counted:
        return not still_asked(state)
    rule = rule_of(scope, step)
    match rule.rule:
        case "all":
            return len(counted) == len(everyone)
        case "any":
            return True
        case "at least":
            return len(counted) >= min(rule.count, len(everyone))
        case "majority":
            return 2 * len(counted) > len(everyone)
        case "list size":
            total = sum(a.list_size for a in everyone)
            if not total:  # asked of nobody who has patients
                return len(counted) == len(everyone)
            # The share is of whole patients, compared without rounding.
            return sum(a.list_size for a in counted) >= rule.share * total - 1e-9


def waits_for_held(state: WorkflowState, step: StepState) -> bool:
    """Somebody who is on hold has not answered."""
    return any(not a.settled and state.is_held(step.id, a.organisation) for a in still_asked(step))


def at_once(scope: Scope, step: Step) -> bool:
    """`any` and `at least N` are enough as soon as they are met; a share waits until the due date, so that every
    practice has the time it was promised."""
    return rule_of(scope, step).rule in ("any", "at least")


def last_due(state: StepState) -> datetime | None:
    """The latest moment anybody still asked was given; None without due dates."""
    dues = [a.due.at for a in still_asked(state) if a.due]
    return max(dues, default=state.due.at if state.due else None)


def closes_now(scope: Scope, step: Step, state: StepState) -> bool:
    """Everyone is in; or enough is in and the window is over, or enough is enough at once; or it was decided."""
    if state.shortfall == "proceed" or everyone_in(state):
        return True
    if not satisfied(scope, step, state):
        return False
    due = last_due(state)
    return at_once(scope, step) or due is None or scope.now >= due


@dataclass(frozen=True, slots=True)
class Quorum:
    """How much of what was asked is in, and how much is needed. `unit` is what `counted`, `needed` and `asked` count:
    answers, or patients of the practices that gave them. Who abstained is counted nowhere."""

    rule: str
    unit: Literal["answers", "patients"]
    counted: int
    needed: int
    asked: int

    @property
    def met(self) -> bool:
        return self.counted >= self.needed

    def __str__(self) -> str:
        """`2 of 4 answers are in, and 4 are needed`; `16,000 of 25,000 patients are in, and 20,000 are needed`."""
        needed = "1 is" if self.needed == 1 else f"{self.needed:,} are"
        return f"{self.counted:,} of {self.asked:,} {self.unit} are in, and {needed} needed"


def quorum_of(state: WorkflowState, step_id: str, now: datetime) -> Quorum:
    """How much of a step is in and how much is needed, of those who are still asked. KeyError for no such step."""
    scope, asked = Scope(state, now), state.steps[step_id]
    rule = rule_of(scope, state.process.steps[step_id])
    everyone = [a for a in still_asked(asked) if not a.abstained]
    counted = [a for a in everyone if a.counts]
    total = sum(a.list_size for a in everyone)
    if rule.rule == "list size" and total:
        share = ceil(rule.share * total - 1e-9)
        return Quorum(str(rule), "patients", sum(a.list_size for a in counted), share, total)
    needed = {"any": 1, "majority": len(everyone) // 2 + 1, "at least": min(rule.count, len(everyone))}
    return Quorum(str(rule), "answers", len(counted), needed.get(rule.rule, len(everyone)), len(everyone))


def missing(state: StepState) -> tuple[str, ...]:
    """Organisations whose answer is not in, each once: named, never estimated (rule 6)."""
    return state.gaps
