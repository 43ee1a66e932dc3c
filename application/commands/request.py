"""A request: a command of the engine as somebody gives it, in fields that say in words what they ask.

Each is a pydantic model under `@request(...)`. The API's route, its description, the `baton` command and the form of a page are
made from its fields, so that a command is described once. A test finds the engine's command that has none.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from application.repository import Repository
from definitions.models.directory import Pcn
from definitions.models.primitives import Day
from engine.commands.command import COMMANDS, Command, OnWorkflow
from engine.dates.clock import LONDON

#: The PCN of the workflow, as the directory has it today. Raises Refused where it has none.
PcnToday = Callable[[], Pcn]
About = Literal["workflow", "assignment"]
#: "Until Friday" is until the end of Friday's working day.
DAY_ENDS = time(17, 0)

Reason = Annotated[str, Field(min_length=1, max_length=1000, description="why; it goes into the record")]
Words = Annotated[str, Field(min_length=1, max_length=4000)]
MayBeWords = Annotated[str, Field(max_length=4000)]
Name = Annotated[str, Field(min_length=1, max_length=60)]
MayBeName = Annotated[str, Field(max_length=60)]
UntilDay = Annotated[Day, Field(description="the last day, as 2027-01-29; until its working day ends")]


class CommandRequest(BaseModel):
    """What one command is given, beside what it is about, who gives it and when."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    @property
    def kind(self) -> RequestKind:
        return KINDS[type(self)]

    async def facts(self, repository: Repository, about: str, now: datetime) -> Mapping[str, Any]:
        """What the command is given besides, of what stands in other workflows. Nothing for most."""
        return {}

    def arguments(self, pcn_today: PcnToday) -> Mapping[str, Any]:
        """What the engine's command is called with: the fields by their names, a day as the end of its working day."""
        return {name: end_of(value) if _is_day(value) else value for name, value in self}


@dataclass(frozen=True, slots=True)
class RequestKind:
    """What is declared of a request. `name` is its route's and its command's; `undone_by` is the name of what takes it back.
    `many`: it may also be given to every workflow of a launch, or of a PCN, at once."""

    name: str
    about: About
    model: type[CommandRequest]
    function: OnWorkflow[...]
    undone_by: str
    many: bool

    @property
    def command(self) -> Command:
        return COMMANDS[self.function.__name__]

    @property
    def summary(self) -> str:
        """The first sentence of what the model says."""
        return (self.model.__doc__ or "").strip().split("\n\n")[0]


#: Every request, by its model and by its name.
KINDS: dict[type[CommandRequest], RequestKind] = {}
REQUESTS: dict[str, RequestKind] = {}

Model = TypeVar("Model", bound=type[CommandRequest])


def request(
    name: str, about: About, function: Callable[..., Any], *, undone_by: str = "", many: bool = False
) -> Callable[[Model], Model]:
    """Register a model as the request of an engine's command."""

    def register(model: Model) -> Model:
        KINDS[model] = REQUESTS[name] = RequestKind(name, about, model, function, undone_by, many)
        return model

    return register


def end_of(day: date) -> datetime:
    return datetime.combine(day, DAY_ENDS, LONDON)


def _is_day(value: object) -> bool:
    return isinstance(value, date) and not isinstance(value, datetime)
