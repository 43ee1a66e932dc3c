"""What people may do to a workflow: each command gives the events it comes to, or refuses with a reason.

Pure: state, facts and now in; events out. What follows from them is `advance`'s business. Refusals change
nothing (rule 9).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Literal

from definitions.bundle import Process
from definitions.directory import Pcn
from engine import events as e
from engine.clock import london_date
from engine.folding import OpenBundle, begin
from engine.moving import grant, redate
from engine.opening import ask_everyone, ready
from engine.people import missing_roles
from engine.refusing import Refused
from engine.reopening import move_date, reopen, stop
from engine.scope import Scope
from engine.state import Assignment, WorkflowState
from engine.turn import Turn


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
) -> list[e.Event]:
    """The event a workflow begins with. `inputs` are checked already (engine/answers.py).

    Raises Refused when a role the definition asks is held by nobody in the PCN.
    """
    body = e.WorkflowLaunched(
        definition=process.definition.id, definition_version=process.definition.version, bundle=process.hash,
        reference=process.definition.title, launch=launch_id or workflow_id, batch=batch or workflow_id,
        inputs=dict(inputs), pcn=pcn.model_dump(mode="json", by_alias=True), previous=dict(previous or {}), parent=parent,
    )  # fmt: skip
    draft = begin(e.Event(workflow_id, 1, now, actor, "launch", body), {process.hash: process}.__getitem__)
    _refuse_empty_roles(draft, now)
    reference = Scope(draft, now).text(process.definition.launch.reference)
    first = e.Event(workflow_id, 1, now, actor, "launch", replace(body, reference=reference))
    return [first]


def _refuse_empty_roles(state: WorkflowState, now: datetime) -> None:
    """A role at the PCN that nobody holds would stop the workflow half-way: it is said before it starts."""
    day, empty = london_date(now), set()
    for step in state.process.definition.steps:
        for assign in step.assigns:
            if (
                assign.role
                and assign.at == "the PCN"
                and missing_roles(state.pcn, assign.role, state.pcn.code, day)
            ):
                empty.add(assign.role)
    if empty:
        raise Refused(
            "role-nobody-has",
            f"nobody at {state.pcn.name} holds {', '.join(sorted(empty))}; name somebody in the directory file, then launch again",
        )


# --- holding, lifting, ending


def hold(state: WorkflowState, reason: str, now: datetime, actor: e.Actor) -> list[e.Event]:
    """Stop the clock, for a reason (rule 10). Answers are still taken."""
    _refuse_over(state)
    if state.status == "held":
        raise Refused("already-held", f"{state.reference} is on hold already: {state.because}")
    turn = Turn(state, now, actor, "hold")
    turn.emit(e.WorkflowHeld(_needed(reason, "hold")))
    return turn.events


def lift(state: WorkflowState, now: datetime, actor: e.Actor, reason: str = "") -> list[e.Event]:
    """Start the clock again: internal dates move on by the working days lost, and everyone asked is told."""
    if state.status != "held" or state.held_at is None:
        raise Refused("not-held", f"{state.reference} is not on hold")
    lost = state.calendar.working_days_between(london_date(state.held_at), london_date(now))
    turn = Turn(state, now, actor, "lift")
    turn.emit(e.HoldLifted(lost, reason))
    if lost:
        redate(turn, f"{lost} working {'day was' if lost == 1 else 'days were'} spent on hold")
    return turn.events


def withdraw(state: WorkflowState, reason: str, now: datetime, actor: e.Actor) -> list[e.Event]:
    """End the workflow before its time, for a reason."""
    _refuse_over(state)
    turn = Turn(state, now, actor, "withdraw")
    stop(turn, _needed(reason, "withdraw"), "withdrawn")
    return turn.events


# --- steps


def reopen_step(
    state: WorkflowState,
    step: str,
    reason: str,
    now: datetime,
    actor: e.Actor,
    *,
    organisation: str = "",
    unlock: bool = False,
) -> list[e.Event]:
    """A new attempt of a step, and of what depends on it; of one practice when `organisation` is given.

    A locked workflow refuses, unless `unlock`: then the lock is lifted, for the same reason (rule 14).
    """
    if state.status in ("stopped", "withdrawn"):
        raise Refused("over", f"{state.reference} was {state.status}; launch it anew")
    if step not in state.steps:
        raise Refused("no-such-step", f"{state.reference} has no step {step}")
    current = state.steps[step]
    if current.status == "waiting":
        raise Refused("not-open", f"{step} has not begun, so there is nothing to reopen")
    if state.status == "completed":
        raise Refused("over", f"{state.reference} is closed; launch it anew")
    if current.locked and not unlock:
        raise Refused(
            "locked",
            f"{step} is locked: {state.reference} was approved. Unlock it with a reason to reopen it",
        )
    turn = Turn(state, now, actor, "reopen")
    if current.locked:
        turn.emit(e.LockLifted(_needed(reason, "unlock")))
    reopen(turn, step, _needed(reason, "reopen"), organisation)
    return turn.events


def open_on_demand(
    state: WorkflowState, step: str, practices: tuple[str, ...], now: datetime, actor: e.Actor
) -> list[e.Event]:
    """Open a step on demand, for the practices chosen; as often as needed."""
    _refuse_over(state)
    spec = state.process.steps.get(step)
    if spec is None or not spec.on_demand:
        raise Refused("not-on-demand", f"{step} is not a step that is opened on demand")
    if state.steps[step].status == "open":
        raise Refused("already-open", f"{step} is open already; wait for it to close, then open it again")
    if not ready(state, spec):
        raise Refused("too-early", f"{step} cannot be opened before the steps it follows are done")
    unknown = [code for code in practices if code not in state.pcn.practices_by_code]
    if unknown:
        raise Refused("not-a-practice", f"{', '.join(unknown)} is no practice of {state.pcn.name}")
    turn = Turn(state, now, actor, "open")
    if state.steps[step].done:
        turn.emit(e.StepReopened(step, state.steps[step].attempt + 1, "asked again"))
    ask_everyone(turn, spec, practices)
    return turn.events


def decide_shortfall(
    state: WorkflowState, step: str, choice: Literal["proceed", "wait"], reason: str, now: datetime, actor: e.Actor,
    until: datetime | None = None,
) -> list[e.Event]:  # fmt: skip
    """The manager's decision when too little is in: go on and name the gaps, or wait until another day."""
    _refuse_over(state)
    current = state.steps.get(step)
    if current is None or current.status != "open":
        raise Refused("not-open", f"{step} is not open")
    if choice == "wait" and (until is None or until <= now):
        raise Refused("no-day", "say until when to wait: a day from now on")
    turn = Turn(state, now, actor, "decide")
    turn.emit(e.ShortfallDecided(step, current.attempt, choice, _needed(reason, "decide"), until))
    return turn.events


