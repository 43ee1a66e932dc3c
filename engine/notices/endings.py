"""What people hear when they are asked nothing more: cancelled, left out, closed without them, not of the PCN any more.

Only who was asked hears it, once, whatever it was that they were asked; who was about to be asked hears nothing at all.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from engine import events as e
from engine.expressions.scope import Scope
from engine.notices.facts import everyone_who_took_part
from engine.notices.notice import by_reader, calendar_entry, notice
from engine.people.addresses import address_of
from engine.state.workflow import Assignment, WorkflowState

NOTHING_MORE = "There is nothing more for you to do."


def apologies(scope: Scope, because: str, actor: e.Actor) -> Iterator[e.Notice]:
    """One apology to everybody who was asked, but for who cancelled it themselves."""
    state = scope.state
    text = f"{state.reference} is cancelled: {_said(because)}. {NOTHING_MORE} We are sorry for the trouble."
    for person, organisation in everyone_who_took_part(scope):
        to = address_of(scope, person, organisation)
        if to is not None and not (to.person and to.person == actor.person):
            ended = [
                a for a in asked_now(state) if (a.person or a.organisation) == (to.person or organisation)
            ]
            yield notice(
                scope, "outcome", to, f"Cancelled: {state.reference}", only="asked", text=text,
                cancels=[calendar_entry(scope, each) for each in ended if each.due and each.due.at > scope.now],
            )  # fmt: skip


def asked_now(state: WorkflowState) -> Iterator[Assignment]:
    """Every assignment of the present attempts, in the order of the steps."""
    for step_id in state.process.order:
        yield from state.steps[step_id].assignments.values()


def not_needed(
    scope: Scope, assignments: Iterable[Assignment], because: str, actor: e.Actor, *, missing: bool = False
) -> Iterator[e.Notice]:
    """One email to each who was asked for any of `assignments` and has not answered: they may stop.

    `missing`: it goes on without their answer, and says so.
    """
    waiting = [each for each in assignments if each.status == "open"]
    for to, theirs in by_reader(scope, waiting):
        if to.person and to.person == actor.person:
            continue
        entries = [calendar_entry(scope, each) for each in theirs]
        titles = list(dict.fromkeys(entry["title"] for entry in entries))
        left_out = (
            " The record says that your answer is missing; nothing is counted in your name."
            if missing
            else ""
        )
        yield notice(
            scope, "told", to, f"No longer needed: {titles[0]}", only="asked",
            text=f"{_said(because)}. {NOTHING_MORE}{left_out}", items=titles if len(titles) > 1 else None,
            cancels=[entry for entry in entries if entry["due_at"]],
        )  # fmt: skip


def _said(because: str) -> str:
    """A reason within a sentence."""
    return because.strip().rstrip(".")
