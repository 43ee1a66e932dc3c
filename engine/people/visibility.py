"""Who may see the answers of a step: `visible_to`, and whoever was asked in it.

What staff are asked about a colleague is seen by the few whom the definition names (domain 6.1). The page, the
API and the emails ask here, so that they cannot come to different answers.
"""

from __future__ import annotations

from collections.abc import Iterator

from definitions.language.named_values import key_of
from engine.events import Actor
from engine.state.workflow import Assignment, WorkflowState


def may_see(state: WorkflowState, step: str, actor: Actor) -> bool:
    """Whether `actor` may see what was answered to `step`.

    A step without `visible_to` is open to everyone in the workflow. Otherwise: a role it names, held at the PCN or
    where the step was asked; a person the launch named for one of those roles (`inputs.supervisor`); and whoever was
    asked in the step by name, or answered it. A manager who was only asked whom to ask sees nothing.
    """
    roles = state.process.steps[step].visible_to
    if not roles:
        return True
    if actor.role in roles and actor.organisation in _places(state, step):
        return True
    if not actor.person:
        return False
    if any(key_of(state.inputs.get(role) or "") == actor.person for role in roles):
        return True
    return any(actor.person in _people(assignment) for assignment in _assignments(state, step))


def _places(state: WorkflowState, step: str) -> set[str]:
    return {state.pcn.code} | {each.organisation for each in _assignments(state, step)}


def _assignments(state: WorkflowState, step: str) -> Iterator[Assignment]:
    for attempt in (*state.earlier.get(step, ()), state.steps[step]):
        yield from attempt.assignments.values()


def _people(assignment: Assignment) -> set[str]:
    asked = set() if assignment.unfilled else {assignment.person}
    return (asked | {response.actor.person for response in assignment.responses}) - {""}
