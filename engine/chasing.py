"""Climbing ladders: reminders, then a person (domain 2.4)."""

from __future__ import annotations

from definitions.models import Step
from engine import events as e
from engine.folding import CHASING
from engine.notices import rung_people
from engine.state import Assignment
from engine.telling import ladder_names, rung_named
from engine.turn import Turn

#: Automatic chasers an assignment gets at most; then a person rings (design 8).
MOST_CHASERS = 2


def chase(turn: Turn, step: Step) -> None:
    """Climb what is due of every open assignment, and tell the manager of promises that passed."""
    for assignment_id in list(turn.state.steps[step.id].assignments):
        assignment = turn.state.steps[step.id].assignments[assignment_id]
        if assignment.status != "open" or assignment.response is not None:
            continue
        if assignment.ladder_stopped:
            _promise(turn, assignment)
        else:
            _climb(turn, step, assignment)


def _promise(turn: Turn, assignment: Assignment) -> None:
    reply = assignment.reply
    if reply and reply.until and reply.until <= turn.now and not reply.passed:
        turn.emit(e.PromisePassed(assignment.id, assignment.step, reply.until))


def due_rungs(turn: Turn, assignment: Assignment) -> list[str]:
    return [r.rung for r in assignment.rungs if r.at <= turn.now and r.rung not in assignment.climbed]


def _climb(turn: Turn, step: Step, assignment: Assignment) -> None:
    """Climb the last rung that is due; earlier ones that were missed meanwhile are passed over, so that time
    lost to a fault never brings a burst of letters."""
    waiting = due_rungs(turn, assignment)
    for rung_id in waiting[:-1]:
        turn.emit(e.RungSkipped(assignment.id, step.id, rung_id, "a later rung was due as well"))
    if not waiting:
        return
    rung = rung_named(turn.scope, step, waiting[-1])
    if rung.when is not None and not turn.scope.truth(
        rung.when, **ladder_names(turn.scope, step, assignment)
    ):
        turn.emit(e.RungSkipped(assignment.id, step.id, rung.id, "it does not apply"))
    elif rung.register_ in CHASING and assignment.chasers >= MOST_CHASERS:
        turn.emit(e.RungSkipped(assignment.id, step.id, rung.id, "two letters have gone already"))
    else:
        reached = rung_people(turn.scope, rung, assignment)
        names = tuple(person.name if person else assignment.name for person, _ in reached)
        turn.emit(e.RungClimbed(assignment.id, step.id, rung.id, rung.register_, names))
