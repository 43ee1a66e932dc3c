"""How long a rehearsal and a launch take: `python -m benchmarks.rehearsal`.

The design allows 300 ms for rehearsing a definition for 25 practices. Both futures of the three processes that ship
are played for the example PCN, grown to 25 practices.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from definitions.loading.bank_holidays import bank_holidays
from definitions.loading.bundle import Process
from definitions.loading.directory_file import load_directory
from definitions.loading.library import Library
from definitions.models.directory import Pcn
from definitions.source.reader import read_file
from engine import commands
from engine.dates.calendar import Calendar
from engine.decisions.advance import advance
from engine.events import Actor
from engine.forms.inputs import check_inputs
from engine.simulation.rehearsal import Policy, rehearse

EXAMPLES = Path(__file__).parents[1] / "examples"
PRACTICES = 25
BUDGET_MS = 300.0
LAUNCHED = datetime(2026, 12, 15, 9, tzinfo=UTC)
POLICIES: tuple[Policy, ...] = ("on time", "silent")
NAMES = ("iif-quarter-close", "onboard-new-role", "access-plan-sign-off")


def grown(pcn: Pcn, practices: int) -> Pcn:
    """`pcn` with more practices like its own, each with a practice manager and a GP lead."""
    data: dict[str, Any] = pcn.model_dump(mode="json", by_alias=True)
    model, now = data["practices"][0], len(data["practices"])
    people = {held["role"]: held["person"] for held in data["roles"] if held["at"] == model["code"]}
    for number in range(now, practices):
        code = f"Y8{number:04d}"
        data["practices"].append(model | {"code": code, "name": f"Practice {number + 1}"})
        data["roles"] += [{"role": role, "at": code, "person": person} for role, person in people.items()]
    return Pcn.model_validate(data)


def prepared(name: str, pcn: Pcn) -> tuple[Process, Mapping[str, Any]]:
    """A process that ships, with its example inputs; where practices are chosen by a table, all of them."""
    raw = dict(read_file(EXAMPLES / "inputs" / f"{name}.yaml").data)
    if "deployments" in raw:
        raw["deployments"] = [{"practice": each.code, "sessions": 1} for each in pcn.practices]
    chosen: dict[str, str] = {key: str(raw[key]) for key in ("indicators", "template") if key in raw}
    process = Library().process(name, chosen, Calendar.of(bank_holidays()).to_data())
    checked = check_inputs(process, pcn, raw, LAUNCHED)
    if checked.problems:
        raise SystemExit(f"{name}: {checked.problems}")
    return process, checked.values


def took(what: Callable[[], object], times: int) -> float:
    """Milliseconds of processor time, the best of `times`: others may be at work on this machine."""
    best = float("inf")
    for _ in range(times):
        began = time.process_time()
        what()
        best = min(best, time.process_time() - began)
    return best * 1000


def begun(process: Process, pcn: Pcn, inputs: Mapping[str, Any]) -> None:
    """What launching one workflow asks of the engine: its first event and all that follows at once."""
    who = Actor("The manager", "pcn_manager", pcn.code, channel="web")
    advance(commands.launch("w", process, LAUNCHED, who, pcn, inputs).state, LAUNCHED)


def main() -> None:
    """Print a line a process."""
    small = load_directory(EXAMPLES / "harbour-vale.yaml").pcns[0]
    large = grown(small, PRACTICES)
    print(f"{'':24}{'on time':>10}{'silent':>10}{'launch of 5 practices':>24}")
    for name in NAMES:
        process, inputs = prepared(name, large)
        times = [took(partial(rehearse, process, large, inputs, LAUNCHED, policy), 3) for policy in POLICIES]
        process, inputs = prepared(name, small)
        first = took(partial(begun, process, small, inputs), 20)
        late = "" if max(times) <= BUDGET_MS else f"   over {BUDGET_MS:.0f} ms"
        print(f"{name:24}{times[0]:>7.0f} ms{times[1]:>7.0f} ms{first:>21.1f} ms{late}")


if __name__ == "__main__":
    main()
