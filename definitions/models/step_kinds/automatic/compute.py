"""compute: the engine works something out from what is in, and shows how.

Contract: it happens at once, in the turn that closes the step before it; the values are kept with the step,
and stay as they were worked out. One that starts another process may work out nothing itself.

Example::

    - id: position
      kind: compute
      after: [practice_return]
      values:
        rows: "indicator_position(inputs.indicators, answers.practice_return)"
"""

from __future__ import annotations

from typing import Any

from definitions.models.step_kinds.declaration import Contents, StepKind, Surroundings


def _perform(step: Contents, around: Surroundings) -> dict[str, Any]:
    """The values, in the order written; a later one sees the earlier ones by name."""
    found: dict[str, Any] = {}
    for name, expression in step.values.items():
        found[name] = around.kept(expression, **found)
    return found


KIND = StepKind(
    name="compute",
    needs=("values",),
    outcome="computed",
    leaves="values",
    keys=frozenset({"values"}),
    may_only_start=True,
    perform=_perform,
)
