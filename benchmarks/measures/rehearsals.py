"""Rehearsing a launch for 25 practices: the whole of `iif-quarter-close`, everyone on time and nobody answering.

The process is loaded before. Each future is played three times, and the middle of the slower one counts.
"""

from __future__ import annotations

import time
from datetime import datetime
from statistics import median
from typing import Any, get_args

from application.network_calendar import network_calendar
from benchmarks import machine
from benchmarks.table import Row
from definitions.loading.bundle import Process
from definitions.loading.library import Library
from definitions.models.directory import Directory, Pcn
from definitions.models.primitives import Role
from engine.forms.inputs import check_inputs
from engine.simulation.rehearsal import Policy, rehearse

PRACTICES = 25
BUDGET = 0.3
AT = datetime.fromisoformat("2026-12-15T09:00:00+00:00")
RAW = {
    "financial_year": "2026/27", "quarter": "Q3", "indicators": "iif-indicators-2025-26", "board_date": "2027-02-11",
}  # fmt: skip


def network(practices: int) -> Pcn:
    """A PCN with somebody in every role, and a manager and a lead in every practice."""
    codes = [f"Y{100001 + number}" for number in range(practices)]
    at_the_pcn = [("office", "U50001"), ("director", "U50001"), ("deputy", "U50001")]
    people = [name for name, _ in at_the_pcn] + [f"{who}-{c.lower()}" for c in codes for who in ("m", "l")]
    at_the_pcn_roles = [role for role in get_args(Role) if role not in ("practice_manager", "gp_lead")]
    held: list[dict[str, Any]] = [
        {"role": role, "at": "U50001", "person": _holder(role)} for role in at_the_pcn_roles
    ]
    for code in codes:
        held.append({"role": "practice_manager", "at": code, "person": f"m-{code.lower()}"})
        held.append({"role": "gp_lead", "at": code, "person": f"l-{code.lower()}"})
    pcn = {
        "code": "U50001",
        "name": "A large PCN",
        "practices": [{"code": c, "name": f"Surgery {c}", "list_size": 9000} for c in codes],
        "people": [{"id": p, "name": p.title(), "email": f"{p}@pcn.example"} for p in people],
        "roles": held,
    }
    return Directory.model_validate({"pcns": [pcn]}).pcns[0]


def _holder(role: str) -> str:
    return {"clinical_director": "director", "deputy_clinical_director": "deputy"}.get(role, "office")


def measure(practices: int) -> dict[str, float]:
    """Seconds of each future."""
    process: Process = Library().process(
        "iif-quarter-close", {"indicators": RAW["indicators"]}, network_calendar().to_data()
    )
    pcn = network(practices)
    inputs = check_inputs(process, pcn, RAW, AT).values
    took: dict[str, float] = {}
    policies: tuple[Policy, ...] = ("on time", "silent")
    for policy in policies:
        times = []
        for _ in range(3):
            began = time.perf_counter()
            rehearse(process, pcn, inputs, AT, policy)
            times.append(time.perf_counter() - began)
        took[policy] = median(times)
    return took


def rows(quick: bool = False) -> list[Row]:
    practices = 3 if quick else PRACTICES
    took = measure(practices)
    slowest = max(took.values())
    each = ", ".join(f"{policy} {seconds * 1000:.0f} ms" for policy, seconds in took.items())
    return [
        Row(f"rehearsing IIF quarter close for {practices} practices", f"{slowest * 1000:.0f} ms",
            f"{each}; {machine.load()}", f"{BUDGET * 1000:.0f} ms", slowest < BUDGET)
    ]  # fmt: skip
