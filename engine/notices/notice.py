"""Making a notice: to whom, about what, with the facts of it settled now."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Literal

from definitions.models.definition import Step
from engine import events as e
from engine.expressions.scope import Scope
from engine.notices.facts import facts_of, whom_to_ring
from engine.people.addresses import Address, asked_address
from engine.state.workflow import Assignment


def notice(
    scope: Scope, kind: e.NoticeKind, to: Address, subject: str, about: Assignment | None = None,
    step: Step | None = None, *, urgent: bool = False, digest_only: bool = False, only: Literal["", "asked", "unasked"] = "", rung: str = "",
    **facts: Any,
) -> e.Notice:  # fmt: skip
    """A notice that may go from now on, in the hours of whoever it is for; numbered by `plan`. A task carries whom to ring
    about it, where nothing else is listed."""
    if kind == "task" and about is not None and not facts.get("items"):
        facts["items"] = whom_to_ring(scope, about, rung)
    may_write = max(scope.now, scope.state.writes_from or scope.now)
    organisation = None if to.organisation == scope.state.pcn.code else to.organisation
    settled = facts_of(scope, step, about) | {
        key: value for key, value in facts.items() if value not in (None, "", [])
    }
    if about is not None and to.person != about.person:
        settled.pop("on_behalf_of", None)  # only who covers is told so
    return e.Notice(
        id="", kind=kind, person=to.person, name=to.name, email=to.email, organisation=to.organisation,
        about=about.id if about else "", step=step.id if step else "", subject=subject,
        not_before=scope.state.calendar.messaging_opens(may_write, organisation),
        urgent=urgent, digest_only=digest_only, only=only, rung=rung, facts=settled,
    )  # fmt: skip


def by_reader(scope: Scope, assignments: Iterable[Assignment]) -> Iterator[tuple[Address, list[Assignment]]]:
    """The assignments of each person, or of each shared mailbox; without those that nobody could be found for."""
    found: dict[str, tuple[Address, list[Assignment]]] = {}
    for assignment in assignments:
        to = None if assignment.unfilled else asked_address(scope, assignment)
        if to is not None:
            found.setdefault(to.person or to.email, (to, []))[1].append(assignment)
    yield from found.values()


def calendar_entry(scope: Scope, assignment: Assignment) -> dict[str, str]:
    """What a calendar file says of an assignment: its id, which is the entry's, its title, its place and when it is due."""
    step = scope.state.process.steps[assignment.step]
    return {
        "about": assignment.id,
        "title": scope.title(step, assignment),
        "practice": scope.state.pcn.organisation_name(assignment.organisation),
        "due_at": assignment.due.at.isoformat() if assignment.due else "",
    }
