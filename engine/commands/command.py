"""What every command does besides its own work: nothing identifiable goes into the log, and no date is guessed."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, ParamSpec

from engine.commands.refusals import Invalid, Refused
from engine.dates.calendar import BeyondHorizon
from engine.decisions.draft import Decision
from engine.events import Actor
from engine.forms.answers import AnswerProblem
from engine.forms.patient_guard import GuardHit, hits_in, standing

_Given = ParamSpec("_Given")

#: Ids, hashes and earlier answers, which Baton makes and looks up itself, and says nothing of where they are wrong.
_NOT_TYPED = frozenset({
    "workflow_id", "assignment_id", "launch_id", "batch", "parent", "ancestors", "content", "bundle", "previous", "warnings",
})  # fmt: skip


def command(decide: Callable[_Given, Decision]) -> Callable[_Given, Decision]:
    """A command: a function from a state, what a person gives and an `actor` to a Decision.

    What is given, and who gives it, is looked through for NHS numbers before anything else is done, and nothing of it is
    repeated: raises Invalid. A date whose bank holidays nobody knows is refused, and changes nothing (rule 13).
    """
    names = tuple(inspect.signature(decide).parameters)

    @wraps(decide)
    def guarded(*args: _Given.args, **kwargs: _Given.kwargs) -> Decision:
        given: dict[str, Any] = {**dict(zip(names, args, strict=False)), **kwargs}
        refuse_identifiable(given["actor"], {k: v for k, v in given.items() if k not in _NOT_TYPED})
        try:
            return decide(*args, **kwargs)
        except BeyondHorizon as beyond:
            raise Refused(beyond.code, str(beyond)) from None

    guarded.is_command = True  # type: ignore[attr-defined]
    return guarded


def refuse_identifiable(actor: Actor, given: Mapping[str, Any]) -> None:
    """Raises Invalid for every NHS number in what is given and in who gives it; also for what may be one, unless they say
    that it is something else."""
    if actor.is_baton:  # what it does by itself brings nothing that was not looked at before
        return
    hits = [*_of_the_actor(actor), *(hit for name, value in given.items() for hit in _hits(value, name))]
    if refusing := standing(hits, actor.not_nhs_number):
        raise Invalid([AnswerProblem(hit.path, hit.message, hit.code) for hit in refusing])


def _hits(value: Any, name: str) -> list[GuardHit]:
    return hits_in(value, name) if isinstance(value, str | int | float | tuple | list | Mapping) else []


def _of_the_actor(actor: Actor) -> list[GuardHit]:
    said = {
        "name": actor.name,
        "role": actor.role,
        "organisation": actor.organisation,
        "person": actor.person,
    }
    return hits_in(said, "by")
