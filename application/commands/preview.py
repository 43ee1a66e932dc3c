"""A preview: what a command would come to, in words, before it is given. Nothing is kept of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from application.launcher import LaunchPreview
from audit.names import Names
from audit.story import StoryWriter
from engine import events as e
from engine.decisions.advance import advance
from engine.decisions.consequences import Consequences, QuorumChange
from engine.decisions.pending import next_deadline, waiting_for


@dataclass(frozen=True, slots=True)
class PreviewedDate:
    """A date that would move: whose, of what, from when to when, and how the new one comes about."""

    who: str
    what: str
    old: datetime | None
    new: datetime | None
    why: str


@dataclass(frozen=True, slots=True)
class PreviewedEmail:
    """Somebody who would be written to, and from when on."""

    name: str
    place: str
    subject: str
    not_before: datetime


@dataclass(frozen=True, slots=True)
class Preview:
    """What would happen. `says`: the command itself; `then`: what Baton does of it at once; `quorum`: for each step whose
    count changes, how far it is and how far it would be; `waits_for`: whom the workflow waits for afterwards."""

    workflow: str
    command: str
    says: tuple[str, ...]
    then: tuple[str, ...]
    dates: tuple[PreviewedDate, ...]
    emails: tuple[PreviewedEmail, ...]
    asked: tuple[str, ...]
    ended: tuple[str, ...]
    quorum: tuple[str, ...]
    status: str
    waits_for: str
    next_deadline: datetime | None


def preview_of(command: str, found: Consequences, now: datetime) -> Preview:
    """The preview of a command whose consequences are these."""
    story, names = StoryWriter(found.after), Names(found.after)
    return Preview(
        workflow=found.after.id,
        command=command,
        says=tuple(line.text for line in story.lines(found.given)),
        then=tuple(line.text for line in story.lines(found.then)),
        dates=tuple(
            PreviewedDate(
                each.assignment.name, names.whose(each.assignment.id), _at(each.due_from), _at(each.due_to),
                each.due_to.explanation if each.due_to else "",
            )
            for each in found.moved
        ),
        emails=tuple(
            PreviewedEmail(each.name, names.place(each.organisation), each.subject, each.not_before)
            for each in found.notices
        ),
        asked=tuple(f"{each.name}: {names.whose(each.id)}" for each in found.asked),
        ended=tuple(f"{each.name}: {names.whose(each.id)}" for each in found.ended),
        quorum=tuple(_quorum(each, names) for each in found.quorums if each.before != each.after),
        status=found.after.status,
        waits_for=waiting_for(found.after, now),
        next_deadline=next_deadline(found.after, now),
    )  # fmt: skip


def _at(when: e.When | None) -> datetime | None:
    return when.at if when else None


def _quorum(change: QuorumChange, names: Names) -> str:
    """`“Your figures”: 3 of 5 answers, 4 needed; then 3 of 4 answers, 4 needed`."""
    before = str(change.before) if change.before else "not asked"
    after = str(change.after) if change.after else "waits for nobody any more"
    return f"{names.quoted(change.step)}: {before}; then {after}"


@dataclass(frozen=True, slots=True)
class PreviewedLaunch:
    """A workflow that would begin: who is `asked` first, how many emails that is, and when the first may go. `alike`: the
    workflows that run already and ask the same."""

    pcn: str
    pcn_name: str
    reference: str
    asked: tuple[str, ...]
    emails: int
    first_email: datetime | None
    alike: tuple[str, ...]


def launch_preview(found: LaunchPreview, now: datetime) -> PreviewedLaunch:
    """What one of the workflows of a launch would be, and do at once."""
    begun = advance(found.state, now)
    names = Names(begun.state)
    notices = [event.body.notice for event in begun.events if isinstance(event.body, e.NoticePlanned)]
    asked = (a for step in begun.state.steps.values() for a in step.assignments.values())
    return PreviewedLaunch(
        found.state.pcn.code, found.state.pcn.name, found.state.reference,
        tuple(f"{each.name}: {names.whose(each.id)}" for each in asked), len(notices),
        min((notice.not_before for notice in notices), default=None), found.alike,
    )  # fmt: skip
