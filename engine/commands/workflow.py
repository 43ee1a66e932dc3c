"""What is done to a workflow as a whole: it is launched, cancelled, and opened again."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import Any

from definitions.language.expressions import ExpressionError
from definitions.language.moments import LAUNCH, names
from definitions.loading.bundle import Process
from definitions.models.definition import MOST_DEEP
from definitions.models.directory import Pcn
from definitions.models.role_holders import is_vacant
from engine import events as e
from engine.commands.command import LAUNCHERS, MANAGERS, beginning, command
from engine.commands.refusals import Refused, refuse_over, required_reason
from engine.dates.clock import london_date
from engine.decisions import due_dates
from engine.decisions.draft import Decision, Draft
from engine.decisions.rework import cut_short, resume, stop
from engine.expressions.scope import Scope
from engine.state.fold import begin
from engine.state.workflow import WorkflowState


@beginning(
    who=LAUNCHERS,
    refuses=("role-nobody-has", "starts-itself", "too-deep"),
    emits=(e.WorkflowLaunched,),
)
def launch(
    workflow_id: str,
    process: Process,
    now: datetime,
    actor: e.Actor,
    pcn: Pcn,
    inputs: Mapping[str, Any],
    *,
    launch_id: str = "",
    batch: str = "",
    previous: Mapping[str, Any] | None = None,
    parent: str = "",
    ancestors: tuple[str, ...] = (),
    key: str = "",
    content: str = "",
    writes_from: datetime | None = None,
) -> Decision:
    """Begin a workflow for one PCN.

    `inputs` are checked already (engine/forms/answers.py). `key` and `content` are as in `WorkflowLaunched`. Nobody is
    written to before `writes_from`. Undone by cancelling it.

    Raises Refused when a role the definition asks is held by nobody in the PCN, and for a workflow that would start
    itself, or stand too deep below the first: `ancestors` are the definitions above it.
    """
    _refuse_descent(process.definition.id, ancestors)
    body = e.WorkflowLaunched(
        definition=process.definition.id, definition_version=process.definition.version, bundle=process.hash,
        reference=process.definition.title, launch=launch_id or workflow_id, batch=batch or workflow_id,
        inputs=dict(inputs), pcn=pcn.model_dump(mode="json", by_alias=True), previous=dict(previous or {}), parent=parent,
        ancestors=ancestors, key=key, content=content, writes_from=writes_from,
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


@command(who=MANAGERS, refuses=("no-reason", "over"), emits=(e.WorkflowClosed, e.AssignmentEnded))
def cancel(draft: Draft, reason: str) -> None:
    """End the workflow before its time: who was asked gets one apology, nobody else anything. Undone by reopening it.

    The workflows that its steps started are cancelled with it (`children.unwanted`).
    """
    refuse_over(draft.state)
    stop(draft, required_reason(reason, "cancel"), "cancelled")


@command(
    who=MANAGERS,
    refuses=("no-reason", "no-such-step", "still-open"),
    emits=(
        e.WorkflowReopened, e.LockLifted, e.StepReopened, e.StepOpened, e.StepSkipped, e.AskedAgain, e.AssignmentOpened,
        e.AssignmentEnded, e.ResponseCarried,
    ),
)  # fmt: skip
def reopen_workflow(draft: Draft, step: str, reason: str) -> None:
    """Open a workflow that is over again, at a step: a new attempt of it and of what depends on it, the old ones kept.

    What was open when it ended goes on, and asks only who had not answered; a lock is lifted, for the same reason. Who
    took part is told once. Undone by cancelling it.
    """
    state = draft.state
    if not state.over:
        raise Refused("still-open", f"{state.reference} is open; reopen the step instead")
    if step not in state.steps:
        raise Refused("no-such-step", f"{state.reference} has no step {step}")
    reason = required_reason(reason, "reopen")
    begun = () if state.steps[step].status == "waiting" else (step,)
    draft.emit(e.WorkflowReopened(step, (*begun, *cut_short(state, step)), reason))
    if state.locked:
        draft.emit(e.LockLifted(reason))
    resume(draft, step, reason)
