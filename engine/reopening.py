"""Sending back: a new attempt of a step and of all that depends on it; earlier attempts stay."""

from __future__ import annotations

from definitions.grammar import Action, parse_action
from definitions.models import Step
from engine import events as e
from engine.moving import redate
from engine.opening import ask_everyone
from engine.scope import asked_of_several
from engine.turn import Turn


def reopen(turn: Turn, target: str, because: str, organisation: str = "") -> None:
    """A new attempt of `target` and of every step after it that had begun.

    `organisation`: only that practice is asked again, here and in later steps asked of practices; where a step
    asked of practices comes after, the others' answers stand. Steps closed before a lock are left alone (rule 14).
    """
    process = turn.state.process
    for step_id in (target, *process.dependants(target)):
        state = turn.state.steps[step_id]
        if state.status == "waiting" or state.locked:
            continue
        end_open(turn, step_id, "it is asked anew")
        only = organisation if asked_of_several(process.steps[step_id]) else ""
        turn.emit(e.StepReopened(step_id, state.attempt + 1, because, only))


def end_open(turn: Turn, step_id: str, because: str) -> None:
    """End the assignments of a step that nobody answered; their rungs and unsent notices are void (rule 2)."""
    for assignment in list(turn.state.steps[step_id].assignments.values()):
        if assignment.status == "open":
            turn.emit(e.AssignmentEnded(assignment.id, step_id, because))


def actions_of(step: Step, outcome: str) -> tuple[Action, ...]:
    return tuple(parse_action(text) for text in step.actions(outcome))


def act(turn: Turn, step: Step, action: Action, outcome: str, organisation: str = "") -> None:
    """Do what an outcome sets off."""
    because = f"“{turn.scope.text(step.title, **turn.scope.around(step))}” came out as “{outcome}”"
    if action.kind == "stop":
        stop(turn, because)
    elif action.kind == "reopen":
        reopen(turn, action.target, f"sent back: {because}", organisation if action.for_practice else "")
    elif action.kind == "move":
        move_date(turn, action.target, turn.scope.value(action.expression), because)
    elif action.kind == "open":
        target = turn.state.process.steps[action.target]
        if turn.state.steps[target.id].done:
            turn.emit(e.StepReopened(target.id, turn.state.steps[target.id].attempt + 1, because))
        if turn.state.steps[target.id].status == "waiting":
            ask_everyone(turn, target, (organisation,) if organisation else ())


def stop(turn: Turn, because: str, outcome: str = "stopped") -> None:
    """Close the workflow here: everything open ends with it."""
    for step_id in turn.state.process.order:
        end_open(turn, step_id, "the workflow ended")
    turn.emit(e.WorkflowClosed("withdrawn" if outcome == "withdrawn" else "stopped", because))


def move_date(turn: Turn, name: str, value: object, because: str) -> None:
    """Give a named date another value, and every open internal date that counts from it."""
    old = turn.scope.date(name)
    new = str(value)[:10]
    if old is not None and old.day.isoformat() == new:
        return
    turn.emit(e.DateMoved(name, old.day.isoformat() if old else "", new, because))
    redate(turn, because)
