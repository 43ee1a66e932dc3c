"""What people may do to a workflow: each command gives the decision it comes to, or refuses with a reason.

Pure: state, facts and now in; a decision out. What follows from them is `advance`'s business. Refusals change
nothing (rule 9).
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import Any, Literal

from definitions.checks.scopes import asked_of_several
from definitions.language.expressions import ExpressionError
from definitions.language.moments import LAUNCH, names
from definitions.loading.bundle import Process
from definitions.models.definition import MOST_DEEP
from definitions.models.directory import Pcn
from definitions.models.role_holders import is_vacant
from engine import events as e
from engine.commands.command import command
from engine.commands.pins import change_calendar, change_membership, move_named_date
from engine.commands.refusals import Refused, refuse_over, required_reason
from engine.dates.clock import london_date
from engine.decisions import due_dates
from engine.decisions.assignments import ready
from engine.decisions.deadlines import grant, hand_over, redate
from engine.decisions.draft import Decision, Draft
from engine.decisions.rework import open_for, reopen, stop
from engine.expressions.scope import Scope
from engine.state.fold import begin
from engine.state.workflow import Assignment, StepState, WorkflowState

__all__ = [
    "change_calendar",
    "change_membership",
    "decide_shortfall",
    "extend",
    "hold",
    "launch",
    "lift",
    "move_named_date",
    "open_on_demand",
    "reassign",
    "record_conversation",
    "reopen_step",
    "settle_reply",
    "withdraw",
]


@command
def launch(
    workflow_id: str,
    process: Process,
    pcn: Pcn,
    inputs: Mapping[str, Any],
    now: datetime,
    actor: e.Actor,
    *,
    launch_id: str = "",
    batch: str = "",
    previous: Mapping[str, Any] | None = None,
    parent: str = "",
    ancestors: tuple[str, ...] = (),
    key: str = "",
    content: str = "",
) -> Decision:
    """The workflow that begins. `inputs` are checked already (engine/forms/answers.py).

    `key` and `content` are as in `WorkflowLaunched`.

    Raises Refused when a role the definition asks is held by nobody in the PCN, and for a workflow that would start
    itself, or stand too deep below the first: `ancestors` are the definitions above it.
    """
    _refuse_descent(process.definition.id, ancestors)
    body = e.WorkflowLaunched(
        definition=process.definition.id, definition_version=process.definition.version, bundle=process.hash,
        reference=process.definition.title, launch=launch_id or workflow_id, batch=batch or workflow_id,
        inputs=dict(inputs), pcn=pcn.model_dump(mode="json", by_alias=True), previous=dict(previous or {}), parent=parent,
        ancestors=ancestors, key=key, content=content,
    )  # fmt: skip
    state = begin(e.Event(workflow_id, 1, now, actor, "launch", body), {process.hash: process}.__getitem__)
    _refuse_empty_roles(state, now)
    _try_dates(Scope(state, now))
    reference = Scope(state, now).text(process.definition.launch.reference)
    first = e.Event(workflow_id, 1, now, actor, "launch", replace(body, reference=reference))
    return Decision(replace(state, reference=reference), (first,))


def _refuse_descent(definition: str, ancestors: tuple[str, ...]) -> None:
    """What `baton validate` says of a library holds for what was pinned before it said so, too."""
    if definition in ancestors:
        trail = " starts ".join((*ancestors, definition))
        raise Refused("starts-itself", f"it would start itself, for ever: {trail}")
    if len(ancestors) > MOST_DEEP:
        raise Refused(
            "too-deep", f"workflows may be {MOST_DEEP} deep below the first: {' starts '.join(ancestors)}"
        )


def _refuse_empty_roles(state: WorkflowState, now: datetime) -> None:
    """A role at the PCN that nobody holds would stop the workflow half-way: it is said before it starts."""
    day, empty = london_date(now), set()
    for step in state.process.definition.steps:
        for assign in step.assigns:
            if (
                assign.role
                and assign.at == "the PCN"
                and is_vacant(state.pcn, assign.role, state.pcn.code, day)
            ):
                empty.add(assign.role)
    if empty:
        raise Refused(
            "role-nobody-has",
            f"nobody at {state.pcn.name} holds {', '.join(sorted(empty))}; name somebody in the directory file, then launch again",
        )


def _try_dates(scope: Scope) -> None:
    """Work out every date that is known already, so that one past the calendar's horizon is refused at launch and
    not half-way. Raises BeyondHorizon."""
    dates = scope.state.process.definition.dates
    for name in dates:
        with suppress(ExpressionError):  # it counts on an answer that is still to come
            scope.date(name)
    for step in scope.state.process.definition.steps:
        for text in (step.opens, step.due):
            if text and names(scope.state.process.moment(text)) <= {LAUNCH, *dates}:
                with suppress(ExpressionError):
                    scope.resolve(text, external=text == step.due and due_dates.is_external(scope, step))


# --- holding, lifting, ending


@command
def hold(state: WorkflowState, reason: str, now: datetime, actor: e.Actor) -> Decision:
    """Stop the clock, for a reason (rule 10). Answers are still taken."""
    refuse_over(state)
    if state.status == "held":
        raise Refused("already-held", f"{state.reference} is on hold already: {state.because}")
    draft = Draft(state, now, actor, "hold")
    draft.emit(e.WorkflowHeld(required_reason(reason, "hold")))
    return draft.decision


@command
def lift(state: WorkflowState, now: datetime, actor: e.Actor, reason: str = "") -> Decision:
    """Start the clock again: internal dates move on by the working days lost, and everyone asked is told."""
    if state.status != "held" or state.held_at is None:
        raise Refused("not-held", f"{state.reference} is not on hold")
    lost = state.calendar.working_days_between(london_date(state.held_at), london_date(now))
    draft = Draft(state, now, actor, "lift")
    draft.emit(e.HoldLifted(lost, reason))
    if lost:
        redate(draft, f"{lost} working {'day was' if lost == 1 else 'days were'} spent on hold")
    return draft.decision


@command
def withdraw(state: WorkflowState, reason: str, now: datetime, actor: e.Actor) -> Decision:
    """End the workflow before its time, for a reason."""
    refuse_over(state)
    draft = Draft(state, now, actor, "withdraw")
    stop(draft, required_reason(reason, "withdraw"), "withdrawn")
    return draft.decision


# --- steps


@command
def reopen_step(
    state: WorkflowState,
    step: str,
    reason: str,
    now: datetime,
    actor: e.Actor,
    *,
    organisation: str = "",
    unlock: bool = False,
) -> Decision:
    """A new attempt of a step, and of what depends on it; of one practice when `organisation` is given.

    A locked workflow refuses, unless `unlock`: then the lock is lifted, for the same reason (rule 14).
    """
    current = _reopenable(state, step, organisation, unlock)
    draft = Draft(state, now, actor, "reopen")
    if current.locked:
        draft.emit(e.LockLifted(required_reason(reason, "unlock")))
    before = len(draft.events)
    reopen(draft, step, required_reason(reason, "reopen"), organisation)
    if len(draft.events) == before:
        place = state.pcn.organisation_name(organisation)
        raise Refused("asked-already", f"{step} is asked of {place} already, and waits for the answer")
    return draft.decision


def _reopenable(state: WorkflowState, step: str, organisation: str, unlock: bool) -> StepState:
    """The step, where it may be reopened. Raises Refused."""
    if state.status in ("stopped", "withdrawn"):
        raise Refused("over", f"{state.reference} was {state.status}; launch it anew")
    if step not in state.steps:
        raise Refused("no-such-step", f"{state.reference} has no step {step}")
    current = state.steps[step]
    if state.status == "completed":
        raise Refused("over", f"{state.reference} is closed; launch it anew")
    if current.status == "waiting":
        raise Refused("not-open", f"{step} has not begun, so there is nothing to reopen")
    if organisation and not (
        asked_of_several(state.process.steps[step])
        and any(a.organisation == organisation for a in current.assignments.values())
    ):
        raise Refused(
            "not-asked",
            f"{step} was not asked of {state.pcn.organisation_name(organisation)}; reopen it for everybody",
        )
    if current.locked and not unlock:
        raise Refused(
            "locked",
            f"{step} is locked: {state.reference} was approved. Unlock it with a reason to reopen it",
        )
    return current


@command
def open_on_demand(
    state: WorkflowState, step: str, practices: tuple[str, ...], now: datetime, actor: e.Actor, text: str = ""
) -> Decision:
    """Open a step on demand, for the practices chosen; as often as needed. While it is open, others may be asked too.

    `text` is what the manager wants of them, in the email that asks.
    """
    refuse_over(state)
    spec = state.process.steps.get(step)
    if spec is None or not spec.on_demand:
        raise Refused("not-on-demand", f"{step} is not a step that is opened on demand")
    current = state.steps[step]
    if current.locked:
        raise Refused(
            "locked", f"{step} is locked: {state.reference} was approved. Unlock it with a reason first"
        )
    asked = {a.organisation for a in current.assignments.values()} if current.status == "open" else set()
    if current.status == "open" and (not practices or asked & set(practices)):
        raise Refused("already-open", f"{step} is open already; wait for it to close, then open it again")
    if not practices and any(assign.at == "chosen practices" for assign in spec.assigns):
        raise Refused("no-practice", f"say which practices {step} is opened for")
    if not ready(state, spec):
        raise Refused("too-early", f"{step} cannot be opened before the steps it follows are done")
    unknown = [code for code in practices if code not in state.pcn.practices_by_code]
    if unknown:
        raise Refused("not-a-practice", f"{', '.join(unknown)} is no practice of {state.pcn.name}")
    draft = Draft(state, now, actor, "open")
    open_for(draft, spec, practices, "asked again", text.strip())
    return draft.decision


@command
def decide_shortfall(
    state: WorkflowState, step: str, choice: Literal["proceed", "wait", "withdraw"], reason: str, now: datetime, actor: e.Actor,
    until: datetime | None = None,
) -> Decision:  # fmt: skip
    """The manager's decision when too little is in: go on and name the gaps, wait until another day, or withdraw."""
    refuse_over(state)
    current = state.steps.get(step)
    if current is None or current.status != "open":
        raise Refused("not-open", f"{step} is not open")
    if choice == "wait" and (until is None or until <= now):
        raise Refused("no-day", "say until when to wait: a day from now on")
    if choice == "withdraw":
        return withdraw(state, reason, now, actor)
    draft = Draft(state, now, actor, "decide")
    draft.emit(e.ShortfallDecided(step, current.attempt, choice, required_reason(reason, "decide"), until))
    return draft.decision


