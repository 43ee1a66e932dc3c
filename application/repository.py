"""Keeping workflows: loading their state from the log, and committing what was decided.

A state is cached by its version, so an answer costs no reading; the cache holds a bounded number of states,
and a workflow that waits unasked costs no memory at all.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TypeVar

from application.environment.executor import STOPPERS, worked_out
from definitions.loading.bundle import BundleError, Process, open_bundle
from definitions.source.problems import DefinitionErrors
from engine.commands.assignments.nudges import QUIET
from engine.commands.refusals import Refused
from engine.dates.clock import london_date
from engine.decisions.draft import Decision
from engine.decisions.pending import next_deadline, waiting_for
from engine.events import AssignmentReassigned, Event, Nudged
from engine.events.assignment_id import AssignmentId, MalformedAssignmentId
from engine.events.kinds import streams
from engine.events.post import LINKS
from engine.state.fold import apply, fold
from engine.state.workflow import Assignment, WorkflowState
from notifications.links import ended_by, revocations
from store.audit import Search
from store.log.chain import to_event
from store.protocol import Commit, Conflict, Pending, Store, StoreError

#: States kept in memory, most recently used last: one for each PCN in England, and some to spare. A state of five
#: practices is some 15 kB, beside its membership, which the workflows of a PCN share.
STATES_KEPT = 2000
#: What begins the sentence of a workflow that no fact or date moves any more.
STUCK = "cannot go on"
#: Times a decision is made again after somebody else's commit came first.
TRIES = 8

#: What is to be decided, from the present state.
Decide = Callable[[WorkflowState], Decision]
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Recorded:
    """A state after its commit, the events that made it, and the position of the log that holds them."""

    state: WorkflowState
    events: tuple[Event, ...]
    position: int


class NoSuchWorkflow(Refused):
    """There is no workflow of that id; the post and the links are streams of the log, and none either."""

    def __init__(self, workflow_id: str) -> None:
        super().__init__("no-such-workflow", f"there is no workflow {workflow_id}; `baton status` lists them")


class NoSuchAssignment(Refused):
    """There is no assignment of that id, or it is not written as one is."""

    def __init__(self) -> None:
        super().__init__("no-such-assignment", "there is no such assignment; check the link or the id")


class Unreadable(Refused):
    """What a workflow was begun with cannot be opened: it is damaged, or gone from the store."""

    def __init__(self, sha256: str, because: Exception) -> None:
        super().__init__(
            "unreadable",
            f"what it was begun with (document {sha256}) cannot be read: {because}; run `baton store check`",
        )


class Repository:
    """Loads states and commits decisions, over one store."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self._states: OrderedDict[str, WorkflowState] = OrderedDict()
        self._processes: dict[str, Process] = {}

    # --- loading

    async def process(self, sha256: str) -> Process:
        """The process of that bundle; opened once, for there are few and every state stands on one. Raises Unreadable."""
        if sha256 not in self._processes:
            try:
                body = await self.store.document(sha256)
                # In a thread, because reading a long definition takes longer than an answer may.
                self._processes[sha256] = await asyncio.to_thread(open_bundle, body)
            except (StoreError, BundleError, DefinitionErrors) as error:
                raise Unreadable(sha256, error) from error
        return self._processes[sha256]

    async def _pinned(self, events: Iterable[Event]) -> Callable[[str], Process]:
        """Opens the bundles that `events` pin their workflow to, so that folding them needs no reading."""
        for event in events:
            if bundle := getattr(event.body, "bundle", ""):
                await self.process(bundle)
        return self._processes.__getitem__

    async def state(self, workflow_id: str) -> WorkflowState:
        """The present state. Raises NoSuchWorkflow, Unreadable."""
        version = await self.store.version(workflow_id)
        if not version or workflow_id in streams():
            raise NoSuchWorkflow(workflow_id)
        known = self._states.get(workflow_id)
        if known is None or known.version > version:
            events = await self.store.events(workflow_id)
            known = fold(events, await self._pinned(events))
        elif known.version < version:
            later = await self.store.events(workflow_id, known.version)
            pinned = await self._pinned(later)
            for event in later:
                known = apply(known, event, pinned)
        self.keep(known)
        return known

    async def asked(self, assignment_id: str) -> tuple[WorkflowState, Assignment]:
        """An assignment, and the present state of its workflow. Raises NoSuchAssignment."""
        try:
            state = await self.state(AssignmentId.parse(assignment_id).workflow)
        except (MalformedAssignmentId, NoSuchWorkflow):
            raise NoSuchAssignment from None
        if (assignment := state.assignment(assignment_id)) is None:
            raise NoSuchAssignment
        return state, assignment

    async def last_nudge(self, organisation: str, now: datetime) -> datetime | None:
        """When somebody at an organisation was last reminded by hand, in whatever workflow; None where not lately."""
        lately = london_date(now - QUIET)
        wanted = Search(type=Nudged.__name__, text=f".{organisation}.", begins=lately)
        events = [to_event(entry) for entry in await self.store.search(wanted)]
        theirs = (event for event in events if _asks(event, organisation))
        return max((event.at for event in theirs), default=None)

    def keep(self, state: WorkflowState) -> None:
        self._states[state.id] = state
        self._states.move_to_end(state.id)
        if len(self._states) > STATES_KEPT:
            self._states.popitem(last=False)

    # --- committing

    async def decide(
        self,
        workflow_id: str,
        decide: Decide,
        now: datetime,
        *,
        look_ahead: bool = True,
        documents: Mapping[str, bytes] | None = None,
    ) -> Recorded:
        """Load, decide, commit; again when another commit came first. No events: nothing is committed.

        `look_ahead` false leaves what the workflow waits for as it was, where the decision does not bring a moment nearer.
        `documents` are those the events name, by their sha256; `decide` may fill them in.
        """
        for _ in range(TRIES):
            state = await self.state(workflow_id)
            decision = await answered(partial(decide, state))
            if not decision.events:
                return Recorded(state, (), await self.store.position())
            pending = await worked_out(partial(pending_of, decision.state, now)) if look_ahead else None
            named = dict(documents or {})
            if (process := decision.state.process).hash != state.process.hash:  # it was pinned to other texts
                named[process.hash] = process.body
            commit = Commit(workflow_id, state.version, decision.events, pending, named)
            try:
                position = await self.store.commit([commit, *await self.links_ended(decision.events)])
            except Conflict:
                continue
            self.keep(decision.state)
            return Recorded(decision.state, decision.events, position)
        raise Refused("busy", f"{workflow_id} is changing too fast just now; try again")

    async def links_ended(self, events: Sequence[Event]) -> list[Commit]:
        """With what is decided, in one commit: the end of the links of whoever is not asked any more."""
        ended = ended_by(events)
        bodies = [
            body
            for assignment, reason in ended.items()
            for body in revocations(await self.store.links_of(assignment), reason)
        ]
        if not bodies:
            return []
        first = next(event for event in events if isinstance(event.body, AssignmentReassigned))
        version, cause = await self.store.version(LINKS), f"{first.workflow_id}/{first.version}"
        ends = (
            Event(LINKS, number, first.at, first.actor, cause, body)
            for number, body in enumerate(bodies, version + 1)
        )
        return [Commit(LINKS, version, tuple(ends))]

    async def begin(self, launches: Sequence[Decision], now: datetime) -> list[WorkflowState]:
        """Commit the launches of new workflows together, with the texts they are pinned to; their states."""
        states = [launch.state for launch in launches]
        commits = []
        for launch, state in zip(launches, states, strict=True):
            documents = {state.process.hash: state.process.body}
            pending = Pending(now, f"{state.reference} is about to begin")
            commits.append(Commit(state.id, 0, launch.events, pending, documents))
        await self.store.commit(commits)
        for state in states:
            self.keep(state)
        return states


def _asks(event: Event, organisation: str) -> bool:
    """It is about an assignment of that organisation; the same letters may also stand in what somebody wrote."""
    assert isinstance(event.body, Nudged)
    return AssignmentId.parse(event.body.assignment).organisation == organisation


async def answered(work: Callable[[], Result]) -> Result:
    """What `work` gives, for somebody who asked. Raises Refused where it cannot be worked out."""
    try:
        return await worked_out(work)
    except STOPPERS as error:
        raise Refused("stuck", f"it cannot be worked out: {error}") from None


def pending_of(state: WorkflowState, now: datetime, stuck: str = "") -> Pending:
    """What the lists show of a workflow: its next moment, and whom it waits for; or that it cannot go on."""
    if stuck:
        return Pending(None, f"{STUCK}: {stuck}")
    try:
        return Pending(next_deadline(state, now), waiting_for(state, now))
    except STOPPERS as error:
        return Pending(None, f"{STUCK}: {error}")
