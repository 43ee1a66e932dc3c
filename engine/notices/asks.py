"""The email that asks: its subject, and what stands above the question."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Literal

from definitions.models.definition import Step
from engine import events as e
from engine.dates.clock import LONDON
from engine.expressions.scope import Scope
from engine.notices.notice import notice
from engine.notices.succession import whom_to_ask
from engine.people.addresses import asked_address, manager_of
from engine.state.workflow import Assignment


def day_month(at: datetime) -> str:
    local = at.astimezone(LONDON)
    return f"{local.day} {local:%B}"


def assignment_title(scope: Scope, assignment: Assignment) -> str:
    step = scope.state.process.steps[assignment.step]
    return scope.title(step, assignment)


def ask(
    scope: Scope, assignment: Assignment, only: Literal["", "unasked"] = "", because: str = "", before: Sequence[str] = ()
) -> Iterator[e.Notice]:  # fmt: skip
    """What asks for an assignment; where nobody could be found, the question whom to ask. `only` as in `Notice`; `because`:
    why it is asked of another, and `before`: what was said until then."""
    step = scope.state.process.steps[assignment.step]
    title = scope.title(step, assignment)
    if assignment.unfilled:
        if manager := manager_of(scope):
            practice = scope.state.pcn.organisation_name(assignment.organisation)
            subject = f"Whom should we ask at {practice}? {title}"
            text = whom_to_ask(scope, assignment, because)
            yield notice(scope, "question", manager, subject, assignment, step, only=only, text=text)
        return
    if to := asked_address(scope, assignment):
        subject = subject_of(scope, step, assignment, title)
        text = _first_words(scope, step, assignment)
        yield notice(scope, "ask", to, subject, assignment, step, only=only, text=text, items=list(before))


def _first_words(scope: Scope, step: Step, assignment: Assignment) -> str:
    """What stands above the question: what the manager wrote, or why a signature is asked for again (rule 12)."""
    before = scope.state.asked_before(step.id, assignment.organisation, assignment.role)
    if step.signs and before is not None and before.counts and before.response is not None:
        signed = day_month(before.response.at)
        return f"What was signed on {signed} has been changed since, so that signature no longer stands. Please look again."
    return assignment.text


def subject_of(scope: Scope, step: Step, assignment: Assignment, title: str) -> str:
    """`Your figures for Q3: 10 minutes, by Fri 15 January`, as the tone guide has it (domain 2.5)."""
    takes = step.takes or ""
    by = (
        f"by {assignment.due.at.astimezone(LONDON):%a} {day_month(assignment.due.at)}"
        if assignment.due and assignment.due.at > scope.now  # nobody is asked by a day that has passed
        else ""
    )
    tail = ", ".join(part for part in (takes, by) if part)
    return f"{title}: {tail}" if tail else title
