"""The guard against NHS numbers stands inside every command: whatever is given, and whoever gives it, passes it first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from audit.story import StoryWriter
from engine import commands
from engine.commands.command import _NOT_TYPED, COMMANDS, Command
from engine.commands.refusals import Invalid, Refused
from engine.decisions.draft import Decision
from engine.events import Actor
from engine.simulation.scenario import Stage
from tests.engine.stages import harbour_vale, process, staged

CERTAIN, DOUBTFUL = "943 476 5919", "order 9434765919"
NOW = datetime(2026, 12, 15, 10, tzinfo=UTC)
WHO = Actor("Asha Patel", "pcn_manager", "U90001", "asha-patel", channel="cli")


def stage() -> Stage:
    return staged("iif-quarter-close", "2026-12-15")


def given(command: Command) -> dict[str, Any]:
    """Something for every parameter of a command: what it is does not matter, for the guard comes first."""
    known: dict[str, Any] = {
        "until": NOW + timedelta(days=9), "pcn": harbour_vale(), "practices": ("Y90001",), "answers": {"a": "b"},
        "inputs": {"quarter": "Q3"}, "open_bundle": lambda sha256: stage().state.process, "kind": "question", "choice": "wait",
    }  # fmt: skip
    return {
        parameter.name: known.get(parameter.name, "words")
        for parameter in command.parameters
        if parameter.default is parameter.empty
        or parameter.name in ("text", "organisation", "key", "reason", "rung")
    }


def give(name: str, actor: Actor, /, **values: Any) -> Decision:
    """A command as whoever gives it does."""
    if name == "launch":
        return commands.launch("w", process("iif-quarter-close"), NOW, actor, **values)
    decision: Decision = getattr(commands, name)(stage().state, NOW, actor, **values)
    return decision


def typed(command: Command) -> list[str]:
    """The parameters of a command that hold what a person typed."""
    return [
        name
        for name, value in given(command).items()
        if name not in _NOT_TYPED and isinstance(value, str | tuple | Mapping)
    ]


def with_number(value: Any, number: str) -> Any:
    if isinstance(value, Mapping):
        return {**value, "rows": [{"note": number}]}
    return (*value, number) if isinstance(value, tuple) else number


@pytest.mark.parametrize("number", [CERTAIN, DOUBTFUL])
@pytest.mark.parametrize("name", COMMANDS)
def test_no_text_of_any_command_takes_an_nhs_number_and_none_is_repeated(name: str, number: str) -> None:
    command, plain = COMMANDS[name], given(COMMANDS[name])
    assert typed(command), f"{name} takes no text?"
    for parameter in typed(command):
        with pytest.raises(Invalid) as refused:
            give(name, WHO, **{**plain, parameter: with_number(plain[parameter], number)})
        assert refused.value.problems[0].path.partition(".")[0] == parameter
        assert "5919" not in repr(refused.value.problems) + str(refused.value)


@pytest.mark.parametrize("field", ["name", "role", "organisation", "person"])
@pytest.mark.parametrize("name", COMMANDS)
def test_nor_may_whoever_gives_it_be_called_one(name: str, field: str) -> None:
    plain = given(COMMANDS[name])
    with pytest.raises(Invalid) as refused:
        give(name, replace(WHO, **{field: CERTAIN}), **plain)
    assert refused.value.problems[0].path == f"by.{field}"


def test_what_is_something_else_goes_in_when_the_person_says_so_and_that_is_kept_without_the_number() -> None:
    held = stage()
    with pytest.raises(Invalid) as refused:
        commands.hold(held.state, held.now, WHO, DOUBTFUL)
    assert [problem.code for problem in refused.value.problems] == ["may_be_nhs_number"]
    says_so = replace(WHO, not_nhs_number=True)
    (event, *_) = commands.hold(held.state, held.now, says_so, DOUBTFUL).events
    assert event.actor.not_nhs_number
    with pytest.raises(Invalid):
        commands.hold(held.state, held.now, says_so, CERTAIN)


@pytest.mark.parametrize("channel", ["web", "api", "cli"])
def test_a_typed_role_of_engine_is_no_way_round(channel: Any) -> None:
    held = stage()
    with pytest.raises(Invalid):
        commands.hold(held.state, held.now, Actor("Baton", "engine", channel=channel), CERTAIN)


def test_an_ordinary_command_goes_on_as_before() -> None:
    held = stage()
    assert commands.hold(held.state, held.now, WHO, "The board meets on 2027-02-11, £12,345.67").events
    with pytest.raises(Refused):
        commands.lift(held.state, held.now, WHO)


def test_the_story_tells_that_it_was_said_and_not_the_number() -> None:
    held = stage()
    says_so = replace(WHO, not_nhs_number=True)
    decision = commands.hold(held.state, held.now, says_so, DOUBTFUL.replace("9434765919", "943/476/5919"))
    (line,) = StoryWriter(decision.state).lines(decision.events[:1])
    assert "who said that a number here is no NHS number" in line.text
