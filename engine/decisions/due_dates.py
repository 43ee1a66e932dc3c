"""When an assignment is due and when its rungs are climbed.

What holds have cost is worked out here, from when each date began to count: a date that was fixed after a hold
is not moved by it (rule 10).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time
from typing import Any

from definitions.language.moments import Anchor, At, Moment, Offset, names
from definitions.models.definition import Step
from definitions.models.ladder import Ladder
from engine.dates.clock import LONDON, london_date
from engine.dates.resolution import DUE, Dated, act_by, resolve, shift_working
from engine.events import PlannedRung, When
from engine.expressions.scope import Scope
from engine.state.workflow import WorkflowState

#: Working days given when the day a step would be due has passed before it opens (domain 6.2, step 7).
CATCH_UP = 5
#: Rungs are climbed in the morning, so that a reminder is read on its day.
MORNING = time(9, 0)
#: A step opens when messages may first be sent.
OPENING = time(8, 30)


@dataclass(frozen=True, slots=True)
class DateContext:
    """A step being asked: what its dates are worked out from.

    `opened` is what `opens` means in them. `since` is when the date began to stand, which is later where it was
    moved: a date that had passed by then gives CATCH_UP working days instead.
    """

    scope: Scope
    step: Step
    opened: datetime
    since: datetime | None = None
    # Practices without closures of their own share their dates, so each is worked out once.
    known: dict[tuple[Any, ...], Any] = field(default_factory=dict, compare=False, repr=False)

    @property
    def stands_since(self) -> datetime:
        return self.since or self.opened

    def ground(self, organisation: str | None) -> str | None:
        """The organisation, where its own closures or holds can move a date; else None, for everyone's."""
        state = self.scope.state
        own = (
            *(each.organisation for each in state.calendar.closures),
            *(h.organisation for h in state.holds),
        )
        return organisation if organisation in own else None


def opens_at(scope: Scope, step: Step) -> datetime | None:
    """The moment before which `step` does not open; None when nothing holds it back."""
    if step.opens is None:
        return None
    counting: _Counting = {"previous_step_closed": previous_closed(scope, step)}
    found = scope.resolve(step.opens, anchors=counting)
    if found is None:
        return None
    if not counts_from_outside(scope, step.opens):
        lost = lost_since(scope.state, _since(scope, step.opens, counting), step=step.id)
        found = shift_working(found, lost, scope.state.calendar)
    return _start_of(found)


def _start_of(found: Dated) -> datetime:
    """A step opens in the morning of its day, unless the definition gives an hour."""
    return found.at if found.wall != DUE else _morning(found, OPENING)


def _morning(day: Dated, at: time) -> datetime:
    return datetime.combine(day.day, at, LONDON).astimezone(UTC)


# --- due


def due(asking: DateContext, organisation: str | None) -> When | None:
    """When the step is due of `organisation`, explained; None when it has no due date here.

    An internal date that had passed already gives CATCH_UP working days from then.
    """
    if asking.step.due is None:
        return None
    ground = asking.ground(organisation)
    key = ("due", ground, asking.stands_since)
    if key not in asking.known:
        asking.known[key] = _due(asking, asking.step.due, ground)
    found: When | None = asking.known[key]
    return found


def _due(asking: DateContext, text: str, organisation: str | None) -> When | None:
    step, scope = asking.step, asking.scope
    external = is_external(scope, step)
    found = scope.resolve(text, organisation, external=external, anchors=_counting(asking))
    if found is None:
        return None
    if not external:
        found = _internal(asking, text, found, organisation)
    return When(found.at, found.external, found.explanation + _sources(scope, text))


def _sources(scope: Scope, text: str) -> str:
    """Who outside gave the external dates that it counts from another day."""
    moved = scope.state.moved
    said = [moved[name] for name in sorted(names(scope.state.process.moment(text))) if name in moved]
    return "".join(f" Set from outside: {each.source.rstrip('.')}." for each in said if each.source)


def _internal(asking: DateContext, text: str, found: Dated, organisation: str | None) -> Dated:
    """An internal date with what holds have cost, or with the time to catch up that it gives."""
    scope, calendar, asked = asking.scope, asking.scope.state.calendar, asking.stands_since
    outside = counts_from_outside(scope, text)
    began = _since(scope, text, _counting(asking))
    whose = organisation or ""
    before = (
        0 if outside else lost_since(scope.state, began, until=asked, step=asking.step.id, organisation=whose)
    )
    if shift_working(found, before, calendar, organisation).at <= asked:
        found, began, outside = _caught_up(asking, found, organisation), asked, False
    lost = 0 if outside else lost_since(scope.state, began, step=asking.step.id, organisation=whose)
    return shift_working(found, lost, calendar, organisation)


