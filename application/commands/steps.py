"""What is asked about one step of a workflow."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from application.commands.request import (
    CommandRequest,
    MayBeName,
    MayBeWords,
    Name,
    Reason,
    UntilDay,
    Words,
    request,
)
from definitions.models.primitives import OdsCode
from engine import commands

_Step = Annotated[Name, Field(description="the step, by its id")]
_MayBePractice = Annotated[
    MayBeName, Field(description="only this practice, by its ODS code; everybody unless said")
]


@request("reopen", "workflow", commands.reopen_step)
class Reopen(CommandRequest):
    """Ask a step anew, and what depends on it; earlier answers stay in the record."""

    step: _Step
    reason: Reason
    organisation: _MayBePractice = ""
    unlock: Annotated[bool, Field(description="also where it was approved and locked")] = False


@request("send-back", "workflow", commands.send_back)
class SendBack(CommandRequest):
    """Send back what was answered, with what is wrong, which stands in the email."""

    step: _Step
    what: Annotated[Words, Field(description="what is wrong, and what is wanted")]
    organisation: _MayBePractice = ""


@request("skip", "workflow", commands.skip_step, undone_by="reopen")
class Skip(CommandRequest):
    """Leave out a step: who was asked hears that they may stop."""

    step: _Step
    reason: Reason


@request("close-short", "workflow", commands.close_short, undone_by="reopen")
class CloseShort(CommandRequest):
    """Close a step with what is in: who is missing is named, and never estimated."""

    step: _Step
    reason: Reason


@request("open", "workflow", commands.open_on_demand)
class Open(CommandRequest):
    """Open a step that waits for somebody to want it, for the practices named."""

    step: _Step
    practices: Annotated[tuple[OdsCode, ...], Field(description="the practices, by their ODS codes")] = ()
    text: Annotated[MayBeWords, Field(description="what you want of them; it stands in the email")] = ""


@request("decide", "workflow", commands.decide_shortfall)
class Decide(CommandRequest):
    """Say how to go on when too little is in: wait until another day, go on with the gaps named, or cancel."""

    step: _Step
    choice: Annotated[Literal["proceed", "wait", "cancel"], Field(description="how to go on")]
    reason: Reason
    until: UntilDay | None = None
