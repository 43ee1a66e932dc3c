"""Pinning a workflow to another membership, and what follows: whose work ends, which dates and quorums are counted again,
who is asked in the place of whoever is gone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from definitions.models.directory import Pcn
from engine import events as e
from engine.decisions.assignments import ask_instead_of
from engine.decisions.deadlines import redate
from engine.decisions.draft import Draft
from engine.decisions.hand_overs import succeed
from engine.state.workflow import Assignment


def repin(draft: Draft, pcn: Pcn, reason: str, merged: Mapping[str, str] | None = None) -> None:
    """Pin the workflow to `pcn`. What practices that left gave stays, and is no part of any quorum. `merged`: those of them
    that went into another practice, each with which; it is asked instead, unless it is asked the same."""
    before = draft.state.pcn
    sizes = {
        practice.code: practice.list_size
        for practice in pcn.practices
        if practice.code in before.practices_by_code
        and practice.list_size != before.practices_by_code[practice.code].list_size
    }
    joined = tuple(sorted(pcn.practices_by_code.keys() - before.practices_by_code.keys()))
    left = tuple(sorted(before.practices_by_code.keys() - pcn.practices_by_code.keys()))
    known = {practice.code: practice for practice in (*before.former, *before.practices)}
    former = [practice for code, practice in known.items() if code not in pcn.practices_by_code]
    data = pcn.model_copy(update={"former": former}).model_dump(mode="json", by_alias=True)
    into = {code: other for code, other in (merged or {}).items() if code in left}
    changed = draft.emit(e.MembershipChanged(data, joined, left, reason, into, sizes))
    with draft.because_of(changed.version):
        _follow(draft, left, into, reason)


def _follow(draft: Draft, left: Sequence[str], into: Mapping[str, str], reason: str) -> None:
    """What a new membership brings for everything that is asked now."""
    for assignment in _asked_now(draft):
        if assignment.organisation in into:
            other = draft.state.pcn.organisation_name(into[assignment.organisation])
            draft.emit(e.AssignmentEnded(assignment.id, assignment.step, f"the practice merged into {other}"))
            ask_instead_of(draft, assignment, into[assignment.organisation])
        elif assignment.organisation in left:
            draft.emit(e.AssignmentEnded(assignment.id, assignment.step, "the practice left the PCN"))
    redate(draft, reason)
    for step_id in draft.state.process.order:
        succeed(draft, draft.state.process.steps[step_id])


def _asked_now(draft: Draft) -> list[Assignment]:
    """Every open assignment, in the order of the steps."""
    return [
        assignment
        for step_id in draft.state.process.order
        for assignment in draft.state.steps[step_id].assignments.values()
        if assignment.status == "open"
    ]
