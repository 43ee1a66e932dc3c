"""Processes a PCN adopted: started by schedule, when their day has come.

A definition says when it is offered (`launch.every`: an anchor, and a start counted from it). The anchor is a date of the
definition's own, worked out for each quarter and financial year that could begin now, or an edge of the calendar such as
`month_end`. A PCN adopts the process in the directory, with the inputs that do not change; the quarter and the financial
year are found from the date.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from typing import Any

from application.environment.alarms import Alarms
from application.environment.executor import STOPPERS, worked_out
from application.launcher import KEY_TAKEN, LaunchResult
from application.operations import Operations
from definitions.language.financial_year import EDGES, edges_about, financial_year_of, quarter_of
from definitions.loading.bundle import Process
from definitions.models.definition import Every
from definitions.models.directory import Adopted, Pcn
from engine.commands.refusals import Invalid, Refused
from engine.dates.calendar import BeyondHorizon
from engine.dates.clock import LONDON, london_date
from engine.events import Actor
from engine.expressions.scope import anchor as named_day
from engine.forms.inputs import draft_scope

logger = logging.getLogger("baton.schedule")

#: When the day's launches are made, in London: before anybody is at work, after any night's maintenance.
MORNING = time(7, 0)
#: Days between two looks ahead: each sees every start that is no further away.
AHEAD = timedelta(days=90)
#: Days after its start in which a missed launch is still made: the machine may have been off over Christmas.
STILL = timedelta(days=21)
NOT_STARTED = "What was adopted to start by itself has not started."
QUARTERS = ("Q1", "Q2", "Q3", "Q4")


@dataclass(frozen=True, slots=True)
class Due:
    """A launch whose day has come: the anchor it is for, and the inputs it is made with."""

    anchor: date
    inputs: dict[str, Any]


async def launch_adopted(operations: Operations, alarms: Alarms) -> list[LaunchResult]:
    """Launch what is due today, once each: the key names the definition, the PCN and the anchor's date. What is wrong
    with one adoption is an alarm until it starts, and stops no other."""
    now = operations.clock.now()
    made: list[LaunchResult] = []
    for pcn in operations.launcher.directory.pcns:
        for number, adopted in enumerate(pcn.adopted):  # one process may be adopted twice, with other inputs
            what = f"adoption {number} of {pcn.code}"
            try:
                launched = await _launch_due(operations, pcn, adopted, now)
            except (Refused, Invalid) as refused:
                alarms.set(what, NOT_STARTED, [f"{pcn.name}, {adopted.definition}: {refused}."])
            except Exception as error:
                logger.exception("%s adopted %s, and it cannot be scheduled", pcn.name, adopted.definition)
                alarms.set(what, NOT_STARTED, [f"{pcn.name}, {adopted.definition}: {type(error).__name__}."])
            else:
                made += launched
                if launched:
                    alarms.clear(what)
    return made


async def _launch_due(
    operations: Operations, pcn: Pcn, adopted: Adopted, now: datetime
) -> list[LaunchResult]:
    """Every launch of one adoption that is due. Raises Refused, Invalid when all have been tried and one could not be made."""
    made: list[LaunchResult] = []
    wrong: Refused | Invalid | None = None
    for due in await due_now(operations, pcn, adopted, now):
        try:
            made += await _launch(operations, pcn, adopted, due)
        except (Refused, Invalid) as refused:
            wrong = refused
    if wrong is not None:
        raise wrong
    return made


async def _launch(operations: Operations, pcn: Pcn, adopted: Adopted, due: Due) -> list[LaunchResult]:
    """The launch, or the one that was made already. Raises Refused, Invalid."""
    actor = Actor(
        "the schedule", organisation=pcn.code, not_nhs_number=pcn.not_nhs_number, channel="schedule"
    )
    key = f"schedule-{adopted.definition}-{pcn.code}-{due.anchor.isoformat()}"
    try:
        return [await operations.launch(adopted.definition, [pcn.code], due.inputs, actor, key)]
    except Refused as refused:
        if refused.code != KEY_TAKEN:
            raise
        return []  # it was launched; what was adopted, or its definition, has changed since


async def due_now(operations: Operations, pcn: Pcn, adopted: Adopted, now: datetime) -> list[Due]:
    """Every launch whose start has come and is not long past. Raises Refused."""
    today, starts = london_date(now), await _starts(operations, pcn, adopted)
    found = await worked_out(lambda: list(starts(now)))
    return [due for start, due in found if start <= today <= _last(start, due.anchor)]


async def next_launch(operations: Operations, after: datetime, until: datetime) -> datetime | None:
    """The first morning after `after`, and not after `until`, on which a launch of an adopted process becomes due.

    An adoption that is wrong has none: `launch_adopted` tells of it.
    """
    mornings: list[datetime] = []
    for pcn in operations.launcher.directory.pcns:
        for adopted in pcn.adopted:
            try:
                mornings += await _mornings(await _starts(operations, pcn, adopted), after, until)
            except (Refused, *STOPPERS):
                continue
    return min(mornings, default=None)


async def _mornings(starts: Starts, after: datetime, until: datetime) -> list[datetime]:
    """The first such morning of one adoption, as a list of one or none."""
    found: set[datetime] = set()
    look = after
    while look <= until and not any(morning <= look for morning in found):
        days = {start for start, _ in await worked_out(lambda at=look: list(starts(at)))}  # type: ignore[misc]
        found |= {morning for morning in map(morning_of, days) if after < morning <= until}
        look += AHEAD
    return sorted(found)[:1]


def morning_of(day: date) -> datetime:
    """When the launches of a day are made, in UTC; right across changes to and from summer time."""
    return datetime.combine(day, MORNING, tzinfo=LONDON).astimezone(UTC)


#: The starts of an adoption that are near a moment, each with its launch.
Starts = Callable[[datetime], Iterator[tuple[date, Due]]]


async def _starts(operations: Operations, pcn: Pcn, adopted: Adopted) -> Starts:
    """Raises Refused for a process that nobody knows, or that starts only when a person launches it."""
    process = await asyncio.to_thread(operations.launcher.process, adopted.definition, adopted.inputs)
    every = process.definition.launch.every
    if every is None:
        raise Refused(
            "not-scheduled", "its definition does not say `every`, so it starts when a person launches it"
        )
    return partial(_starts_near, process, every, pcn, adopted)


def _starts_near(
    process: Process, every: Every, pcn: Pcn, adopted: Adopted, now: datetime
) -> Iterator[tuple[date, Due]]:
    today = london_date(now)
    of_its_own = every.anchor in process.definition.dates
    known = _periods(process, today) if of_its_own else _edges(process, every.anchor, today)
    for edge, inputs in known:
        inputs = inputs | dict(adopted.inputs)
        scope = draft_scope(process, pcn, inputs, now)
        try:
            found = scope.date(every.anchor) if edge is None else named_day(edge)
            start = scope.resolve(every.start, anchors={every.anchor: found} if found else None)
        except BeyondHorizon:
            continue  # its year's bank holidays are not known yet; it is asked about again tomorrow
        if found and start:
            yield start.day, Due(found.day, inputs)


def _last(start: date, anchor: date) -> date:
    """Until when a missed launch is still made: not past the date that it leads up to."""
    return min(start + STILL, anchor) if start <= anchor else start + STILL


def _periods(process: Process, today: date) -> Iterator[tuple[None, dict[str, Any]]]:
    """Each quarter and financial year that could begin or end now, where the definition asks them."""
    declared = {each.id for each in process.definition.launch.inputs}
    about = (today - timedelta(days=120), today, today + timedelta(days=120))
    for year in dict.fromkeys(map(financial_year_of, about)) if "financial_year" in declared else [""]:
        for quarter in QUARTERS if "quarter" in declared else [""]:
            found = {"financial_year": year, "quarter": quarter}
            yield None, {key: value for key, value in found.items() if value}


def _edges(process: Process, name: str, today: date) -> Iterator[tuple[date, dict[str, Any]]]:
    """Each such edge of the calendar within a year of today, with the quarter and financial year it is in."""
    declared = {each.id for each in process.definition.launch.inputs}
    for edge in edges_about(EDGES[name], today):
        found = {"financial_year": financial_year_of(edge), "quarter": quarter_of(edge)}
        yield edge, {key: value for key, value in found.items() if key in declared}
