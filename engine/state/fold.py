"""Folding events into state: one small function an event, nothing decided here.

`apply(state, event)` gives the next state; `fold(events, open_bundle)` gives the state of a whole log (rule 1).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import singledispatch
from hashlib import sha256
from typing import Any
from weakref import WeakValueDictionary

from definitions.loading.bundle import Process
from definitions.models.closures import EVERYONE, Closure
from definitions.models.directory import Pcn
from engine.dates.calendar import Calendar
from engine.events import changes as changes
from engine.events import children
from engine.events import workflow as e
from engine.events.codec import canonical
from engine.state.children import Child
from engine.state.workflow import Assignment, Hold, Reply, Response, StepState, WorkflowState

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
        steps={step.id: StepState(step.id) for step in process.definition.steps},
    )  # fmt: skip


_MEMBERSHIPS: WeakValueDictionary[bytes, Pcn] = WeakValueDictionary()


def membership(pcn: Mapping[str, Any]) -> Pcn:
    """The PCN and everyone in it; one value for all the states that stand on the same, for it is most of a state."""
    content = sha256(canonical(pcn)).digest()
    known = _MEMBERSHIPS.get(content)
    if known is None:
        known = _MEMBERSHIPS[content] = Pcn.model_validate(pcn)
    return known


def calendar_of(process: Process, pcn: Pcn) -> Calendar:
    """The bank holidays a workflow is pinned to, with the closures of its PCN and practices.

    A closure under the PCN's own code closes it for everyone.
    """
    base = _holidays(process.hash, process)
    closures = tuple(closure_of(pcn, closed) for closed in pcn.closures)
    return replace(base, closures=(*base.closures, *closures)) if closures else base


_HOLIDAYS: dict[str, Calendar] = {}


def _holidays(bundle: str, process: Process) -> Calendar:
    # Read once a bundle: every workflow of a launch is pinned to the same one.
    if bundle not in _HOLIDAYS:
        _HOLIDAYS[bundle] = Calendar.from_data(process.calendar_data)
    return _HOLIDAYS[bundle]


def closure_of(pcn: Pcn, closed: Closure) -> Closure:
    """A directory's closure as the calendar's: by the name people know, and under the PCN's own code for everyone."""
    name = closed.name or (
        pcn.name if closed.organisation == EVERYONE else pcn.organisation_name(closed.organisation)
    )
    whom = EVERYONE if closed.organisation == pcn.code else closed.organisation
    return closed.model_copy(update={"organisation": whom, "name": name})


def apply(state: WorkflowState, event: e.Event, open_bundle: OpenBundle) -> WorkflowState:
    """The state after `event`. Raises BrokenLog when a version is missing."""
    if event.version != state.version + 1:
        raise BrokenLog(
            f"{state.id} has version {state.version} and then {event.version}; run `baton store check`"
        )
    if isinstance(event.body, changes.CalendarChanged | changes.DefinitionChanged):
        state = _repinned(state, open_bundle(event.body.bundle))
    else:
        state = _after(event.body, state, event)
    return replace(state, version=event.version)


@singledispatch
def _after(body: Any, state: WorkflowState, event: e.Event) -> WorkflowState:
    """Events that only tell, such as a notice, change nothing."""
    return state


# --- the workflow


def _repinned(state: WorkflowState, process: Process) -> WorkflowState:
    steps = {
        step.id: replace(state.steps.get(step.id, StepState(step.id)), refused="")
        for step in process.definition.steps
    }
    return replace(state, process=process, calendar=calendar_of(process, state.pcn), steps=steps)


@_after.register
def _(body: e.WorkflowClosed, state: WorkflowState, event: e.Event) -> WorkflowState:
    return replace(state, status=body.outcome, because=body.because, closed_at=event.at, held_at=None)


@_after.register
def _(body: changes.WorkflowHeld, state: WorkflowState, event: e.Event) -> WorkflowState:
    return replace(state, status="held", held_at=event.at, because=body.reason)


@_after.register
def _(body: changes.HoldLifted, state: WorkflowState, event: e.Event) -> WorkflowState:
    hold = Hold(state.held_at or event.at, event.at, body.lost)
    return replace(state, status="open", held_at=None, because="", holds=(*state.holds, hold))


@_after.register
def _(body: changes.WorkflowLocked, state: WorkflowState, event: e.Event) -> WorkflowState:
    steps = {key: replace(step, locked=step.locked or step.done) for key, step in state.steps.items()}
    return replace(state, locked=True, steps=steps)


@_after.register
def _(body: changes.LockLifted, state: WorkflowState, event: e.Event) -> WorkflowState:
    return replace(state, locked=False, steps={k: replace(s, locked=False) for k, s in state.steps.items()})


@_after.register
def _(body: changes.MembershipChanged, state: WorkflowState, event: e.Event) -> WorkflowState:
    pcn = membership(body.pcn)
    return replace(state, pcn=pcn, calendar=calendar_of(state.process, pcn))