# --- assignments


@command
def extend(
    state: WorkflowState, assignment_id: str, until: datetime, reason: str, now: datetime, actor: e.Actor
) -> Decision:
    """Give one assignment until another moment. External dates never move (rule 4)."""
    assignment = _open(state, assignment_id)
    if assignment.due and assignment.due.external:
        raise Refused("external", "this date is set from outside and never moves; ask whoever set it")
    if until <= now:
        raise Refused("no-day", "give a moment from now on")
    reason = required_reason(reason, "extend")
    draft = Draft(state, now, actor, "extend")
    if assignment.reply is not None:
        draft.quiet = True
        draft.emit(e.ReplySettled(assignment_id, assignment.step, reason))
        draft.quiet = False
        assignment = _open(draft.state, assignment_id)
    grant(draft, assignment, until, reason)
    return draft.decision


@command
def settle_reply(
    state: WorkflowState, assignment_id: str, text: str, now: datetime, actor: e.Actor
) -> Decision:
    """Answer a question or a request; the ladder goes on from here, and nothing missed meanwhile is climbed."""
    assignment = _open(state, assignment_id)
    if assignment.reply is None:
        raise Refused("no-reply", "there is nothing to settle here")
    text = required_reason(text, "settle")
    draft = Draft(state, now, actor, "settle")
    _pass_over(draft, assignment)
    draft.emit(e.ReplySettled(assignment_id, assignment.step, text))
    return draft.decision


