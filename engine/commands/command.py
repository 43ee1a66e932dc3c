"""The registry of commands: each declares, in one place, who may give it, what it refuses, and which events it may come to.

A command is a function from a `Draft` and what a person gives, under `@command(...)`, which cannot be left without one of
these. What every command does besides its own work is done here: nothing identifiable goes into the log, only who may
gives it, no date is guessed, and what it emits is one `Decision`, under the command's name; one that comes to nothing is refused.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from definitions.loading.bundle import Process
from engine.commands.refusals import REFUSALS, Invalid, Refused
from engine.dates.calendar import BeyondHorizon
from engine.decisions.draft import Decision, Draft
from engine.events import Actor, Body
from engine.forms.answers import AnswerProblem
from engine.forms.patient_guard import GuardHit, hits_in, standing
from engine.state.workflow import WorkflowState

#: Ids, hashes and earlier answers, which Baton makes and looks up itself, and says nothing of where they are wrong.
_NOT_TYPED = frozenset({
    "workflow_id", "assignment_id", "launch_id", "batch", "parent", "ancestors", "content", "bundle", "previous", "warnings",
})  # fmt: skip
#: What any command may be refused with, beside its own.
ANY_COMMAND = frozenset({"beyond-horizon", "forbidden", "key-taken", "no-change"})


class UndeclaredRefusal(TypeError):
    """A command declares a refusal that `REFUSALS` does not know: a mistake of whoever added one of them."""


@dataclass(frozen=True, slots=True)
class Who:
    """Who may give a command. `roles` None: whom the assignment is asked of, and the command itself sees to that.

    `launchers`: the roles besides that may launch the process, as its definition says.
    """

    said: str
    roles: frozenset[str] | None
    launchers: bool = False

    def refuse(self, actor: Actor, process: Process) -> None:
        """Raises Refused for a person in another role, and for one whose role nobody but they vouches for; what Baton
        does by itself is not asked for one."""
        if self.roles is None or actor.is_baton or actor.is_administrator:
            return
        roles = self.holders(process)
        if not actor.proven or actor.role not in roles:
            whose = ", ".join(role.replace("_", " ") for role in roles)
            raise Refused("forbidden", f"this is for {self.said} to do ({whose}); please ask them")

    def holders(self, process: Process) -> list[str]:
        """The roles that may, in order."""
        return sorted({*(self.roles or ()), *(process.definition.launch.by if self.launchers else ())})


ASKED = Who("whoever is asked, or covers for them", None)
LAUNCHERS = Who("a role that may launch the process", frozenset(), launchers=True)
MANAGERS = Who(
    "the PCN manager, or another role that may launch the process", frozenset({"pcn_manager"}), launchers=True
)
DECIDERS = Who(
    "the PCN manager, the clinical director, or another role that may launch the process",
    frozenset({"pcn_manager", "clinical_director"}),
    launchers=True,
)


@dataclass(frozen=True, slots=True)
class Command:
    """What is declared of a command. `parameters` are what it is given, beside a state, the time and the actor."""

    name: str
    function: Callable[..., Any]
    parameters: tuple[inspect.Parameter, ...]
    who: Who
    refuses: frozenset[str]
    emits: frozenset[type[Body]]

    @contextmanager
    def guarded(self, actor: Actor, process: Process, given: Mapping[str, Any]) -> Iterator[None]:
        """Everything that is looked at before the command, and a date past the calendar refused (rule 13).

        Raises Invalid for an NHS number in what is given, or in who gives it, before anything else is said.
        """
        refuse_identifiable(actor, {name: value for name, value in given.items() if name not in _NOT_TYPED})
        self.who.refuse(actor, process)
        try:
            yield
        except BeyondHorizon as beyond:
            raise Refused(beyond.code, str(beyond)) from None


#: Every command, by its name: the cause that its events have in the log.
COMMANDS: dict[str, Command] = {}

Given = ParamSpec("Given")
#: A command as it is called: on a state, at a time, by an actor, with what they give.
OnWorkflow = Callable[Concatenate[WorkflowState, datetime, Actor, Given], Decision]


def command(
    *, who: Who, refuses: Sequence[str], emits: Sequence[type[Body]]
) -> Callable[[Callable[Concatenate[Draft, Given], None]], OnWorkflow[Given]]:
    """Register a function over a draft as a command on a workflow."""

    def register(function: Callable[Concatenate[Draft, Given], None]) -> OnWorkflow[Given]:
        names = tuple(inspect.signature(function).parameters)[1:]
        declared = _declare(function, names, who, refuses, emits)

        @wraps(function)
        def decide(
            state: WorkflowState, now: datetime, actor: Actor, /, *args: Given.args, **kwargs: Given.kwargs
        ) -> Decision:
            with declared.guarded(actor, state.process, {**dict(zip(names, args, strict=False)), **kwargs}):
                draft = Draft(state, now, actor, declared.name)
                function(draft, *args, **kwargs)
            if not draft.events:
                raise Refused("no-change", "it is so already, so this would change nothing")
            return draft.decision

        return decide

    return register


#: A command that begins a workflow: of an id and a process, at a time, by an actor, with what they give.
Beginning = Callable[Concatenate[str, Process, datetime, Actor, Given], Decision]


def beginning(
    *, who: Who, refuses: Sequence[str], emits: Sequence[type[Body]]
) -> Callable[[Beginning[Given]], Beginning[Given]]:
    """Register a function as a command that begins a workflow: there is no state to draft from."""

    def register(function: Beginning[Given]) -> Beginning[Given]:
        names = tuple(inspect.signature(function).parameters)[4:]
        declared = _declare(function, names, who, refuses, emits)

        @wraps(function)
        def decide(
            workflow_id: str, process: Process, now: datetime, actor: Actor, /, *args: Given.args, **kwargs: Given.kwargs
        ) -> Decision:  # fmt: skip
            with declared.guarded(actor, process, {**dict(zip(names, args, strict=False)), **kwargs}):
                return function(workflow_id, process, now, actor, *args, **kwargs)

        return decide

    return register


def _declare(
    function: Callable[..., Any], names: Sequence[str], who: Who, refuses: Sequence[str], emits: Sequence[type[Body]]
) -> Command:  # fmt: skip
    if unknown := set(refuses) - REFUSALS.keys():
        raise UndeclaredRefusal(f"{function.__name__} declares {', '.join(sorted(unknown))}")
    parameters = tuple(inspect.signature(function).parameters[name] for name in names)
    declared = Command(function.__name__, function, parameters, who, frozenset(refuses), frozenset(emits))
    COMMANDS[declared.name] = declared
    return declared


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
