"""Folding events into state, as each event declares; nothing is decided here.

`apply(state, event)` gives the next state; `fold(events, open_bundle)` gives the state of a whole log (rule 1).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from engine import events as e
from engine.events.kinds import kind_named
from engine.state import assignment_folds  # noqa: F401  its folds stand in the table, too
from engine.state.children import Child
from engine.state.fold_table import FOLDS, BrokenLog, OpenBundle, of_step, of_workflow, with_child
from engine.state.pinned import calendar_of, membership
from engine.state.workflow import (
    Assignment,
    Hold,
    Moved,
    StepState,
    UsedKey,
    WorkflowState,
)


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
    after = FOLDS[type(event.body)](event.body, state, event, open_bundle)
    return replace(after, version=event.version)


# --- the workflow


@of_workflow(e.WorkflowLaunched)
def _launched_twice(body: e.WorkflowLaunched, state: WorkflowState, event: e.Event) -> WorkflowState:
    raise BrokenLog(f"{state.id} is launched twice; run `baton store check`")


@FOLDS.by_code(e.CalendarChanged)
def _repinned(
    body: e.CalendarChanged,
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


@of_workflow(e.KeyUsed)
def _key_used(body: e.KeyUsed, state: WorkflowState, event: e.Event) -> WorkflowState:
    used = UsedKey(body.command, body.content, event.version)
    return replace(state, keys={**state.keys, body.key: used})


@of_workflow(e.HoldLifted)
def _hold_lifted(body: e.HoldLifted, state: WorkflowState, event: e.Event) -> WorkflowState:
    hold = Hold(state.held_at or event.at, event.at, state.because)
    return replace(state, status="open", held_at=None, because="", holds=(*state.holds, hold))


@of_workflow(e.PartHeld)
def _part_held(body: e.PartHeld, state: WorkflowState, event: e.Event) -> WorkflowState:
    hold = Hold(event.at, None, body.reason, body.step, body.organisation)
    return replace(state, held=(*state.held, hold))


@of_workflow(e.PartLifted)
def _part_lifted(body: e.PartLifted, state: WorkflowState, event: e.Event) -> WorkflowState:
    part = (body.step, body.organisation)
    over = tuple(replace(hold, end=event.at) for hold in state.held if (hold.step, hold.organisation) == part)
    held = tuple(hold for hold in state.held if (hold.step, hold.organisation) != part)
    return replace(state, held=held, holds=(*state.holds, *over))


@of_workflow(e.WorkflowLocked)
def _workflow_locked(body: e.WorkflowLocked, state: WorkflowState, event: e.Event) -> WorkflowState:
    steps = {key: replace(step, locked=step.locked or step.done) for key, step in state.steps.items()}
    return replace(state, locked=True, steps=steps)


@of_workflow(e.LockLifted)
def _lock_lifted(body: e.LockLifted, state: WorkflowState, event: e.Event) -> WorkflowState:
    return replace(state, locked=False, steps={k: replace(s, locked=False) for k, s in state.steps.items()})


@of_workflow(e.MembershipChanged)
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


@of_workflow(e.DateMoved)
def _date_moved(body: e.DateMoved, state: WorkflowState, event: e.Event) -> WorkflowState:
    return replace(state, moved={**state.moved, body.name: Moved(body.new, event.at, body.source)})


@of_workflow(e.InputCorrected)
def _input_corrected(body: e.InputCorrected, state: WorkflowState, event: e.Event) -> WorkflowState:
    return replace(state, inputs={**state.inputs, body.name: body.value}, reference=body.reference)


@of_workflow(e.ChildRequested)
def _child_requested(body: e.ChildRequested, state: WorkflowState, event: e.Event) -> WorkflowState:
    attempt = state.steps[body.step].attempt
    return with_child(state, Child(body.child, body.step, attempt, body.definition, body.inputs, body.item))


# --- steps


@of_step(e.StepClosed)
def _step_closed(body: e.StepClosed, step: StepState, event: e.Event) -> StepState:
    return replace(
        step, status="closed", closed_at=event.at, outcome=body.outcome, missing=body.missing,
        values=body.values, opened_at=step.opened_at or event.at, closed_by=event.version,
    )  # fmt: skip


@of_workflow(e.StepReopened)
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


@of_step(e.ShortfallDecided)
def _shortfall_decided(body: e.ShortfallDecided, step: StepState, event: e.Event) -> StepState:
    if body.choice == "proceed":
        return replace(step, shortfall="proceed", decided_by=event.version)
    return replace(step, shortfall="", short_at=(body.until, event.at) if body.until else None)


FOLDS.complete()
