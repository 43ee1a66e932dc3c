"""Sending back: a new attempt of a step and of all that depends on it; earlier attempts stay."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal

from definitions.checks.scopes import asked_of_several
from definitions.language.grammar import Action, parse_action
from definitions.models.definition import Step
from engine import events as e
from engine.dates.clock import london_date
from engine.decisions.assignments import ask_also, ask_everyone
from engine.decisions.deadlines import ask_again, redate
from engine.decisions.draft import Draft
from engine.state.workflow import WorkflowState


def reopen(draft: Draft, target: str, because: str, organisation: str = "", text: str = "") -> None:
    """A new attempt of `target` and of every step after it that had begun. `text` is what the email that asks for
    `target` says of it.

    `organisation`: only that practice is asked again, here and in later steps asked of practices; where a step
    asked of practices comes after, the others' answers stand. Steps closed before a lock are left alone (rule 14).
    A step on demand that is sent back is asked again at once, since nothing else would open it; one that follows
    what is sent back is left alone: people opened it, and what it asks still stands.
    """
    process = draft.state.process
    if organisation and _ask_the_practice(draft, target, because, organisation, text):
        return
    for step_id in (target, *process.dependants(target)):
        state = draft.state.steps[step_id]
        if state.locked or (process.steps[step_id].on_demand and step_id != target):
            continue
        only = organisation if asked_of_several(process.steps[step_id]) else ""
        sent_back = step_id == target
        said = text if sent_back else ""
        if state.status != "waiting":
            end_open(draft, step_id, "it is asked anew")
            draft.emit(e.StepReopened(step_id, state.attempt + 1, because, only, sent_back, said))
        elif state.attempt > 1 and ((state.only and only not in state.only) or sent_back > state.sent_back):
            # It was sent back before and has not opened since: whoever is sent back now is asked with the others.
            only = only if state.only else ""
            draft.emit(e.StepReopened(step_id, state.attempt, because, only, sent_back, said))
    step, state = process.steps[target], draft.state.steps[target]
    if step.on_demand and state.status == "waiting" and state.attempt > 1:
        ask_everyone(draft, step, state.chosen, state.text)


def cut_short(state: WorkflowState, target: str) -> tuple[str, ...]:
    """The steps that were open when the workflow ended, beside `target` and what comes after it."""
    after = (target, *state.process.dependants(target))
    return tuple(each.id for each in state.steps.values() if each.status == "open" and each.id not in after)


def resume(draft: Draft, target: str, because: str) -> None:
    """Begin `target` anew in a workflow that was over, and what was open when it ended: there, only who had not answered
    is asked again. A step on demand is left for whoever opened it to open again.
    """
    interrupted = cut_short(draft.state, target)
    text = asked_again(because)
    reopen(draft, target, because, text=text)
    for step_id in interrupted:
        state = draft.state.steps[step_id]
        open_still = dict.fromkeys(a.organisation for a in state.assignments.values() if not a.settled)
        several = asked_of_several(draft.state.process.steps[step_id])
        for organisation in (open_still if several else ()) or ("",):
            draft.emit(
                e.StepReopened(step_id, state.attempt + 1, because, organisation, sent_back=False, text=text)
            )


def asked_again(because: str) -> str:
    """What stands above the question when it is asked again, whether it was answered before or not."""
    return f"This is asked again: {because}"


def _ask_the_practice(draft: Draft, target: str, because: str, organisation: str, text: str) -> bool:
    """Ask one practice again in a step that is still open, and nobody else: a new attempt would write to everyone
    who has not answered yet. False when that is not how things stand."""
    state = draft.state.steps[target]
    theirs = [
        a
        for a in state.assignments.values()
        if a.organisation == organisation and a.status != "ended" and not a.withdrawn
    ]
    if state.status != "open" or state.locked or not theirs:
        return False
    for assignment in theirs:
        if assignment.answered:
            ask_again(draft, assignment, because, email=True, text=text)
    return True


def open_for(draft: Draft, step: Step, practices: tuple[str, ...], because: str, text: str = "") -> None:
    """Open a step for the practices chosen; where it is open already, they are asked with the others."""
    state = draft.state.steps[step.id]
    again: tuple[str, ...] = ()
    if state.status == "open":
        before = ask_also(draft, step, practices, text)
        again = tuple(
            a.organisation for a in state.assignments.values() if a.organisation in before and a.answered
        )
        if not again:
            return
        practices = draft.state.steps[step.id].chosen
        end_open(draft, step.id, "it is asked anew")
    if state.status != "waiting":
        only = again[0] if again else ""
        draft.emit(e.StepReopened(step.id, state.attempt + 1, because, only, sent_back=True))
    ask_everyone(draft, step, practices, text)


def end_open(draft: Draft, step_id: str, because: str) -> None:
    """End the assignments of a step that nobody answered; their rungs and unsent notices are void (rule 2)."""
    for assignment in list(draft.state.steps[step_id].assignments.values()):
        if assignment.status == "open":
            draft.emit(e.AssignmentEnded(assignment.id, step_id, because))


def actions_of(step: Step, outcome: str) -> tuple[Action, ...]:
    return tuple(parse_action(text) for text in step.actions(outcome))


def act(draft: Draft, step: Step, action: Action, outcome: str, practices: tuple[str, ...]) -> None:
    """Do what an outcome sets off. `practices` are those that gave it; just the one, where the action is for it."""
    because = f"“{draft.scope.title(step)}” came out as “{outcome}”"
    if action.kind == "stop":
        stop(draft, because)
    elif action.kind == "reopen":
        reopen(draft, action.target, f"sent back: {because}", practices[0] if action.for_practice else "")
    elif action.kind == "move":
        value = day_of(draft.scope.value(action.expression, **_of_outcome(draft, step, outcome)))
        if value is not None:  # an answer that names no day moves nothing
            move_date(draft, action.target, value, because, lenient=True)
    elif action.kind == "open":
        open_for(draft, draft.state.process.steps[action.target], practices, because)


def _of_outcome(draft: Draft, step: Step, outcome: str) -> dict[str, Any]:
    """What an action of this outcome sees: where the step is asked of one, the answer that came out so."""
    if asked_of_several(step):
        return draft.scope.at("outcome", step)
    answered = (a for a in draft.state.steps[step.id].assignments.values() if a.response)
    about = next((a for a in answered if a.response and a.response.outcome == outcome), None)
    return draft.scope.at("outcome of one", step, about)


def day_of(value: object) -> date | None:
    """The day an expression or a person gave; None when it is none."""
    if isinstance(value, datetime):
        return london_date(value)
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None


def stop(draft: Draft, because: str, outcome: Literal["stopped", "cancelled"] = "stopped") -> None:
    """Close the workflow here: everything open ends with it."""
    for step_id in draft.state.process.order:
        end_open(draft, step_id, "the workflow ended")
    draft.emit(e.WorkflowClosed(outcome, because))


def move_date(
    draft: Draft, name: str, day: date, because: str, *, source: str = "", lenient: bool = False
) -> None:
    """Give a named date another value, and every open date that counts from it.

    An external date is given another only because somebody outside changed it; what is due on it goes with it then.
    """
    before, old = draft.state, draft.scope.date(name)
    if old is not None and old.day == day:
        return
    draft.emit(e.DateMoved(name, old.day.isoformat() if old else "", day.isoformat(), because, source))
    external = draft.state.process.definition.dates[name].external
    redate(draft, because, external=external, lenient=lenient, before=before)
