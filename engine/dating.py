"""When an assignment is due and when its rungs are climbed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time

from definitions.models import Ladder, Step
from definitions.moments import Anchor, names
from engine.clock import LONDON, london_date
from engine.dates import DUE, Dated, resolve, shift_working
from engine.events import PlannedRung, When
from engine.scope import Scope

#: Working days given when the day a step would be due has passed before it opens (domain 6.2, step 7).
CATCH_UP = 5
#: Rungs are climbed in the morning, so that a reminder is read on its day.
MORNING = time(9, 0)
#: A step opens when messages may first be sent.
OPENING = time(8, 30)


@dataclass(frozen=True, slots=True)
class Asking:
    """A step being asked at a moment: what its dates are worked out from."""

    scope: Scope
    step: Step
    opened: datetime


def opens_at(scope: Scope, step: Step) -> datetime | None:
    """The moment before which `step` does not open; None when nothing holds it back."""
    if step.opens is None:
        return None
    found = scope.resolve(step.opens, anchors={"previous_step_closed": previous_closed(scope, step)})
    if found is None:
        return None
    return _start_of(_delayed(scope, step.opens, found, None))


def _start_of(found: Dated) -> datetime:
    """A step opens in the morning of its day, unless the definition gives an hour."""
    return found.at if found.wall != DUE else _morning(found, OPENING)


def _morning(day: Dated, at: time) -> datetime:
    return datetime.combine(day.day, at, LONDON).astimezone(UTC)


def due(asking: Asking, organisation: str | None) -> When | None:
    """When the step is due of `organisation`, explained; None when it has no due date here.

    An internal date that has passed when the step opens gives CATCH_UP working days from then.
    """
    step, scope = asking.step, asking.scope
    if step.due is None:
        return None
    external = is_external(scope, step)
    found = scope.resolve(step.due, organisation, external=external, anchors=_counting(asking))
    if found is None:
        return None
    if not external:
        found = _delayed(scope, step.due, found, organisation)
        if found.at <= asking.opened:
            found = _caught_up(asking, found, organisation)
    return When(found.at, found.external, found.explanation)


def _counting(asking: Asking) -> dict[str, Dated | datetime | None]:
    return {"opens": asking.opened, "previous_step_closed": previous_closed(asking.scope, asking.step)}


def previous_closed(scope: Scope, step: Step) -> datetime | None:
    """When the last of the steps before this one closed; None when none has."""
    before = (scope.state.steps[name].closed_at for name in scope.state.process.predecessors(step.id))
    return max((at for at in before if at is not None), default=None)


def _caught_up(asking: Asking, missed: Dated, organisation: str | None) -> Dated:
    moment = asking.scope.state.process.moment(f"{CATCH_UP} working days after opens")
    later = resolve(moment, {"opens": asking.opened}, asking.scope.state.calendar, organisation)
    said = f"{missed.day:%a} {missed.day.day} {missed.day:%b %Y} had passed when this was asked, so: {later.explanation}"
    return Dated(later.at, later.day, False, said)


def is_external(scope: Scope, step: Step) -> bool:
    """Somebody outside set the date: said by the step, or the step is due on an external date itself."""
    if step.external:
        return True
    moment = scope.state.process.moment(step.due or "due")
    if not isinstance(moment, Anchor):
        return False
    spec = scope.state.process.definition.dates.get(moment.name)
    return spec is not None and spec.external


def _delayed(scope: Scope, text: str, found: Dated, organisation: str | None) -> Dated:
    """An internal date moved on by what holds have cost; a date counted from an external one stays (rule 10)."""
    state = scope.state
    counted = names(state.process.moment(text))
    dates = state.process.definition.dates
    if not state.delay or not any(name == "launch" or name in dates for name in counted):
        return found
    if any(name in dates and dates[name].external for name in counted):
        return found
    return shift_working(found, state.delay, state.calendar, organisation)


def rungs(
    asking: Asking, ladder: Ladder | None, due_on: When | None, organisation: str
) -> tuple[PlannedRung, ...]:
    """The rungs of an assignment, soonest first. Those whose moment has passed or cannot be worked out are left out."""
    if ladder is None:
        return ()
    planned = []
    counted_from = dated(due_on)
    for rung in ladder.rungs:
        at = _rung_at(asking, rung.at, counted_from, organisation)
        if at is not None and at > asking.opened:
            planned.append(PlannedRung(rung.id, at))
    return tuple(sorted(planned, key=lambda rung: rung.at))


def _rung_at(asking: Asking, text: str, due_on: Dated | None, organisation: str) -> datetime | None:
    scope = asking.scope
    found = scope.resolve(text, organisation, at=MORNING, anchors={**_counting(asking), "due": due_on})
    if found is None:
        return None
    # "due" keeps the hour it is due at; what is said about that day is said in its morning.
    return found.at if found.wall == MORNING else _morning(found, MORNING)


def dated(when: When | None) -> Dated | None:
    """A date of the log as something to count from."""
    if when is None:
        return None
    return Dated(when.at, london_date(when.at), when.external, when.explanation)