# --- assignments


def extend(
    state: WorkflowState, assignment_id: str, until: datetime, reason: str, now: datetime, actor: e.Actor
) -> list[e.Event]:
    """Give one assignment until another moment. External dates never move (rule 4)."""
    assignment = _open(state, assignment_id)
    if assignment.due and assignment.due.external:
        raise Refused("external", "this date is set from outside and never moves; ask whoever set it")
    if until <= now:
        raise Refused("no-day", "give a moment from now on")
    turn = Turn(state, now, actor, "extend")
    if assignment.reply is not None:
        turn.quiet = True
        turn.emit(e.ReplySettled(assignment_id, assignment.step, reason))
        turn.quiet = False
        assignment = _open(turn.state, assignment_id)
    grant(turn, assignment, until, _needed(reason, "extend"))
    return turn.events


def settle_reply(
    state: WorkflowState, assignment_id: str, text: str, now: datetime, actor: e.Actor
) -> list[e.Event]:
    """Answer a question or a request; the ladder goes on from here, and nothing missed meanwhile is climbed."""
    assignment = _open(state, assignment_id)
    if assignment.reply is None:
        raise Refused("no-reply", "there is nothing to settle here")
    turn = Turn(state, now, actor, "settle")
    for rung in assignment.rungs:
        if rung.at <= now and rung.rung not in assignment.climbed:
            turn.emit(e.RungSkipped(assignment_id, assignment.step, rung.rung, "there was a reply"))
    turn.emit(e.ReplySettled(assignment_id, assignment.step, _needed(text, "settle")))
    return turn.events


