"""Taking an answer: who may give it, and what it comes to. What follows is `advance`'s business.

The answers come in already checked field by field (engine/forms/answers.py); here is what only the workflow knows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from itertools import takewhile
from typing import Any

from definitions.models import role_holders
from definitions.models.definition import Step
from definitions.models.outcomes import response_outcome
from definitions.models.replies import REPLIES, ReplyKind
from definitions.models.step_kinds import STEP_KINDS
from engine import events as e
from engine.commands.command import ASKED, MANAGERS, command
from engine.commands.refusals import Refused, required_moment
from engine.dates.clock import london_date
from engine.decisions.assignments import content_hash
from engine.decisions.draft import Draft
from engine.people import roles
from engine.people.interests import own_practices, warning
from engine.state.workflow import Assignment, WorkflowState


@command(
    who=ASKED,
    refuses=(
        "another-practice", "asked-anew", "closed", "deputy", "no-such-assignment", "not-the-signer", "over", "own-figures",
        "stopped",
    ),
    emits=(e.ResponseReceived,),
)  # fmt: skip
def respond(
    draft: Draft, assignment_id: str, answers: Mapping[str, Any], warnings: tuple[str, ...] = ()
) -> None:
    """Take an answer: its event (rules 5, 9, 11)."""
    assignment = answerable(draft.state, assignment_id)
    step = draft.state.process.steps[assignment.step]
    draft.actor = standing(draft.state, step, assignment, draft.actor, draft.now)
    _take_answer(draft, assignment, draft.actor, answers, warnings)


def _take_answer(
    draft: Draft, assignment: Assignment, by: e.Actor, answers: Mapping[str, Any], warnings: tuple[str, ...],
    told: e.Told | None = None,
) -> None:  # fmt: skip
    """Keep the answer that `by` gives, and may give; `told` where somebody else recorded it."""
    state, step = draft.state, draft.state.process.steps[assignment.step]
    given_at = told.at if told else draft.now
    warned = _separation(draft, step, by)
    if own := own_practices(state, step, by, london_date(given_at)):
        warned = (*warned, warning(state, by, own))
    outcome = response_outcome(step, answers)
    seen = _seen(draft, step, assignment, answers)
    _refuse_stopped(draft, step, seen)
    body = e.ResponseReceived(
        assignment=assignment.id, step=step.id, number=len(assignment.responses) + 1, answers=dict(answers),
        outcome=outcome, late=state.is_late(assignment, given_at), counts=_counts(draft, step, outcome, seen),
        warnings=(*warnings, *warned), signed=content_hash(draft.scope, step, assignment.organisation) if step.signs else "",
        told=told,
    )  # fmt: skip
    draft.emit(body)


def _refuse_stopped(draft: Draft, step: Step, seen: Mapping[str, Any]) -> None:
    """The hard stop of the definition, with its message."""
    if step.stop_if is not None and draft.scope.truth(step.stop_if, **seen):
        message = draft.scope.text(step.stop_message or "this cannot be answered yet", **seen)
        raise Refused("stopped", " ".join(message.split()))


def _counts(draft: Draft, step: Step, outcome: str, seen: Mapping[str, Any]) -> bool:
    """Whether an answer counts towards closing: not one that sends back, nor one that the step says does not."""
    if outcome in STEP_KINDS[step.kind].sends_back and not step.actions(outcome):
        return False
    return step.counts_if is None or draft.scope.truth(step.counts_if, **seen)


def _seen(draft: Draft, step: Step, assignment: Assignment, answers: Mapping[str, Any]) -> dict[str, Any]:
    """The answers and the names around them as expressions see them; nothing where no expression looks."""
    if step.stop_if is None and step.counts_if is None:
        return {}
    return draft.scope.at("response", step, assignment, answers)


@command(
    who=ASKED,
    refuses=(
        "another-practice", "asked-anew", "closed", "no-day", "no-day-asked", "no-question", "no-such-assignment", "over",
        "the-same-reply",
    ),
    emits=(e.ReplyReceived,),
)  # fmt: skip
def reply(draft: Draft, assignment_id: str, kind: ReplyKind, text: str, until: datetime | None) -> None:
    """Something other than an answer: it stops the ladder, and the manager hears of it (rule 8)."""
    assignment = answerable(draft.state, assignment_id)
    _of_the_organisation(draft.state, assignment, draft.actor, draft.now)
    _take_reply(draft, assignment, draft.actor, kind, text, until)


def _take_reply(
    draft: Draft, assignment: Assignment, by: e.Actor, kind: ReplyKind, text: str, until: datetime | None,
    told: e.Told | None = None,
) -> None:  # fmt: skip
    """Keep what `by` says instead of an answer, and may say; `told` where somebody else recorded it."""
    if REPLIES[kind].needs_day:
        required_moment(draft.state, until, draft.now, "say until when: a day from tomorrow on")
    elif until is not None:
        raise Refused("no-day-asked", "only who asks for more time says until when; leave the day out")
    if REPLIES[kind].needs_text and not text.strip():
        raise Refused("no-question", "write your question, so that somebody can answer it")
    body = e.ReplyReceived(assignment.id, assignment.step, kind, text.strip(), until, told)
    _refuse_repeated(assignment, body, by)
    draft.emit(body)


def _refuse_repeated(assignment: Assignment, body: e.ReplyReceived, actor: e.Actor) -> None:
    """The same words by the same name are a button pressed twice, until somebody has settled them: refused as
    "the-same-reply", which is no news to anybody."""
    for earlier in takewhile(lambda reply: not reply.settled, reversed(assignment.replies)):
        same = (earlier.kind, earlier.text, earlier.until) == (body.kind, body.text, body.until)
        if same and earlier.actor.name == actor.name:
            raise Refused("the-same-reply", "this is here already, and waits for the manager")


@command(
    who=MANAGERS,
    refuses=(
        "another-practice", "asked-anew", "closed", "deputy", "no-such-assignment", "no-teller", "not-the-signer", "not-then",
        "over", "own-figures", "signature", "stopped",
    ),
    emits=(e.ResponseReceived,),
)  # fmt: skip
def record_response(
    draft: Draft,
    assignment_id: str,
    answers: Mapping[str, Any],
    told_by: str,
    how: e.Means,
    when: datetime,
    *,
    role: str = "",
    warnings: tuple[str, ...] = (),
) -> None:
    """Record an answer that somebody gave by telephone, on paper, by email or at a meeting. It counts as theirs.

    `told_by`: a person of the directory, by id or name, or somebody else of the organisation by name. Never a signature.
    Late is what was told late. Undone by asking them again (`reopen_step`), and amended by another answer.
    """
    assignment = answerable(draft.state, assignment_id)
    step = draft.state.process.steps[assignment.step]
    if STEP_KINDS[step.kind].in_their_name:
        raise Refused("signature", "nobody signs or approves for somebody else; ask them to do it themselves")
    told = _told(draft, assignment, told_by, role, how, when)
    told = replace(told, by=standing(draft.state, step, assignment, told.by, when))
    _take_answer(draft, assignment, told.by, answers, warnings, told)


@command(
    who=MANAGERS,
    refuses=(
        "another-practice", "asked-anew", "closed", "no-day", "no-day-asked", "no-question", "no-such-assignment", "no-teller",
        "not-then", "over", "the-same-reply",
    ),
    emits=(e.ReplyReceived,),
)  # fmt: skip
def record_reply(
    draft: Draft,
    assignment_id: str,
    kind: ReplyKind,
    text: str,
    until: datetime | None,
    told_by: str,
    how: e.Means,
    when: datetime,
    *,
    role: str = "",
) -> None:
    """Record a question, a wish for more time, or that it is not theirs, said outside Baton: as if they had sent it.

    It stops the ladder until it is settled (`settle_reply`).
    """
    assignment = answerable(draft.state, assignment_id)
    told = _told(draft, assignment, told_by, role, how, when)
    _take_reply(draft, assignment, told.by, kind, text, until, told)


def _told(
    draft: Draft, assignment: Assignment, told_by: str, role: str, how: e.Means, when: datetime
) -> e.Told:
    """Who told what is recorded, and may: somebody of the organisation, or whoever is asked or covers for them."""
    if not assignment.opened_at <= when <= draft.now:
        raise Refused("not-then", "say when they told it: after it was asked, and not later than now")
    by = _teller(draft.state, assignment, " ".join(told_by.split()), role.strip(), when)
    _of_the_organisation(draft.state, assignment, by, when)
    return e.Told(by, how, when)


def _teller(state: WorkflowState, assignment: Assignment, told_by: str, role: str, when: datetime) -> e.Actor:
    """Whoever the directory knows by that id or name; else somebody of the organisation that is asked."""
    if not told_by:
        raise Refused("no-teller", "say who told it, by their name")
    pcn, place = state.pcn, assignment.organisation
    known = pcn.people_by_id.get(told_by) or pcn.people_by_id.get(
        roles.recognised(pcn, told_by, place, assignment.person)
    )
    if known is None:
        return e.Actor(told_by, role, place, channel="told")
    holding = [each for each in pcn.roles if each.person == known.id and each.holds_on(london_date(when))]
    held = next((each for each in holding if each.at == place), holding[0] if holding else None)
    return e.Actor(
        known.name, role or (held.role if held else ""), held.at if held else "", known.id, channel="told"
    )


def answerable(state: WorkflowState, assignment_id: str) -> Assignment:
    """The assignment, when it can still be answered; else Refused, saying whose answer stands."""
    assignment = state.assignment(assignment_id)
    if assignment is None:
        raise Refused("no-such-assignment", "there is no such assignment; check the link or the id")
    if state.over:
        raise Refused("over", f"{state.reference} is {state.status}, so nothing more can be answered")
    step = state.steps[assignment.step]
    if not state.is_current(assignment):
        raise Refused("asked-anew", "this was asked anew since; use the newer link")
    if step.status != "open" or assignment.status == "ended" or assignment.withdrawn:
        stands = assignment.response
        said = f"; the answer of {stands.actor.name} stands" if stands else " without an answer from here"
        raise Refused("closed", f"this step has closed{said}")
    return assignment


def nobody_meanwhile(
    assignment: Assignment, seen: int | None, answers: Mapping[str, Any], actor: e.Actor
) -> None:
    """Refused when somebody has answered since the answer numbered `seen`, the last that this person saw. The same
    answer by the same name is a button pressed twice: refused as "the-same-answer", which is no news to anybody."""
    stands = assignment.response
    if seen is not None and stands is not None and stands.number > seen:
        if stands.actor.name == actor.name and dict(stands.answers) == dict(answers):
            raise Refused("the-same-answer", "this answer is here already")
        raise Refused(
            "answered-meanwhile",
            f"{stands.actor.name} has answered since you opened this page, and that answer stands; what you typed has "
            "not been sent, and sending it again replaces theirs",
        )


# --- who may


def standing(
    state: WorkflowState, step: Step, assignment: Assignment, actor: e.Actor, now: datetime
) -> e.Actor:
    """The actor with whom they answer for, when they cover. Raises Refused when they may not answer here."""
    _of_the_organisation(state, assignment, actor, now)
    day = london_date(now)
    if actor.person and actor.person != assignment.person:
        covers = [c for c in state.pcn.cover_for(assignment.person, day) if c.by == actor.person]
        if covers and not actor.on_behalf_of:
            actor = replace(actor, on_behalf_of=assignment.person)
    if not actor.on_behalf_of and assignment.on_behalf_of and actor.person == assignment.person:
        actor = replace(actor, on_behalf_of=assignment.on_behalf_of)
    if STEP_KINDS[step.kind].signs:
        _may_sign(state, step, assignment, actor, now)
    return actor


def _of_the_organisation(state: WorkflowState, assignment: Assignment, actor: e.Actor, now: datetime) -> None:
    """Somebody of the organisation asked; or the very person asked, or their cover, where it is about a practice and
    they are of the PCN."""
    known = {assignment.person, *(c.by for c in state.pcn.cover_for(assignment.person, london_date(now)))}
    if actor.organisation != assignment.organisation and not (
        actor.person and actor.person in known and not assignment.unfilled
    ):
        place = state.pcn.organisation_name(assignment.organisation)
        raise Refused("another-practice", f"this is asked of {place}; nobody else can answer it")


def _may_sign(
    state: WorkflowState, step: Step, assignment: Assignment, actor: e.Actor, now: datetime
) -> None:
    """A signature is the assignee's own, or of cover that the step and the directory both let sign (rule 11)."""
    day = london_date(now)
    if actor.on_behalf_of:
        if step.cover_may != "attest":
            raise Refused("deputy", "a deputy may prepare this, but not sign it; ask the person themselves")
        if actor.on_behalf_of not in _signers(state, assignment, day) or not roles.may_attest(
            state.pcn, actor, day
        ):
            raise Refused(
                "deputy", "the directory does not let this deputy sign; ask the manager to add `may: attest`"
            )
        return
    if actor.person not in _signers(state, assignment, day):
        whom = (
            "nobody has been named to sign this yet"
            if assignment.unfilled
            else f"only {assignment.name} can sign this"
        )
        raise Refused("not-the-signer", f"{whom}; the manager can ask somebody else")


def _signers(state: WorkflowState, assignment: Assignment, day: date) -> set[str]:
    """Whose signature it is: of those who hold the role, and of whoever was asked; not of the manager who stands in
    while nobody is found."""
    place = role_holders.where_held(state.pcn, assignment.role, assignment.organisation, day)
    signers = {person.id for person in state.pcn.holders(assignment.role, place, day)}
    if not assignment.unfilled:
        signers |= {assignment.person, assignment.on_behalf_of}
    return signers - {""}


def _separation(draft: Draft, step: Step, actor: e.Actor) -> tuple[str, ...]:
    """Who entered the figures does not sign them: refused, or warned of, as the step says (rule 9)."""
    rule = step.separation
    if rule is None:
        return ()
    for earlier in draft.state.steps[rule.step].assignments.values():
        if any(roles.same_person(response.actor, actor) for response in earlier.responses):
            said = f"{actor.name} also did “{rule.step.replace('_', ' ')}”; somebody else should do this"
            if rule.level == "refuse":
                raise Refused("own-figures", said)
            return (said,)
    return ()
