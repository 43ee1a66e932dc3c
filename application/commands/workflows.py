"""What is asked of a workflow as a whole, and of one of its practices."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any

from pydantic import Field

from application.commands.request import CommandRequest, MayBeName, Name, PcnToday, Reason, UntilDay, request
from application.network_calendar import network_calendar
from application.repository import Repository
from definitions.loading.bundle import Bundle, open_bundle
from definitions.models.primitives import OdsCode
from engine import commands

_Practice = Annotated[OdsCode, Field(description="the practice, by its ODS code")]


@request("hold", "workflow", commands.hold, undone_by="lift", many=True)
class StopClock(CommandRequest):
    """Stop the clocks of a workflow, of a step or of a practice: answers are still taken, and nobody is reminded."""

    reason: Reason
    step: Annotated[MayBeName, Field(description="only this step, by its id")] = ""
    organisation: Annotated[MayBeName, Field(description="only this practice, by its ODS code")] = ""


@request("lift", "workflow", commands.lift, undone_by="hold", many=True)
class StartClock(CommandRequest):
    """Let what is on hold go on: internal dates move on by what was lost, and everyone asked is told."""

    reason: Reason
    step: Annotated[MayBeName, Field(description="the step that was put on hold")] = ""
    organisation: Annotated[MayBeName, Field(description="the practice that was put on hold")] = ""


@request("cancel", "workflow", commands.cancel, undone_by="reopen-workflow", many=True)
class Cancel(CommandRequest):
    """End a workflow before its time: who was asked gets one apology, and nobody else anything."""

    reason: Reason


@request("reopen-workflow", "workflow", commands.reopen_workflow, undone_by="cancel")
class ReopenWorkflow(CommandRequest):
    """Open a workflow that is over again, at a step: a new attempt of it, the old one kept."""

    step: Annotated[Name, Field(description="the step to go on from, by its id")]
    reason: Reason


@request("withdraw", "workflow", commands.withdraw_practice, undone_by="add-practice", many=True)
class Withdraw(CommandRequest):
    """A practice left, or merged into another: it is asked nothing more, and quorums and dates are counted again."""

    organisation: _Practice
    reason: Reason
    merged_into: Annotated[MayBeName, Field(description="the practice it merged into, by its code")] = ""


@request("add-practice", "workflow", commands.add_practice, undone_by="withdraw", many=True)
class AddPractice(CommandRequest):
    """Ask a practice that joined, in the steps that are open now and in all that come."""

    organisation: _Practice
    reason: Reason

    def arguments(self, pcn_today: PcnToday) -> Mapping[str, Any]:
        return {**super().arguments(pcn_today), "directory": pcn_today()}


@request(
    "correct-list-size", "workflow", commands.correct_list_size, undone_by="correct-list-size", many=True
)
class CorrectListSize(CommandRequest):
    """Give a practice another number of patients: quorums of open steps are counted again."""

    organisation: _Practice
    list_size: Annotated[int, Field(ge=0, description="registered patients")]
    reason: Reason


@request("correct-input", "workflow", commands.correct_input, undone_by="correct-input")
class CorrectInput(CommandRequest):
    """Give an input of the launch another value; what rests on it is worked out again, and everyone is told once."""

    name: Annotated[Name, Field(description="the input, by its id")]
    value: Annotated[Any, Field(description="its value, as at a launch")]
    reason: Reason


@request("move-date", "workflow", commands.move_named_date, undone_by="move-date")
class MoveDate(CommandRequest):
    """Give a named date of the process another day, such as a start that slips: open dates move with it."""

    name: Annotated[Name, Field(description="the date, by its name in the definition")]
    day: Annotated[Name, Field(description="its new day, as 2027-01-29")]
    reason: Reason


@request(
    "correct-external-date", "workflow", commands.correct_external_date, undone_by="correct-external-date"
)
class CorrectExternalDate(CommandRequest):
    """Record that somebody outside moved a date of theirs, with the source that says so."""

    name: Annotated[Name, Field(description="the date, by its name in the definition")]
    day: Annotated[Name, Field(description="its new day, as 2027-01-29")]
    source: Annotated[
        str, Field(min_length=1, max_length=1000, description="who says so, and where it stands")
    ]
    reason: Reason


@request("extend-many", "workflow", commands.extend_many, many=True)
class ExtendMany(CommandRequest):
    """Give everyone who is still asked until another day: in a step, at a practice, or in the whole workflow."""

    until: UntilDay
    reason: Reason
    step: Annotated[MayBeName, Field(description="only in this step, by its id")] = ""
    organisation: Annotated[MayBeName, Field(description="only of this practice, by its code")] = ""


@request("hand-over", "workflow", commands.hand_over, undone_by="hand-over", many=True)
class HandOver(CommandRequest):
    """Ask another person for everything that one was asked; each is told once."""

    person: Annotated[Name, Field(description="who was asked: their id in the directory")]
    to: Annotated[Name, Field(description="whom to ask: their id in the directory")]
    reason: Reason


@request("renew-calendar", "workflow", commands.change_calendar, many=True)
class RenewCalendar(CommandRequest):
    """Count open dates by the bank holidays that Baton knows today; everyone whose date moves is told once."""

    reason: Reason

    async def facts(self, repository: Repository, about: str, now: datetime) -> Mapping[str, Any]:
        pinned = (await repository.state(about)).process
        bundle = replace(Bundle.read(pinned.body), calendar=network_calendar().to_data())
        process = await asyncio.to_thread(open_bundle, bundle.body)
        return {"bundle": process.hash, "open_bundle": {p.hash: p for p in (pinned, process)}.__getitem__}
