"""What the page of an assignment shows: everything the workflow knows about it, in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Literal

from definitions.checks.scopes import asked_of_several
from definitions.language.plain_values import plain
from definitions.models import role_holders
from definitions.models.definition import Step
from definitions.models.field_types.declaration import View
from definitions.models.fields import FormField, RepeatedGroup
from definitions.models.replies import REPLIES
from definitions.models.step_kinds import STEP_KINDS
from engine.dates.clock import LONDON, london_date
from engine.events import Actor
from engine.expressions.evaluator import FormEvaluator
from engine.expressions.scope import Scope
from engine.forms.presentation import DrawnField, draw_form
from engine.notices.facts import due_words, facts_of, silence_of, words
from engine.people.visibility import may_see
from engine.state.workflow import Assignment, Settlement, StepState, WorkflowState
from notifications.content.items import Contact
from web.views import SOME_MANAGER, AssignmentPage, ConversationLine, ShownResult, StandingAnswer


def assignment_page(
    state: WorkflowState, assignment: Assignment, now: datetime, viewer: Actor | None = None
) -> AssignmentPage:
    """The page of `assignment` as it stands at `now`, as `viewer` may see it: whoever was asked, unless said.

    Reading it changes nothing.
    """
    step = state.process.steps[assignment.step]
    scope = Scope(state, now)
    viewer = viewer or who_was_asked(state, assignment)
    # A shared mailbox is nobody by name; what its practice answered is its own all the same.
    own = viewer == _asked(assignment)
    told = own or may_see(state, step.id, viewer)
    facts = facts_of(scope, step, assignment)
    return AssignmentPage(
        assignment=assignment.id, pcn=state.pcn.name, reference=state.reference, title=facts["title"],
        organisation=state.pcn.organisation_name(assignment.organisation), asked=assignment.name,
        status=status_of(state, assignment), form=tuple(_form(state, assignment, step, now, told)), role=words(assignment.role),
        on_behalf_of=facts.get("on_behalf_of", ""), why=facts.get("why", ""), question=assignment.text, takes=step.takes or "",
        due=due_words(assignment.due), due_explained=assignment.due.explanation if assignment.due else "",
        late=state.is_late(assignment, now), silence=silence_of(step),
        next=tuple(facts.get("next", ())), standing=standing(state, assignment), closed_because=closed_because(state, assignment),
        answered=tuple(pairs(step, assignment.response.answers, scope.view)) if assignment.response and told else (),
        previous=tuple(pairs(step, state.previous.get(step.id, {}).get(assignment.organisation, {}), scope.view)) if told else (),
        shown=tuple(shown(scope, step, assignment.organisation, viewer)),
        conversation=tuple(conversation(assignment)) if told else (),
        unverified=tuple(unverified(state)), held=state.because if state.status == "held" else "",
        statement=scope.text(step.statement, **scope.around(step, assignment)) if step.statement else "",
        manager=contact(state, now),
    )  # fmt: skip


def who_was_asked(state: WorkflowState, assignment: Assignment) -> Actor:
    """Who reads the page of `assignment`. A manager who was only asked whom to ask reads it as the manager."""
    if assignment.unfilled:
        return Actor(assignment.name, "pcn_manager", state.pcn.code, assignment.person, channel="web")
    return _asked(assignment)


def _asked(assignment: Assignment) -> Actor:
    return Actor(assignment.name, assignment.role, assignment.organisation, assignment.person, channel="web")


def status_of(state: WorkflowState, assignment: Assignment) -> Literal["open", "answered", "ended", "closed"]:
    step = state.steps[assignment.step]
    if state.over or step.status != "open" or not state.is_current(assignment):
        return "closed"
    if assignment.status == "ended":
        return "ended"
    return "answered" if assignment.answered else "open"


def closed_because(state: WorkflowState, assignment: Assignment) -> str:
    """What there is to say beside that it is closed."""
    if state.over:
        return f"{state.reference} is {state.status}."
    if not state.is_current(assignment):
        return "This was asked anew since. Please use the link in the newer email."
    return ""


def _form(
    state: WorkflowState, assignment: Assignment, step: Step, now: datetime, told: bool
) -> list[DrawnField]:
    if status_of(state, assignment) in ("closed", "ended"):
        return []
    evaluator = FormEvaluator(state, now, assignment)
    return draw_form(step.form, evaluator.names, evaluator, offered(state, assignment) if told else None)


def offered(state: WorkflowState, assignment: Assignment) -> Mapping[str, Any] | None:
    """What stands, or what was answered in an earlier attempt: nobody types the same thing twice."""
    if assignment.response:
        return assignment.response.answers
    for attempt in reversed(state.earlier.get(assignment.step, ())):
        for before in attempt.assignments.values():
            if (before.organisation, before.role) == (
                assignment.organisation,
                assignment.role,
            ) and before.response:
                return before.response.answers
    return None


def standing(state: WorkflowState, assignment: Assignment) -> StandingAnswer | None:
    """Whose answer stands."""
    response = assignment.response
    if response is None:
        return None
    for_ = state.pcn.people_by_id.get(response.actor.on_behalf_of)
    return StandingAnswer(
        response.actor.name, words(response.actor.role), day_and_hour(response.at), response.number, response.late,
        for_.name if for_ else "",
    )  # fmt: skip


def day_and_hour(moment: datetime) -> str:
    """`Fri 15 January 2027, 14:05`."""
    local = moment.astimezone(LONDON)
    return f"{local:%a} {local.day} {local:%B %Y}, {local:%H:%M}"


def conversation(assignment: Assignment) -> Iterator[ConversationLine]:
    """What was said instead of an answer, under the name of who said it, and what the manager said to it."""
    for reply in assignment.replies:
        until = f"Until {day_and_hour(reply.until)}. " if reply.until else ""
        yield ConversationLine(
            reply.kind,
            f"{until}{reply.text}",
            reply.actor.name,
            day_and_hour(reply.told.at if reply.told else reply.at),
            _answer(reply.settlement),
            REPLIES[reply.kind].short,
            reply.settlement.actor.name if reply.settlement else "",
        )


def _answer(settlement: Settlement | None) -> str:
    if settlement is None:
        return ""
    return f"{settlement.text} Due {day_and_hour(settlement.until)}." if settlement.until else settlement.text


def unverified(state: WorkflowState) -> Iterator[str]:
    """What in the data this process stands on nobody has confirmed."""
    for dataset in state.process.datasets.values():
        if not dataset.confirmed_by:
            year = "" if dataset.financial_year in dataset.title else f" ({dataset.financial_year})"
            yield f"{dataset.title}{year}: as a whole."
        yield from dataset.unverified


def contact(state: WorkflowState, now: datetime) -> Contact:
    person = role_holders.manager(state.pcn, london_date(now))
    return Contact(person.name, person.email, person.phone or "") if person else SOME_MANAGER


# --- earlier results


def shown(scope: Scope, step: Step, organisation: str, viewer: Actor) -> Iterator[ShownResult]:
    """The results of the steps this one `shows` that `viewer` may see.

    What several were asked is shown to a practice as far as it is its own, which is also what its signature covers;
    the PCN sees everybody's.
    """
    for name in step.shows:
        if not may_see(scope.state, name, viewer):
            continue
        earlier, state = scope.state.process.steps[name], scope.state.steps[name]
        title = scope.title(earlier)
        leaves = STEP_KINDS[earlier.kind].leaves
        if leaves == "text":
            yield _made(title, state)
        elif leaves == "values":
            yield from _values(title, state)
        elif leaves == "answers":
            yield from _answers(scope, title, earlier, state, organisation)


def _made(title: str, state: StepState) -> ShownResult:
    """What a template made. Only what was made as Markdown is read as that: another format does not know its marks."""
    name, text = str(state.values.get("name", title)), str(state.values.get("text", ""))
    if state.values.get("format") == "markdown":
        return ShownResult(name, markdown=text)
    return ShownResult(name, text=text)


def _values(title: str, state: StepState) -> Iterator[ShownResult]:
    plain_values = []
    for name, value in state.values.items():
        if isinstance(value, list) and value and all(isinstance(row, Mapping) for row in value):
            columns = tuple(key for key, cell in value[0].items() if not isinstance(cell, list | Mapping))
            rows = tuple(tuple(as_text(row.get(key)) for key in columns) for row in value)
            yield ShownResult(title, columns=tuple(heading(key) for key in columns), rows=rows)
        else:
            plain_values.append((heading(name), as_text(value)))
    if plain_values:
        yield ShownResult(title, columns=("", ""), rows=tuple(plain_values))


def _answers(
    scope: Scope, title: str, step: Step, state: StepState, organisation: str
) -> Iterator[ShownResult]:
    pcn = scope.state.pcn
    everyones = organisation == pcn.code or not asked_of_several(step)
    for assignment in state.assignments.values():
        if assignment.response and (everyones or assignment.organisation in (organisation, pcn.code)):
            place = pcn.organisation_name(assignment.organisation)
            rows = tuple(pairs(step, assignment.response.answers, scope.view))
            yield ShownResult(f"{title}: {place}", columns=("", ""), rows=rows)


def heading(name: str) -> str:
    return name.replace("_", " ").capitalize()


def pairs(step: Step, answers: Mapping[str, Any], view: View) -> Iterator[tuple[str, str]]:
    """Questions and answers, as lines. Labels that are templates are shown by their field's name."""
    for item in step.form:
        if isinstance(item, RepeatedGroup):
            for key, fields in (answers.get(item.key) or {}).items():
                for field in item.fields:
                    if field.id in fields:
                        yield f"{key}: {_label(field)}", field.shown(fields[field.id], view)
        elif item.id in answers:
            yield _label(item), item.shown(answers[item.id], view)


def _label(field: FormField) -> str:
    return heading(field.id) if "{" in field.label else field.label


def as_text(value: Any) -> str:
    """A value that was worked out, as people read it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        return ", ".join(f"{heading(str(key))}: {as_text(inner)}" for key, inner in value.items())
    if isinstance(value, list):
        return "; ".join(as_text(inner) for inner in value)
    return str(plain(value))
