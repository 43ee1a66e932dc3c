"""What a line of a scenario has the manager do to a whole workflow, a step, a practice, or what was given at launch."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from definitions.models.directory import Pcn
from definitions.models.scenario import ScenarioLine
from engine import commands

#: The command, and what the line gives it, of the PCN as the directory has it.
_Given = tuple[Callable[..., Any], tuple[Any, ...]]


def command_of(line: ScenarioLine, directory: Pcn) -> _Given | None:
    """The command of the line, with what it is given; None where it names none of these."""
    for key, given in _LINES.items():
        if (named := getattr(line, key)) is not None:
            return given(named, line, directory)
    return None


def _practice(line: ScenarioLine) -> str:
    return line.for_[0] if line.for_ else ""


_LINES: Mapping[str, Callable[[Any, ScenarioLine, Pcn], _Given]] = {
    "cancel": lambda reason, line, _: (commands.cancel, (reason,)),
    "hold": lambda reason, line, _: (commands.hold, (reason, line.to or "", _practice(line))),
    "lift": lambda reason, line, _: (commands.lift, (reason, line.to or "", _practice(line))),
    "reopen_workflow": lambda step, line, _: (commands.reopen_workflow, (step, line.because)),
    "send_back": lambda step, line, _: (commands.send_back, (step, line.because, _practice(line))),
    "skip": lambda step, line, _: (commands.skip_step, (step, line.because)),
    "close_short": lambda step, line, _: (commands.close_short, (step, line.because)),
    "withdraw_practice": lambda code, line, _: (
        commands.withdraw_practice,
        (code, line.because, line.into),
    ),
    "add_practice": lambda code, line, directory: (commands.add_practice, (code, directory, line.because)),
    "correct": lambda name, line, _: (commands.correct_input, (name, line.value, line.because)),
    "correct_date": lambda name, line, _: (
        commands.correct_external_date,
        (name, line.day.isoformat() if line.day else "", line.source, line.because),
    ),
    "list_size": lambda code, line, _: (commands.correct_list_size, (code, line.patients, line.because)),
}
