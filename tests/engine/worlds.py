"""Small definitions that use every kind of step and every key between them, and a PCN where things happen.

Each definition is loaded and checked as one of the library is, with the ladders that ship.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from functools import cache
from typing import Any

import pytest

from definitions.loading.bank_holidays import bank_holidays
from definitions.loading.bundle import Bundle, Process, open_bundle
from definitions.loading.library import SHIPPED, Library
from definitions.loading.loader import load_definition
from definitions.models.directory import Pcn as Pcn
from engine import commands
from engine import events as e
from engine.commands.refusals import Refused
from engine.dates.calendar import Calendar
from engine.decisions.draft import Decision
from engine.state.workflow import WorkflowState
from tests.engine.wide_bay import pcn
from tests.engine.wide_bay import pcn_data as pcn_data
from tests.engine.world_definitions import DECISION as DECISION
from tests.engine.world_definitions import FIGURES, HEAD, NOTHING, SIMPLE, VISITS, VOTE

MANAGER = e.Actor("Asha Patel", "pcn_manager", "U10001", "asha", channel="web")


@cache
def calendar_data(extra: tuple[str, ...] = ()) -> Mapping[str, Any]:
    added = {date.fromisoformat(day): "an extra holiday" for day in extra}
    return Calendar.of(bank_holidays(), added=added).to_data()


def bundled(text: str, extra: tuple[str, ...] = ()) -> Process:
    """The process of a definition's text, with every ladder and dataset that ships, and holidays besides."""
    load_definition(text, catalogue=Library())
    return open_bundle(Bundle(text, _texts("ladders"), _texts("datasets"), calendar_data(extra)).body)


@cache
def _texts(folder: str) -> dict[str, str]:
    return {path.stem: path.read_text() for path in (SHIPPED / folder).glob("*.yaml")}


@cache
def process(name: str, extra: tuple[str, ...] = ()) -> Process:
    """`figures`, `vote` or `nothing`."""
    text = {"figures": FIGURES, "vote": VOTE, "nothing": NOTHING}[name].format(head=HEAD.format(title=name))
    if name == "vote":  # what it starts is not in the library
        shaped = text.replace("    starts: figures\n    wait: no\n", "").replace(
            "    start_inputs: {quarter: \"'Q1'\", cut_off: dates.review}\n", ""
        )
        load_definition(shaped, catalogue=Library())
        return open_bundle(Bundle(text, _texts("ladders"), _texts("datasets"), calendar_data(extra)).body)
    return bundled(text, extra)


@cache
def simple(
    *, kind: str = "collect", role: str = "practice_manager", due: str = "10 working days after start",
    form: str = VISITS, extra: str = "", holidays: tuple[str, ...] = (),
) -> Process:  # fmt: skip
    """One step asked of every practice. `extra` is more keys of it, one a line."""
    head = HEAD.format(title="simple")
    keys = "\n    ".join(extra.split("\n"))
    text = SIMPLE.format(head=head, kind=kind, role=role, due=due, form=form, extra=keys)
    return bundled(text, holidays)


def at(text: str) -> datetime:
    """`2027-01-04 09:00`, which is London's time in the winter."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


LAUNCHES: dict[str, dict[str, Any]] = {
    "figures": {"quarter": "Q4", "indicators": "iif-indicators-2025-26", "cut_off": "2027-05-21", "board_date": "2027-05-13"},
    "vote": {"start": "2027-01-11", "chosen": ["Y10001", "Y10002", "Y10003"], "employer": "U10001", "supervisor": "tom"},
    "nothing": {},
}  # fmt: skip


def launched(process_: Process, inputs: Mapping[str, Any], now: datetime, of: Pcn | None = None) -> Decision:
    return commands.launch("w1", process_, now, MANAGER, of or pcn(), inputs)


class World:
    """One workflow, its log, and a clock."""

    def __init__(
        self, process_: Process, inputs: Mapping[str, Any] | None = None, now: str = "2027-01-04 09:00",
        of: Pcn | None = None,
    ) -> None:  # fmt: skip
        self.now = at(now)
        self.processes = {process_.hash: process_}
        first = launched(process_, inputs if inputs is not None else {"start": "2027-01-04"}, self.now, of)
        self.state: WorkflowState = first.state
        self.events = list(first.events)

    def open_bundle(self, sha256: str) -> Process:
        return self.processes[sha256]

    def take(self, decision: Decision) -> list[e.Event]:
        self.state = decision.state
        self.events += decision.events
        return list(decision.events)

    def advance(self, to: str | datetime | None = None) -> list[e.Event]:
        from engine.decisions.advance import advance

        if to is not None:
            self.now = at(to) if isinstance(to, str) else to
        return self.take(advance(self.state, self.now))

    def run(self, to: str | datetime) -> list[e.Event]:
        """Go from deadline to deadline until `to`."""
        from engine.decisions.pending import next_deadline

        end, found = (at(to) if isinstance(to, str) else to), list(self.advance())
        while (following := next_deadline(self.state, self.now)) is not None and following <= end:
            found += self.advance(following)
        return found + self.advance(end)

    def asked(self, step: str, organisation: str) -> Any:
        return next(a for a in self.state.steps[step].assignments.values() if a.organisation == organisation)

    def answer(self, step: str, organisation: str, answers: Mapping[str, Any], **who: Any) -> list[e.Event]:
        from engine.commands.responses import respond

        asked = self.asked(step, organisation)
        actor = e.Actor(
            who.get("name", asked.name), asked.role, who.get("organisation", organisation),
            who.get("person", asked.person), who.get("for_", ""), channel="web",
        )  # fmt: skip
        return self.take(respond(self.state, self.now, actor, asked.id, answers))

    def do(self, command: Any, *args: Any, **more: Any) -> list[e.Event]:
        """A command of the engine, by the manager, now."""
        return self.take(command(self.state, self.now, MANAGER, *args, **more))

    def bodies(self, kind: type[Any], since: int = 0) -> list[Any]:
        return [event.body for event in self.events[since:] if isinstance(event.body, kind)]

    def notices(self, since: int = 0) -> list[e.Notice]:
        """Those that went, or may go, of the ones planned since an event."""
        from engine.simulation.mail import emails

        going = {notice.id for notice in emails(self.events)}
        return [body.notice for body in self.bodies(e.NoticePlanned, since) if body.notice.id in going]


def refused(world: World, command: Any, *given: Any, **more: Any) -> str:
    """The code of the refusal of a command that the manager gives now."""
    with pytest.raises(Refused) as raised:
        world.do(command, *given, **more)
    return raised.value.code
