"""What a workflow waits for: the next moment that matters, and whom it waits for, in a sentence."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from definitions.models.definition import Step
from definitions.models.step_kinds import STEP_KINDS
from engine.dates.calendar import BeyondHorizon
from engine.dates.clock import LONDON
from engine.decisions import children, due_dates
from engine.decisions.advance import short_at
from engine.decisions.assignments import ready
from engine.decisions.draft import Draft
from engine.decisions.hand_overs import next_turn
from engine.decisions.manager_reminders import moments as coming_back
from engine.decisions.unsent import may_fall_silent
from engine.people import quorum
from engine.state.children import Child
from engine.state.workflow import Assignment, StepState, WorkflowState


def next_deadline(state: WorkflowState, now: datetime) -> datetime | None:
    """The first moment after `now` at which time alone moves the workflow; None when only a fact can.

    Before it, `advance` does nothing unless something happens.
    """
    if state.status != "open":
        return None
    draft = Draft(state, now)
    return min((moment for moment in _moments(draft) if moment > now), default=None)


def _moments(draft: Draft) -> Iterator[datetime]:
    for step_id, state in draft.state.steps.items():
        step = draft.state.process.steps[step_id]
        if draft.state.is_held(step_id):
            continue
        if state.status == "waiting":
            if not step.on_demand and not state.refused and ready(draft.state, step):
                yield from _opening(draft, step)
        elif state.status == "closed":
            for assignment in state.assignments.values():
                yield from coming_back(draft, assignment)
        elif state.status == "open" and step.automatic:
            yield from children.due_again(state)
        elif state.status == "open":
            if not quorum.waits_for_held(draft.state, state):
                yield from _of_step(draft, step, state)
            for assignment in state.assignments.values():
                if not draft.state.is_held(step_id, assignment.organisation):
                    yield from _of(draft, step, assignment)


def _of_step(draft: Draft, step: Step, state: StepState) -> Iterator[datetime]:
    due = quorum.last_due(state)
    if due is not None and quorum.satisfied(draft.scope, step, state):
        yield due
    short = short_at(draft, step, state)
    if short is not None and not state.shortfall:
        yield short


def _opening(draft: Draft, step: Step) -> Iterator[datetime]:
    try:
        opens = due_dates.opens_at(draft.scope, step)
    except BeyondHorizon:  # the next advance says so to the manager
        return
    if opens is not None:
        yield opens


def _of(draft: Draft, step: Step, assignment: Assignment) -> Iterator[datetime]:
    yield from coming_back(draft, assignment)
    if assignment.status != "open":
        return
    if (turns := next_turn(draft.state.pcn, assignment, draft.now)) is not None:
        yield turns
    if may_fall_silent(step, assignment) and assignment.due:
        yield assignment.due.at
    if not assignment.ladder_stopped:
        yield from (rung.at for rung in assignment.rungs if rung.rung not in assignment.climbed)


def waiting_for(state: WorkflowState, now: datetime) -> str:
    """`waiting for Elm Tree Surgery and 2 others: Your figures for Q3; next Fri 15 Jan 09:00`."""
    if state.status == "held":
        return f"on hold: {state.because}"
    if state.over:
        return f"{state.status}: {state.because}"
    draft = Draft(state, now)
    parts = []
    for step_id in state.process.order:
        step = state.steps[step_id]
        if step.status != "open":
            continue
        wanted = [a.organisation for a in quorum.still_asked(step) if not a.settled]
        waiting = [state.pcn.organisation_name(code) for code in wanted if not state.is_held(step_id, code)]
        held = [state.pcn.organisation_name(code) for code in wanted if state.is_held(step_id, code)]
        spec = state.process.steps[step_id]
        if spec.automatic:
            parts += [_child(child) for child in step.children.values() if child.status != "closed"]
            continue
        title = draft.scope.title(spec, next(iter(step.assignments.values()), None))
        said = f"{_people(waiting)}: {title}" if waiting else title
        parts.append(f"{said} ({_people(held)} on hold)" if held else said)
    moment = next_deadline(state, now)
    when = f"; next {moment.astimezone(LONDON):%a %-d %b %Y %H:%M}" if moment else ""
    said = "; ".join(parts[:3]) + (f" and {len(parts) - 3} more" if len(parts) > 3 else "")
    return f"waiting for {said}{when}" if parts else f"waiting{when}"


def _child(child: Child) -> str:
    what = f"the workflow {child.id} ({child.definition}{f', {child.item}' if child.item else ''})"
    return f"{what}, which could not be started: {child.because}" if child.status == "refused" else what


def _people(names: list[str]) -> str:
    unique = list(dict.fromkeys(names))
    if len(unique) <= 2:
        return " and ".join(unique)
    return f"{unique[0]} and {len(unique) - 1} others"


def moves(state: WorkflowState, assignment_id: str) -> bool:
    """Whether an answer that was just taken may move the workflow now; a quick look that may say yes for nothing.

    A False is sure: the step waits for others, and for its date.
    """
    assignment = state.assignment(assignment_id)
    if state.status != "open" or assignment is None or not state.is_current(assignment):
        return False
    step, spec = state.steps[assignment.step], state.process.steps[assignment.step]
    if assignment.response is not None and not assignment.response.counts:
        return True  # it is asked again, or sets something off
    if all(other.status != "open" for other in step.assignments.values()) or spec.close_when != "all":
        return True
    response = assignment.response
    return response is not None and (
        bool(spec.actions(response.outcome)) or response.outcome in STEP_KINDS[spec.kind].ends
    )
