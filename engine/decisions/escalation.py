"""Climbing ladders: reminders, then a person (domain 2.4)."""

from __future__ import annotations

from definitions.models.definition import Step
from definitions.models.ladder import CHASING, MOST_CHASERS, WRITING, Rung
from engine import events as e
from engine.decisions.draft import Draft
from engine.decisions.unsent import Unsent
from engine.notices.facts import ladder_names, rung_named
from engine.people.addresses import rung_people
from engine.state.workflow import Assignment


def chase(draft: Draft, step: Step, unsent: Unsent) -> None:
    """Climb what is due of every open assignment."""
    for assignment_id in list(draft.state.steps[step.id].assignments):
        assignment = draft.state.steps[step.id].assignments[assignment_id]
        if assignment.status != "open" or draft.state.is_held(step.id, assignment.organisation):
            continue
        if not assignment.ladder_stopped:
            _climb(draft, step, assignment, asked=assignment.id not in unsent)


def _climb(draft: Draft, step: Step, assignment: Assignment, *, asked: bool) -> None:
    """Climb the last rung that is due and applies. Earlier ones that were missed meanwhile are passed over, so that
    time lost to a fault never brings a burst of emails; but a rung nobody may skip is never passed over."""
    waiting = [rung_named(draft.scope, step, rung) for rung in assignment.due_rungs(draft.now)]
    against = {rung.id: _against(draft, step, assignment, rung, asked) for rung in waiting}
    last = next((rung.id for rung in reversed(waiting) if not against[rung.id]), "")
    for rung in waiting:
        because = against[rung.id]
        if not because and rung.id != last and rung.skippable:
            because = "a later rung was due as well"
        if because:
            draft.emit(e.RungSkipped(assignment.id, step.id, rung.id, because))
        else:
            reached = rung_people(draft.scope, rung, assignment)
            names = tuple(person.name if person else assignment.name for person, _ in reached)
            draft.emit(e.RungClimbed(assignment.id, step.id, rung.id, rung.register_, names))


def _against(draft: Draft, step: Step, assignment: Assignment, rung: Rung, asked: bool) -> str:
    """Why a rung that is due is not climbed; empty when nothing speaks against it."""
    if assignment.called and rung.register_ in WRITING:
        return "somebody is speaking with them already"
    if rung.register_ in WRITING and (assignment.unreached or not asked):
        return "the email that asks is not known to have reached them"
    if rung.register_ in CHASING and assignment.chasers >= MOST_CHASERS:
        return "two emails have gone already"
    if rung.when is not None and not draft.scope.truth(
        rung.when, **ladder_names(draft.scope, step, assignment)
    ):
        return "it does not apply"
    return ""
