"""Changing what a workflow is pinned to: its membership, its calendar. Always an event with a reason (rule 3)."""

from __future__ import annotations

from collections.abc import Mapping

from definitions.loading.bundle import Bundle
from definitions.models.directory import Pcn
from engine import events as e
from engine.commands.command import MANAGERS, command
from engine.commands.refusals import Refused, refuse_over, required_reason
from engine.decisions.deadlines import redate
from engine.decisions.draft import Draft
from engine.decisions.membership import repin
from engine.state.fold_table import OpenBundle


@command(
    who=MANAGERS,
    refuses=("another-pcn", "no-change", "no-reason", "over"),
    emits=(
        e.MembershipChanged,
        e.AssignmentEnded,
        e.AssignmentOpened,
        e.AssignmentReassigned,
        e.DeadlineMoved,
        e.DateRefused,
    ),
)
def change_membership(draft: Draft, pcn: Pcn, reason: str, merged: Mapping[str, str] | None = None) -> None:
    """Replace the membership a workflow is pinned to (rule 3).

    Practices that left are asked nothing more, and what they gave stays in; those that joined are asked by the next
    attempt or step. `merged` says which of those that left went into which other: that one is asked instead, unless it is
    asked the same. Where whoever was asked is gone, or has handed the role on, their successor is asked; with none, the
    manager is asked whom to ask. Open dates and quorums are counted anew. Undone by changing it back.
    """
    state = draft.state
    refuse_over(state)
    if pcn.code != state.pcn.code:
        raise Refused("another-pcn", f"this workflow belongs to {state.pcn.name}")
    if pcn.model_copy(update={"former": state.pcn.former}) == state.pcn:
        raise Refused("no-change", f"this is the membership that {state.reference} has already")
    repin(draft, pcn, required_reason(reason, "change the membership"), merged)


@command(
    who=MANAGERS,
    refuses=("another-definition", "no-change", "no-reason", "no-such-bundle", "over"),
    emits=(e.CalendarChanged, e.DeadlineMoved, e.DateRefused),
)
def change_calendar(draft: Draft, bundle: str, open_bundle: OpenBundle, reason: str) -> None:
    """Pin the workflow to a bundle with another calendar: open internal dates are worked out again and said once.

    `open_bundle` gives the process of a bundle's hash; it raises KeyError for one that it does not know.
    """
    refuse_over(draft.state)
    if bundle == draft.state.process.hash:
        raise Refused("no-change", f"{draft.state.reference} has this calendar already")
    try:
        process = open_bundle(bundle)
    except KeyError:
        raise Refused("no-such-bundle", f"there is no bundle {bundle}") from None
    if not _same_texts(Bundle.read(draft.state.process.body), Bundle.read(process.body)):
        raise Refused("another-definition", "the new bundle differs in more than its calendar")
    draft.open_bundle = open_bundle
    draft.emit(e.CalendarChanged(bundle, required_reason(reason, "change the calendar")))
    redate(draft, reason)


def _same_texts(one: Bundle, other: Bundle) -> bool:
    return (one.definition, one.ladders, one.datasets) == (other.definition, other.ladders, other.datasets)
