"""What is done about a practice in one workflow: it leaves or merges, one joins, its list size was wrong.

Each changes the membership that the workflow is pinned to, and nothing of the directory.
"""

from __future__ import annotations

from definitions.models.directory import Pcn, Practice
from engine import events as e
from engine.commands.command import MANAGERS, command
from engine.commands.refusals import Refused, refuse_over, required_reason
from engine.decisions.assignments import ask_latecomer
from engine.decisions.draft import Draft
from engine.decisions.membership import repin
from engine.state.workflow import WorkflowState

#: What another membership may come to.
_REPINNED = (
    e.MembershipChanged, e.AssignmentEnded, e.AssignmentOpened, e.AssignmentReassigned, e.DeadlineMoved, e.DateRefused,
)  # fmt: skip


@command(who=MANAGERS, refuses=("last-practice", "no-reason", "not-a-practice", "over"), emits=_REPINNED)
def withdraw_practice(draft: Draft, organisation: str, reason: str, merged_into: str = "") -> None:
    """A practice left, or merged into another of the PCN, which then has its patients too: it is asked nothing more.

    Who was asked there hears it once; what it gave stays; quorums and dates are counted again. Undone by adding it.
    """
    state = draft.state
    refuse_over(state)
    leaving, others = _practice(state, organisation), dict(state.pcn.practices_by_code)
    del others[organisation]
    if merged_into:
        if merged_into == organisation:
            raise Refused(
                "not-a-practice", f"{leaving.name} cannot merge into itself; name the other practice"
            )
        others[merged_into] = _merged(_practice(state, merged_into), leaving)
    if not others:
        raise Refused("last-practice", f"{leaving.name} is the only one; cancel the workflow instead")
    roles = [held for held in state.pcn.roles if held.at != organisation]
    pcn = state.pcn.model_copy(update={"practices": list(others.values()), "roles": roles})
    merged = {organisation: merged_into} if merged_into else {}
    repin(draft, _fresh(pcn), required_reason(reason, "withdraw a practice"), merged)


def _practice(state: WorkflowState, organisation: str) -> Practice:
    found = state.pcn.practices_by_code.get(organisation)
    if found is None:
        raise Refused("not-a-practice", f"{organisation} is no practice of {state.reference}")
    return found


def _merged(into: Practice, leaving: Practice) -> Practice:
    weighted = into.weighted_list_size
    if weighted is not None:
        weighted += leaving.weighted_list_size or leaving.list_size
    return into.model_copy(
        update={"list_size": into.list_size + leaving.list_size, "weighted_list_size": weighted}
    )


def _fresh(pcn: Pcn) -> Pcn:
    """The same without what it has worked out of itself already."""
    return Pcn.model_validate(pcn.model_dump(by_alias=True))


@command(
    who=MANAGERS,
    refuses=("another-pcn", "asked-already", "no-reason", "not-a-practice", "over"),
    emits=(*_REPINNED, e.AskedAgain),
)
def add_practice(draft: Draft, organisation: str, directory: Pcn, reason: str) -> None:
    """A practice that `directory`, the PCN as it is today, has and the workflow has not: it is asked in the steps that are
    open now, with as much time as the others had, and in all that come. Undone by withdrawing it.
    """
    state, pcn = draft.state, draft.state.pcn
    refuse_over(state)
    if directory.code != pcn.code:
        raise Refused("another-pcn", f"this workflow belongs to {pcn.name}")
    if organisation in pcn.practices_by_code:
        raise Refused(
            "asked-already", f"{pcn.organisation_name(organisation)} is in {state.reference} already"
        )
    if organisation not in directory.practices_by_code:
        raise Refused("not-a-practice", f"the directory has no {organisation} in {pcn.name}")
    reason = required_reason(reason, "add a practice")
    repin(draft, _with_practice(pcn, directory, organisation), reason)
    for step_id in state.process.order:
        step = draft.state.process.steps[step_id]
        if draft.state.steps[step_id].status == "open" and not step.automatic:
            ask_latecomer(draft, step, organisation, reason)


def _with_practice(pcn: Pcn, directory: Pcn, organisation: str) -> Pcn:
    """The membership with a practice of the directory, those who have a role there, and who covers for them."""
    roles = [held for held in directory.roles if held.at == organisation]
    there = {held.person for held in roles}
    cover = [each for each in directory.cover if each.for_ in there]
    needed = there | {each.by for each in cover}
    people = [each for each in directory.people if each.id in needed - pcn.people_by_id.keys()]
    arrived = {each.id for each in people}
    return _fresh(
        pcn.model_copy(
            update={
                "practices": [*pcn.practices, directory.practices_by_code[organisation]],
                "people": [*pcn.people, *people],
                "roles": [*pcn.roles, *roles],
                "cover": [*pcn.cover, *(each for each in cover if each not in pcn.cover)],
                "absences": [*pcn.absences, *(each for each in directory.absences if each.person in arrived)],
                "closures": [
                    *pcn.closures, *(
                        each for each in directory.closures
                        if each.organisation == organisation and each not in pcn.closures
                    ),
                ],
            }
        )
    )  # fmt: skip


@command(
    who=MANAGERS,
    refuses=("no-change", "no-list-size", "no-reason", "not-a-practice", "over"),
    emits=_REPINNED,
)
def correct_list_size(draft: Draft, organisation: str, list_size: int, reason: str) -> None:
    """Give a practice another number of patients: the quorums of open steps are counted again. Undone by the same."""
    state = draft.state
    refuse_over(state)
    practice = _practice(state, organisation)
    if list_size < 0:
        raise Refused("no-list-size", f"{list_size} is no number of patients; give a whole number from 0 on")
    if list_size == practice.list_size:
        raise Refused("no-change", f"{practice.name} has {list_size:,} patients already")
    corrected = practice.model_copy(update={"list_size": list_size})
    practices = [corrected if each.code == organisation else each for each in state.pcn.practices]
    pcn = _fresh(state.pcn.model_copy(update={"practices": practices}))
    repin(draft, pcn, required_reason(reason, "correct a list size"))
