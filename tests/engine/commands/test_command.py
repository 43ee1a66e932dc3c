"""The registry of commands: nothing is left undeclared, and what is declared is what a command does."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Callable, Iterator
from types import FunctionType, ModuleType
from typing import Any

import pytest

from engine import commands
from engine import events as e
from engine.commands import corrections, holds, pins, practices, responses, steps, workflow
from engine.commands.assignments import calls, extensions, handover, nudges, replies
from engine.commands.command import (
    ANY_COMMAND,
    ASKED,
    COMMANDS,
    DECIDERS,
    LAUNCHERS,
    MANAGERS,
    Command,
    UndeclaredRefusal,
    Who,
    beginning,
    command,
)
from engine.commands.refusals import REFUSALS, Refused
from engine.decisions.draft import Decision, Draft
from engine.events import Actor
from tests.engine.stages import staged

FAMILIES = (
    workflow,
    steps,
    practices,
    corrections,
    holds,
    pins,
    responses,
    extensions,
    replies,
    handover,
    calls,
    nudges,
)
ALL: dict[str, Any] = {"who": MANAGERS, "refuses": (), "emits": ()}


def test_every_function_that_comes_to_a_decision_is_declared_and_can_be_named() -> None:
    public = {
        name
        for family in FAMILIES
        for name, function in vars(family).items()
        if isinstance(function, FunctionType)
        and function.__module__ == family.__name__
        and not name.startswith("_")
        and _takes(function) & {"draft", "process"}
    }
    assert public == set(COMMANDS) == set(commands.__all__)


def _takes(function: Callable[..., Any]) -> set[str]:
    return set(inspect.signature(function).parameters)


@pytest.mark.parametrize("decorator", [command, beginning])
@pytest.mark.parametrize("left_out", ALL)
def test_no_declaration_can_be_left_out(decorator: Callable[..., Any], left_out: str) -> None:
    with pytest.raises(TypeError, match=left_out):
        decorator(**{key: value for key, value in ALL.items() if key != left_out})


def test_a_refusal_that_nobody_explains_cannot_be_declared() -> None:
    def invented(draft: Draft) -> None: ...

    with pytest.raises(UndeclaredRefusal, match="no-such-code"):
        command(**{**ALL, "refuses": ("no-such-code",)})(invented)
    assert "invented" not in COMMANDS


def test_every_refusal_that_is_explained_is_one_of_a_command() -> None:
    assert set(REFUSALS) == ANY_COMMAND.union(*(each.refuses for each in COMMANDS.values()))


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_refuses_and_emits_what_it_declares_and_nothing_else(name: str) -> None:
    declared = COMMANDS[name]
    found = Reach(declared.function)
    assert (found.codes, found.events) == (declared.refuses, {kind.__name__ for kind in declared.emits})


class Reach:
    """The refusals and events that the code of a function can come to, through the functions of the engine it calls."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self.codes: set[str] = set()
        self.events: set[str] = set()
        self._seen: set[Any] = set()
        self._walk(inspect.unwrap(function))

    def _walk(self, function: FunctionType) -> None:
        if function in self._seen:
            return
        self._seen.add(function)
        for call in _calls(function):
            called = _resolved(call.func, function)
            if called is Refused:
                assert isinstance(call.args[0], ast.Constant), "a refusal's code is written out"
                self.codes.add(str(call.args[0].value))
            elif inspect.isclass(called) and issubclass(called, e.Body):
                self.events.add(called.__name__)
            elif isinstance(called, FunctionType) and called.__module__.startswith(
                ("engine.commands", "engine.decisions")
            ):
                self._walk(inspect.unwrap(called))


def _calls(function: FunctionType) -> Iterator[ast.Call]:
    tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    body = next(node for node in tree.body if isinstance(node, ast.FunctionDef))
    for statement in body.body:  # not its decorators
        yield from (node for node in ast.walk(statement) if isinstance(node, ast.Call))


def _resolved(node: ast.expr, function: FunctionType) -> Any:
    if isinstance(node, ast.Name):
        return function.__globals__.get(node.id)
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        module = function.__globals__.get(node.value.id)
        return getattr(module, node.attr, None) if isinstance(module, ModuleType) else None
    return None


# --- who may


def test_who_may_is_asked_before_anything_is_done() -> None:
    stage = staged("iif-quarter-close", "2026-12-15")
    practice = Actor("Jo Marsh", "practice_manager", "Y90001", channel="api")
    with pytest.raises(Refused) as refused:
        commands.hold(stage.state, stage.now, practice, "")
    assert refused.value.code == "forbidden" and "pcn manager" in refused.value.message
    manager = Actor("Asha Patel", "pcn_manager", "U90001", channel="api")
    assert commands.hold(stage.state, stage.now, manager, "the board meets first").events


@pytest.mark.parametrize(
    ("who", "role", "may"),
    [
        (MANAGERS, "pcn_manager", True),
        (MANAGERS, "digital_transformation_lead", True),
        (MANAGERS, "clinical_director", False),
        (DECIDERS, "clinical_director", True),
        (LAUNCHERS, "digital_transformation_lead", True),
        (LAUNCHERS, "engine", False),
        (LAUNCHERS, "", False),
        (ASKED, "anybody", True),
    ],
)
def test_the_roles_that_may(who: Who, role: str, may: bool) -> None:
    process = staged("access-plan-sign-off", "2026-12-15").state.process
    for channel in ("web", "api", "cli"):
        actor = Actor("Somebody", role, channel=channel)  # type: ignore[arg-type]
        try:
            who.refuse(actor, process)
        except Refused as refused:
            assert not may and refused.code == "forbidden"
        else:
            assert may


def test_baton_itself_is_asked_for_no_role() -> None:
    process = staged("iif-quarter-close", "2026-12-15").state.process
    for channel in ("engine", "schedule"):
        MANAGERS.refuse(Actor("Baton", "anything", channel=channel), process)  # type: ignore[arg-type]


# --- what is kept


def test_what_a_command_comes_to_stands_in_the_log_under_its_name() -> None:
    stage = staged("iif-quarter-close", "2026-12-15")
    manager = Actor("Asha Patel", "pcn_manager", "U90001", channel="cli")
    held: Decision = commands.hold(stage.state, stage.now, manager, "the board meets first")
    assert held.events[0].cause in COMMANDS and held.events[0].actor == manager
    assert held.state.status == "held" and stage.state.status == "open"


def test_a_command_says_what_it_does_in_its_first_line() -> None:
    def said(each: Command) -> str:
        return (each.function.__doc__ or "").split("\n")[0]

    assert all(said(each).endswith((".", ")")) or said(each) for each in COMMANDS.values())
