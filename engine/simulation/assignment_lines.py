"""What a line of a scenario has the manager do about what is asked of somebody."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from definitions.models.scenario import ScenarioLine
from engine import commands
from engine.dates.clock import LONDON

#: The command; the step whose assignment it is about, None where it is about none; and what else it is given.
_Given = tuple[Callable[..., Any], str | None, tuple[Any, ...], Mapping[str, Any]]
EVERY_STEP = "every step"


def moment(text: str) -> datetime:
    """`2027-01-15 17:00` in London, or 09:00 of a day, as UTC."""
    local = datetime.fromisoformat(text if " " in text else f"{text} 09:00")
    return local.replace(tzinfo=LONDON).astimezone(UTC)


def tended(line: ScenarioLine, now: datetime) -> _Given | None:
    """The command of the line, with what it is given; None where it names none of these."""
    until = moment(line.until) if line.until else None
    for key, given in _LINES.items():
        if (named := getattr(line, key)) is not None:
            return given(named, line, until or now if key in _DATED else until)
    return None


#: Those that cannot be without a moment, which is now unless said, and refused.
_DATED = frozenset({"extend", "extend_all"})
_LINES: Mapping[str, Callable[[str, ScenarioLine, datetime | None], _Given]] = {
    "settle": lambda step, line, until: (
        commands.settle_reply, step, (line.text,), {"until": until, "to": line.person},
    ),
    "extend": lambda step, line, until: (commands.extend, step, (until, line.because), {}),
    "extend_all": lambda step, line, until: (
        commands.extend_many, None, (until, line.because),
        {"step": "" if step == EVERY_STEP else step, "organisation": line.by or ""},
    ),
    "reassign": lambda step, line, _: (commands.reassign, step, (line.person or "", line.because), {}),
    "hand_over": lambda person, line, _: (commands.hand_over, None, (person, line.person or "", line.because), {}),
    "nudge": lambda step, line, _: (commands.nudge, step, (line.text,), {}),
    "rang": lambda step, line, _: (
        commands.note_call, step, (line.reached, line.text), {"next_on": line.next_on, "rung": line.rung},
    ),
}  # fmt: skip