_Counting = dict[str, Dated | datetime | None]


def _counting(asking: DateContext) -> _Counting:
    return {"opens": asking.opened, "previous_step_closed": previous_closed(asking.scope, asking.step)}


def previous_closed(scope: Scope, step: Step) -> datetime | None:
    """When the last of the steps before this one closed; None when none has."""
    before = (scope.state.steps[name].closed_at for name in scope.state.process.predecessors(step.id))
    return max((at for at in before if at is not None), default=None)


def _caught_up(asking: DateContext, missed: Dated, organisation: str | None) -> Dated:
    """CATCH_UP working days from when it was asked, and no further than the dates it leads up to."""
    scope, asked = asking.scope, asking.stands_since
    moment = scope.state.process.moment(f"{CATCH_UP} working days after opens")
    later = resolve(moment, {"opens": asked}, scope.state.calendar, organisation)
    for ahead in _ahead(asking, scope.state.process.moment(asking.step.due or "due")):
        last = act_by(ahead, scope.state.calendar, organisation)
        if asked < last.at < later.at:
            later = last
    said = f"{missed.day:%a} {missed.day.day} {missed.day:%b %Y} had passed when this was asked, so: {later.explanation}"
    return Dated(later.at, later.day, False, said)


def _ahead(asking: DateContext, moment: Moment) -> Iterator[Dated]:
    """The dates that a step's due date leads up to: the external ones it counts from, and the one it counts before."""
    yield from _outside(asking.scope, names(moment))
    counted = moment.of if isinstance(moment, At) else moment
    if isinstance(counted, Offset) and counted.before:
        # As it stands, worked or not: rolled on, it would let the time to catch up run past it.
        found = asking.scope.resolve(str(counted.of), external=True, anchors=_counting(asking))
        if found is not None:
            yield replace(found, external=False)


def due_of_latecomer(asking: DateContext, organisation: str | None, joined: datetime) -> When | None:
    """When a step that is open is due of somebody who is asked only at `joined`: with as many working days as the others
    had, and no further than the dates it leads up to. An external date is theirs too."""
    theirs = due(asking, organisation)
    if theirs is None or theirs.external:
        return theirs
    calendar, opened = asking.scope.state.calendar, asking.opened
    elapsed = calendar.working_days_between(london_date(opened), london_date(joined))
    moved = dated(theirs)
    assert moved is not None
    later = shift_working(moved, elapsed, calendar, organisation, "being asked later than the others")
    for ahead in _ahead(asking, asking.scope.state.process.moment(asking.step.due or "due")):
        last = act_by(ahead, calendar, organisation)
        if joined < last.at < later.at:
            later = last
    return When(later.at, False, later.explanation)


def due_again(
    asking: DateContext, old: When | None, organisation: str | None
) -> tuple[When | None, When | None]:
    """When an assignment that is asked again is due, and what its rungs count from. An external date stays, however
    late it is (rule 4); the rungs then count from the time to catch up."""
    if old is None:
        return None, None
    moment = asking.scope.state.process.moment(f"{CATCH_UP} working days after opens")
    found = resolve(moment, {"opens": asking.opened}, asking.scope.state.calendar, organisation)
    if old.at >= found.at:
        return old, old
    said = f"This is open still, so it is asked again: {found.explanation}"
    later = When(found.at, False, said)
    return (old if old.external else later), later


def given(scope: Scope, until: datetime, organisation: str | None) -> When:
    """A date that a person gives, moved on off a day or an hour that is not worked (rule 4)."""
    local = until.astimezone(LONDON)
    moment = scope.state.process.moment(local.date().isoformat())
    found = resolve(moment, {}, scope.state.calendar, organisation, at=local.time())
    return When(found.at, False, found.explanation)


def stretched(
    scope: Scope, moment: datetime, since: datetime, step: str, organisation: str | None = None
) -> datetime:
    """A moment that somebody named at `since`, moved on by what holds have cost since then."""
    lost = lost_since(scope.state, since, step=step, organisation=organisation or "")
    if not lost:
        return moment
    return shift_working(at_moment(moment), lost, scope.state.calendar, organisation).at


