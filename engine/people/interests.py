"""Interests: who signs for figures or promises that are partly their own practice's.

In a small PCN nobody else may be there to sign, so that it is warned of and never refused (domain 2.2): the record
says so, and the manager is asked to find a second approver.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from definitions.models.definition import Step
from engine.events import Actor
from engine.state.workflow import WorkflowState


def own_practices(state: WorkflowState, step: Step, actor: Actor, day: date) -> tuple[str, ...]:
    """The practices where `actor` works and whose answers `step` passes; none unless the definition asks."""
    if step.own_practice is None:
        return ()
    works_at = {held.at for held in state.pcn.roles if held.person == actor.person and held.holds_on(day)}
    concerned = dict.fromkeys(_concerned(state, step))
    return tuple(code for code in concerned if code in works_at and code != state.pcn.code)


def _concerned(state: WorkflowState, step: Step) -> Iterator[str]:
    """The practices that answered what the step signs or shows, and whatever that was worked out from."""
    for name in (*step.signs, *step.shows):
        for before in (name, *state.process.predecessors(name)):
            for assignment in state.steps[before].assignments.values():
                if assignment.response is not None:
                    yield assignment.organisation


def warning(state: WorkflowState, actor: Actor, practices: tuple[str, ...]) -> str:
    """What the record says of it."""
    places = " and ".join(state.pcn.organisation_name(code) for code in practices)
    return f"{actor.name} works at {places}, which this is about; ask somebody else to approve it as well"
