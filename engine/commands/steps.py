"""What is done to a step: it is reopened, opened on demand, and decided on when too little is in."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from definitions.checks.scopes import asked_of_several
from definitions.models.definition import Step
from engine import events as e
from engine.commands.command import DECIDERS, MANAGERS, command
from engine.commands.refusals import Refused, refuse_over, required_moment, required_reason
from engine.decisions.assignments import ready
from engine.decisions.draft import Draft
from engine.decisions.rework import open_for, reopen, stop
from engine.state.workflow import StepState, WorkflowState


@command(
    who=MANAGERS,
    refuses=("asked-already", "locked", "no-reason", "no-such-step", "not-asked", "not-open", "over"),
    emits=(
        e.StepReopened,
        e.LockLifted,
        e.StepOpened,
        e.StepSkipped,
        e.AssignmentOpened,
        e.AssignmentEnded,
        e.AskedAgain,
        e.ResponseCarried,
    ),
)
def reopen_step(
    draft: Draft, step: str, reason: str, *, organisation: str = "", unlock: bool = False
) -> None:
    """A new attempt of a step, and of what depends on it; of one practice when `organisation` is given.

    A locked workflow refuses, unless `unlock`: then the lock is lifted, for the same reason (rule 14).
    """
    current = _reopenable(draft.state, step, organisation, unlock)
    if current.locked:
        draft.emit(e.LockLifted(required_reason(reason, "unlock")))
    before = len(draft.events)
    reopen(draft, step, required_reason(reason, "reopen"), organisation)
    if len(draft.events) == before:
        place = draft.state.pcn.organisation_name(organisation)
        raise Refused("asked-already", f"{step} is asked of {place} already, and waits for the answer")


def _reopenable(state: WorkflowState, step: str, organisation: str, unlock: bool) -> StepState:
    """The step, where it may be reopened. Raises Refused."""
    if state.status in ("stopped", "cancelled"):
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


@command(
    who=MANAGERS,
    refuses=("already-open", "locked", "no-practice", "not-a-practice", "not-on-demand", "over", "too-early"),
    emits=(
        e.StepOpened,
        e.StepReopened,
        e.StepSkipped,
        e.AssignmentOpened,
        e.AssignmentEnded,
        e.ResponseCarried,
    ),
)
def open_on_demand(draft: Draft, step: str, practices: tuple[str, ...], text: str = "") -> None:
    """Open a step on demand, for the practices chosen; as often as needed. While it is open, others may be asked too.

    `text` is what the manager wants of them, in the email that asks.
    """
    refuse_over(draft.state)
    spec = draft.state.process.steps.get(step)
    if spec is None or not spec.on_demand:
        raise Refused("not-on-demand", f"{step} is not a step that is opened on demand")
    _refuse_opening(draft.state, spec, practices)
    open_for(draft, spec, practices, "asked again", text.strip())


def _refuse_opening(state: WorkflowState, spec: Step, practices: tuple[str, ...]) -> None:
    current = state.steps[spec.id]
    if current.locked:
        raise Refused(
            "locked", f"{spec.id} is locked: {state.reference} was approved. Unlock it with a reason first"
        )
    asked = {a.organisation for a in current.assignments.values()} if current.status == "open" else set()
    if current.status == "open" and (not practices or asked & set(practices)):
        raise Refused("already-open", f"{spec.id} is open already; wait for it to close, then open it again")
    if not practices and any(assign.at == "chosen practices" for assign in spec.assigns):
        raise Refused("no-practice", f"say which practices {spec.id} is opened for")
    if not ready(state, spec):
        raise Refused("too-early", f"{spec.id} cannot be opened before the steps it follows are done")
    if unknown := [code for code in practices if code not in state.pcn.practices_by_code]:
        raise Refused("not-a-practice", f"{', '.join(unknown)} is no practice of {state.pcn.name}")


@command(
    who=DECIDERS,
    refuses=("no-day", "no-reason", "no-such-step", "not-open", "not-short", "over"),
    emits=(e.ShortfallDecided, e.WorkflowClosed, e.AssignmentEnded),
)
def decide_shortfall(
    draft: Draft,
    step: str,
    choice: Literal["proceed", "wait", "cancel"],
    reason: str,
    until: datetime | None = None,
) -> None:
    """What to do when too little is in: go on and name the gaps, wait until another day, or cancel."""
    refuse_over(draft.state)
    if (current := draft.state.steps.get(step)) is None:
        raise Refused("no-such-step", f"{draft.state.reference} has no step {step}")
    if current.status != "open":
        raise Refused("not-open", f"{step} is not open")
    if current.shortfall != "raised":
        raise Refused("not-short", f"{step} waits for no decision: nobody was asked for one")
    if choice == "wait":
        required_moment(draft.state, until, draft.now, "say until when to wait: a day from now on")
    reason = required_reason(reason, "decide")
    if choice == "cancel":
        stop(draft, reason, "cancelled")
    else:
        draft.emit(e.ShortfallDecided(step, current.attempt, choice, reason, until))
