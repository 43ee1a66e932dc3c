"""Folding events into state, as each event declares; nothing is decided here.

`apply(state, event)` gives the next state; `fold(events, open_bundle)` gives the state of a whole log (rule 1).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any, TypeVar

from definitions.loading.bundle import Process
from engine import events as e
from engine.events.declarations import Sets
from engine.events.kinds import Table, kind_named
from engine.state.children import Child
from engine.state.pinned import calendar_of, membership
from engine.state.workflow import Assignment, Hold, Moved, Reply, Response, StepState, WorkflowState

OpenBundle = Callable[[str], Process]


class BrokenLog(Exception):
    """The log of a workflow does not begin with its launch, or has a gap. Run `baton store check`."""


def fold(events: Iterable[e.Event], open_bundle: OpenBundle) -> WorkflowState:
    """The state that `events`, from the first, come to. Raises BrokenLog."""
    state: WorkflowState | None = None
    for event in events:
        state = begin(event, open_bundle) if state is None else apply(state, event, open_bundle)
    if state is None:
        raise BrokenLog("the log is empty; run `baton store check`")
    return state


def begin(event: e.Event, open_bundle: OpenBundle) -> WorkflowState:
    """The state after the launch."""
    body = event.body
    if not isinstance(body, e.WorkflowLaunched) or event.version != 1:
        raise BrokenLog(f"{event.workflow_id} begins with {event.type}; run `baton store check`")
    process = open_bundle(body.bundle)
    pcn = membership(body.pcn)
    return WorkflowState(
        id=event.workflow_id, version=1, process=process, calendar=calendar_of(process, pcn), pcn=pcn,
        reference=body.reference, launch=body.launch, batch=body.batch, inputs=body.inputs,
        previous=body.previous, parent=body.parent, ancestors=body.ancestors, launched_at=event.at, launched_by=event.actor,
        writes_from=body.writes_from,
        steps={step.id: StepState(step.id) for step in process.definition.steps},
    )  # fmt: skip


def apply(state: WorkflowState, event: e.Event, open_bundle: OpenBundle) -> WorkflowState:
    """The state after `event`. Raises BrokenLog when a version is missing."""
    if event.version != state.version + 1:
        raise BrokenLog(
            f"{state.id} has version {state.version} and then {event.version}; run `baton store check`"
        )
    if kind_named(event.type).stream:
        raise BrokenLog(f"{event.type} stands in the log of {state.id}; run `baton store check`")
    after = _FOLDS[type(event.body)](event.body, state, event, open_bundle)
    return replace(after, version=event.version)


#: The state after an event; its version is not counted up yet.
Fold = Callable[[Any, WorkflowState, e.Event, OpenBundle], WorkflowState]


def _unchanged(body: e.Body, state: WorkflowState, event: e.Event, open_bundle: OpenBundle) -> WorkflowState:
    return state


#: What an event may declare to set.
_CHANGED: dict[str, type[Any]] = {
    "workflow": WorkflowState,
    "step": StepState,
    "assignment": Assignment,
    "child": Child,
}


def _declared(sets: Sets, body: type[e.Body]) -> Fold:
    """The fold that sets what the event declares."""
    values = sets.getters(_CHANGED[sets.what])

    def fold(body: Any, state: WorkflowState, event: e.Event, open_bundle: OpenBundle) -> WorkflowState:
        if sets.what == "workflow":
            return replace(state, **values(event))
        if sets.what == "step":
            return state.with_step(replace(state.steps[body.step], **values(event)))
        if sets.what == "assignment":
            return _with(state, replace(_found(state, body.assignment), **values(event)))
        if (child := state.child(body.child)) is None:
            raise BrokenLog(f"{state.id} started no workflow {body.child}; run `baton store check`")
        return _with_child(state, replace(child, **values(event)))

    return fold


_FOLDS: Table[Fold] = Table("folds", _unchanged, _declared)
_Workflow = TypeVar("_Workflow", bound=Callable[[Any, WorkflowState, e.Event], WorkflowState])
_Step = TypeVar("_Step", bound=Callable[[Any, StepState, e.Event], StepState])
_Assignment = TypeVar("_Assignment", bound=Callable[[Any, Assignment, e.Event], Assignment])


def _of_workflow(body: type[e.Body]) -> Callable[[_Workflow], _Workflow]:
    """The function under this gives the workflow after that event."""

    def register(function: _Workflow) -> _Workflow:
        _FOLDS.by_code(body)(lambda body, state, event, _: function(body, state, event))
        return function

    return register


def _of_step(body: type[e.Body]) -> Callable[[_Step], _Step]:
    """The function under this gives the step that the event names, as it is after it."""

    def register(function: _Step) -> _Step:
        _FOLDS.by_code(body)(
            lambda body, state, event, _: state.with_step(function(body, state.steps[body.step], event))
        )
        return function

    return register


def _of_assignment(body: type[e.Body]) -> Callable[[_Assignment], _Assignment]:
    """The function under this gives the assignment that the event names, as it is after it."""

    def register(function: _Assignment) -> _Assignment:
        _FOLDS.by_code(body)(
            lambda body, state, event, _: _with(state, function(body, _found(state, body.assignment), event))
        )
        return function

    return register


def _found(state: WorkflowState, assignment_id: str) -> Assignment:
    found = state.assignment(assignment_id)
    if found is None:
        raise BrokenLog(f"{state.id} has no assignment {assignment_id}; run `baton store check`")
    return found


def _with(state: WorkflowState, assignment: Assignment) -> WorkflowState:
    """The state with `assignment` in its attempt of the step."""
    return _in_attempt(
        state, assignment.step, assignment.attempt,
        lambda step: replace(step, assignments={**step.assignments, assignment.id: assignment}),
    )  # fmt: skip


def _with_child(state: WorkflowState, child: Child) -> WorkflowState:
    """The state with `child` in the attempt of the step that started it."""
    return _in_attempt(
        state, child.step, child.attempt,
        lambda step: replace(step, children={**step.children, child.id: child}),
    )  # fmt: skip


def _in_attempt(
    state: WorkflowState, step_id: str, attempt: int, changed: Callable[[StepState], StepState]
) -> WorkflowState:
    """The state with that attempt of the step changed, be it the present one or an earlier one."""
    step = state.steps[step_id]
    if step.attempt == attempt:
        return state.with_step(changed(step))
    attempts = tuple(changed(old) if old.attempt == attempt else old for old in state.earlier[step_id])
    return replace(state, earlier={**state.earlier, step_id: attempts})


# --- the workflow


@_of_workflow(e.WorkflowLaunched)
def _launched_twice(body: e.WorkflowLaunched, state: WorkflowState, event: e.Event) -> WorkflowState:
    raise BrokenLog(f"{state.id} is launched twice; run `baton store check`")


@_FOLDS.by_code(e.CalendarChanged)
@_FOLDS.by_code(e.DefinitionChanged)
def _repinned(
    body: e.CalendarChanged | e.DefinitionChanged,
    state: WorkflowState,
    event: e.Event,
    open_bundle: OpenBundle,
) -> WorkflowState:
    process = open_bundle(body.bundle)
    steps = {
        step.id: replace(state.steps.get(step.id, StepState(step.id)), refused="")
        for step in process.definition.steps
    }
    return replace(state, process=process, calendar=calendar_of(process, state.pcn), steps=steps)


@_of_workflow(e.HoldLifted)
def _hold_lifted(body: e.HoldLifted, state: WorkflowState, event: e.Event) -> WorkflowState:
    hold = Hold(state.held_at or event.at, event.at, body.lost)
    return replace(state, status="open", held_at=None, because="", holds=(*state.holds, hold))


@_of_workflow(e.WorkflowLocked)
def _workflow_locked(body: e.WorkflowLocked, state: WorkflowState, event: e.Event) -> WorkflowState:
    steps = {key: replace(step, locked=step.locked or step.done) for key, step in state.steps.items()}
    return replace(state, locked=True, steps=steps)


@_of_workflow(e.LockLifted)
def _lock_lifted(body: e.LockLifted, state: WorkflowState, event: e.Event) -> WorkflowState:
    return replace(state, locked=False, steps={k: replace(s, locked=False) for k, s in state.steps.items()})


@_of_workflow(e.MembershipChanged)
def _membership_changed(body: e.MembershipChanged, state: WorkflowState, event: e.Event) -> WorkflowState:
    pcn = membership(body.pcn)
    steps = {key: _recounted(step, body) for key, step in state.steps.items()}
    return replace(state, pcn=pcn, calendar=calendar_of(state.process, pcn), steps=steps)


def _recounted(step: StepState, body: e.MembershipChanged) -> StepState:
    """The step with who left left out, who is back counted again, and the list sizes as they are now; not those that a
    step has closed on."""

    def recounted(asked: Assignment) -> Assignment:
        place = asked.organisation
        withdrawn = (asked.withdrawn or place in body.left) and place not in body.joined
        size = body.list_sizes.get(place, asked.list_size) if step.status == "open" else asked.list_size
        if (withdrawn, size) == (asked.withdrawn, asked.list_size):
            return asked
        return replace(asked, withdrawn=withdrawn, list_size=size)

    return replace(step, assignments={key: recounted(asked) for key, asked in step.assignments.items()})


@_of_workflow(e.DateMoved)
def _date_moved(body: e.DateMoved, state: WorkflowState, event: e.Event) -> WorkflowState:
    return replace(state, moved={**state.moved, body.name: Moved(body.new, event.at, body.source)})


@_of_workflow(e.InputCorrected)
def _input_corrected(body: e.InputCorrected, state: WorkflowState, event: e.Event) -> WorkflowState:
    return replace(state, inputs={**state.inputs, body.name: body.value}, reference=body.reference)


@_of_workflow(e.ChildRequested)
def _child_requested(body: e.ChildRequested, state: WorkflowState, event: e.Event) -> WorkflowState:
    attempt = state.steps[body.step].attempt
    return _with_child(state, Child(body.child, body.step, attempt, body.definition, body.inputs, body.item))


# --- steps


@_of_step(e.StepClosed)
def _step_closed(body: e.StepClosed, step: StepState, event: e.Event) -> StepState:
    return replace(
        step, status="closed", closed_at=event.at, outcome=body.outcome, missing=body.missing,
        values=body.values, opened_at=step.opened_at or event.at, closed_by=event.version,
    )  # fmt: skip


@_of_workflow(e.StepReopened)
def _step_reopened(body: e.StepReopened, state: WorkflowState, event: e.Event) -> WorkflowState:
    step = state.steps[body.step]
    sent_back = body.sent_back or (step.sent_back and step.attempt == body.attempt)
    if step.attempt == body.attempt:
        # Sent back again before it opened: one practice more is asked, or everybody.
        only = (*step.only, body.organisation) if body.organisation else ()
        text = body.text or step.text
        return state.with_step(replace(step, only=only, sent_back=sent_back, text=text))
    earlier = {**state.earlier, body.step: (*state.earlier.get(body.step, ()), step)}
    only = (body.organisation,) if body.organisation else ()
    fresh = StepState(
        body.step, attempt=body.attempt, only=only, sent_back=sent_back, chosen=step.chosen, text=body.text
    )
    return replace(state.with_step(fresh), earlier=earlier)


@_of_step(e.ShortfallDecided)
def _shortfall_decided(body: e.ShortfallDecided, step: StepState, event: e.Event) -> StepState:
    if body.choice == "proceed":
        return replace(step, shortfall="proceed", decided_by=event.version)
    return replace(step, shortfall="", short_at=(body.until, event.at) if body.until else None)


# --- assignments


@_of_workflow(e.AssignmentOpened)
def _assignment_opened(body: e.AssignmentOpened, state: WorkflowState, event: e.Event) -> WorkflowState:
    opened = Assignment(
        id=body.assignment, step=body.step, attempt=body.attempt, organisation=body.organisation, role=body.role,
        person=body.person, name=body.name, on_behalf_of=body.on_behalf_of, list_size=body.list_size,
        opened_at=event.at, due=body.due, rungs=body.rungs, unfilled=body.unfilled,
        text=body.text,
    )  # fmt: skip
    step = state.steps[body.step]
    if step.chosen and body.organisation not in step.chosen:  # one that was asked after the others
        state = state.with_step(replace(step, chosen=(*step.chosen, body.organisation)))
    return _with(state, opened)


@_of_assignment(e.ResponseReceived)
def _response_received(body: e.ResponseReceived, assignment: Assignment, event: e.Event) -> Assignment:
    response = Response(
        body.number, event.at, event.actor, body.answers, body.outcome, body.late, body.counts, body.signed,
        event.version,
    )  # fmt: skip
    return replace(assignment, status="answered", responses=(*assignment.responses, response), silence="")


@_of_assignment(e.AskedAgain)
def _asked_again(body: e.AskedAgain, before: Assignment, event: e.Event) -> Assignment:
    return replace(
        before, status="open", heard=len(before.responses), due=body.due, rungs=body.rungs, climbed=frozenset(),
        chasers=0, called=False, granted=False, dated_at=event.at, unreached=False, text=body.text or before.text,
        replies=tuple(replace(reply, settled=True) for reply in before.replies),
    )  # fmt: skip


@_of_workflow(e.ResponseCarried)
def _response_carried(body: e.ResponseCarried, state: WorkflowState, event: e.Event) -> WorkflowState:
    before = _found(state, body.from_assignment)
    now = _found(state, body.assignment)
    return _with(state, replace(now, status="carried", responses=before.responses, silence=before.silence))


@_of_assignment(e.ReplyReceived)
def _reply_received(body: e.ReplyReceived, assignment: Assignment, event: e.Event) -> Assignment:
    reply = Reply(body.kind, event.at, body.text, body.until, event.actor)
    return replace(assignment, replies=(*assignment.replies, reply))


@_of_assignment(e.ReplySettled)
def _reply_settled(body: e.ReplySettled, assignment: Assignment, event: e.Event) -> Assignment:
    return _with_last_reply(assignment, settled=True)


@_of_assignment(e.PromisePassed)
def _promise_passed(body: e.PromisePassed, assignment: Assignment, event: e.Event) -> Assignment:
    return _with_last_reply(assignment, passed=True)


def _with_last_reply(assignment: Assignment, **changes: Any) -> Assignment:
    *before, last = assignment.replies
    return replace(assignment, replies=(*before, replace(last, **changes)))


@_of_workflow(e.DeadlineMoved)
def _deadline_moved(body: e.DeadlineMoved, state: WorkflowState, event: e.Event) -> WorkflowState:
    if not body.assignment:
        return state.with_step(replace(state.steps[body.step], due=body.new))
    assignment = _found(state, body.assignment)
    moved = replace(assignment, due=body.new, rungs=body.rungs, granted=body.granted, dated_at=event.at)
    return _with(state, moved)


@_of_assignment(e.AssignmentReassigned)
def _assignment_reassigned(
    body: e.AssignmentReassigned, assignment: Assignment, event: e.Event
) -> Assignment:
    return replace(
        assignment, person=body.person, name=body.name, on_behalf_of=body.on_behalf_of, unfilled=body.unfilled,
        rungs=assignment.rungs if body.rungs is None else body.rungs, unreached=False,
    )  # fmt: skip


@_of_assignment(e.RungClimbed)
def _rung_climbed(body: e.RungClimbed, assignment: Assignment, event: e.Event) -> Assignment:
    chased = assignment.chasers + (body.register in CHASING)
    called = assignment.called or body.register in TALKING
    climbed = assignment.climbed | {body.rung}
    return replace(assignment, climbed=climbed, chasers=chased, called=called)


#: Registers that chase: at most two of these an assignment, then a person rings (design 8).
CHASING = frozenset({"due today", "offer of help"})
#: Registers with which a person takes over: no email goes by itself afterwards (domain 2.4).
TALKING = frozenset({"ring them", "conversation"})


@_of_assignment(e.RungSkipped)
def _rung_skipped(body: e.RungSkipped, assignment: Assignment, event: e.Event) -> Assignment:
    return replace(assignment, climbed=assignment.climbed | {body.rung})


_FOLDS.complete()
