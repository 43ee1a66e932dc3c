"""The table of what each event does to the state, and how a fold is put into it: of the workflow, a step, an assignment."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeVar

from definitions.loading.bundle import Process
from engine import events as e
from engine.events.declarations import Sets
from engine.events.kinds import Table
from engine.state.children import Child
from engine.state.workflow import (
    Assignment,
    StepState,
    WorkflowState,
)

OpenBundle = Callable[[str], Process]


class BrokenLog(Exception):
    """The log of a workflow does not begin with its launch, or has a gap. Run `baton store check`."""


#: The state after an event; its version is not counted up yet.
Fold = Callable[[Any, WorkflowState, e.Event, OpenBundle], WorkflowState]


def _unchanged(body: e.Body, state: WorkflowState, event: e.Event, open_bundle: OpenBundle) -> WorkflowState:
    return state


#: What an event may declare to set.
_CHANGED: dict[str, type[Any]] = {
    "workflow": WorkflowState,
    "step": StepState,
    "assignment": Assignment,
    "child": Child,
}


def _declared(sets: Sets, body: type[e.Body]) -> Fold:
    """The fold that sets what the event declares."""
    values = sets.getters(_CHANGED[sets.what])

    def fold(body: Any, state: WorkflowState, event: e.Event, open_bundle: OpenBundle) -> WorkflowState:
        if sets.what == "workflow":
            return replace(state, **values(event))
        if sets.what == "step":
            return state.with_step(replace(state.steps[body.step], **values(event)))
        if sets.what == "assignment":
            return with_assignment(state, replace(found(state, body.assignment), **values(event)))
        if (child := state.child(body.child)) is None:
            raise BrokenLog(f"{state.id} started no workflow {body.child}; run `baton store check`")
        return with_child(state, replace(child, **values(event)))

    return fold


FOLDS: Table[Fold] = Table("folds", _unchanged, _declared)
_Workflow = TypeVar("_Workflow", bound=Callable[[Any, WorkflowState, e.Event], WorkflowState])
_Step = TypeVar("_Step", bound=Callable[[Any, StepState, e.Event], StepState])
_Assignment = TypeVar("_Assignment", bound=Callable[[Any, Assignment, e.Event], Assignment])


def of_workflow(body: type[e.Body]) -> Callable[[_Workflow], _Workflow]:
    """The function under this gives the workflow after that event."""

    def register(function: _Workflow) -> _Workflow:
        FOLDS.by_code(body)(lambda body, state, event, _: function(body, state, event))
        return function

    return register


def of_step(body: type[e.Body]) -> Callable[[_Step], _Step]:
    """The function under this gives the step that the event names, as it is after it."""

    def register(function: _Step) -> _Step:
        FOLDS.by_code(body)(
            lambda body, state, event, _: state.with_step(function(body, state.steps[body.step], event))
        )
        return function

    return register


def of_assignment(body: type[e.Body]) -> Callable[[_Assignment], _Assignment]:
    """The function under this gives the assignment that the event names, as it is after it."""

    def register(function: _Assignment) -> _Assignment:
        FOLDS.by_code(body)(
            lambda body, state, event, _: with_assignment(
                state, function(body, found(state, body.assignment), event)
            )
        )
        return function

    return register


def found(state: WorkflowState, assignment_id: str) -> Assignment:
    found = state.assignment(assignment_id)
    if found is None:
        raise BrokenLog(f"{state.id} has no assignment {assignment_id}; run `baton store check`")
    return found


def with_assignment(state: WorkflowState, assignment: Assignment) -> WorkflowState:
    """The state with `assignment` in its attempt of the step."""
    return _in_attempt(
        state, assignment.step, assignment.attempt,
        lambda step: replace(step, assignments={**step.assignments, assignment.id: assignment}),
    )  # fmt: skip


def with_child(state: WorkflowState, child: Child) -> WorkflowState:
    """The state with `child` in the attempt of the step that started it."""
    return _in_attempt(
        state, child.step, child.attempt,
        lambda step: replace(step, children={**step.children, child.id: child}),
    )  # fmt: skip


def _in_attempt(
    state: WorkflowState, step_id: str, attempt: int, changed: Callable[[StepState], StepState]
) -> WorkflowState:
    """The state with that attempt of the step changed, be it the present one or an earlier one."""
    step = state.steps[step_id]
    if step.attempt == attempt:
        return state.with_step(changed(step))
    attempts = tuple(changed(old) if old.attempt == attempt else old for old in state.earlier[step_id])
    return replace(state, earlier={**state.earlier, step_id: attempts})
