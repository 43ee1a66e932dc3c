"""The ten kinds of step, one module each.

A kind that people answer is a `Human`: it reads the outcome of a response and says whether it counts. A kind
the engine does by itself is an `Automatic`: it works out what the step leaves behind.
"""

from __future__ import annotations

from engine.decisions.step_kinds import (
    approve,
    attest,
    collect,
    compute,
    decide,
    do,
    notify,
    produce,
    review,
    wait,
)
from engine.decisions.step_kinds.kind import Automatic, Human

HUMAN: dict[str, Human] = {
    "collect": collect.KIND,
    "review": review.KIND,
    "approve": approve.KIND,
    "attest": attest.KIND,
    "decide": decide.KIND,
    "do": do.KIND,
    "wait": wait.KIND,
}
AUTOMATIC: dict[str, Automatic] = {"compute": compute.KIND, "notify": notify.KIND, "produce": produce.KIND}

__all__ = ["AUTOMATIC", "HUMAN", "Automatic", "Human"]
