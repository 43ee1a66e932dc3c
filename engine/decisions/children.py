"""The child workflows of a step: asked for when it opens, waited for, tried again, and read when they have closed.

A step that waits for its children asks nobody and chases nothing: whoever is asked in a child is chased there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, Literal

from definitions.language.exact_numbers import FunctionError
from definitions.language.named_values import Chosen, key_of
from definitions.language.plain_values import plain
from definitions.models.definition import Step
from engine.dates.calendar import BeyondHorizon
from engine.decisions.draft import Decision, Draft
from engine.events import ChildClosed, ChildRefused, ChildRequested
from engine.expressions.scope import Scope
from engine.state.children import Child
from engine.state.workflow import StepState, WorkflowState

#: Children of one step, at most. A process that needs more is one for each PCN, and is launched as that.
MOST_CHILDREN = 100
#: Working days until a child that could not be launched is tried again: the manager has had time to see to it.
_TRIED_AGAIN_AFTER = (1, 1, 2, 5)


def request(draft: Draft, step: Step) -> None:
    """Ask for the children of `step`, one for each item where it names a list.

    Raises FunctionError when there are more than MOST_CHILDREN: the workflow is stuck until a person sees to it.
    """
    attempt = draft.state.steps[step.id].attempt
    items = [None] if step.for_each is None else list(draft.scope.value(step.for_each) or ())
    if len(items) > MOST_CHILDREN:
        raise FunctionError(
            f"{step.id} would start {len(items)} workflows; a step starts {MOST_CHILDREN} at most"
        )
    for number, item in enumerate(items, 1):
        name = f"{draft.state.id}-{step.id}-{attempt}" + (f"-{number}" if step.for_each is not None else "")
        inputs = _inputs(draft.scope, step, item)
        draft.emit(ChildRequested(step.id, step.starts or "", inputs, name.replace("_", "-"), _name_of(item)))


def _inputs(scope: Scope, step: Step, item: Any) -> dict[str, Any]:
    known = {} if step.for_each is None else {"each": item}
    found = {name: scope.kept(text, **known) for name, text in step.start_inputs.items()}
    inputs = {name: value.id if isinstance(value, Chosen) else value for name, value in found.items()}
    return dict(plain(inputs))


def _name_of(item: Any) -> str:
    """What an item of the list is called: its name, its id or code, or what it says."""
    if isinstance(item, Mapping):
        item = next((item[key] for key in ("name", "code", "id") if item.get(key)), "")
    return "" if item is None else key_of(item)


def all_closed(state: StepState) -> bool:
    return all(child.status == "closed" for child in state.children.values())


def outcome_of(state: StepState) -> str:
    """ "completed" when all children were; else what became of the first that was not."""
    return next((c.outcome for c in state.children.values() if c.outcome != "completed"), "completed")


def due_again(state: StepState) -> Iterator[datetime]:
    """When children that could not be launched are tried again."""
    for child in state.children.values():
        if child.status == "refused" and child.again_at is not None:
            yield child.again_at


def launchable(state: WorkflowState, now: datetime) -> Iterator[Child]:
    """The children to be launched now: asked for and not tried, or to be tried again. Whether one is there already is
    for whoever launches it to see. A workflow that is completed may still have to launch one that it does not wait for."""
    if state.status in ("stopped", "cancelled"):
        return
    for child in state.children:
        step = state.steps[child.step]
        current = step.attempt == child.attempt and step.status != "skipped"
        if (current and child.status == "requested") or (
            current and child.status == "refused" and child.again_at is not None and child.again_at <= now
        ):
            yield child


def unwanted(state: WorkflowState) -> Iterator[tuple[Child, str]]:
    """The children that end with what asked for them, each with the reason: of a workflow that was stopped or
    cancelled, or of a step that was begun anew or left out."""
    for child in state.children:
        if child.status == "closed":
            continue
        if state.status in ("stopped", "cancelled"):
            yield child, f"{state.reference}, which started it, was {state.status}: {state.because}"
        elif state.steps[child.step].attempt != child.attempt:
            yield child, f"{state.reference} began the step again that started it"
        elif state.steps[child.step].status == "skipped":
            yield child, f"{state.reference} left out the step that started it"


def refused(
    state: WorkflowState, child_id: str, because: str, now: datetime, *, for_good: bool = False
) -> Decision:
    """What it comes to that a child could not be launched: the manager hears of it the first time, and it is tried again
    on a later working day, unless that could not help, or the workflow is over and nothing wakes it any more."""
    draft = Draft(state, now, cause="launch")
    child = state.child(child_id)
    if child is None or child.status == "closed":
        return draft.decision
    tries = child.tries + 1
    again = None if for_good or state.over else _again(state, now, tries)
    if (child.because, child.again_at) != (because, again) or child.status != "refused":
        draft.emit(ChildRefused(child.step, child.id, because, tries, again))
    return draft.decision


def _again(state: WorkflowState, now: datetime, tries: int) -> datetime | None:
    days = _TRIED_AGAIN_AFTER[min(tries, len(_TRIED_AGAIN_AFTER)) - 1]
    try:
        opens = state.calendar.messaging_opens(now)
        for _ in range(days):
            opens = state.calendar.messaging_opens(opens + timedelta(days=1))
        return opens
    except BeyondHorizon:
        return None


def closed(state: WorkflowState, child: WorkflowState, now: datetime) -> Decision:
    """What it comes to for the parent that a child is over; nothing where that is known."""
    draft = Draft(state, now, cause=f"{child.id}/{child.version}")
    known = state.child(child.id)
    if known is None or known.status == "closed" or not child.over:
        return draft.decision
    outcome = child.status
    assert outcome in ("completed", "stopped", "cancelled")
    answers, values = _said(child, now)
    draft.emit(ChildClosed(known.step, child.id, child.reference, outcome, child.because, answers, values))
    return draft.decision


def assumed_closed(
    state: WorkflowState,
    step: str,
    now: datetime,
    outcome: Literal["completed", "stopped", "cancelled"] = "completed",
    given: Mapping[str, Any] | None = None,
) -> Decision:
    """The children of a step taken to be over, in a simulation that has no others to play: with the `answers` and
    `values` that are `given`."""
    draft, said = Draft(state, now), given or {}
    for child in state.steps[step].children.values() if step in state.steps else ():
        if child.status != "closed":
            what = f"{child.definition}{f' for {child.item}' if child.item else ''}"
            answers, values = plain(said.get("answers", {})), plain(said.get("values", {}))
            draft.emit(ChildClosed(step, child.id, what, outcome, "", answers, values))
    return draft.decision


def _said(child: WorkflowState, now: datetime) -> tuple[dict[str, Any], dict[str, Any]]:
    """The answers and values of a child. What only some roles may see stays in the child's own log."""
    scope = Scope(child, now)
    steps = child.process.steps.values()
    answers = {s.id: plain(scope.answers[s.id]) for s in steps if not s.automatic and not s.visible_to}
    values = {
        s.id: plain(child.steps[s.id].values) for s in steps if s.automatic and child.steps[s.id].values
    }
    return answers, values
