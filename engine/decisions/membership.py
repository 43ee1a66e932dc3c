"""Pinning a workflow to another membership, and what follows: whose work ends, which dates and quorums are counted again,
who is asked in the place of whoever is gone.
"""

from __future__ import annotations

from definitions.models.directory import Pcn
from definitions.models.role_holders import manager, where_held, whom
from engine import events as e
from engine.dates.clock import london_date
from engine.decisions.deadlines import ask_instead, redate
from engine.decisions.draft import Draft
from engine.state.workflow import Assignment


def repin(draft: Draft, pcn: Pcn, reason: str, merged_into: str = "") -> None:
    """Pin the workflow to `pcn`. What practices that left gave stays, and is no part of any quorum."""
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
    draft.emit(e.MembershipChanged(data, joined, left, reason, merged_into, sizes))
    for assignment in _asked_now(draft):
        if assignment.organisation in left:
            draft.emit(e.AssignmentEnded(assignment.id, assignment.step, "the practice left the PCN"))
    redate(draft, reason)
    for assignment in _asked_now(draft):
        _succeed(draft, before, assignment)


def _asked_now(draft: Draft) -> list[Assignment]:
    """Every open assignment, in the order of the steps."""
    return [
        assignment
        for step_id in draft.state.process.order
        for assignment in draft.state.steps[step_id].assignments.values()
        if assignment.status == "open"
    ]


def _succeed(draft: Draft, before: Pcn, assignment: Assignment) -> None:
    """Ask the successor of whoever is gone or has handed the role on. A person whom the manager chose stays."""
    pcn, day, role = draft.state.pcn, london_date(draft.now), assignment.role
    place = where_held(pcn, role, assignment.organisation, day)
    holders = {person.id for person in pcn.holders(role, place, day)}
    asked_for = assignment.on_behalf_of or assignment.person
    held = asked_for in {
        p.id for p in before.holders(role, where_held(before, role, assignment.organisation, day), day)
    }
    gone = assignment.person not in pcn.people_by_id
    if not assignment.person or not (assignment.unfilled or gone or (held and asked_for not in holders)):
        return
    found = whom(pcn, role, place, day)
    because = "the directory names somebody else"
    if found is not None:
        ask_instead(draft, assignment, found.person.id, found.person.name, because, for_=found.for_)
    elif not assignment.unfilled:
        stands_in = manager(pcn, day)
        name, person = (stands_in.name, stands_in.id) if stands_in else ("nobody", "")
        ask_instead(draft, assignment, person, name, "the directory names nobody any more", unfilled=True)
