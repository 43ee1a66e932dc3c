"""Climbing ladders: reminders, then a person (domain 2.4)."""

from __future__ import annotations

from datetime import datetime

from definitions.models.definition import Rung, Step
from engine.decisions import due_dates
from engine.decisions.deadlines import is_letter, place_of
from engine.decisions.draft import Turn
from engine.events import workflow as e
from engine.notices.facts import ladder_names, rung_named
from engine.people.addresses import rung_people
from engine.state.fold import CHASING
from engine.state.workflow import Assignment

#: Automatic chasers an assignment gets at most; then a person rings (design 8).
MOST_CHASERS = 2


def chase(turn: Turn, step: Step) -> None:
    """Climb what is due of every open assignment, and tell the manager of promises that passed."""
    for assignment_id in list(turn.state.steps[step.id].assignments):
        assignment = turn.state.steps[step.id].assignments[assignment_id]
        if assignment.status != "open":
            continue
        if assignment.ladder_stopped:
            _promise(turn, assignment)
        else:
            _climb(turn, step, assignment)


def promised(turn: Turn, assignment: Assignment) -> datetime | None:
    """Until when somebody asked for time that nobody has settled yet; a hold moves it on."""
    reply = assignment.reply
    if reply is None or reply.until is None or reply.passed:
        return None
    return due_dates.stretched(turn.scope, reply.until, reply.at, place_of(turn, assignment))


def _promise(turn: Turn, assignment: Assignment) -> None:
    until = promised(turn, assignment)
    if until is not None and until <= turn.now:
        turn.emit(e.PromisePassed(assignment.id, assignment.step, until))


def due_rungs(turn: Turn, assignment: Assignment) -> list[str]:
    return [r.rung for r in assignment.rungs if r.at <= turn.now and r.rung not in assignment.climbed]


def _climb(turn: Turn, step: Step, assignment: Assignment) -> None:
    """Climb the last rung that is due and applies. Earlier ones that were missed meanwhile are passed over, so that
    time lost to a fault never brings a burst of letters; but a rung nobody may skip is never passed over."""
    waiting = [rung_named(turn.scope, step, rung) for rung in due_rungs(turn, assignment)]
    against = {rung.id: _against(turn, step, assignment, rung) for rung in waiting}
    last = next((rung.id for rung in reversed(waiting) if not against[rung.id]), "")
    for rung in waiting:
        because = against[rung.id]
        if not because and rung.id != last and rung.skippable:
            because = "a later rung was due as well"
        if because:
            turn.emit(e.RungSkipped(assignment.id, step.id, rung.id, because))
        else:
            reached = rung_people(turn.scope, rung, assignment)
            names = tuple(person.name if person else assignment.name for person, _ in reached)
            turn.emit(e.RungClimbed(assignment.id, step.id, rung.id, rung.register_, names))


def _against(turn: Turn, step: Step, assignment: Assignment, rung: Rung) -> str:
    """Why a rung that is due is not climbed; empty when nothing speaks against it."""
    if assignment.called and is_letter(rung.register_):
        return "somebody is speaking with them already"
    if rung.register_ in CHASING and assignment.chasers >= MOST_CHASERS:
        return "two letters have gone already"
    if rung.when is not None and not turn.scope.truth(
        rung.when, **ladder_names(turn.scope, step, assignment)
    ):
        return "it does not apply"
    return ""