def reassign(
    state: WorkflowState, assignment_id: str, person: str, reason: str, now: datetime, actor: e.Actor
) -> list[e.Event]:
    """Ask another person of the directory instead, for a reason."""
    assignment = _open(state, assignment_id)
    known = state.pcn.people_by_id.get(person)
    if known is None:
        raise Refused("nobody", f"the directory has no {person}; add them, then reassign")
    turn = Turn(state, now, actor, "reassign")
    turn.emit(
        e.AssignmentReassigned(
            assignment_id,
            assignment.step,
            assignment.person,
            known.id,
            known.name,
            _needed(reason, "reassign"),
        )
    )
    return turn.events


def record_conversation(
    state: WorkflowState, assignment_id: str, rung: str, outcome: str, now: datetime, actor: e.Actor
) -> list[e.Event]:
    """What came of a call or a meeting that a rung asked for."""
    assignment = state.assignment(assignment_id)
    if assignment is None:
        raise Refused("no-such-assignment", "there is no such assignment")
    turn = Turn(state, now, actor, "record")
    turn.emit(e.ConversationRecorded(assignment_id, assignment.step, rung, _needed(outcome, "record")))
    return turn.events


# --- what a workflow is pinned to


def move_named_date(
    state: WorkflowState, name: str, day: str, reason: str, now: datetime, actor: e.Actor
) -> list[e.Event]:
    """Give a named date another value; open internal dates that count from it move, and it is said once."""
    _refuse_over(state)
    if name not in state.process.definition.dates:
        raise Refused("no-such-date", f"{state.reference} has no date {name}")
    if state.locked:
        raise Refused("locked", f"{state.reference} is locked; its dates cannot change")
    turn = Turn(state, now, actor, "move")
    move_date(turn, name, day, _needed(reason, "move"))
    return turn.events


def change_membership(
    state: WorkflowState, pcn: Pcn, reason: str, now: datetime, actor: e.Actor
) -> list[e.Event]:
    """Replace the membership a workflow is pinned to. Practices that left are asked nothing more; those that
    joined are asked by the next attempt or step (rule 3)."""
    _refuse_over(state)
    if pcn.code != state.pcn.code:
        raise Refused("another-pcn", f"this workflow belongs to {state.pcn.name}")
    before, after = set(state.pcn.practices_by_code), set(pcn.practices_by_code)
    joined, left = tuple(sorted(after - before)), tuple(sorted(before - after))
    turn = Turn(state, now, actor, "membership")
    data = pcn.model_dump(mode="json", by_alias=True)
    turn.emit(e.MembershipChanged(data, joined, left, _needed(reason, "change the membership")))
    for step_id in turn.state.process.order:
        for assignment in list(turn.state.steps[step_id].assignments.values()):
            if assignment.organisation in left and assignment.status == "open":
                turn.emit(e.AssignmentEnded(assignment.id, step_id, "the practice left the PCN"))
    redate(turn, reason)
    return turn.events


def change_calendar(
    state: WorkflowState, bundle: str, open_bundle: OpenBundle, reason: str, now: datetime, actor: e.Actor
) -> list[e.Event]:
    """Pin the workflow to a bundle with another calendar: open internal dates are worked out again and said once."""
    _refuse_over(state)
    turn = Turn(state, now, actor, "calendar", open_bundle)
    turn.emit(e.CalendarChanged(bundle, _needed(reason, "change the calendar")))
    redate(turn, reason)
    return turn.events


# --- inside


def _refuse_over(state: WorkflowState) -> None:
    if state.over:
        raise Refused("over", f"{state.reference} is {state.status}; nothing more happens to it")


def _open(state: WorkflowState, assignment_id: str) -> Assignment:
    assignment = state.assignment(assignment_id)
    if assignment is None:
        raise Refused("no-such-assignment", "there is no such assignment")
    _refuse_over(state)
    if assignment.status != "open" or not state.is_current(assignment):
        raise Refused("closed", "this is no longer open")
    return assignment


def _needed(reason: str, verb: str) -> str:
    if not reason.strip():
        raise Refused("no-reason", f"say why, to {verb}: it goes into the record")
    return reason.strip()
