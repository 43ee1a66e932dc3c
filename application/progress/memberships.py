"""Running workflows follow the directory: what changed in it, or turned with the day, is committed to each, once.

Who is asked on a day the engine finds in the membership a workflow is pinned to (`engine/decisions/hand_overs.py`). Here that
membership is kept to what the directory says: after every change, at each start, and each morning. One commit a workflow; one
that has the membership already is left alone, so that a pass which was killed is begun again from anywhere.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from functools import partial

from application.directory.record import Change, DirectoryRecord, Said, Wanted
from application.environment.alarms import Alarms
from application.environment.executor import STOPPERS, worked_out
from application.operations import Operations
from application.repository import Unreadable
from definitions.models.directory import Dates, Directory, Pcn
from engine import commands
from engine import events as e
from engine.commands.refusals import Refused
from engine.dates.clock import LONDON, london_date
from engine.dates.explanation import spoken
from engine.decisions.draft import Decision
from engine.decisions.hand_overs import hand_overs
from engine.events import BATON, Actor
from engine.expressions.scope import Scope
from engine.people.quorum import quorum_of
from engine.state.workflow import WorkflowState
from store.protocol import WorkflowRow

logger = logging.getLogger("baton.memberships")

CANNOT_FOLLOW = "A process under way could not follow the directory. It goes on with the people it had, and is tried again each morning."
#: Workflows that a preview looks into, and days that it looks at; beyond them it says how many more there are.
MOST_WORKFLOWS = 200
MOST_DAYS = 8
#: Every open workflow of a PCN.
_ALL = 1_000_000
#: The hour of a later day at which a preview looks: in the working day, when emails go.
_MORNING = time(9)


@dataclass(frozen=True, slots=True)
class Touch:
    """What a change would bring to one thing that is asked, on a day: a sentence, and who hears of it."""

    workflow_id: str
    reference: str
    on: date
    text: str
    told: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Touched:
    """What a change would bring to the workflows under way. `left_out`: workflows that were not looked into."""

    touches: tuple[Touch, ...]
    left_out: int = 0


class Memberships:
    """Keeps the workflows of one `Operations` to the directory."""

    def __init__(
        self, operations: Operations, record: DirectoryRecord, alarms: Alarms, definitions: Collection[str] | None = None
    ) -> None:  # fmt: skip
        """`definitions`: the ids of those that may be adopted; without them that is not checked."""
        self._operations, self._alarms = operations, alarms
        self.record, self.definitions = record, definitions

    async def change(self, wanted: Wanted, actor: Actor, reason: str, file: str = "") -> Change:
        """Change the directory; the workflows under way follow before this returns. Raises as `DirectoryRecord.change`."""
        made = await self.record.change(wanted, self._operations.clock.now(), actor, reason, file)
        if file:  # what it said was looked at by a person
            self._alarms.clear("directory")
        await self.follow()
        return made

    @property
    def turned(self) -> bool:
        """Whether there is something to follow today."""
        return bool(self.record.to_follow(london_date(self._operations.clock.now())))

    async def follow(self) -> None:
        """Have every open workflow follow whose PCN changed, or turned, since they last did."""
        now = self._operations.clock.now()
        today = london_date(now)
        while codes := self.record.to_follow(today):
            version = self.record.version
            done = [
                await self._follow(row.workflow_id, code, today)
                for code in codes
                for row in await self._open(code)
            ]
            if not all(done):
                return
            self._alarms.clear("memberships")
            if self.record.version == version:  # nobody changed it meanwhile
                await self.record.follow(now, BATON)

    async def _open(self, code: str) -> Sequence[WorkflowRow]:
        return await self._operations.repository.store.workflows(pcn=code, status="open", limit=_ALL)

    async def _follow(self, workflow_id: str, code: str, today: date) -> bool:
        """Whether the workflow has the membership of today; where it cannot have it, that is told."""
        pcn, said = self.record.pcn(code, today), self.record.said(code)
        if pcn is None:  # taken out of the directory: what runs there goes on as it is
            return True
        try:
            pinned = (await self._operations.repository.state(workflow_id)).pcn
            members = followed(pinned, self.record.pcn_followed(code), pcn)
            because, merged = _reason(said, self.record), mergers(self.record.current(), code)
            await self._operations.do(
                workflow_id, commands.change_membership, BATON, members, because, merged=merged
            )
        except Refused as refused:
            if refused.code in ("no-change", "over"):
                return True
            logger.warning("%s could not follow the directory: %s", workflow_id, refused)
            self._alarms.set("memberships", CANNOT_FOLLOW, [f"{workflow_id}: {refused}."])
            return False
        return True

    # --- looking ahead

    def preview(self, wanted: Wanted) -> Change:
        """What would change in the directory. Raises as `DirectoryRecord.preview`."""
        return self.record.preview(wanted)

    async def touched(self, change: Change) -> Touched:
        """What the change would bring to the workflows under way, today and on each later day on which it begins or ends."""
        now = self._operations.clock.now()
        rows = [(row.workflow_id, code) for code in change.pcns for row in await self._open(code)]
        found: list[Touch] = []
        for workflow_id, code in rows[:MOST_WORKFLOWS]:
            try:
                state = await self._operations.repository.state(workflow_id)
                found += await worked_out(partial(_touches, state, change, code, now))
            except (Unreadable, *STOPPERS) as error:
                logger.warning("what a change would bring to %s is not known: %s", workflow_id, error)
        found.sort(key=lambda touch: (touch.on, touch.reference))
        return Touched(tuple(found), max(0, len(rows) - MOST_WORKFLOWS))


def followed(pinned: Pcn, before: Pcn | None, now: Pcn) -> Pcn:
    """The membership of a workflow when the directory goes from `before` to `now`. What was decided for that workflow alone
    stays: a practice that it goes on without, a list size that was corrected in it."""
    was = before.practices_by_code if before else {}
    gone = {practice.code for practice in pinned.former}
    practices = []
    for practice in now.practices:
        own, then = pinned.practices_by_code.get(practice.code), was.get(practice.code)
        if own is None and then is not None and practice.code in gone:
            continue
        practices.append(own if own is not None and then == practice else practice)
    return now if practices == now.practices else now.with_practices(practices or now.practices, now.former)


def mergers(directory: Directory, code: str) -> dict[str, str]:
    """The practices of a PCN that merged into another, each with which."""
    return {practice.code: practice.into for practice in directory.pcn(code).practices if practice.into}


def _reason(said: Said | None, record: DirectoryRecord) -> str:
    if said is None or said.version <= record.followed[0]:
        return "the directory said so for this day"
    return f"{said.actor.name} changed the directory: {said.reason}"


def _touches(state: WorkflowState, change: Change, code: str, now: datetime) -> list[Touch]:
    """Sentences for what happens on each of the days, each from the state that the days before come to."""
    try:
        pcn = change.directory.pcn(code)
    except KeyError:  # taken out
        return []
    found: list[Touch] = []
    merged = mergers(change.directory, code)
    known = [each for each in change.before["pcns"] if each["code"] == code]
    before = Pcn.model_validate(known[0]).on(london_date(now)) if known else None
    for at in _moments(change, code, now):
        decision = _decided(state, followed(state.pcn, before, pcn.on(london_date(at))), merged, at)
        found += _said(state, decision, at)
        state = decision.state
        if state.over:
            break
    return found


def _moments(change: Change, code: str, now: datetime) -> Iterator[datetime]:
    """Now, and the morning of each later day on which an entry that changes begins or ends to hold."""
    yield now
    turns = {
        day
        for each in change.changes
        if each.pcn == code
        for entry in (each.old, each.new)
        for day in _turns(entry)
    }
    for day in sorted(day for day in turns if day > london_date(now))[:MOST_DAYS]:
        yield datetime.combine(day, _MORNING, LONDON).astimezone(UTC)


def _turns(entry: Mapping[str, object] | None) -> Iterator[date]:
    dates = {key: (entry or {}).get(key) for key in ("from", "to") if (entry or {}).get(key)}
    yield from Dates.model_validate(dates).turns()


def _decided(state: WorkflowState, pcn: Pcn, merged: Mapping[str, str], at: datetime) -> Decision:
    try:
        return commands.change_membership(state, at, BATON, pcn, "a preview", merged=merged)
    except Refused:  # it has this membership already, and only the day is another
        return hand_overs(state, at)


def _said(before: WorkflowState, decision: Decision, at: datetime) -> Iterator[Touch]:
    after, day = decision.state, london_date(at)
    told: dict[str, list[e.Notice]] = {}
    for event in decision.events:
        if isinstance(event.body, e.NoticePlanned):
            told.setdefault(event.cause, []).append(event.body.notice)
    for event in decision.events:
        if text := _sentence(event.body, before, Scope(after, at)):
            heard = _hearers(event, told, after)
            yield Touch(after.id, after.reference, day, text, tuple(dict.fromkeys(heard)))
    for text in _quorums(before, after, at):
        yield Touch(after.id, after.reference, day, text, ())


def _hearers(event: e.Event, told: Mapping[str, Sequence[e.Notice]], after: WorkflowState) -> list[str]:
    """Who hears of an event: of its own notices; of a practice that is gone, those of the change that it went with."""
    if not isinstance(event.body, e.AssignmentEnded):
        return [notice.name for notice in told.get(f"{event.workflow_id}/{event.version}", ())]
    about = after.assignment(event.body.assignment)
    return [n.name for n in told.get(event.cause, ()) if about and n.organisation == about.organisation]


def _quorums(before: WorkflowState, after: WorkflowState, at: datetime) -> Iterator[str]:
    """The open steps of which another number is needed, or in."""
    for step_id, step in after.steps.items():
        if step.status != "open" or before.steps[step_id].status != "open" or not step.assignments:
            continue
        was, is_ = quorum_of(before, step_id, at), quorum_of(after, step_id, at)
        if was != is_:
            title = Scope(after, at).title(after.process.steps[step_id])
            yield f"“{title}”: {is_} (before: {was.counted:,} of {was.asked:,}, and {was.needed:,})"


def _sentence(body: e.Body, before: WorkflowState, scope: Scope) -> str:
    """What an event brings to one assignment; empty for what is no business of a change of people and practices."""
    about = scope.state.assignment(getattr(body, "assignment", ""))
    if about is None:
        return ""
    pcn = before.pcn if about.organisation in before.pcn.practices_by_code else scope.state.pcn
    title = scope.title(scope.state.process.steps[about.step], about)
    what = f"“{title}” at {pcn.organisation_name(about.organisation)}"
    match body:
        case e.AssignmentReassigned(unfilled=True):
            return f"{what}: {body.name} is asked whom to ask, because {body.reason}"
        case e.AssignmentReassigned():
            return f"{what}: {body.name} is asked, because {body.reason}"
        case e.AssignmentOpened():
            return f"{what}: {body.name} is asked"
        case e.AssignmentEnded():
            return f"{what}: nobody is asked any more, because {body.because}"
        case e.DeadlineMoved():
            return f"{what}: it is due {spoken(body.new.at)}"
    return ""
