"""What can happen to a workflow: the events of the log, as frozen values.

Every event says who, when, how, and what caused it (rule 7). Nothing stored is ever edited: when a body's
shape changes, an upcaster in `engine/events/codec.py` reads the old one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from definitions.models.replies import ReplyKind
from engine.events.changes import ChangeBody
from engine.events.children import ChildBody
from engine.events.post import PostBody

Channel = Literal["web", "api", "cli", "schedule", "engine"]


@dataclass(frozen=True, slots=True)
class Actor:
    """Who did it: a person, in a role, at an organisation, and for whom when covering.

    `person` is an id in the directory, or empty when the link's holder typed a name the directory lacks.
    """

    name: str
    role: str = ""
    organisation: str = ""
    person: str = ""
    on_behalf_of: str = ""
    channel: Channel = "engine"


#: Baton itself, acting on the clock or on what follows from a fact.
BATON = Actor(name="Baton", role="engine")


@dataclass(frozen=True, slots=True)
class Notice:
    """A message planned for one person.

    `facts` are what the email says, settled when it was planned: title, why, takes, due (words), due_at (ISO),
    silence, next, text ... `about` is the assignment, or empty. A notice with `about` is dropped unsent when
    that assignment ends, unless `kind` is outcome. `not_before` is a working moment for the person.
    """

    id: str
    kind: Literal["ask", "reminder", "offer of help", "task", "question", "told", "outcome", "decision"]
    person: str
    name: str
    email: str
    organisation: str
    about: str
    step: str
    subject: str
    not_before: datetime
    urgent: bool = False
    digest_only: bool = False
    rung: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class When:
    """A date with its explanation, as it stands in the log."""

    at: datetime
    external: bool
    explanation: str


@dataclass(frozen=True, slots=True)
class PlannedRung:
    rung: str
    at: datetime


# --- the workflow ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class WorkflowLaunched:
    """`bundle` is the hash of the definition, ladders, datasets and calendar it is pinned to (rule 3).

    `parent` is the workflow that started it, and `ancestors` are the definitions above it, the first one first. `key` is
    the idempotency key its launch was made with, if any, and `content` the hash of what was asked for under it.
    """

    definition: str
    definition_version: int
    bundle: str
    reference: str
    launch: str
    batch: str
    inputs: Mapping[str, Any]
    pcn: Mapping[str, Any]
    previous: Mapping[str, Any] = field(default_factory=dict)
    parent: str = ""
    ancestors: tuple[str, ...] = ()
    key: str = ""
    content: str = ""


@dataclass(frozen=True, slots=True)
class WorkflowClosed:
    outcome: Literal["completed", "stopped", "withdrawn"]
    because: str


# --- its steps ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class StepSkipped:
    step: str
    attempt: int
    because: str


@dataclass(frozen=True, slots=True)
class StepOpened:
    """`text` is what the manager wrote to those a step on demand is opened for."""

    step: str
    attempt: int
    due: When | None = None
    chosen: tuple[str, ...] = ()
    text: str = ""


@dataclass(frozen=True, slots=True)
class StepClosed:
    """`missing` names the organisations that did not answer; they are never estimated (rule 6)."""

    step: str
    attempt: int
    outcome: str
    because: str
    missing: tuple[str, ...] = ()
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class StepReopened:
    """`attempt` is the new one. `organisation` set: only that practice is asked again, the others' answers stand.

    Said again of an attempt that has not opened yet, it adds a practice to it, or everybody. `sent_back`: it is this
    step that was sent back, and not one that follows it; a signature is then asked for again whatever it covers.
    """

    step: str
    attempt: int
    because: str
    organisation: str = ""
    sent_back: bool = False


@dataclass(frozen=True, slots=True)
class DateRefused:
    """A date of the step lies past the calendar's horizon (rule 13): the manager is asked to see to the calendar."""

    step: str
    attempt: int
    because: str


@dataclass(frozen=True, slots=True)
class ShortfallRaised:
    step: str
    attempt: int
    missing: tuple[str, ...]
    at: datetime


@dataclass(frozen=True, slots=True)
class ShortfallDecided:
    step: str
    attempt: int
    choice: Literal["proceed", "wait", "withdraw"]
    reason: str
    until: datetime | None = None


# --- its assignments ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class AssignmentOpened:
    """`unfilled`: nobody could be found, so `person` is the manager, who is asked whom to ask.

    `text`: the question it was opened with, where somebody opened it on demand.
    """

    assignment: str
    step: str
    attempt: int
    organisation: str
    role: str
    person: str
    name: str
    on_behalf_of: str
    due: When | None
    rungs: tuple[PlannedRung, ...]
    list_size: int = 0
    unfilled: bool = False
    text: str = ""