def _pass_over(draft: Draft, assignment: Assignment) -> None:
    """Rungs that came due while a reply stood are never climbed afterwards."""
    for rung in assignment.rungs:
        if rung.at <= draft.now and rung.rung not in assignment.climbed:
            draft.emit(e.RungSkipped(assignment.id, assignment.step, rung.rung, "there was a reply"))


@command
def reassign(
    state: WorkflowState, assignment_id: str, person: str, reason: str, now: datetime, actor: e.Actor
) -> Decision:
    """Ask another person of the directory instead, for a reason. What was replied is settled with it."""
    assignment = _open(state, assignment_id)
    reason = required_reason(reason, "reassign")
    known = state.pcn.people_by_id.get(person)
    if known is None:
        raise Refused("nobody", f"the directory has no {person}; add them, then reassign")
    if known.id == assignment.person and not assignment.unfilled:
        raise Refused("same-person", f"{known.name} is asked already")
    draft = Draft(state, now, actor, "reassign")
    if assignment.reply is not None:
        _pass_over(draft, assignment)
        draft.quiet = True
        draft.emit(e.ReplySettled(assignment_id, assignment.step, reason))
        draft.quiet = False
    hand_over(draft, _open(draft.state, assignment_id), known.id, known.name, reason)
    return draft.decision


@command
def record_conversation(
    state: WorkflowState, assignment_id: str, rung: str, outcome: str, now: datetime, actor: e.Actor
) -> Decision:
    """What came of a call or a meeting that a rung asked for."""
    assignment = state.assignment(assignment_id)
    if assignment is None:
        raise Refused("no-such-assignment", "there is no such assignment")
    draft = Draft(state, now, actor, "record")
    draft.emit(
        e.ConversationRecorded(assignment_id, assignment.step, rung, required_reason(outcome, "record"))
    )
    return draft.decision


# --- inside


def _open(state: WorkflowState, assignment_id: str) -> Assignment:
    assignment = state.assignment(assignment_id)
    if assignment is None:
        raise Refused("no-such-assignment", "there is no such assignment")
    refuse_over(state)
    if assignment.status != "open" or not state.is_current(assignment):
        raise Refused("closed", "this is no longer open")
    return assignment
