"""What each command about an assignment comes to, state by state."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from engine import commands
from engine.decisions.draft import Decision
from tests.engine.commands.workflow_states import FAR, ORCHARD, WHY, about_one, by_manager, one
from tests.engine.worlds import World


def its_due(world: World) -> Any:
    asked = world.state.assignment(one(world))
    return asked.due.at if asked and asked.due else world.now


def extend(days: int) -> Callable[[World], Decision]:
    return lambda world: about_one(commands.extend, world.now + timedelta(days=days), WHY)(world)


def extend_many(days: int, **more: Any) -> Callable[[World], Decision]:
    return lambda world: by_manager(commands.extend_many, world.now + timedelta(days=days), WHY, **more)(
        world
    )


def recorded(told_by: str, days: int) -> Callable[[World], Decision]:
    return lambda world: about_one(
        commands.record_response, {"visits": 4}, told_by, "by telephone", world.now + timedelta(days=days)
    )(world)


DOES: Mapping[str, Callable[[World], Decision]] = {
    "extend": extend(30),
    "extend far off": extend(FAR),
    "extend ago": extend(-1),
    "extend to the same": lambda world: about_one(commands.extend, its_due(world), WHY)(world),
    "settle_reply": about_one(commands.settle_reply, "The blue one"),
    "reassign": about_one(commands.reassign, "sam", WHY),
    "reassign to the same": about_one(commands.reassign, "priya", WHY),
    "reassign to nobody": about_one(commands.reassign, "x", WHY),
    "reassign to a colleague": about_one(commands.reassign, "tom", WHY),
    "settle_reply until": lambda world: about_one(
        commands.settle_reply, "Of course", until=world.now + timedelta(days=9)
    )(world),
    "settle_reply ago": lambda world: about_one(commands.settle_reply, "Of course", until=world.now)(world),
    "settle_reply to another": about_one(commands.settle_reply, "Of course", to="sam"),
    "settle_reply to nobody": about_one(commands.settle_reply, "Of course", to="x"),
    "hand_over": by_manager(commands.hand_over, "priya", "sam", WHY),
    "hand_over to the same": by_manager(commands.hand_over, "priya", "priya", WHY),
    "hand_over of nothing": by_manager(commands.hand_over, "leo", "sam", WHY),
    "extend_many": extend_many(30),
    "extend_many at one": extend_many(30, organisation=ORCHARD),
    "extend_many of nothing": extend_many(30, step="none"),
    "extend_many ago": extend_many(-1),
    "record_response": recorded("Priya Shah", 0),
    "record_response of a stranger": recorded("A locum", 0),
    "record_response of another": recorded("jo", 0),
    "record_response of nobody": recorded(" ", 0),
    "record_response told tomorrow": recorded("Priya Shah", 1),
    "record_response told before": recorded("Priya Shah", -5000),
    "record_reply": lambda world: about_one(
        commands.record_reply, "question", "Which?", None, "A locum", "by telephone", world.now
    )(world),
    "note_call": about_one(commands.note_call, True, "They will", rung="ring_them"),
    "note_call of no rung": about_one(commands.note_call, True, "They will", rung="sing"),
    "note_call without a word": about_one(commands.note_call, True, " "),
    "note_call to go on": lambda world: about_one(
        commands.note_call, False, "", next_on=(world.now + timedelta(days=3)).date()
    )(world),
    "note_call to go on today": lambda world: about_one(
        commands.note_call, False, "", next_on=world.now.date()
    )(world),
    "nudge": about_one(commands.nudge, "Any news?"),
}

EXPECTED = {
    "extend": "ok; no-such-assignment: not_begun; closed: answered; over: completed cancelled; beyond-horizon: years_on held_for_years",
    "extend far off": "beyond-horizon; no-such-assignment: not_begun; closed: answered; over: completed cancelled",
    "extend ago": "no-day; no-such-assignment: not_begun; closed: answered; over: completed cancelled",
    "extend to the same": "no-change; no-such-assignment: not_begun; closed: answered; no-day: short waiting going_on years_on held_for_years; over: completed cancelled",
    "settle_reply": "no-reply; no-such-assignment: not_begun; ok: replied; over: completed cancelled",
    "reassign": "ok; no-such-assignment: not_begun; closed: answered; over: completed cancelled; beyond-horizon: years_on held_for_years",
    "reassign to the same": "same-person; no-such-assignment: not_begun; closed: answered; over: completed cancelled",
    "reassign to nobody": "nobody; no-such-assignment: not_begun; closed: answered; over: completed cancelled",
    "reassign to a colleague": "ok; no-such-assignment: not_begun; closed: answered; over: completed cancelled; beyond-horizon: years_on held_for_years",
    "settle_reply until": "no-reply; no-such-assignment: not_begun; ok: replied; over: completed cancelled",
    "settle_reply ago": "no-reply; no-such-assignment: not_begun; no-day: replied; over: completed cancelled",
    "settle_reply to another": "no-reply; no-such-assignment: not_begun; ok: replied; over: completed cancelled",
    "settle_reply to nobody": "no-reply; no-such-assignment: not_begun; nobody: replied; over: completed cancelled",
    "hand_over": "ok; not-asked: not_begun; over: completed cancelled; beyond-horizon: years_on held_for_years",
    "hand_over to the same": "same-person; over: completed cancelled",
    "hand_over of nothing": "not-asked; over: completed cancelled",
    "extend_many": "ok; not-asked: not_begun; over: completed cancelled; beyond-horizon: years_on held_for_years",
    "extend_many at one": "ok; not-asked: not_begun answered; over: completed cancelled; beyond-horizon: years_on held_for_years",
    "extend_many of nothing": "no-such-step; over: completed cancelled; beyond-horizon: years_on held_for_years",
    "extend_many ago": "no-day; over: completed cancelled",
    "record_response": "ok; no-such-assignment: not_begun; over: completed cancelled",
    "record_response of a stranger": "ok; no-such-assignment: not_begun; over: completed cancelled",
    "record_response of another": "another-practice; no-such-assignment: not_begun; over: completed cancelled",
    "record_response of nobody": "no-teller; no-such-assignment: not_begun; over: completed cancelled",
    "record_response told tomorrow": "not-then; no-such-assignment: not_begun; over: completed cancelled",
    "record_response told before": "not-then; no-such-assignment: not_begun; over: completed cancelled",
    "record_reply": "ok; no-such-assignment: not_begun; over: completed cancelled",
    "note_call": "ok; no-such-assignment: not_begun; over: completed cancelled",
    "note_call of no rung": "no-such-rung; no-such-assignment: not_begun; over: completed cancelled",
    "note_call without a word": "no-reason; no-such-assignment: not_begun; over: completed cancelled",
    "note_call to go on": "ok; no-such-assignment: not_begun; closed: answered; over: completed cancelled; beyond-horizon: years_on held_for_years",
    "note_call to go on today": "no-day; no-such-assignment: not_begun; closed: answered; over: completed cancelled",
    "nudge": "ok; no-such-assignment: not_begun; closed: answered; unsettled: replied; nudged-this-week: nudged; on-hold: held held_for_years held_in_part; over: completed cancelled; beyond-horizon: years_on",
}  # fmt: skip
