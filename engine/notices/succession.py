"""What is said when an assignment goes from one person to another."""

from __future__ import annotations

from datetime import datetime

from engine.dates.clock import LONDON, london_date
from engine.expressions.scope import Scope
from engine.notices.facts import words
from engine.people.succession import proposed
from engine.state.workflow import Assignment

#: Lines of the conversation that whoever is asked next is shown; all of it is on the page.
_MOST_LINES = 3


def whom_to_ask(scope: Scope, assignment: Assignment, because: str = "") -> str:
    """The question to the manager where the directory names nobody, with somebody proposed. `because`: what happened to
    whoever was asked."""
    state, day = scope.state, london_date(scope.now)
    place, role = state.pcn.organisation_name(assignment.organisation), words(assignment.role)
    found = proposed(state.pcn, assignment, day)
    wrong = (
        f"{because[:1].upper()}{because[1:]}. The directory names nobody else at {place} as {role}"
        if because
        else f"Nobody could be found to ask at {place} as {role}: the directory names nobody"
    )
    ask = (
        f"{found[0].name} ({words(found[1])} at {place}) could be asked"
        if found
        else "please say whom to ask"
    )
    return f"{wrong} who is there today, and nobody who covers. {ask[:1].upper()}{ask[1:]}."


def said_before(assignment: Assignment) -> list[str]:
    """What was said about it before it came to whoever is asked now, the latest last."""
    lines = []
    for reply in assignment.replies:
        lines.append(_line(reply.actor.name, reply.at, reply.text or reply.kind))
        if answer := reply.settlement:
            lines.append(_line(answer.actor.name, answer.at, answer.text))
    return lines[-_MOST_LINES:]


def _line(name: str, at: datetime, said: str) -> str:
    local = at.astimezone(LONDON)
    return f"{name} on {local.day} {local:%B}: {said}"


def hears_of_it(scope: Scope, before: Assignment, now: Assignment) -> bool:
    """Whether whoever was asked before is told that it is with somebody else: they may have begun. Not who is away and
    covered, who has left, or the manager who was asked whom to ask."""
    gone = scope.state.pcn.has_left(before.person, london_date(scope.now))
    return not (gone or before.unfilled or now.unfilled or now.on_behalf_of == before.person)


def no_longer(before: Assignment, now: Assignment) -> str:
    """What whoever was asked before is told."""
    if before.on_behalf_of and before.on_behalf_of == now.person:
        return f"{now.name} is back, so there is nothing more for you to do. Thank you for covering."
    return f"{now.name} is asked instead, so there is nothing more for you to do. Thank you."
