"""`advance(state, now)`: what follows from the facts and the time, as far as they go.

Pure and deterministic (rule 1). One pass opens what may open, closes what has heard enough, climbs what is due;
passes repeat until nothing more follows.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from definitions.models import Step
from engine import closing, dating
from engine import events as e
from engine.chasing import chase
from engine.kinds import HUMAN
from engine.opening import open_step, ready
from engine.plain import plain
from engine.reopening import act, actions_of, end_open, stop
from engine.state import StepState, WorkflowState
from engine.turn import Turn

#: Passes before a definition that keeps reopening itself is given up on; a real one needs a handful.
PASSES = 500


_SILENCE: dict[str, Literal["agreement", "abstention"]] = {
    "counts as agreement": "agreement",
    "counts as abstention": "abstention",
}


class Restless(RuntimeError):
    """A definition that never comes to rest. Look for steps that reopen each other."""


def advance(state: WorkflowState, now: datetime) -> list[e.Event]:
    """The events that follow from `state` at `now`; none while it is on hold or over."""
    turn = Turn(state, now)
    settle(turn)
    return turn.events


def settle(turn: Turn) -> None:
    """Advance `turn` until nothing more follows. Raises Restless."""
    for _ in range(PASSES):
        before = len(turn.events)
        if turn.state.status != "open":
            return
        _pass(turn)
        if len(turn.events) == before:
            return
    raise Restless(
        f"{turn.state.id} never comes to rest; look for steps of {turn.state.process.definition.id} that reopen each other"
    )


def _pass(turn: Turn) -> None:
    for step_id in turn.state.process.order:
        if turn.state.status != "open":
            return
        step, state = turn.state.process.steps[step_id], turn.state.steps[step_id]
        if state.status == "waiting":
            if not step.on_demand and ready(turn.state, step) and _not_before(turn, step):
                open_step(turn, step)
                if turn.state.steps[step_id].status == "closed":
                    after_close(turn, step)
        elif state.status == "open":
            _tend(turn, step)
    if turn.state.status == "open" and finished(turn.state):
        turn.emit(e.WorkflowClosed("completed", "every step is done"))


def _not_before(turn: Turn, step: Step) -> bool:
    if step.when is not None and not turn.scope.truth(step.when):
        return True  # it will be skipped, which waits for nothing
    opens = dating.opens_at(turn.scope, step)
    return opens is None or opens <= turn.now


def finished(state: WorkflowState) -> bool:
    """Every step is done, or is one on demand that is not open."""
    return all(
        s.done or (state.process.steps[s.id].on_demand and s.status == "waiting")
        for s in state.steps.values()
    )


# --- an open step


def _tend(turn: Turn, step: Step) -> None:
    if outcome := decisive(turn, step):
        close(turn, step, outcome, f"somebody said “{outcome}”")
        return
    _count_silence(turn, step)
    state = turn.state.steps[step.id]
    if closing.closes_now(turn.scope, step, state):
        close(turn, step, outcome_of(step, state), _because(turn, step, state))
        return
    _fall_short(turn, step)
    if turn.state.steps[step.id].status == "open":
        chase(turn, step)


def decisive(turn: Turn, step: Step) -> str:
    """An outcome that ends the attempt at once, whoever else has not answered: sent back as a whole, or refused."""
    kind = HUMAN[step.kind]
    for assignment in turn.state.steps[step.id].assignments.values():
        response = assignment.response
        if response is None or not assignment.answered:
            continue
        actions = actions_of(step, response.outcome)
        if (
            any(a.kind == "stop" or (a.kind == "reopen" and not a.for_practice) for a in actions)
            and response.counts
        ):
            return response.outcome
        if response.outcome in kind.ends and not actions:
            return response.outcome
    return ""


def _count_silence(turn: Turn, step: Step) -> None:
    """Silence is what the step says it is, once the due date has passed (rule 6). Nobody signs by silence."""
    if step.silence == "never counts" or HUMAN[step.kind].signs:
        return
    for assignment in list(turn.state.steps[step.id].assignments.values()):
        due = assignment.due
        if assignment.status == "open" and not assignment.silence and due and due.at <= turn.now:
            turn.emit(e.SilenceCounted(assignment.id, step.id, _SILENCE[step.silence]))


def _fall_short(turn: Turn, step: Step) -> None:
    state = turn.state.steps[step.id]
    at = short_at(turn, step, state)
    if at is None or at > turn.now or state.shortfall or closing.satisfied(turn.scope, step, state):
        return
    rule = step.short(lambda text: turn.scope.truth(text))
    missing = closing.missing(state)
    heard = any(a.answered for a in closing.asked(state))
    if rule.do == "proceed and name the gaps" and heard:
        close(turn, step, outcome_of(step, state), "the time was over; the gaps are named")
    elif rule.do != "wait":
        # With nobody heard there is nothing to go on with, so that too is a person's decision.
        turn.emit(e.ShortfallRaised(step.id, state.attempt, missing, turn.now))


def short_at(turn: Turn, step: Step, state: StepState) -> datetime | None:
    """When too little counts as too little; None when the step simply waits."""
    rule = step.short(lambda text: turn.scope.truth(text))
    if rule.do == "wait":
        return None
    if state.short_at is not None:
        return state.short_at
    if rule.at == "due":
        return closing.last_due(state)
    due = dating.dated(state.due)
    found = turn.scope.resolve(rule.at, anchors={"due": due, "opens": state.opened_at})
    return found.at if found else closing.last_due(state)


def _because(turn: Turn, step: Step, state: StepState) -> str:
    if closing.everyone_in(state):
        return "everyone asked is in" if len(closing.asked(state)) > 1 else "it was answered"
    if state.shortfall == "proceed":
        return "it was decided to go on with what is in"
    return f"enough is in ({closing.rule_of(turn.scope, step)})"


def outcome_of(step: Step, state: StepState) -> str:
    """The outcome of the step: the one everybody gave, else the first that sets something off, else "mixed"."""
    outcomes = [
        a.response.outcome for a in state.assignments.values() if a.answered and a.response and a.counts
    ]
    if not outcomes:
        return "no answer"
    for outcome in outcomes:
        if step.actions(outcome):
            return outcome
    return outcomes[0] if len(set(outcomes)) == 1 else "mixed"


# --- closing


def close(turn: Turn, step: Step, outcome: str, because: str) -> None:
    """Close the step, once in this attempt, and all that hangs on it in the same transaction (rule 2)."""
    state = turn.state.steps[step.id]
    missing = closing.missing(state)
    by_practice = [
        (a.response.outcome, a.organisation)
        for a in state.assignments.values()
        if a.answered and a.response and a.counts
    ]
    turn.emit(e.StepClosed(step.id, state.attempt, outcome, because, missing))
    end_open(turn, step.id, "the step closed without it")
    after_close(turn, step)
    if turn.state.status != "open":
        return
    if outcome in HUMAN[step.kind].ends and not step.actions(outcome):
        stop(turn, f"“{turn.scope.text(step.title, **turn.scope.around(step))}” came out as “{outcome}”")
        return
    _set_off(turn, step, outcome, by_practice)


def _set_off(turn: Turn, step: Step, outcome: str, by_practice: list[tuple[str, str]]) -> None:
    for action in actions_of(step, outcome):
        if not action.for_practice:
            act(turn, step, action, outcome)
    for given, organisation in by_practice:
        for action in actions_of(step, given):
            if action.for_practice and turn.state.status == "open":
                act(turn, step, action, given, organisation)


def after_close(turn: Turn, step: Step) -> None:
    """What a closed step brings whatever its outcome: a lock, a child workflow."""
    if step.locks and not turn.state.locked:
        turn.emit(e.WorkflowLocked(step.id))
    if step.starts:
        attempt = turn.state.steps[step.id].attempt
        inputs = {name: turn.scope.value(text) for name, text in step.start_inputs.items()}
        child = f"{turn.state.id}-{step.id}-{attempt}".replace("_", "-")
        turn.emit(e.ChildRequested(step.id, step.starts, plain(inputs), child))
