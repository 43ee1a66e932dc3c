"""`advance(state, now, unsent)`: what follows from the facts, the time and what the post could not send.

Pure and deterministic (rule 1). One pass opens what may open, closes what has heard enough, climbs what is due;
passes repeat until nothing more follows.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from definitions.language.grammar import Action
from definitions.models.definition import Step
from definitions.models.step_kinds import STEP_KINDS
from engine import events as e
from engine.dates.calendar import BeyondHorizon
from engine.decisions import children, due_dates
from engine.decisions.assignments import open_step, perform, ready
from engine.decisions.deadlines import ask_again
from engine.decisions.draft import Decision, Draft
from engine.decisions.escalation import chase
from engine.decisions.hand_overs import succeed
from engine.decisions.manager_reminders import remind_manager
from engine.decisions.rework import act, actions_of, end_open, stop
from engine.decisions.unsent import NONE, Unsent, may_fall_silent, see_to
from engine.people import quorum
from engine.state.workflow import Response, StepState, WorkflowState

#: Passes before a definition that keeps reopening itself is given up on; a real one needs a handful.
PASSES = 500

#: Why a step closed that was asked of one, and answered.
ANSWERED = "it was answered"


_SILENCE: dict[str, Literal["agreement", "abstention"]] = {
    "counts as agreement": "agreement",
    "counts as abstention": "abstention",
}


class NeverSettles(RuntimeError):
    """A definition that never comes to rest. Look for steps that reopen each other."""


def advance(state: WorkflowState, now: datetime, unsent: Unsent = NONE) -> Decision:
    """What follows from `state` at `now`; nothing while it is on hold or over. Raises NeverSettles.

    `unsent`: what became of the asks that have not gone, of those of which something is due (`unsent.something_due`).
    """
    draft = Draft(state, now)
    settle(draft, unsent)
    return draft.decision


def settle(draft: Draft, unsent: Unsent = NONE) -> None:
    """Advance `draft` until nothing more follows. Raises NeverSettles."""
    for _ in range(PASSES):
        before = len(draft.events)
        if draft.state.status != "open":
            return
        _pass(draft, unsent)
        if len(draft.events) == before:
            return
    raise NeverSettles(
        f"{draft.state.id} never comes to rest; look for steps of {draft.state.process.definition.id} that reopen each other"
    )


def _pass(draft: Draft, unsent: Unsent) -> None:
    for step_id in draft.state.process.order:
        if draft.state.status != "open":
            return
        step, state = draft.state.process.steps[step_id], draft.state.steps[step_id]
        if draft.state.is_held(step_id):
            continue
        if state.status == "waiting":
            if not step.on_demand and not state.refused and ready(draft.state, step):
                _begin(draft, step)
        elif state.status == "open":
            _tend(draft, step, unsent)
        elif state.status == "closed":
            remind_manager(draft, step_id)
    if draft.state.status == "open" and finished(draft.state):
        with draft.because_of(max(step.closed_by for step in draft.state.steps.values())):
            draft.emit(e.WorkflowClosed("completed", "every step is done"))


def _begin(draft: Draft, step: Step) -> None:
    """Open a step whose turn it is, at its time. One whose date lies past the calendar waits for another calendar."""
    try:
        if _not_before(draft, step):
            open_step(draft, step)
    except BeyondHorizon as beyond:
        draft.emit(e.DateRefused(step.id, draft.state.steps[step.id].attempt, str(beyond)))
    closed = draft.state.steps[step.id]
    if closed.status == "closed":
        with draft.because_of(closed.closed_by):
            after_close(draft, step)


def _not_before(draft: Draft, step: Step) -> bool:
    if step.when is not None and not draft.scope.truth(step.when):
        return True  # it will be skipped, which waits for nothing
    opens = due_dates.opens_at(draft.scope, step)
    return opens is None or opens <= draft.now


def finished(state: WorkflowState) -> bool:
    """Every step is done, or is one on demand that is not open."""
    return all(
        s.done or (state.process.steps[s.id].on_demand and s.status == "waiting")
        for s in state.steps.values()
    )


# --- an open step


def _tend(draft: Draft, step: Step, unsent: Unsent) -> None:
    if step.automatic:
        _await_children(draft, step)
        return
    if (answer := decisive(draft, step)) is not None:
        with draft.because_of(answer.version):
            close(draft, step, answer.outcome, f"somebody said “{answer.outcome}”", decided=True)
        return
    _set_off_early(draft, step)
    if draft.state.status != "open" or draft.state.steps[step.id].status != "open":
        return
    if not quorum.closes_now(draft.scope, step, draft.state.steps[step.id]):
        succeed(draft, step)
    see_to(draft, step, unsent)
    _count_silence(draft, step)
    state = draft.state.steps[step.id]
    if quorum.closes_now(draft.scope, step, state) and not _window_is_held(draft, step, state):
        with draft.because_of(_led_to_close(draft, step, state)):
            close(draft, step, outcome_of(step, state), _because(draft, step, state))
        return
    _fall_short(draft, step)
    if draft.state.steps[step.id].status == "open":
        chase(draft, step, unsent)
        remind_manager(draft, step.id)


def _await_children(draft: Draft, step: Step) -> None:
    """Close the step when all it started has closed."""
    state = draft.state.steps[step.id]
    if children.all_closed(state):
        perform(draft, step, children.outcome_of(state), "all that it started has closed")
        with draft.because_of(draft.state.steps[step.id].closed_by):
            after_close(draft, step)


def decisive(draft: Draft, step: Step) -> Response | None:
    """An answer that ends the attempt at once, whoever else has not answered: sent back as a whole, or refused."""
    kind = STEP_KINDS[step.kind]
    for assignment in draft.state.steps[step.id].assignments.values():
        response = assignment.response
        if response is None or assignment.status != "answered":
            continue
        actions = actions_of(step, response.outcome)
        if any(a.kind == "stop" or (a.kind == "reopen" and not a.for_practice) for a in actions):
            return response
        if response.outcome in kind.ends and not actions:
            return response
    return None


def _set_off_early(draft: Draft, step: Step) -> None:
    """What an answer sets off without the close of its step.

    What concerns one practice does not wait for the others: figures that were wrong are asked for again now, a
    practice that cannot agree is spoken with now. An answer that does not count sets off the rest as well, since its
    step may stay open for long; one that sets nothing off is asked again.
    """
    doing: list[tuple[Action, Response, str]] = []
    for assignment in list(draft.state.steps[step.id].assignments.values()):
        response = assignment.response
        if response is None or assignment.status != "answered" or assignment.acted >= response.number:
            continue
        if assignment.withdrawn:
            continue
        actions = [a for a in actions_of(step, response.outcome) if not response.counts or _at_once(a)]
        if actions:
            with draft.because_of(response.version):
                draft.emit(e.ActionsSetOff(assignment.id, step.id, response.number, response.outcome))
            doing += [(action, response, assignment.organisation) for action in actions]
        elif not response.counts:
            with draft.because_of(response.version):
                ask_again(draft, assignment, f"“{response.outcome}” leaves it open")
    # Gathered first: what one practice sets off may begin the step anew, and the others' words must not be lost in it.
    for action, response, organisation in doing:
        if draft.state.status == "open":
            with draft.because_of(response.version):
                act(draft, step, action, response.outcome, (organisation,))


def _at_once(action: Action) -> bool:
    return action.for_practice or action.kind == "open"


def _led_to_close(draft: Draft, step: Step, state: StepState) -> int:
    """The version of what closed the step: the answer after which nobody was waited for, or the decision to go on
    with what is in; 0 when it was the time."""
    if state.shortfall == "proceed" and not quorum.everyone_in(state):
        return state.decided_by
    if not (quorum.everyone_in(state) or quorum.at_once(draft.scope, step)):
        return 0
    versions = [
        a.response.version for a in quorum.still_asked(state) if a.response and a.status == "answered"
    ]
    return max(versions, default=0)


def _count_silence(draft: Draft, step: Step) -> None:
    """Silence is what the step says it is, once the due date has passed (rule 6)."""
    for assignment in list(draft.state.steps[step.id].assignments.values()):
        if draft.state.is_held(step.id, assignment.organisation):
            continue
        if may_fall_silent(step, assignment) and assignment.due and assignment.due.at <= draft.now:
            draft.emit(e.SilenceCounted(assignment.id, step.id, _SILENCE[step.silence]))


def _window_is_held(draft: Draft, step: Step, state: StepState) -> bool:
    """The time for answering is not over while a practice that is waited for is on hold."""
    settled = state.shortfall == "proceed" or quorum.everyone_in(state) or quorum.at_once(draft.scope, step)
    return not settled and quorum.waits_for_held(draft.state, state)


def _fall_short(draft: Draft, step: Step) -> None:
    state = draft.state.steps[step.id]
    if quorum.waits_for_held(draft.state, state):
        return
    at = short_at(draft, step, state)
    if at is None or at > draft.now or state.shortfall or quorum.satisfied(draft.scope, step, state):
        return
    rule = step.short(lambda text: draft.scope.truth(text))
    missing = quorum.missing(state)
    heard = any(a.answered for a in quorum.still_asked(state))
    if rule.do == "proceed and name the gaps" and heard:
        close(draft, step, outcome_of(step, state), "the time was over; the gaps are named")
    elif rule.do != "wait":
        # With nobody heard there is nothing to go on with, so that too is a person's decision.
        draft.emit(e.ShortfallRaised(step.id, state.attempt, missing, draft.now))


def short_at(draft: Draft, step: Step, state: StepState) -> datetime | None:
    """When too little counts as too little; None when the step simply waits."""
    rule = step.short(lambda text: draft.scope.truth(text))
    if rule.do == "wait":
        return None
    if state.short_at is not None:
        return due_dates.stretched(draft.scope, *state.short_at, step.id)
    if rule.at == "due":
        return quorum.last_due(state)
    last = quorum.last_due(state)
    due = due_dates.at_moment(last) if last else None
    found = draft.scope.resolve(rule.at, anchors={"due": due, "opens": state.opened_at})
    return found.at if found else quorum.last_due(state)


def _because(draft: Draft, step: Step, state: StepState) -> str:
    if quorum.everyone_in(state):
        return "everyone asked is in" if len(quorum.still_asked(state)) > 1 else ANSWERED
    if state.shortfall == "proceed":
        return "it was decided to go on with what is in"
    return f"enough is in ({quorum.rule_of(draft.scope, step)})"


def outcome_of(step: Step, state: StepState) -> str:
    """The outcome of the step: the one everybody gave, else the first that sets something off, else "mixed"."""
    outcomes = [
        STEP_KINDS[step.kind].outcome if a.response is None else a.response.outcome
        for a in state.assignments.values()
        if a.counts
    ]
    if not outcomes:
        return "no answer"
    for outcome in outcomes:
        if step.actions(outcome):
            return outcome
    return outcomes[0] if len(set(outcomes)) == 1 else "mixed"


# --- closing


def close(draft: Draft, step: Step, outcome: str, because: str, *, decided: bool = False) -> None:
    """Close the step, once in this attempt, and all that hangs on it in the same transaction (rule 2).

    `decided`: one answer ended it, so only what that answer sets off happens.
    """
    state = draft.state.steps[step.id]
    doing = _actions(step, state, outcome, decided)
    closed = draft.emit(e.StepClosed(step.id, state.attempt, outcome, because, quorum.missing(state)))
    with draft.because_of(closed.version):
        end_open(draft, step.id, "the step closed without it")
        if outcome in STEP_KINDS[step.kind].ends and not step.actions(outcome):
            stop(draft, f"“{draft.scope.title(step)}” came out as “{outcome}”")
            return
        if not any(action.kind in ("reopen", "stop") for action, _, _ in doing):
            # What is sent back is neither approved, so nothing locks, nor done, so nothing starts after it.
            after_close(draft, step)
        for action, given, practices in doing:
            if draft.state.status == "open":
                act(draft, step, action, given, practices)


def _actions(
    step: Step, state: StepState, outcome: str, decided: bool
) -> list[tuple[Action, str, tuple[str, ...]]]:
    """What the answers set off, each with the practices that gave it: once for all of them, or for each its own.

    An answer carried over from an earlier attempt has set off what it had to already.
    """
    given: dict[str, tuple[str, ...]] = {outcome: ()}
    done = {a.organisation for a in state.assignments.values() if a.response and a.acted >= a.response.number}
    for a in state.assignments.values():
        response = a.response
        if response is None or a.status != "answered" or not (a.counts or response.outcome == outcome):
            continue
        given[response.outcome] = (*given.get(response.outcome, ()), a.organisation)
    found: list[tuple[Action, str, tuple[str, ...]]] = []
    for said, practices in given.items():
        if decided and said != outcome:
            continue
        for action in actions_of(step, said):
            left = tuple(practice for practice in practices if practice not in done)
            if action.for_practice:
                found += [(action, said, (practice,)) for practice in left]
            elif not (_at_once(action) and practices and not left):
                found.append((action, said, practices))
    return sorted(found, key=lambda each: each[0].for_practice)


def after_close(draft: Draft, step: Step) -> None:
    """What a closed step brings whatever its outcome: a lock, a child workflow."""
    if step.locks and not draft.state.locked:
        draft.emit(e.WorkflowLocked(step.id))
    if step.starts and not step.awaits_children:
        children.request(draft, step)
