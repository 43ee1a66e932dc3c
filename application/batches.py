"""Batches: the workflows of one launch that are advanced together, by one flow run."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from engine.state.workflow import WorkflowState

#: Workflows of one batch, at most. Each wake advances all of a batch in one commit; beyond about a hundred the
#: parameters and the commit of a single run grow more than the number of runs shrinks.
BATCH_LIMIT = 100


@dataclass(frozen=True)
class Batch:
    """At most `BATCH_LIMIT` workflows of one launch, advanced by one flow run.

    `batch_id` is stable for ever: it is the flow run's idempotency key. `title` names the flow run for a
    person ("IIF Q3 2026/27 · Harbour Vale PCN"). `next_deadline` is Baton calendar time (UTC, aware); reconcile
    and leaps of the calendar wake a batch whose deadline has passed.
    """

    batch_id: str
    workflow_ids: tuple[str, ...]
    title: str
    next_deadline: datetime | None = None


def batches_of(states: Sequence[WorkflowState]) -> tuple[Batch, ...]:
    return batches((s.id, s.batch, f"{s.reference} · {s.pcn.name}") for s in states)


def batches(rows: Iterable[tuple[str, str, str]]) -> tuple[Batch, ...]:
    """Workflows (id, batch, title) by batch; a batch of several is named after its first, with how many more."""
    grouped: dict[str, list[tuple[str, str]]] = {}
    for workflow, batch, title in rows:
        grouped.setdefault(batch, []).append((workflow, title))
    return tuple(
        Batch(
            batch, tuple(w for w, _ in of), of[0][1] if len(of) == 1 else f"{of[0][1]} and {len(of) - 1} more"
        )
        for batch, of in grouped.items()
    )
