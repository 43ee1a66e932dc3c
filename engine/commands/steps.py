"""What is done to a step: it is asked again, left out, closed with what is in, opened on demand, decided on when too little is in."""

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
from engine.decisions.rework import asked_again, end_open, open_for, reopen, stop
from engine.state.workflow import StepState, WorkflowState

#: What asking again may come to.
_ANEW = (
    e.StepReopened, e.StepOpened, e.StepSkipped, e.AssignmentOpened, e.AssignmentEnded, e.AskedAgain, e.ResponseCarried,
)  # fmt: skip


@command(
    who=MANAGERS,
    refuses=("asked-already", "locked", "no-reason", "no-such-step", "not-asked", "not-open", "over"),
    emits=(*_ANEW, e.LockLifted),
)
def reopen_step(
    draft: Draft, step: str, reason: str, *, organisation: str = "", unlock: bool = False
) -> None:
    """A new attempt of a step, and of what depends on it; of one practice when `organisation` is given.

    A locked workflow refuses, unless `unlock`: then the lock is lifted, for the same reason (rule 14). Undone by skipping
    the step, or closing it with what is in.
    """
    current = _begun(draft.state, step, organisation)
    if current.locked and not unlock:
        raise Refused(
            "locked",
            f"{step} is locked: {draft.state.reference} was approved. Unlock it with a reason to reopen it",
        )
    if current.locked:
        draft.emit(e.LockLifted(required_reason(reason, "unlock")))
    _again(draft, step, required_reason(reason, "reopen"), organisation)


@command(
    who=MANAGERS,
    refuses=(
        "asked-already", "locked", "no-reason", "no-such-step", "not-asked", "not-open", "nothing-in", "over",
    ),
    emits=_ANEW,
)  # fmt: skip
def send_back(draft: Draft, step: str, what: str, organisation: str = "") -> None:
    """Send back what was answered, of one practice or of the whole step: `what` is wrong stands in the email.

    A step that is locked is reopened instead. Undone by answering it as before.
    """
    current = _begun(draft.state, step, organisation)
    if current.locked:
        raise Refused(
            "locked", f"{step} is decided, and locked; reopen it first, with a reason that lifts the lock"
        )
    theirs = (a for a in current.assignments.values() if organisation in ("", a.organisation))
    if not any(a.response for a in theirs):
        raise Refused("nothing-in", f"nobody has answered {step} yet, so there is nothing to send back")
    what = required_reason(what, "send it back")
    _again(draft, step, what, organisation, asked_again(what))


def _again(draft: Draft, step: str, because: str, organisation: str, text: str = "") -> None:
    before = len(draft.events)
    reopen(draft, step, because, organisation, text)
    if len(draft.events) == before:
        place = draft.state.pcn.organisation_name(organisation)
        raise Refused("asked-already", f"{step} is asked of {place} already, and waits for the answer")


def _begun(state: WorkflowState, step: str, organisation: str) -> StepState:
    """The step, where it has begun and was asked of `organisation`, if one is given. Raises Refused."""
    current = _known(state, step)
    if current.status == "waiting":
        raise Refused("not-open", f"{step} has not begun, so there is nothing to reopen")
    if organisation and not (
        asked_of_several(state.process.steps[step])
        and any(a.organisation == organisation and not a.withdrawn for a in current.assignments.values())
    ):
        raise Refused(
            "not-asked",
            f"{step} was not asked of {state.pcn.organisation_name(organisation)}; reopen it for everybody",
        )
    return current


def _known(state: WorkflowState, step: str) -> StepState:
    """The step. Raises Refused where there is none of that id, or the workflow is over."""
    refuse_over(state)
    if step not in state.steps:
        raise Refused("no-such-step", f"{state.reference} has no step {step}")
    return state.steps[step]


@command(
    who=MANAGERS,
    refuses=("no-reason", "no-such-step", "not-open", "over", "signed-later"),
    emits=(e.StepSkipped, e.AssignmentEnded),
)
def skip_step(draft: Draft, step: str, reason: str) -> None:
    """Leave out a step that is open or still to come: who was asked hears that they may stop. Undone by reopening it.

    A step that a signature still to come covers is refused: there would be nothing to sign.
    """
    current = _known(draft.state, step)
    spec = draft.state.process.steps[step]
    if current.done or (spec.on_demand and current.status == "waiting"):
        raise Refused(
            "not-open", f"{step} is over, or not begun by anybody, so there is nothing to leave out"
        )
    for later in draft.state.process.definition.steps:
        if step in later.signs and not draft.state.steps[later.id].done:
            raise Refused("signed-later", f"{later.id} signs what {step} says; leave that out first")
    draft.emit(e.StepSkipped(step, current.attempt, required_reason(reason, "skip")))
    end_open(draft, step, "the step was left out")


@command(
    who=MANAGERS,
    refuses=("no-reason", "no-such-step", "not-open", "nothing-in", "over"),
    emits=(e.ShortfallDecided,),
)
def close_short(draft: Draft, step: str, reason: str) -> None:
    """Close an open step with what is in: who is missing is named, and never estimated (rule 6). Undone by reopening it."""
    current = _known(draft.state, step)
    if current.status != "open":
        raise Refused("not-open", f"{step} is not open")
    if not any(a.counts for a in current.assignments.values()):
        raise Refused("nothing-in", f"nothing is in for {step} that counts; skip it instead")
    draft.emit(e.ShortfallDecided(step, current.attempt, "proceed", required_reason(reason, "close it")))


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
    """What to do when too little is in: go on and name the gaps, wait until another day, or cancel.

    Who waits is asked again when that day has passed and too little is in still. Undone by reopening what it closed.
    """
    current = _known(draft.state, step)
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