def is_external(scope: Scope, step: Step) -> bool:
    """Somebody outside set the date: said by the step, or the step is due on an external date itself."""
    if step.external:
        return True
    moment = scope.state.process.moment(step.due or "due")
    if not isinstance(moment, Anchor):
        return False
    spec = scope.state.process.definition.dates.get(moment.name)
    return spec is not None and spec.external


# --- what holds have cost


def lost_since(
    state: WorkflowState,
    since: datetime,
    until: datetime | None = None,
    *,
    step: str = "",
    organisation: str = "",
) -> int:
    """The working days that holds have taken from something that counts from `since`, in that step and of that
    organisation; of holds over by `until`. A day that two holds took is lost once."""
    lost, reached = 0, london_date(since)
    for hold in sorted(state.holds, key=lambda hold: hold.start):
        end = hold.end
        if (
            end is None
            or end <= since
            or (until is not None and end > until)
            or not hold.covers(step, organisation)
        ):
            continue
        start = max(london_date(hold.start), reached)
        if start < london_date(end):
            lost += state.calendar.working_days_between(start, london_date(end))
            reached = london_date(end)
    return lost


def _since(scope: Scope, text: str, counting: _Counting) -> datetime:
    """The moment from which holds move a date: that of the earliest thing it counts from."""
    state, found = scope.state, list[datetime]()
    for name in names(state.process.moment(text)):
        known = counting.get(name) if name in counting else scope.anchor(name)
        if name in state.moved:
            found.append(state.moved[name].at)
        elif name not in state.process.definition.dates and isinstance(known, datetime):
            found.append(known)
        else:
            found.append(state.launched_at)
    return min(found, default=state.launched_at)


def counts_from_outside(scope: Scope, text: str) -> bool:
    """The date counts from an external one, so no hold moves it."""
    return any(True for _ in _outside(scope, names(scope.state.process.moment(text))))


def _outside(scope: Scope, counted: frozenset[str]) -> Iterator[Dated]:
    """The external dates among those counted from, and among those they count from."""
    for name in sorted(counted):
        spec = scope.state.process.definition.dates.get(name)
        if spec is None or (spec.when is not None and not scope.truth(spec.when)):
            continue
        if spec.external:
            if (found := scope.date(name)) is not None:
                yield found
        elif spec.at is not None and name not in scope.state.moved:
            yield from _outside(scope, names(scope.state.process.moment(spec.at)))


# --- rungs


def rungs(
    asking: DateContext, ladder: Ladder | None, due_on: When | None, organisation: str
) -> tuple[PlannedRung, ...]:
    """The rungs of an assignment, soonest first. Those whose moment has passed or cannot be worked out are left out, and
    those on the very day of the ask: who was asked in the morning is not chased at noon. Only one that nobody may skip
    comes on that day too."""
    if ladder is None:
        return ()
    planned = []
    counted_from = dated(due_on)
    ground = asking.ground(organisation)
    for rung in ladder.rungs:
        key = ("rung", rung.at, ground, due_on.at if due_on else None)
        if key not in asking.known:
            asking.known[key] = _rung_at(asking, rung.at, counted_from, ground)
        at = asking.known[key]
        if at is None or at <= asking.stands_since:
            continue
        if not rung.skippable or london_date(at) > london_date(asking.stands_since):
            planned.append(PlannedRung(rung.id, at))
    return tuple(sorted(planned, key=lambda rung: rung.at))


def _rung_at(
    asking: DateContext, text: str, due_on: Dated | None, organisation: str | None
) -> datetime | None:
    scope = asking.scope
    found = scope.resolve(text, organisation, at=MORNING, anchors={**_counting(asking), "due": due_on})
    if found is None:
        return None
    # "due" keeps the hour it is due at; what is said about that day is said in its morning.
    return found.at if _names_an_hour(scope.state.process.moment(text)) else _morning(found, MORNING)


def _names_an_hour(moment: Moment) -> bool:
    return isinstance(moment, At)


def dated(when: When | None) -> Dated | None:
    """A date of the log as something to count from."""
    if when is None:
        return None
    return Dated(when.at, london_date(when.at), when.external, when.explanation)


def at_moment(moment: datetime) -> Dated:
    """A bare moment as something to count from."""
    return Dated(moment, london_date(moment), False, "")
