"""What requests to the API say of whoever sends them, and of whose answer they bring."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal, get_args

from fastapi import Header
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from application.access.principal import Principal
from application.responses import ToldBy
from definitions.source.typed_text import on_one_line
from engine.commands.refusals import Invalid
from engine.events import Means
from engine.forms.answers import AnswerProblem, check_signer

Key = Annotated[str, Header(alias="Idempotency-Key", min_length=1, max_length=200)]
MayBeKey = Annotated[
    str, Header(alias="Idempotency-Key", max_length=200, description="the same key gives it once, however often it is sent")
]  # fmt: skip
_NOT_NHS = "says that what may be an NHS number here is something else; it is logged"


class RequestBody(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Sender(RequestBody):
    """What a request says of whoever sends it. Who they are their token says."""

    name: Annotated[
        str, Field(max_length=100, description="who uses the home folder's key; left out with a person's own token")
    ] = ""  # fmt: skip
    channel: Literal["api", "cli"] = "api"
    not_nhs_number: Annotated[bool, Field(description=_NOT_NHS)] = False

    def of(self, principal: Principal) -> Principal:
        """The principal, with what is said here. Raises Invalid where it says who they are, and their token does."""
        if self.name and not principal.is_administrator:
            said = "This token says who you are; leave the name out"
            raise Invalid([AnswerProblem("by.name", said, "not-yours-to-say")])
        if self.name and (wrong := check_signer(self.name, "-", self.not_nhs_number)):
            raise Invalid([AnswerProblem("by.name", each.message, each.code) for each in wrong])
        return principal.saying(on_one_line(self.name), self.channel, self.not_nhs_number)


class Teller(Sender):
    """Whose answer it is, where somebody records it for them; with their own token people leave all of it out."""

    name: Annotated[
        str, Field(max_length=100, description="who gave it: a person's id in the directory, or a name")
    ] = ""
    role: Annotated[str, Field(max_length=100, description="their role, in words")] = ""
    how: Annotated[Means | None, Field(description="how they told it; needed with a name")] = None
    when: Annotated[AwareDatetime | None, Field(description="when they told it; now unless said")] = None

    def of(self, principal: Principal) -> Principal:
        return principal.saying("", self.channel, self.not_nhs_number)

    def told(self, now: datetime) -> ToldBy | None:
        """Who told; None where nobody is named. Raises Invalid where they are named badly."""
        if not (self.name or self.role or self.how):
            return None
        if wrong := check_signer(self.name, self.role, self.not_nhs_number):
            raise Invalid([AnswerProblem(f"by.{each.path}", each.message, each.code) for each in wrong])
        if self.how is None:
            how = f"Say how they told it: {', '.join(get_args(Means))}"
            raise Invalid([AnswerProblem("by.how", how, "missing")])
        return ToldBy(on_one_line(self.name), on_one_line(self.role), self.how, self.when or now)


#: A request that says nothing of its sender.
UNSAID: Any = Sender()
