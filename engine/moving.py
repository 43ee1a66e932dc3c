"""Dates that move after they were given: a named date changes, a hold is lifted, a holiday is announced."""

from __future__ import annotations

from datetime import datetime

from engine import dating
from engine import events as e
from engine.dating import Asking
from engine.state import Assignment
from engine.turn import Turn


def redate(turn: Turn, because: str) -> None:
    """Work out every open assignment's date again; those that changed are moved, with the reason, and said once.

    An external date is never moved by this, nor one that a person gave (rule 4).
    """
    for step_id in turn.state.process.order:
        state = turn.state.steps[step_id]
        if state.status != "open" or state.opened_at is None:
            continue
        step = turn.state.process.steps[step_id]
        if step.due is None:
            continue
        asking = Asking(turn.scope, step, state.opened_at)
        for assignment in list(state.assignments.values()):
            if assignment.status != "open":
                continue
            new = dating.due(asking, _place(turn, assignment))
            if new is not None and _moves(assignment.due, new):
                _move(turn, asking, assignment, new, because)


def _moves(old: e.When | None, new: e.When) -> bool:
    if old is None:
        return True
    return not old.external and old.at != new.at


def _place(turn: Turn, assignment: Assignment) -> str | None:
    return None if assignment.organisation == turn.state.pcn.code else assignment.organisation


def _move(turn: Turn, asking: Asking, assignment: Assignment, new: e.When, because: str) -> None:
    turn.emit(
        e.DeadlineMoved(
            assignment.id,
            assignment.step,
            assignment.due,
            new,
            because,
            rungs_from_now(turn, asking, assignment, new),
        )
    )


def rungs_from_now(
    turn: Turn, asking: Asking, assignment: Assignment, due: e.When
) -> tuple[e.PlannedRung, ...]:
    """The rungs still to come after a date moved: none that has passed, none climbed twice."""
    ladder_id = asking.step.ladder_id(lambda text: asking.scope.truth(text))
    ladder = asking.scope.state.process.ladders[ladder_id] if ladder_id else None
    planned = dating.rungs(asking, ladder, due, assignment.organisation)
    return tuple(rung for rung in planned if rung.at > turn.now and rung.rung not in assignment.climbed)


def grant(turn: Turn, assignment: Assignment, until: datetime, because: str) -> None:
    """Give an assignment another due date, by a person's word."""
    step = turn.state.process.steps[assignment.step]
    asking = Asking(turn.scope, step, assignment.opened_at)
    new = e.When(until, False, because)
    _move(turn, asking, assignment, new, because)
