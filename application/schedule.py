"""Processes a PCN adopted: started by schedule, when their day has come.

A definition says when it is offered (`launch.every`: an anchor, and a start counted from it). A PCN adopts it in
the directory, with the inputs that do not change. The quarter and the financial year are found from the date.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

from application.launcher import KEY_TAKEN, LaunchResult
from application.operations import Operations
from definitions.language.financial_year import financial_year_of
from definitions.models.directory import Adopted, Pcn
from engine.commands.refusals import Invalid, Refused
from engine.dates.clock import london_date
from engine.events.workflow import Actor
from engine.forms.inputs import draft_scope

logger = logging.getLogger("baton.schedule")

#: Days after its start in which a missed launch is still made: the machine may have been off over Christmas.
STILL = timedelta(days=21)
QUARTERS = ("Q1", "Q2", "Q3", "Q4")


async def launch_adopted(operations: Operations) -> list[LaunchResult]:
    """Launch what is due today, once each: the key names the definition, the PCN and the anchor's date."""
    now = operations.clock.now()
    made = []
    for pcn in operations.launcher.directory.pcns:
        for adopted in pcn.adopted:
            for inputs, anchor in due_now(operations, pcn, adopted, now):
                actor = Actor("the schedule", "engine", pcn.code, channel="schedule")
                key = f"schedule-{adopted.definition}-{pcn.code}-{anchor.isoformat()}"
                try:
                    made.append(await operations.launch(adopted.definition, [pcn.code], inputs, actor, key))
                except (Refused, Invalid) as refused:
                    if isinstance(refused, Refused) and refused.code == KEY_TAKEN:
                        continue  # it was launched; what was adopted, or its definition, has changed since
                    logger.error(
                        "%s adopted %s, and it could not start: %s", pcn.name, adopted.definition, refused
                    )
    return made


def due_now(
    operations: Operations, pcn: Pcn, adopted: Adopted, now: datetime
) -> Iterator[tuple[dict[str, Any], date]]:
    """The inputs and the anchor of every launch whose start has come and is not long past."""
    today = london_date(now)
    for inputs in candidates(operations, adopted, today):
        process = operations.launcher.process(adopted.definition, inputs)
        every = process.definition.launch.every
        if every is None:
            return
        scope = draft_scope(process, pcn, inputs, now)
        anchor, start = scope.date(every.anchor), scope.resolve(every.start)
        if anchor and start and start.day <= today <= min(start.day + STILL, anchor.day):
            yield inputs, anchor.day


def candidates(operations: Operations, adopted: Adopted, today: date) -> Iterator[dict[str, Any]]:
    """The adopted inputs with each quarter and financial year that could begin now, where the definition asks them."""
    declared = {
        i.id for i in operations.launcher.process(adopted.definition, adopted.inputs).definition.launch.inputs
    }
    years = dict.fromkeys(financial_year_of(day) for day in (today, today + timedelta(days=120)))
    for year in years if "financial_year" in declared else [""]:
        for quarter in QUARTERS if "quarter" in declared else [""]:
            found = {"financial_year": year, "quarter": quarter}
            yield {key: value for key, value in found.items() if value} | dict(adopted.inputs)
