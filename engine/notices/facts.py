"""What a notice says: the facts of an assignment in words, and who hears of what."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from definitions.models import role_holders
from definitions.models.definition import Step
from definitions.models.directory import Person
from definitions.models.ladder import CHASING, MOST_CHASERS, WRITING, Rung
from definitions.models.step_kinds import STEP_KINDS
from definitions.models.step_kinds.contents import Assign
from engine.dates.clock import LONDON, london_date
from engine.dates.explanation import spoken
from engine.events import When
from engine.expressions.scope import Scope
from engine.people.quorum import satisfied
from engine.people.targets import targets
from engine.state.workflow import Assignment

_SILENCE = {
    "never counts": "Then nothing is counted in your name.",
    "counts as agreement": "No answer by then counts as agreement.",
    "counts as abstention": "No answer by then counts as an abstention.",
}


def silence_of(step: Step) -> str:
    """What saying nothing means, in a sentence: the same in the first email and on the page (rule 6)."""
    return _SILENCE[step.silence]


def words(role: str) -> str:
    """A role as people say it: `gp_lead` is `GP lead`."""
    said = role.replace("_", " ")
    for short, proper in (("pcn", "PCN"), ("gp", "GP"), ("iif", "IIF"), ("hr", "HR"), ("ig", "IG")):
        said = " ".join(proper if word == short else word for word in said.split(" "))
    return said


def due_words(due: When | None) -> str:
    """`Fri 15 January 2027, 5pm`."""
    return spoken(due.at) if due else ""


def facts_of(scope: Scope, step: Step | None, about: Assignment | None) -> dict[str, Any]:
    """The facts every notice carries, and those of the assignment it is about."""
    state = scope.state
    manager = role_holders.manager(state.pcn, london_date(scope.now))
    facts: dict[str, Any] = {
        "pcn": state.pcn.name,
        "reference": state.reference,
        "manager": {"name": manager.name, "email": manager.email, "phone": manager.phone or ""}
        if manager
        else {},
    }
    if step is None:
        return facts
    facts["title"] = facts["step_title"] = scope.title(step, about)
    if about is None:
        return facts
    return facts | _of_assignment(scope, step, about)


def ladder_names(scope: Scope, step: Step, about: Assignment) -> dict[str, Any]:
    """The names a rung's text and condition see."""
    names = scope.at("rung", step, about)
    more = {
        "needed": still_needed(scope, step),
        "unreached": about.unreached,
        "left_open": about.left_open,
    }
    return {**names, "assignment": {**names["assignment"], **more}}


def _of_assignment(scope: Scope, step: Step, about: Assignment) -> dict[str, Any]:
    found = {
        "why": scope.text(step.why, **scope.around(step, about)) if step.why else "",
        "takes": step.takes or "",
        "due": due_words(about.due),
        "due_at": about.due.at.isoformat() if about.due else "",
        "due_why": about.due.explanation if about.due else "",
        "silence": silence_of(step),
        "next": what_next(scope, step, about),
        "practice": scope.state.pcn.organisation_name(about.organisation),
        "on_behalf_of": _name(scope, about.on_behalf_of),
        "attest": STEP_KINDS[step.kind].signs,
        "again": about.attempt > 1 or about.heard > 0,
    }
    return {key: value for key, value in found.items() if value}


def still_needed(scope: Scope, step: Step) -> bool:
    """The process cannot go on without more answers to this step."""
    return not satisfied(scope, step, scope.state.steps[step.id])


def what_next(scope: Scope, step: Step, about: Assignment) -> list[str]:
    """What happens if nothing comes, in sentences: every rung is visible beforehand (domain 2.4)."""
    said = []
    manager = role_holders.manager(scope.state.pcn, london_date(scope.now))
    written = about.chasers
    for planned in about.rungs:
        if planned.rung in about.climbed:
            continue
        rung = rung_named(scope, step, planned.rung)
        if rung.register_ == "ring them" and about.person == (manager.id if manager else None):
            continue  # nobody rings themselves
        written += rung.register_ in CHASING
        if rung.register_ in WRITING and (about.called or about.unreached):
            continue  # a person has taken over
        if rung.register_ in CHASING and written > MOST_CHASERS:
            continue
        at = planned.at.astimezone(LONDON)
        day = f"{at:%a} {at.day} {at:%B}"
        said.append(
            {
                "coming up": f"On {day} a line in your morning email, if it is still to come.",
                "due today": f"On {day} a short reminder.",
                "offer of help": f"On {day} an email that offers help. It is the last that goes by itself.",
                "ring them": f"On {day} the PCN manager rings you.",
                "conversation": f"On {day} the clinical director has a word with the GP lead.",
                "board item": f"On {day} it goes on the board's list of open items, if the PCN cannot go on without it.",
                "decision": f"On {day} the PCN manager and the clinical director decide how to go on.",
            }[rung.register_]
        )
    return said


