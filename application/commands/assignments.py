"""What is asked about one assignment."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any

from pydantic import Field

from application.commands.request import (
    CommandRequest,
    MayBeName,
    MayBeWords,
    Name,
    PcnToday,
    Reason,
    UntilDay,
    Words,
    request,
)
from application.repository import Repository
from definitions.models.primitives import Day
from engine import commands
from engine.events.assignment_id import AssignmentId

_ToPerson = Annotated[Name, Field(description="whom to ask: their id in the directory")]


@request("extend", "assignment", commands.extend, undone_by="extend")
class Extend(CommandRequest):
    """Give somebody until another day; their entry in the calendar moves with it."""

    until: UntilDay
    reason: Reason


@request("settle", "assignment", commands.settle_reply)
class Settle(CommandRequest):
    """Answer a question, grant the time that was asked for, or ask somebody else; the reminders go on from there."""

    text: Annotated[Words, Field(description="what you say to them; it stands in the email")]
    until: Annotated[UntilDay | None, Field(description="give them until this day")] = None
    to: Annotated[MayBeName, Field(description="ask this person instead: their id in the directory")] = ""

    def arguments(self, pcn_today: PcnToday) -> Mapping[str, Any]:
        return {**super().arguments(pcn_today), "to": self.to or None}


@request("reassign", "assignment", commands.reassign, undone_by="reassign")
class Reassign(CommandRequest):
    """Ask another person of the directory instead; the links of the one before end, and both are told once."""

    person: _ToPerson
    reason: Reason


@request("note-call", "assignment", commands.note_call)
class NoteCall(CommandRequest):
    """Note a call, a visit or a meeting: whether you reached them, what was said, and the next step."""

    text: Annotated[Words, Field(description="what was said, or why nothing was")]
    reached: Annotated[bool, Field(description="they were reached")] = False
    next_on: Annotated[
        Day | None, Field(description="remind me this day, unless there is an answer by then")
    ] = None

    def arguments(self, pcn_today: PcnToday) -> Mapping[str, Any]:
        return dict(self)


@request("nudge", "assignment", commands.nudge)
class Nudge(CommandRequest):
    """Remind whoever is asked, now, beside the two reminders that go by themselves; once a week a practice at most."""

    text: Annotated[MayBeWords, Field(description="in your words; in Baton's unless said")] = ""

    async def facts(self, repository: Repository, about: str, now: datetime) -> Mapping[str, Any]:
        place = AssignmentId.parse(about).organisation
        return {"elsewhere": await repository.last_nudge(place, now)}
