"""Climbing ladders: reminders, then a person (domain 2.4)."""

from __future__ import annotations

from datetime import datetime

from definitions.models.definition import Step
from definitions.models.ladder import Rung
from engine import events as e
from engine.decisions import due_dates
from engine.decisions.deadlines import closures_apply_at, is_email
from engine.decisions.draft import Draft
from engine.decisions.unsent import Unsent
from engine.notices.facts import ladder_names, rung_named
from engine.people.addresses import rung_people
from engine.state.fold import CHASING
from engine.state.workflow import Assignment

#: Automatic chasers an assignment gets at most; then a person rings (design 8).
MOST_CHASERS = 2


def chase(draft: Draft, step: Step, unsent: Unsent) -> None:
    """Climb what is due of every open assignment, and tell the manager of promises that passed."""
    for assignment_id in list(draft.state.steps[step.id].assignments):
        assignment = draft.state.steps[step.id].assignments[assignment_id]
        if assignment.status != "open":
            continue
        if assignment.ladder_stopped:
            _promise(draft, assignment)
        else:
            _climb(draft, step, assignment, asked=assignment.id not in unsent)


def promised(draft: Draft, assignment: Assignment) -> datetime | None:
    """Until when somebody asked for time that nobody has settled yet; a hold moves it on."""
    reply = assignment.reply
    if reply is None or reply.until is None or reply.passed:
        return None
    return due_dates.stretched(draft.scope, reply.until, reply.at, closures_apply_at(draft, assignment))


def _promise(draft: Draft, assignment: Assignment) -> None:
    until = promised(draft, assignment)
    if until is not None and until <= draft.now:
        draft.emit(e.PromisePassed(assignment.id, assignment.step, until))


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
    if assignment.called and is_email(rung.register_):
        return "somebody is speaking with them already"
    if is_email(rung.register_) and (assignment.unreached or not asked):
        return "the email that asks is not known to have reached them"
    if rung.register_ in CHASING and assignment.chasers >= MOST_CHASERS:
        return "two emails have gone already"
    if rung.when is not None and not draft.scope.truth(
        rung.when, **ladder_names(draft.scope, step, assignment)
    ):
        return "it does not apply"
    return ""