@_after.register
def _(body: changes.DateMoved, state: WorkflowState, event: e.Event) -> WorkflowState:
    return replace(state, moved={**state.moved, body.name: (body.new, event.at)})


@_after.register
def _(body: children.ChildRequested, state: WorkflowState, event: e.Event) -> WorkflowState:
    attempt = state.steps[body.step].attempt
    return _with_child(state, Child(body.child, body.step, attempt, body.definition, body.inputs, body.item))


@_after.register
def _(body: children.ChildRefused, state: WorkflowState, event: e.Event) -> WorkflowState:
    child = replace(
        _child(state, body.child),
        status="refused",
        because=body.because,
        tries=body.tries,
        again_at=body.again_at,
    )
    return _with_child(state, child)


@_after.register
def _(body: children.ChildClosed, state: WorkflowState, event: e.Event) -> WorkflowState:
    child = replace(
        _child(state, body.child), status="closed", reference=body.reference, outcome=body.outcome,
        because=body.because, answers=body.answers, values=body.values, again_at=None,
    )  # fmt: skip
    return _with_child(state, child)


def _child(state: WorkflowState, child_id: str) -> Child:
    found = state.child(child_id)
    if found is None:
        raise BrokenLog(f"{state.id} started no workflow {child_id}; run `baton store check`")
    return found


def _with_child(state: WorkflowState, child: Child) -> WorkflowState:
    """The state with `child` in the attempt of the step that started it."""
    step = state.steps[child.step]
    if step.attempt == child.attempt:
        return state.with_step(replace(step, children={**step.children, child.id: child}))
    attempts = tuple(
        replace(before, children={**before.children, child.id: child})
        if before.attempt == child.attempt
        else before
        for before in state.earlier[child.step]
    )
    return replace(state, earlier={**state.earlier, child.step: attempts})


# --- steps


@_after.register
def _(body: e.StepSkipped, state: WorkflowState, event: e.Event) -> WorkflowState:
    step = replace(state.steps[body.step], status="skipped", closed_at=event.at, closed_by=event.version)
    return state.with_step(step)


@_after.register
def _(body: e.StepOpened, state: WorkflowState, event: e.Event) -> WorkflowState:
    step = replace(state.steps[body.step], status="open", opened_at=event.at, due=body.due)
    return state.with_step(replace(step, chosen=body.chosen, short_at=None, shortfall="", text=body.text))


@_after.register
def _(body: e.StepClosed, state: WorkflowState, event: e.Event) -> WorkflowState:
    step = state.steps[body.step]
    closed = replace(
        step, status="closed", closed_at=event.at, outcome=body.outcome, missing=body.missing,
        values=body.values, opened_at=step.opened_at or event.at, closed_by=event.version,
    )  # fmt: skip
    return state.with_step(closed)


@_after.register
def _(body: e.StepReopened, state: WorkflowState, event: e.Event) -> WorkflowState:
    step = state.steps[body.step]
    sent_back = body.sent_back or (step.sent_back and step.attempt == body.attempt)
    if step.attempt == body.attempt:
        # Sent back again before it opened: one practice more is asked, or everybody.
        only = (*step.only, body.organisation) if body.organisation else ()
        return state.with_step(replace(step, only=only, sent_back=sent_back))
    earlier = {**state.earlier, body.step: (*state.earlier.get(body.step, ()), step)}
    only = (body.organisation,) if body.organisation else ()
    fresh = StepState(body.step, attempt=body.attempt, only=only, sent_back=sent_back, chosen=step.chosen)
    return replace(state.with_step(fresh), earlier=earlier)


@_after.register
def _(body: e.DateRefused, state: WorkflowState, event: e.Event) -> WorkflowState:
    return state.with_step(replace(state.steps[body.step], refused=body.because))


@_after.register
def _(body: e.ShortfallRaised, state: WorkflowState, event: e.Event) -> WorkflowState:
    return state.with_step(replace(state.steps[body.step], shortfall="raised"))


@_after.register
def _(body: e.ShortfallDecided, state: WorkflowState, event: e.Event) -> WorkflowState:
    step = state.steps[body.step]
    if body.choice == "proceed":
        return state.with_step(replace(step, shortfall="proceed", decided_by=event.version))
    if body.choice == "withdraw":
        return state  # the end of the workflow follows, as an event of its own
    return state.with_step(
        replace(step, shortfall="", short_at=(body.until, event.at) if body.until else None)
    )


# --- assignments


def _with(state: WorkflowState, assignment: Assignment) -> WorkflowState:
    step = state.steps[assignment.step]
    if assignment.attempt == step.attempt:
        return state.with_step(replace(step, assignments={**step.assignments, assignment.id: assignment}))
    attempts = tuple(
        replace(old, assignments={**old.assignments, assignment.id: assignment})
        if old.attempt == assignment.attempt else old
        for old in state.earlier[assignment.step]
    )  # fmt: skip
    return replace(state, earlier={**state.earlier, assignment.step: attempts})


