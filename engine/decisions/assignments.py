"""Opening a step: skipping it, doing it at once, or asking everyone it is asked of."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import datetime

from definitions.checks.scopes import asked_of_several
from definitions.language.grammar import parse_action
from definitions.models import role_holders
from definitions.models.definition import Step
from definitions.models.step_kinds import STEP_KINDS
from engine import events as e
from engine.dates.clock import london_date
from engine.decisions import children, due_dates
from engine.decisions.draft import Draft
from engine.decisions.due_dates import DateContext
from engine.events.assignment_id import AssignmentId
from engine.events.codec import canonical
from engine.expressions.evaluator import StepTexts
from engine.expressions.scope import Scope
from engine.people.targets import Target, targets
from engine.state.workflow import Assignment, StepState, WorkflowState


def ready(state: WorkflowState, step: Step) -> bool:
    """Everything that comes before is done. A step on demand holds nobody up."""
    return all(
        state.steps[before].done
        or (state.process.steps[before].on_demand and state.steps[before].status == "waiting")
        for before in state.process.predecessors(step.id)
    )


def open_step(draft: Draft, step: Step) -> None:
    """Open `step`, whose turn it is; its `when` decides whether it happens at all."""
    attempt = draft.state.steps[step.id].attempt
    with draft.because_of(_led_to(draft, step)):
        if step.when is not None and not draft.scope.truth(step.when):
            draft.emit(e.StepSkipped(step.id, attempt, "it does not apply here"))
        elif step.awaits_children:
            draft.emit(e.StepOpened(step.id, attempt, None))
            children.request(draft, step)
        elif step.automatic:
            perform(draft, step)
        else:
            current = draft.state.steps[step.id]
            ask_everyone(draft, step, current.chosen, current.text)


def _led_to(draft: Draft, step: Step) -> int:
    """The version of the event that let `step` open: the last close before it, or the launch; 0 when it was a date."""
    state = draft.state
    before = [state.steps[name] for name in state.process.predecessors(step.id)]
    opens = due_dates.opens_at(draft.scope, step) if step.opens is not None else None
    if opens is not None and opens > (due_dates.previous_closed(draft.scope, step) or state.launched_at):
        return 0  # nobody was waited for any longer, only the day
    return max((each.closed_by for each in before), default=1) or 1


def perform(draft: Draft, step: Step, outcome: str = "", because: str = "Baton did it at once") -> None:
    """Do what an automatic step does, and close it."""
    kind = STEP_KINDS[step.kind]
    assert kind.perform is not None  # it is automatic
    values = kind.perform(step, StepTexts(draft.scope, step))
    attempt = draft.state.steps[step.id].attempt
    draft.emit(e.StepClosed(step.id, attempt, outcome or kind.outcome, because, values=values))


def ask_everyone(draft: Draft, step: Step, chosen: tuple[str, ...] = (), text: str = "") -> None:
    """Open `step` with an assignment for everyone it is asked of; skip it when that is nobody."""
    scope, state = draft.scope, draft.state.steps[step.id]
    asking = DateContext(scope, step, draft.now)
    everyone = [t for t in targets(scope, step.assigns, chosen) if _concerned(scope, step, t)]
    if not everyone:
        draft.emit(e.StepSkipped(step.id, state.attempt, "no practice is concerned"))
        return
    opened = [_opened(asking, state.attempt, target, text) for target in everyone]
    carried = {body.assignment: before.id for body in opened if (before := carried_from(scope, step, body))}
    opening = draft.emit(e.StepOpened(step.id, state.attempt, due_dates.due(asking, None), chosen, text))
    with draft.because_of(opening.version):
        for body in opened:
            if body.assignment in carried:
                with draft.quietly():
                    draft.emit(body)
                    draft.emit(e.ResponseCarried(body.assignment, step.id, carried[body.assignment]))
            else:
                draft.emit(body)


def ask_also(draft: Draft, step: Step, practices: tuple[str, ...], text: str = "") -> tuple[str, ...]:
    """Ask practices that an open step was not asked of yet; those it was asked of before are given back."""
    state = draft.state.steps[step.id]
    asking = DateContext(draft.scope, step, draft.now)
    before: list[str] = []
    for target in targets(draft.scope, step.assigns, practices):
        body = _opened(asking, state.attempt, target, text)
        if body.assignment in state.assignments:
            before.append(target.organisation)
        elif _concerned(draft.scope, step, target):
            draft.emit(body)
    return tuple(before)


def ask_latecomer(draft: Draft, step: Step, organisation: str, text: str) -> None:
    """Ask an organisation that joined while the step is open, with as much time as the others had; again, where it was
    asked before it left."""
    state = draft.state.steps[step.id]
    asking = DateContext(draft.scope, step, state.opened_at or draft.now)
    for target in targets(draft.scope, step.assigns, state.chosen):
        if target.organisation != organisation or not _concerned(draft.scope, step, target):
            continue
        body = _opened(asking, state.attempt, target, text, joined=draft.now)
        before = state.assignments.get(body.assignment)
        if before is None:
            draft.emit(body)
        elif before.status == "ended":
            draft.emit(e.AskedAgain(before.id, step.id, text, body.due, body.rungs, True, text))


def ask_instead_of(draft: Draft, assignment: Assignment, organisation: str) -> None:
    """Ask another practice what one was asked that merged into it, unless it is asked the same already."""
    step, state = draft.state.process.steps[assignment.step], draft.state.steps[assignment.step]
    there = draft.state.pcn.practices_by_code.get(organisation)
    asked = any(
        (a.organisation, a.role) == (organisation, assignment.role) for a in state.assignments.values()
    )
    if there is None or asked:
        return
    found = role_holders.speaking_for(draft.state.pcn, assignment.role, organisation, london_date(draft.now))
    target = Target(organisation, assignment.role, found, there.list_size)
    draft.emit(_opened(DateContext(draft.scope, step, draft.now), state.attempt, target, assignment.text))


def _concerned(scope: Scope, step: Step, target: Target) -> bool:
    return step.where is None or scope.truth(step.where, practice=scope.practice(target.organisation))


def _opened(
    asking: DateContext, attempt: int, target: Target, text: str, joined: datetime | None = None
) -> e.AssignmentOpened:
    """`joined`: since when the step is asked of it, where that is later than of the others."""
    scope, step = asking.scope, asking.step
    organisation = None if target.organisation == scope.state.pcn.code else target.organisation
    if joined is None:
        due = due_dates.due(asking, organisation)
    else:
        due = due_dates.due_of_latecomer(asking, organisation, joined)
        asking = replace(asking, since=joined)
    person, name, for_, unfilled = _whom(scope, step, target)
    ladder_id = step.ladder_id(lambda text: scope.truth(text))
    ladder = scope.state.process.ladders[ladder_id] if ladder_id and not unfilled else None
    return e.AssignmentOpened(
        assignment=str(AssignmentId(scope.state.id, step.id, attempt, target.organisation, target.role)),
        step=step.id, attempt=attempt, organisation=target.organisation, role=target.role, person=person,
        name=name, on_behalf_of=for_, due=due, rungs=due_dates.rungs(asking, ladder, due, target.organisation),
        list_size=target.list_size, unfilled=unfilled, text=text,
    )  # fmt: skip


def _whom(scope: Scope, step: Step, target: Target) -> tuple[str, str, str, bool]:
    """Person, name, whom they cover, and whether nobody was found.

    A practice's shared mailbox may complete, never sign (domain 4.2); otherwise the manager is asked whom to ask.
    """
    if target.found:
        return target.found.person.id, target.found.person.name, target.found.for_, False
    practice = scope.state.pcn.practices_by_code.get(target.organisation)
    if practice and practice.mailbox and STEP_KINDS[step.kind].mailbox:
        return "", practice.name, "", False
    manager = role_holders.manager(scope.state.pcn, london_date(scope.now))
    return (manager.id, manager.name, "", True) if manager else ("", "nobody", "", True)


# --- answers that stand


def carried_from(scope: Scope, step: Step, body: e.AssignmentOpened) -> Assignment | None:
    """The earlier assignment whose answer stands in this attempt: the step was reopened for another practice, or
    it is a signature over content that has not changed.

    Only what counted stands: a refusal carried on would send back again by itself, for ever.
    """
    before, now = scope.state.asked_before(step.id, body.organisation, body.role), scope.state.steps[step.id]
    if before is None or not (before.counts or before.abstained) or _sent_back(step, before):
        return None
    others = bool(now.only) and body.organisation not in now.only
    if not step.signs:
        return before if others else None
    if now.sent_back and not others:
        return None
    response = before.response
    same = response is not None and response.signed == content_hash(scope, step, body.organisation)
    return before if same else None


def _sent_back(step: Step, before: Assignment) -> bool:
    response = before.response
    return response is not None and any(
        parse_action(text).kind in ("reopen", "stop") for text in step.actions(response.outcome)
    )


def content_hash(scope: Scope, step: Step, organisation: str) -> str:
    """What a signature of `organisation` covers: the answers and values of the steps it signs, its own of a step
    asked of several and all of a step asked of one. SHA-256, hexadecimal."""
    covered: dict[str, object] = {}
    for signed in step.signs:
        state: StepState = scope.state.steps[signed]
        # Who signs for the PCN signs for what every practice said.
        everyones = organisation == scope.state.pcn.code or not asked_of_several(
            scope.state.process.steps[signed]
        )
        answers = {
            f"{a.organisation}.{a.role}": a.response.answers
            for a in state.assignments.values()
            if a.response and (everyones or a.organisation in (organisation, scope.state.pcn.code))
        }
        covered[signed] = {"answers": answers, "values": state.values}
    return hashlib.sha256(canonical(covered)).hexdigest()
