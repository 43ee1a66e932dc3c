"""The state of a workflow: what its events come to. Frozen values, folded by `engine/state/fold.py`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, Literal

from definitions.loading.bundle import Process
from definitions.models.directory import Pcn
from definitions.models.replies import ReplyKind
from engine.dates.calendar import Calendar
from engine.events import Actor, PlannedRung, Told, When
from engine.events.assignment_id import AssignmentId, MalformedAssignmentId
from engine.state.children import Child

StepStatus = Literal["waiting", "open", "closed", "skipped"]
AssignmentStatus = Literal["open", "answered", "carried", "ended"]
WorkflowStatus = Literal["open", "held", "completed", "stopped", "cancelled"]


@dataclass(frozen=True, slots=True)
class Response:
    """One numbered attempt to answer. `actor` gave it; `recorded_by` wrote it down, where it was told them (`told`)."""

    number: int
    at: datetime
    actor: Actor
    answers: Mapping[str, Any]
    outcome: str
    late: bool
    counts: bool
    signed: str = ""
    version: int = 0
    told: Told | None = None
    recorded_by: Actor | None = None


@dataclass(frozen=True, slots=True)
class Settlement:
    """What the manager said to a reply. `until`: the date they were given. `to`: the person asked instead."""

    at: datetime
    actor: Actor
    text: str
    until: datetime | None = None
    to: str = ""


@dataclass(frozen=True, slots=True)
class Reply:
    """Something said instead of an answer. `actor` said it; `recorded_by` wrote it down, where it was told them (`told`).

    `settled`: it stops the ladder no more, by `settlement` or because they were asked again. `passed`: the time it asked
    for is over. `returned` is how often it came back to the manager, the last time at `returned_at`.
    """

    kind: ReplyKind
    at: datetime
    text: str
    until: datetime | None
    actor: Actor
    settled: bool = False
    passed: bool = False
    settlement: Settlement | None = None
    returned: int = 0
    returned_at: datetime | None = None
    told: Told | None = None
    recorded_by: Actor | None = None


@dataclass(frozen=True, slots=True)
class Call:
    """A call, a visit or a meeting that somebody noted. `reminded`: the day of the next step came, and the manager heard."""

    at: datetime
    actor: Actor
    reached: bool
    text: str
    next_on: date | None
    rung: str = ""
    reminded: bool = False


@dataclass(frozen=True, slots=True)
class Assignment:
    """A step asked of one role at one organisation.

    `climbed` are the rungs that were climbed or passed over; `called` once a person was asked to ring or to talk.
    `dated_at` is when its due date was last settled, and `granted` whether a person gave it. `acted` is the number
    of the last answer whose actions were set off before the step closed. `text` is the question it was opened with,
    on demand. `heard` is how many answers were in when it was last asked again. `unreached`: the email that
    asks was refused, or is not known to have arrived. `withdrawn`: its practice is not of the PCN any more, so nobody waits
    for it, and what it gave stays. `calls` are those noted, and `nudges` when they were reminded by hand, oldest first.
    `chosen`: whoever it is asked of was named by the manager, and keeps it whatever roles they hold.
    """

    id: str
    step: str
    attempt: int
    organisation: str
    role: str
    person: str
    name: str
    on_behalf_of: str
    list_size: int
    opened_at: datetime
    due: When | None
    rungs: tuple[PlannedRung, ...]
    unfilled: bool = False
    text: str = ""
    status: AssignmentStatus = "open"
    climbed: frozenset[str] = frozenset()
    chasers: int = 0
    responses: tuple[Response, ...] = ()
    replies: tuple[Reply, ...] = ()
    silence: str = ""
    called: bool = False
    granted: bool = False
    dated_at: datetime | None = None
    acted: int = 0
    heard: int = 0
    unreached: bool = False
    withdrawn: bool = False
    calls: tuple[Call, ...] = ()
    nudges: tuple[datetime, ...] = ()
    chosen: bool = False

    @property
    def response(self) -> Response | None:
        """The answer that stands."""
        return self.responses[-1] if self.responses else None

    @property
    def answered(self) -> bool:
        return self.status in ("answered", "carried")

    @property
    def said(self) -> bool:
        """Something was said: an answer stands, or one that does not count and is to be given anew."""
        return self.answered or (self.response is not None and not self.response.counts)

    @property
    def reply(self) -> Reply | None:
        """The reply that still stops the ladder."""
        last = self.replies[-1] if self.replies else None
        return None if last is None or last.settled else last

    @property
    def unsettled(self) -> Reply | None:
        """The reply that waits for the manager. With an answer given, only a question still does."""
        reply = self.reply
        moot = self.status == "ended" or (self.answered and reply is not None and reply.kind != "question")
        return None if moot else reply

    @property
    def left_open(self) -> str:
        """What was said that does not count, and is to be said anew: "cannot". Empty where nothing was said so far."""
        response = self.response
        return "" if response is None or response.counts else response.outcome

    @property
    def counts(self) -> bool:
        """Counts towards closing: an answer that counts, or silence where the step says that it is agreement."""
        if self.silence:
            return self.silence == "agreement"
        return self.answered and self.response is not None and self.response.counts

    @property
    def abstained(self) -> bool:
        """Neither for nor against: nobody waits for it, and it is no part of what is counted."""
        return self.silence == "abstention"

    @property
    def settled(self) -> bool:
        """Nobody waits for it: it counts, or its silence was said to be no answer."""
        return self.counts or self.abstained

    @property
    def asked_since(self) -> datetime:
        """Since when its present date has stood."""
        return self.dated_at or self.opened_at

    def due_rungs(self, now: datetime) -> list[str]:
        """The rungs that are due and were neither climbed nor passed over, in their order."""
        return [rung.rung for rung in self.rungs if rung.at <= now and rung.rung not in self.climbed]

    @property
    def ladder_stopped(self) -> bool:
        """Any response or reply stops the ladder (rule 8), until it is asked again."""
        heard = len(self.responses) > self.heard
        return self.status != "open" or heard or self.reply is not None or bool(self.silence)


@dataclass(frozen=True, slots=True)
class StepState:
    """One attempt of a step.

    `only` names the practices asked again where the others' answers stand. `sent_back`: this attempt is there because
    the step itself was sent back. `closed_by` is the version of the event that closed it, `decided_by` that of the
    decision to go on with what was in. `refused` says why the step cannot open: its date lies past the calendar.
    `short_at` is until when the manager waits, and when that was said.
    """

    id: str
    attempt: int = 1
    status: StepStatus = "waiting"
    opened_at: datetime | None = None
    closed_at: datetime | None = None
    due: When | None = None
    outcome: str = ""
    missing: tuple[str, ...] = ()
    values: Mapping[str, Any] = field(default_factory=dict)
    assignments: Mapping[str, Assignment] = field(default_factory=dict)
    shortfall: Literal["", "raised", "proceed"] = ""
    short_at: tuple[datetime, datetime] | None = None
    only: tuple[str, ...] = ()
    sent_back: bool = False
    closed_by: int = 0
    decided_by: int = 0
    refused: str = ""
    text: str = ""
    chosen: tuple[str, ...] = ()
    locked: bool = False
    children: Mapping[str, Child] = field(default_factory=dict)

    @property
    def done(self) -> bool:
        return self.status in ("closed", "skipped")

    @property
    def gaps(self) -> tuple[str, ...]:
        """Organisations that are asked and whose answer is not there, or does not count, each once: they are named,
        never estimated (rule 6). Who cannot agree is a gap like who is silent: neither has agreed."""
        asked = (a for a in self.assignments.values() if a.status != "ended" and not a.withdrawn)
        return tuple(dict.fromkeys(a.organisation for a in asked if not a.settled))


@dataclass(frozen=True, slots=True)
class Hold:
    """A time in which the clock stood: of the whole workflow, or of the step, or the practice, that is named; of that
    practice in that step where both are. `end` None: it stands still."""

    start: datetime
    end: datetime | None
    because: str = ""
    step: str = ""
    organisation: str = ""

    def covers(self, step: str, organisation: str = "") -> bool:
        """Whether it stops what is asked of the organisation in the step; of everybody, where none is named."""
        return self.step in ("", step) and self.organisation in ("", organisation)


@dataclass(frozen=True, slots=True)
class Moved:
    """A named date that was given another day, and when. `source`: who outside says so, of an external one."""

    day: str
    at: datetime
    source: str = ""


@dataclass(frozen=True, slots=True)
class UsedKey:
    """What was given under an idempotency key; `version` is that of the event that says so."""

    command: str
    content: str
    version: int


@dataclass(frozen=True, slots=True)
class WorkflowState:
    """Everything known of one workflow at `version`.

    `ancestors` are the definitions above it, where another workflow started it. `earlier` keeps the attempts before the present one, oldest first, by step. `moved` are named dates that
    were given another value. No email goes before `writes_from`. `holds` are those that are over, `held`
    those of a part that are not. `keys` are the idempotency keys that its commands were given under.
    """

    id: str
    version: int
    process: Process
    calendar: Calendar
    pcn: Pcn
    reference: str
    launch: str
    batch: str
    inputs: Mapping[str, Any]
    previous: Mapping[str, Any]
    parent: str
    launched_at: datetime
    launched_by: Actor
    status: WorkflowStatus = "open"
    because: str = ""
    closed_at: datetime | None = None
    held_at: datetime | None = None
    holds: tuple[Hold, ...] = ()
    held: tuple[Hold, ...] = ()
    locked: bool = False
    steps: Mapping[str, StepState] = field(default_factory=dict)
    earlier: Mapping[str, tuple[StepState, ...]] = field(default_factory=dict)
    moved: Mapping[str, Moved] = field(default_factory=dict)
    ancestors: tuple[str, ...] = ()
    writes_from: datetime | None = None
    keys: Mapping[str, UsedKey] = field(default_factory=dict)

    @property
    def over(self) -> bool:
        return self.status in ("completed", "stopped", "cancelled")

    def is_held(self, step: str, organisation: str = "") -> bool:
        """Whether the clock of a part stands; that of the whole workflow is its status."""
        return any(hold.covers(step, organisation) for hold in self.held)

    def is_late(self, assignment: Assignment, now: datetime) -> bool:
        """After the due date, by a clock that stands still while it is on hold; an external date has no holds."""
        due = assignment.due
        if due is None:
            return False
        if due.external:
            return now > due.at
        stops = [hold.start for hold in self.held if hold.covers(assignment.step, assignment.organisation)]
        stopped: datetime = min((now, *stops, *((self.held_at,) if self.held_at else ())))
        return stopped > due.at

    def assignment(self, assignment_id: str) -> Assignment | None:
        """The assignment of that id, in whichever attempt of its step it is; None when there is none."""
        try:
            wanted = AssignmentId.parse(assignment_id)
        except MalformedAssignmentId:
            return None
        step = self.steps.get(wanted.step)
        if step is None:
            return None
        attempts = (step, *self.earlier.get(wanted.step, ()))
        return next((a.assignments.get(assignment_id) for a in attempts if a.attempt == wanted.attempt), None)

    def asked_before(self, step: str, organisation: str, role: str) -> Assignment | None:
        """What was asked of the same people in the attempt before the present one."""
        attempts = self.earlier.get(step, ())
        for before in attempts[-1].assignments.values() if attempts else ():
            if (before.organisation, before.role) == (organisation, role):
                return before
        return None

    @property
    def open_assignments(self) -> Iterator[Assignment]:
        """What is asked now and waits for an answer."""
        for step in self.steps.values():
            yield from (a for a in step.assignments.values() if step.status == "open" and a.status == "open")

    @property
    def children(self) -> Iterator[Child]:
        """Every workflow that a step of this one started, in whatever attempt."""
        for step in (*(s for before in self.earlier.values() for s in before), *self.steps.values()):
            yield from step.children.values()

    def child(self, child_id: str) -> Child | None:
        return next((child for child in self.children if child.id == child_id), None)

    def is_current(self, assignment: Assignment) -> bool:
        return self.steps[assignment.step].attempt == assignment.attempt

    def with_step(self, step: StepState) -> WorkflowState:
        return replace(self, steps={**self.steps, step.id: step})