def rung_named(scope: Scope, step: Step, rung_id: str) -> Rung:
    """The rung of the ladder this step climbs. KeyError when there is none of that id."""
    ladder_id = step.ladder_id(lambda text: scope.truth(text))
    rungs: tuple[Rung, ...] = tuple(scope.state.process.ladders[ladder_id or ""].rungs)
    for rung in rungs:
        if rung.id == rung_id:
            return rung
    raise KeyError(rung_id)


def whom_to_ring(scope: Scope, about: Assignment, rung: str = "") -> list[str] | None:
    """Who is spoken with about an assignment, and their number where the directory has it: the GP lead where the rung asks
    for a conversation, else whoever is asked."""
    pcn, person = scope.state.pcn, scope.state.pcn.people_by_id.get(about.person)
    step = scope.state.process.steps[about.step]
    if rung and rung_named(scope, step, rung).register_ == "conversation":
        lead = role_holders.whom(pcn, "gp_lead", about.organisation, london_date(scope.now))
        person = lead.person if lead else person
    if person is None or about.unfilled:
        return None
    return [f"{person.name}: {person.phone}" if person.phone else person.name]


def took_part(scope: Scope, person: Person | None, organisation: str) -> bool:
    """They, or somebody there for whom nobody was named, gave an answer in this workflow."""
    for assignment in _every_assignment(scope):
        by = {response.actor.person for response in assignment.responses}
        if assignment.responses and (person.id in by if person else assignment.organisation == organisation):
            return True
    return False


def _every_assignment(scope: Scope) -> Iterator[Assignment]:
    for step_id, step in scope.state.steps.items():
        for attempt in (*scope.state.earlier.get(step_id, ()), step):
            yield from attempt.assignments.values()


def _name(scope: Scope, person: str) -> str:
    known = scope.state.pcn.people_by_id.get(person)
    return known.name if known else ""


#: Somebody who hears something, with the organisation they hear it at; None is its shared mailbox.
Hearer = tuple[Person | None, str]


def _once_each(hearers: Iterator[Hearer]) -> Iterator[Hearer]:
    seen: set[str] = set()
    for person, organisation in hearers:
        key = person.id if person else f"mailbox of {organisation}"
        if key not in seen:
            seen.add(key)
            yield person, organisation


def told_by_message(scope: Scope, step: Step) -> Iterator[Hearer]:
    """Everyone a notify step tells, once each."""
    groups = step.message.to if step.message else ()
    yield from _once_each(hearer for to in groups for hearer in _group(scope, to))


def _group(scope: Scope, to: Any) -> Iterator[Hearer]:
    pcn, day = scope.state.pcn, london_date(scope.now)
    if to == "everyone who took part":
        yield from everyone_who_took_part(scope)
    elif to == "every practice":
        for practice in pcn.practices:
            found = role_holders.whom(pcn, "practice_manager", practice.code, day)
            if found or practice.mailbox:
                yield found.person if found else None, practice.code
    elif to == "the PCN":
        if found_manager := role_holders.manager(pcn, day):
            yield found_manager, pcn.code
    elif isinstance(to, Assign):
        for target in targets(scope, (to,)):
            place = pcn.practices_by_code.get(target.organisation)
            if target.found or (place and place.mailbox):
                yield target.found.person if target.found else None, target.organisation
    elif found := role_holders.whom(pcn, to, pcn.code, day):
        yield found.person, pcn.code


def everyone_who_took_part(scope: Scope) -> Iterator[Hearer]:
    """Everyone who was asked or who answered, once each; a practice's mailbox where nobody there was named."""
    yield from _once_each(_asked_or_answered(scope))


def _asked_or_answered(scope: Scope) -> Iterator[Hearer]:
    for assignment in _every_assignment(scope):
        yield from _took_part(scope, assignment)
        practice = scope.state.pcn.practices_by_code.get(assignment.organisation)
        if not assignment.person and practice and practice.mailbox:
            yield None, assignment.organisation


def _took_part(scope: Scope, assignment: Assignment) -> Iterator[Hearer]:
    """Who was asked and who answered; in the place of somebody who has left, who has their role now."""
    pcn, day = scope.state.pcn, london_date(scope.now)
    answered = [response.actor.person for response in assignment.responses]
    for person_id in filter(None, (assignment.person, *answered)):
        if not pcn.has_left(person_id, day):
            yield pcn.people_by_id[person_id], assignment.organisation
        elif found := role_holders.speaking_for(pcn, assignment.role, assignment.organisation, day):
            yield found.person, assignment.organisation


def already_told(scope: Scope) -> bool:
    """A notify step of this definition has told everyone who took part."""
    return any(
        step.message is not None
        and "everyone who took part" in step.message.to
        and scope.state.steps[step.id].status == "closed"
        for step in scope.state.process.definition.steps
    )
