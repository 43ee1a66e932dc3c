"""Refusals: what cannot be done, why, and what to do instead."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from definitions.models.directory import Person
from engine.dates.clock import london_date
from engine.forms.answers import AnswerProblem, AnswerWarning
from engine.state.workflow import Assignment, WorkflowState

#: When a command is refused, by the code that a program goes by. The message of each says more, and what to do instead.
REFUSALS: dict[str, str] = {
    "already-held": "the workflow is on hold already",
    "already-open": "the step is open already for these practices",
    "another-definition": "the new texts differ in more than the calendar",
    "another-pcn": "the membership is another PCN's",
    "another-practice": "the assignment is asked of another organisation",
    "asked-already": "the practice is asked already, and the answer is waited for",
    "asked-anew": "the step was opened again since, and a newer assignment asks for it",
    "beyond-horizon": "a date lies past the bank holidays that are known",
    "closed": "the assignment, or its step, is over",
    "deputy": "who covers may not sign here",
    "external": "the date is set from outside, and never moves",
    "fixed": "what was done rests on it, so it cannot change any more",
    "forbidden": "another role does this",
    "key-taken": "the key was used for something else",
    "last-practice": "it is the only practice there is",
    "locked": "what is done was approved, and locked",
    "no-change": "it is so already",
    "no-day": "a day is missing, or not one from now on",
    "no-day-asked": "a day was given where none is asked for",
    "no-list-size": "a number of patients is a whole number from 0 on",
    "no-practice": "no practice was chosen",
    "no-question": "the question has no words",
    "no-reason": "the reason, or what was said, is missing",
    "no-reply": "nothing was said that waits to be settled",
    "no-source": "nobody is named who changed the date",
    "no-such-bundle": "nobody has that bundle of texts",
    "no-such-assignment": "there is no such assignment",
    "no-such-date": "the definition has no date of that name",
    "no-such-input": "the definition asks for no such thing at launch",
    "no-such-rung": "the assignment's ladder has no rung of that name",
    "no-teller": "nobody is named who told it",
    "not-then": "it cannot have been told at that moment",
    "nudged-this-week": "the practice was reminded by hand in the last seven days",
    "on-hold": "the workflow is on hold, and nobody is chased meanwhile",
    "signature": "a signature or an approval is given by whoever is asked, and by nobody for them",
    "unreached": "the email that asks did not reach anybody",
    "unsettled": "what they said waits to be settled",
    "no-such-step": "the definition has no such step",
    "nothing-in": "nothing is in that this could be done with",
    "nobody": "the directory has no such person, or they have left",
    "not-a-practice": "the PCN has no such practice",
    "not-asked": "the step was not asked of that practice",
    "not-external": "the date is not set from outside",
    "not-held": "the workflow is not on hold",
    "not-on-demand": "the step is not one that is opened on demand",
    "not-open": "the step has not begun, or is over",
    "not-short": "the step waits for no decision",
    "not-the-signer": "somebody else's signature is asked for",
    "over": "the workflow has ended",
    "own-figures": "who gave the figures may not sign them",
    "role-nobody-has": "nobody at the PCN holds a role that the process asks",
    "same-person": "they are asked already",
    "signed-later": "a signature still to come covers it",
    "starts-itself": "the process would start itself",
    "still-open": "the workflow is not over",
    "stopped": "the definition says that this cannot be answered yet",
    "the-same-reply": "the same was said before, and still waits",
    "too-deep": "the workflow would stand too deep below the first",
    "too-early": "the steps before it are not done",
}


class Refused(Exception):
    """The command changes nothing. `code` is stable; the message is for the person who asked."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


class Invalid(Exception):
    """The answers have problems; nothing was kept."""

    def __init__(self, problems: Sequence[AnswerProblem]) -> None:
        super().__init__("; ".join(problem.message for problem in problems))
        self.problems = tuple(problems)


class Warned(Exception):
    """The answers could be taken, but look unusual, and nobody has said to send them anyway; nothing was kept."""

    def __init__(self, warnings: Sequence[AnswerWarning]) -> None:
        super().__init__("; ".join(warning.message for warning in warnings))
        self.warnings = tuple(warnings)


def refuse_over(state: WorkflowState) -> None:
    if state.over:
        raise Refused("over", f"{state.reference} is {state.status}; nothing more happens to it")


def known_assignment(state: WorkflowState, assignment_id: str) -> Assignment:
    assignment = state.assignment(assignment_id)
    if assignment is None:
        raise Refused("no-such-assignment", "there is no such assignment; check its id")
    return assignment


def open_assignment(state: WorkflowState, assignment_id: str) -> Assignment:
    """The assignment, where an answer is still waited for. Raises Refused."""
    assignment = known_assignment(state, assignment_id)
    refuse_over(state)
    if assignment.status != "open" or not state.is_current(assignment):
        raise Refused("closed", "this is no longer open")
    return assignment


def refuse_external(assignment: Assignment) -> None:
    if assignment.due and assignment.due.external:
        raise Refused("external", "this date is set from outside and never moves; ask whoever set it")


def known_person(state: WorkflowState, person: str, now: datetime) -> Person:
    """The person of that id, who is still there. Raises Refused."""
    known = state.pcn.people_by_id.get(person)
    if known is None:
        raise Refused("nobody", f"the directory has no {person}; add them, then ask them")
    if state.pcn.has_left(person, london_date(now)):
        raise Refused("nobody", f"{known.name} has left, as the directory says; ask somebody who is there")
    return known


def somebody_else(state: WorkflowState, assignment: Assignment, person: str, now: datetime) -> Person:
    """The person of that id, where they are not asked already. Raises Refused."""
    known = known_person(state, person, now)
    if known.id == assignment.person and not assignment.unfilled:
        raise Refused("same-person", f"{known.name} is asked already")
    return known


def required_moment(state: WorkflowState, until: datetime | None, now: datetime, otherwise: str) -> datetime:
    """`until`, where it is yet to come. Raises Refused, and BeyondHorizon where nobody knows its bank holidays (rule 13)."""
    if until is None or until <= now:
        raise Refused("no-day", otherwise)
    state.calendar.is_working(london_date(until))
    return until


def required_reason(reason: str, verb: str) -> str:
    if not reason.strip():
        raise Refused("no-reason", f"say why, to {verb}: it goes into the record")
    return reason.strip()