def _found(state: WorkflowState, assignment_id: str) -> Assignment:
    found = state.assignment(assignment_id)
    if found is None:
        raise BrokenLog(f"{state.id} has no assignment {assignment_id}; run `baton store check`")
    return found


@_after.register
def _(body: e.AssignmentOpened, state: WorkflowState, event: e.Event) -> WorkflowState:
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


@_after.register
def _(body: e.ResponseReceived, state: WorkflowState, event: e.Event) -> WorkflowState:
    assignment = _found(state, body.assignment)
    response = Response(
        body.number, event.at, event.actor, body.answers, body.outcome, body.late, body.counts, body.signed,
        event.version,
    )  # fmt: skip
    responses = (*assignment.responses, response)
    return _with(state, replace(assignment, status="answered", responses=responses, silence=""))


@_after.register
def _(body: e.AskedAgain, state: WorkflowState, event: e.Event) -> WorkflowState:
    before = _found(state, body.assignment)
    again = replace(
        before, status="open", heard=len(before.responses), due=body.due, rungs=body.rungs, climbed=frozenset(),
        chasers=0, called=False, granted=False, dated_at=event.at,
        replies=tuple(replace(reply, settled=True) for reply in before.replies),
    )  # fmt: skip
    return _with(state, again)


@_after.register
def _(body: e.ResponseCarried, state: WorkflowState, event: e.Event) -> WorkflowState:
    before = _found(state, body.from_assignment)
    now = _found(state, body.assignment)
    return _with(state, replace(now, status="carried", responses=before.responses, silence=before.silence))


@_after.register
def _(body: e.ReplyReceived, state: WorkflowState, event: e.Event) -> WorkflowState:
    assignment = _found(state, body.assignment)
    reply = Reply(body.kind, event.at, body.text, body.until, event.actor)
    return _with(state, replace(assignment, replies=(*assignment.replies, reply)))


@_after.register
def _(body: e.ReplySettled, state: WorkflowState, event: e.Event) -> WorkflowState:
    assignment = _found(state, body.assignment)
    *before, last = assignment.replies
    return _with(state, replace(assignment, replies=(*before, replace(last, settled=True))))


@_after.register
def _(body: e.PromisePassed, state: WorkflowState, event: e.Event) -> WorkflowState:
    assignment = _found(state, body.assignment)
    *before, last = assignment.replies
    return _with(state, replace(assignment, replies=(*before, replace(last, passed=True))))


@_after.register
def _(body: e.DeadlineMoved, state: WorkflowState, event: e.Event) -> WorkflowState:
    if not body.assignment:
        return state.with_step(replace(state.steps[body.step], due=body.new))
    assignment = _found(state, body.assignment)
    moved = replace(assignment, due=body.new, rungs=body.rungs, granted=body.granted, dated_at=event.at)
    return _with(state, moved)


@_after.register
def _(body: e.AssignmentReassigned, state: WorkflowState, event: e.Event) -> WorkflowState:
    assignment = _found(state, body.assignment)
    changed = replace(
        assignment, person=body.person, name=body.name, on_behalf_of=body.on_behalf_of, unfilled=body.unfilled,
        rungs=assignment.rungs if body.rungs is None else body.rungs,
    )  # fmt: skip
    return _with(state, changed)


@_after.register
def _(body: e.ActionsSetOff, state: WorkflowState, event: e.Event) -> WorkflowState:
    return _with(state, replace(_found(state, body.assignment), acted=body.number))


@_after.register
def _(body: e.RungClimbed, state: WorkflowState, event: e.Event) -> WorkflowState:
    assignment = _found(state, body.assignment)
    chased = assignment.chasers + (body.register in CHASING)
    called = assignment.called or body.register in TALKING
    climbed = assignment.climbed | {body.rung}
    return _with(state, replace(assignment, climbed=climbed, chasers=chased, called=called))


#: Registers that chase: at most two of these an assignment, then a person rings (design 8).
CHASING = frozenset({"due today", "offer of help"})
#: Registers with which a person takes over: no email goes by itself afterwards (domain 2.4).
TALKING = frozenset({"ring them", "conversation"})


@_after.register
def _(body: e.RungSkipped, state: WorkflowState, event: e.Event) -> WorkflowState:
    assignment = _found(state, body.assignment)
    return _with(state, replace(assignment, climbed=assignment.climbed | {body.rung}))


@_after.register
def _(body: e.SilenceCounted, state: WorkflowState, event: e.Event) -> WorkflowState:
    return _with(state, replace(_found(state, body.assignment), silence=body.as_))


@_after.register
def _(body: e.AssignmentEnded, state: WorkflowState, event: e.Event) -> WorkflowState:
    return _with(state, replace(_found(state, body.assignment), status="ended"))
