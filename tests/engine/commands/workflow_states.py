"""A workflow in every state that it can be in, and how a command is given to it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import cache
from typing import Any

from engine import commands
from engine import events as e
from engine.decisions.draft import Decision
from tests.engine import worlds
from tests.engine.worlds import MANAGER, World, at

ELM, ORCHARD = "Y10001", "Y10002"
STARTS = {"start": "2027-01-04"}
PRIYA = e.Actor("priya", "practice_manager", ORCHARD, "priya", channel="web")
WHY = "the van broke down"
HOLIDAYS = ("2027-01-11",)
FAR = 3000

# --- states


def begun(extra: str = "") -> World:
    """A workflow just launched; its definition is known with another bank holiday, too."""
    text = f"if_short: decide{extra}"
    world, announced = World(worlds.simple(extra=text), STARTS), worlds.simple(extra=text, holidays=HOLIDAYS)
    world.processes[announced.hash] = announced
    return world


def not_begun() -> World:
    return begun("\nopens: 3 working days after start")


def asked() -> World:
    world = begun()
    world.advance()
    return world


def answered() -> World:
    world = asked()
    world.answer("ask", ORCHARD, {"visits": 3})
    world.advance()
    return world


def replied() -> World:
    world = asked()
    world.take(commands.reply(world.state, world.now, PRIYA, one(world), "question", "Which?", None))
    return world


def settled() -> World:
    world = replied()
    world.do(commands.settle_reply, one(world), "The blue one")
    return world


def nudged() -> World:
    world = asked()
    world.do(commands.nudge, one(world))
    return world


def held() -> World:
    world = asked()
    world.do(commands.hold, WHY)
    return world


def held_in_part() -> World:
    world = asked()
    world.do(commands.hold, WHY, "", ORCHARD)
    return world


def short() -> World:
    world = asked()
    world.run("2027-02-10 09:00")
    return world


def waiting() -> World:
    world = short()
    world.do(commands.decide_shortfall, "ask", "wait", WHY, until=world.now + timedelta(days=9))
    world.advance()
    return world


def going_on() -> World:
    world = short()
    world.do(commands.decide_shortfall, "ask", "proceed", WHY)
    return world


def completed() -> World:
    world = going_on()
    world.advance()
    return world


def cancelled() -> World:
    world = asked()
    world.do(commands.cancel, WHY)
    return world


def years_on() -> World:
    """Baton was off for years: nobody knows the bank holidays of today."""
    world = asked()
    world.now = at("2030-06-03 09:00")
    return world


def held_for_years() -> World:
    world = held()
    world.now = at("2030-06-03 09:00")
    return world


STATES: Mapping[str, Callable[[], World]] = {
    state.__name__: cache(state)
    for state in (
        not_begun, asked, answered, replied, settled, nudged, held, held_in_part, short, waiting, going_on, completed, cancelled, years_on,
        held_for_years,
    )
}  # fmt: skip


# --- commands


def one(world: World) -> str:
    """The assignment of Orchard; one that was never there, where nobody was asked."""
    asked = world.state.steps["ask"].assignments.values()
    return next((a.id for a in asked if a.organisation == ORCHARD), f"w1.ask.1.{ORCHARD}.practice_manager")


def by_manager(command: Callable[..., Decision], *given: Any, **more: Any) -> Callable[[World], Decision]:
    return lambda world: command(world.state, world.now, MANAGER, *given, **more)


def about_one(command: Callable[..., Decision], *given: Any, **more: Any) -> Callable[[World], Decision]:
    return lambda world: command(world.state, world.now, MANAGER, one(world), *given, **more)
