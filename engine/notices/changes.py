"""What people hear when what they are asked for has changed: each once, of all of it together.

Who has not been asked yet is asked with what holds now, and hears of no change.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from engine import events as e
from engine.expressions.scope import Scope
from engine.notices.asks import ask
from engine.notices.endings import asked_now
from engine.notices.facts import due_words
from engine.notices.notice import by_reader, calendar_entry, notice
from engine.people.addresses import Address
from engine.state.workflow import Assignment, WorkflowState


def changes(before: WorkflowState, scope: Scope, because: str) -> Iterator[e.Notice]:
    """The notices of every open assignment whose date or title is not what it was in `before`."""
    was = Scope(before, scope.now)
    changed = [
        each for each in asked_now(scope.state) if each.status == "open" and _changed(was, scope, each)
    ]
    for to, theirs in by_reader(scope, changed):
        moved = any(_due(was.state.assignment(each.id)) != _due(each) for each in theirs)
        tell = _of_one if len(theirs) == 1 else _of_all
        yield tell(scope, to, theirs, because, moved)
    for each in changed:
        yield from ask(scope, each, "unasked")


def _changed(was: Scope, scope: Scope, assignment: Assignment) -> bool:
    before = was.state.assignment(assignment.id)
    if before is None or before.status != "open":
        return False
    title_before = was.title(was.state.process.steps[assignment.step], before)
    return _due(before) != _due(assignment) or title_before != _title(scope, assignment)


def _due(assignment: Assignment | None) -> datetime | None:
    return assignment.due.at if assignment and assignment.due else None


def _title(scope: Scope, assignment: Assignment) -> str:
    return scope.title(scope.state.process.steps[assignment.step], assignment)


def _of_one(scope: Scope, to: Address, theirs: list[Assignment], because: str, moved: bool) -> e.Notice:
    (about,) = theirs
    why = f" {about.due.explanation}" if about.due and moved else ""
    text = f"The day it is due has moved: {because}.{why}" if moved else f"This was corrected: {because}."
    return notice(
        scope, "told", to, f"{'A new date' if moved else 'Corrected'}: {_title(scope, about)}", about,
        scope.state.process.steps[about.step], only="asked", text=text, moves=[calendar_entry(scope, about)],
    )  # fmt: skip


def _of_all(scope: Scope, to: Address, theirs: list[Assignment], because: str, moved: bool) -> e.Notice:
    first = _title(scope, theirs[0])
    text = f"The days these are due have moved: {because}." if moved else f"These were corrected: {because}."
    return notice(
        scope, "told", to, f"{'New dates' if moved else 'Corrected'}: {first} and {len(theirs) - 1} more",
        only="asked", text=text, items=[_line(scope, each) for each in theirs],
        moves=[calendar_entry(scope, each) for each in theirs],
    )  # fmt: skip


def _line(scope: Scope, assignment: Assignment) -> str:
    """`Your figures for Q3, Elm Tree Surgery: Fri 15 January 2027, 5pm`."""
    place = scope.state.pcn.organisation_name(assignment.organisation)
    due = f": {due_words(assignment.due)}" if assignment.due else ""
    return f"{_title(scope, assignment)}, {place}{due}"
