"""Settling what was said instead of an answer, with what is decided by it: another date, another person."""

from __future__ import annotations

from datetime import datetime

from definitions.models.directory import Person
from engine import events as e
from engine.decisions.deadlines import ask_instead, grant
from engine.decisions.draft import Draft
from engine.state.workflow import Assignment


def settle(
    draft: Draft, assignment: Assignment, text: str, *, until: datetime | None = None, to: str = ""
) -> None:
    """Settle every reply to an assignment. One email about all of it: the date they have now, and who is asked instead
    (`to`, who is then to be asked), are said with the words."""
    given = None
    if until is not None:
        with draft.quietly():
            given = grant(draft, assignment, until, text)
    draft.emit(e.ReplySettled(assignment.id, assignment.step, text, given, to))


def ask_another(
    draft: Draft, assignment: Assignment, person: Person, text: str, *, until: datetime | None = None, heard: bool = False
) -> None:  # fmt: skip
    """Ask another person, which settles the replies that wait. `heard`: whoever was asked before knows of it already."""
    waiting = _askers(assignment)
    if waiting:
        with draft.quietly(heard and waiting == {assignment.person}):
            settle(draft, assignment, text, until=until, to=person.id)
    present = draft.state.assignment(assignment.id) or assignment
    ask_instead(draft, present, person.id, person.name, text, heard=heard or assignment.person in waiting)


def _askers(assignment: Assignment) -> set[str]:
    """Who waits for the manager's word: ids of the directory; whoever is asked, for a name that it does not know."""
    return {reply.actor.person or assignment.person for reply in assignment.replies if not reply.settled}