@dataclass(frozen=True, slots=True)
class ResponseReceived:
    """A numbered attempt to answer. `answers` are typed values as `definitions/models/fields.py` lays out.

    `number` counts from 1 within the assignment. `late` is after the due date, and taken all the same (rule 5).
    `signed` is the hash of the content a signature covers.
    """

    assignment: str
    step: str
    number: int
    answers: Mapping[str, Any]
    outcome: str
    late: bool
    counts: bool
    warnings: tuple[str, ...] = ()
    signed: str = ""


@dataclass(frozen=True, slots=True)
class AskedAgain:
    """The same assignment waits for another answer, with a due date and a ladder counted from here.

    After an answer that does not count (a check "in progress"), or when it was sent back to this practice while
    others are still answering. `email`: they are written to now; otherwise they have just said it themselves.
    """

    assignment: str
    step: str
    because: str
    due: When | None
    rungs: tuple[PlannedRung, ...]
    email: bool = False


@dataclass(frozen=True, slots=True)
class ResponseCarried:
    """The answer of an earlier attempt stands in this one."""

    assignment: str
    step: str
    from_assignment: str


@dataclass(frozen=True, slots=True)
class ReplyReceived:
    """Not an answer, but not silence either: it stops the ladder (rule 8)."""

    assignment: str
    step: str
    kind: ReplyKind
    text: str
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class ReplySettled:
    """The manager answered a reply; the ladder goes on from here."""

    assignment: str
    step: str
    text: str


@dataclass(frozen=True, slots=True)
class PromisePassed:
    """The time somebody asked for is over, and there is no answer: the manager is told, once."""

    assignment: str
    step: str
    until: datetime


@dataclass(frozen=True, slots=True)
class DeadlineMoved:
    """`granted`: a person gave this date, so nothing but a hold moves it."""

    assignment: str
    step: str
    old: When | None
    new: When
    because: str
    rungs: tuple[PlannedRung, ...] = ()
    granted: bool = False


@dataclass(frozen=True, slots=True)
class AssignmentReassigned:
    """`rungs` are those from now on; None leaves them. `unfilled`: whoever was asked is gone, and nobody was found."""

    assignment: str
    step: str
    old_person: str
    person: str
    name: str
    reason: str
    on_behalf_of: str = ""
    rungs: tuple[PlannedRung, ...] | None = None
    unfilled: bool = False


@dataclass(frozen=True, slots=True)
class ActionsSetOff:
    """An answer that leaves its step open set off what `on` says; once for each number."""

    assignment: str
    step: str
    number: int
    outcome: str


@dataclass(frozen=True, slots=True)
class RungClimbed:
    assignment: str
    step: str
    rung: str
    register: str
    people: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RungSkipped:
    """A rung that was passed over, and why."""

    assignment: str
    step: str
    rung: str
    because: str


@dataclass(frozen=True, slots=True)
class ConversationRecorded:
    """What came of a call or a meeting that a rung asked a person for."""

    assignment: str
    step: str
    rung: str
    outcome: str


@dataclass(frozen=True, slots=True)
class SilenceCounted:
    assignment: str
    step: str
    as_: Literal["agreement", "abstention"]


@dataclass(frozen=True, slots=True)
class AssignmentEnded:
    """The assignment is over without an answer; its rungs and unsent notices are void."""

    assignment: str
    step: str
    because: str


@dataclass(frozen=True, slots=True)
class NoticePlanned:
    notice: Notice


Body = (
    WorkflowLaunched | WorkflowClosed | ChildBody
    | StepSkipped | StepOpened | StepClosed | StepReopened | ShortfallRaised | ShortfallDecided
    | AssignmentOpened | ResponseReceived | AskedAgain | ResponseCarried | ReplyReceived | ReplySettled | PromisePassed
    | DateRefused | DeadlineMoved | AssignmentReassigned | ActionsSetOff | RungClimbed | RungSkipped | ConversationRecorded
    | SilenceCounted | AssignmentEnded | NoticePlanned
    | ChangeBody | PostBody
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Event:
    """One line of the log. `version` counts from 1 within the workflow (or stream), without a gap.

    `cause` says what led to it: "clock", a command ("launch", "respond" ...), or "WORKFLOW/VERSION" of the
    event it followed from.
    """

    workflow_id: str
    version: int
    at: datetime
    actor: Actor
    cause: str
    body: Body

    @property
    def type(self) -> str:
        return type(self.body).__name__
