"""The made-up people of the demonstration: who answers when, and what where it matters."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from application.network_calendar import network_calendar
from cli.arguments import mapping
from engine.events.assignment_id import AssignmentId

#: Words of the subjects that go after the due date, to somebody who has not answered.
_HELP = "Can I help"


@dataclass(frozen=True, slots=True)
class Character:
    """How somebody answers. `habit`: at once (on reading it), prompt (the next working morning), late (after the
    offer of help), silent (not before `spoken_to` working days have passed, when somebody has rung)."""

    habit: str = "prompt"
    spoken_to: int = 0
    answers: dict[str, Any] = field(default_factory=dict)

    def answers_at(self, now: datetime, subject: str) -> datetime | None:
        """When they answer, on Baton's calendar, having read an email of that subject now; None: not for this one."""
        if self.habit == "at once":
            return now
        if self.habit == "prompt":
            return _morning(now, 1)
        if _HELP not in subject:
            return None
        return _morning(now, 1 if self.habit == "late" else self.spoken_to)


def _morning(now: datetime, working_days: int) -> datetime:
    calendar = network_calendar()
    day = calendar.add_working_days(now.date(), working_days)
    return calendar.messaging_opens(datetime(day.year, day.month, day.day, tzinfo=now.tzinfo)) + timedelta(
        hours=1
    )


class Characters:
    """Reads who is who from a file: by step and organisation, by step, or anybody of an organisation."""

    def __init__(self, file: Path) -> None:
        self._known: dict[str, Any] = mapping(file)

    def who(self, assignment: str, to: str) -> Character:
        """The character of whoever is asked: `STEP at ORGANISATION`, else `STEP`, else a prompt one."""
        asked = AssignmentId.parse(assignment)
        step, organisation = asked.step, asked.organisation
        of_step = self._known.get(step, {})
        here = self._known.get(f"{step} at {organisation}", {})
        anybody = self._known.get(f"anybody at {organisation}", {})
        habit = here.get("habit", of_step.get("habit", anybody.get("habit", "prompt")))
        answers = {**of_step.get("answers", {}), **here.get("answers", {})}
        return Character(habit, int(here.get("spoken_to", 4)), answers)
