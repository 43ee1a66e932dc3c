"""What people may do to a workflow: each command gives the events it comes to, or refuses with a reason.

Pure: state, facts and now in; events out. What follows from them is `advance`'s business. Refusals change
nothing (rule 9).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from functools import wraps
from typing import Any, Literal, ParamSpec

from definitions.bundle import Bundle, Process
from definitions.directory import Pcn
from definitions.expressions import ExpressionError
from definitions.moments import LAUNCH, names
from engine import dating
from engine import events as e
from engine.calendar import BeyondHorizon
from engine.clock import london_date
from engine.folding import OpenBundle, begin
from engine.moving import grant, hand_over, redate
from engine.opening import ready
from engine.people import manager, missing_roles, place_of, whom
from engine.refusing import Refused
from engine.reopening import day_of, move_date, open_for, reopen, stop
from engine.scope import Scope, asked_of_several
from engine.state import Assignment, WorkflowState
from engine.turn import Turn

_Given = ParamSpec("_Given")


def _within_horizon(command: Callable[_Given, list[e.Event]]) -> Callable[_Given, list[e.Event]]:
    """A command that comes to a date whose bank holidays nobody knows is refused, and changes nothing (rule 13)."""

    @wraps(command)
    def guarded(*args: _Given.args, **kwargs: _Given.kwargs) -> list[e.Event]:
        try:
            return command(*args, **kwargs)
        except BeyondHorizon as beyond:
            raise Refused(beyond.code, str(beyond)) from None

    return guarded


@_within_horizon
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
    _try_dates(Scope(draft, now))
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
                    scope.resolve(text, external=text == step.due and dating.is_external(scope, step))


# --- holding, lifting, ending


def hold(state: WorkflowState, reason: str, now: datetime, actor: e.Actor) -> list[e.Event]:
    """Stop the clock, for a reason (rule 10). Answers are still taken."""
    _refuse_over(state)
    if state.status == "held":
        raise Refused("already-held", f"{state.reference} is on hold already: {state.because}")
    turn = Turn(state, now, actor, "hold")
    turn.emit(e.WorkflowHeld(_needed(reason, "hold")))
    return turn.events


@_within_horizon
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


@_within_horizon
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
    turn = Turn(state, now, actor, "reopen")
    if current.locked:
        turn.emit(e.LockLifted(_needed(reason, "unlock")))
    reopen(turn, step, _needed(reason, "reopen"), organisation)
    return turn.events


@_within_horizon
def open_on_demand(
    state: WorkflowState, step: str, practices: tuple[str, ...], now: datetime, actor: e.Actor, text: str = ""
) -> list[e.Event]:
    """Open a step on demand, for the practices chosen; as often as needed. While it is open, others may be asked too.

    `text` is what the manager wants of them, in the letter that asks.
    """
    _refuse_over(state)
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
    turn = Turn(state, now, actor, "open")
    open_for(turn, spec, practices, "asked again", text.strip())
    return turn.events


def decide_shortfall(
    state: WorkflowState, step: str, choice: Literal["proceed", "wait", "withdraw"], reason: str, now: datetime, actor: e.Actor,
    until: datetime | None = None,
) -> list[e.Event]:  # fmt: skip
    """The manager's decision when too little is in: go on and name the gaps, wait until another day, or withdraw."""
    _refuse_over(state)
    current = state.steps.get(step)
    if current is None or current.status != "open":
        raise Refused("not-open", f"{step} is not open")
    if choice == "wait" and (until is None or until <= now):
        raise Refused("no-day", "say until when to wait: a day from now on")
    if choice == "withdraw":
        return withdraw(state, reason, now, actor)
    turn = Turn(state, now, actor, "decide")
    turn.emit(e.ShortfallDecided(step, current.attempt, choice, _needed(reason, "decide"), until))
    return turn.events


# --- assignments


@_within_horizon
def extend(
    state: WorkflowState, assignment_id: str, until: datetime, reason: str, now: datetime, actor: e.Actor
) -> list[e.Event]:
    """Give one assignment until another moment. External dates never move (rule 4)."""
    assignment = _open(state, assignment_id)
    if assignment.due and assignment.due.external:
        raise Refused("external", "this date is set from outside and never moves; ask whoever set it")
    if until <= now:
        raise Refused("no-day", "give a moment from now on")
    reason = _needed(reason, "extend")
    turn = Turn(state, now, actor, "extend")
    if assignment.reply is not None:
        turn.quiet = True
        turn.emit(e.ReplySettled(assignment_id, assignment.step, reason))
        turn.quiet = False
        assignment = _open(turn.state, assignment_id)
    grant(turn, assignment, until, reason)
    return turn.events


def settle_reply(
    state: WorkflowState, assignment_id: str, text: str, now: datetime, actor: e.Actor
) -> list[e.Event]:
    """Answer a question or a request; the ladder goes on from here, and nothing missed meanwhile is climbed."""
    assignment = _open(state, assignment_id)
    if assignment.reply is None:
        raise Refused("no-reply", "there is nothing to settle here")
    text = _needed(text, "settle")
    turn = Turn(state, now, actor, "settle")
    _pass_over(turn, assignment)
    turn.emit(e.ReplySettled(assignment_id, assignment.step, text))
    return turn.events


def _pass_over(turn: Turn, assignment: Assignment) -> None:
    """Rungs that came due while a reply stood are never climbed afterwards."""
    for rung in assignment.rungs:
        if rung.at <= turn.now and rung.rung not in assignment.climbed:
            turn.emit(e.RungSkipped(assignment.id, assignment.step, rung.rung, "there was a reply"))


@_within_horizon
def reassign(
    state: WorkflowState, assignment_id: str, person: str, reason: str, now: datetime, actor: e.Actor
) -> list[e.Event]:
    """Ask another person of the directory instead, for a reason. What was replied is settled with it."""
    assignment = _open(state, assignment_id)
    reason = _needed(reason, "reassign")
    known = state.pcn.people_by_id.get(person)
    if known is None:
        raise Refused("nobody", f"the directory has no {person}; add them, then reassign")
    if known.id == assignment.person and not assignment.unfilled:
        raise Refused("same-person", f"{known.name} is asked already")
    turn = Turn(state, now, actor, "reassign")
    if assignment.reply is not None:
        _pass_over(turn, assignment)
        turn.quiet = True
        turn.emit(e.ReplySettled(assignment_id, assignment.step, reason))
        turn.quiet = False
    hand_over(turn, _open(turn.state, assignment_id), known.id, known.name, reason)
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


@_within_horizon
def move_named_date(
    state: WorkflowState, name: str, day: str, reason: str, now: datetime, actor: e.Actor
) -> list[e.Event]:
    """Give a named date another value; open dates that count from it move, and it is said once.

    An external date is moved only to record that somebody outside changed it.
    """
    _refuse_over(state)
    if name not in state.process.definition.dates:
        raise Refused("no-such-date", f"{state.reference} has no date {name}")
    if state.locked:
        raise Refused("locked", f"{state.reference} is locked; its dates cannot change")
    if (value := day_of(day)) is None:
        raise Refused("no-day", f"{day!r} is no date; write it as 2027-01-15")
    turn = Turn(state, now, actor, "move")
    move_date(turn, name, value, _needed(reason, "move"))
    return turn.events


@_within_horizon
def change_membership(
    state: WorkflowState, pcn: Pcn, reason: str, now: datetime, actor: e.Actor
) -> list[e.Event]:
    """Replace the membership a workflow is pinned to (rule 3).

    Practices that left are asked nothing more, and what they gave stays in; those that joined are asked by the next
    attempt or step. Where whoever was asked is gone, or has handed the role on, their successor is asked; with none,
    the manager is asked whom to ask.
    """
    _refuse_over(state)
    if pcn.code != state.pcn.code:
        raise Refused("another-pcn", f"this workflow belongs to {state.pcn.name}")
    before, after = set(state.pcn.practices_by_code), set(pcn.practices_by_code)
    joined, left = tuple(sorted(after - before)), tuple(sorted(before - after))
    turn = Turn(state, now, actor, "membership")
    data = pcn.model_dump(mode="json", by_alias=True)
    turn.emit(e.MembershipChanged(data, joined, left, _needed(reason, "change the membership")))
    for assignment in _asked_now(turn):
        if assignment.organisation in left:
            turn.emit(e.AssignmentEnded(assignment.id, assignment.step, "the practice left the PCN"))
    redate(turn, reason)
    for assignment in _asked_now(turn):
        _succeed(turn, state.pcn, assignment)
    return turn.events


def _asked_now(turn: Turn) -> list[Assignment]:
    """Every open assignment, in the order of the steps."""
    return [
        assignment
        for step_id in turn.state.process.order
        for assignment in turn.state.steps[step_id].assignments.values()
        if assignment.status == "open"
    ]


def _succeed(turn: Turn, before: Pcn, assignment: Assignment) -> None:
    """Ask the successor of whoever is gone or has handed the role on. A person whom the manager chose stays."""
    pcn, day, role = turn.state.pcn, london_date(turn.now), assignment.role
    place = place_of(pcn, role, assignment.organisation, day)
    holders = {person.id for person in pcn.holders(role, place, day)}
    asked_for = assignment.on_behalf_of or assignment.person
    held = asked_for in {
        p.id for p in before.holders(role, place_of(before, role, assignment.organisation, day), day)
    }
    gone = assignment.person not in pcn.people_by_id
    if not assignment.person or not (assignment.unfilled or gone or (held and asked_for not in holders)):
        return
    found = whom(pcn, role, place, day)
    because = "the directory names somebody else"
    if found is not None:
        hand_over(turn, assignment, found.person.id, found.person.name, because, for_=found.for_)
    elif not assignment.unfilled:
        stands_in = manager(pcn, day)
        name, person = (stands_in.name, stands_in.id) if stands_in else ("nobody", "")
        hand_over(turn, assignment, person, name, "the directory names nobody any more", unfilled=True)


@_within_horizon
def change_calendar(
    state: WorkflowState, bundle: str, open_bundle: OpenBundle, reason: str, now: datetime, actor: e.Actor
) -> list[e.Event]:
    """Pin the workflow to a bundle with another calendar: open internal dates are worked out again and said once."""
    _refuse_over(state)
    if not _same_texts(Bundle.read(state.process.body), Bundle.read(open_bundle(bundle).body)):
        raise Refused("another-definition", "the new bundle differs in more than its calendar")
    turn = Turn(state, now, actor, "calendar", open_bundle)
    turn.emit(e.CalendarChanged(bundle, _needed(reason, "change the calendar")))
    redate(turn, reason)
    return turn.events


def _same_texts(one: Bundle, other: Bundle) -> bool:
    return (one.definition, one.ladders, one.datasets) == (other.definition, other.ladders, other.datasets)


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
