"""What a person may do, whether they come from the web, the API or the command line.

Every command goes one way, `do`: the state is loaded, the engine decides, the decision is committed, and the flow that may
have something to do is woken. Nothing here knows Prefect: the wake is a signal to whoever runs the flows, and a signal
nobody hears loses nothing. Launching and answering, which bring more than a decision, have ways of their own.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any, Concatenate, Protocol

from application.batches import Batch
from application.incidents import Incidents
from application.launcher import Launcher, LaunchResult
from application.repository import TRIES, Decide, Recorded, Repository, answered
from application.responses import ResponseAttempt, ToldBy
from application.uploads import NoUploads, Uploads
from definitions.models.field_types.composite.file import MOST_BYTES
from engine.commands import responses
from engine.commands.command import MANAGERS, Given, OnWorkflow, refuse_identifiable
from engine.commands.refusals import Invalid, Refused, required_reason
from engine.dates.clock import Clock
from engine.decisions import pending
from engine.events import Actor, Event, NoticePlanned
from engine.events.post import LINKS
from engine.forms.answers import AnswerProblem, AnswerWarning
from notifications.links import revocations
from store.protocol import Commit, Conflict


class FlowSignals(Protocol):
    """How the flows are told that something happened. Every method returns at once and never raises."""

    def start(self, batches: Sequence[Batch]) -> None: ...

    def wake_batch(self, batch_id: str, because: str = ...) -> None: ...

    def wake_post(self) -> None: ...

    def tell(self) -> None: ...


class NoSignals:
    """For a store that no flows watch: tests, and commands that only look."""

    def start(self, batches: Sequence[Batch]) -> None:
        return

    def wake_batch(self, batch_id: str, because: str = "") -> None:
        return

    def wake_post(self) -> None:
        return

    def tell(self) -> None:
        return


class Operations:
    """The commands, over one repository and one clock."""

    def __init__(
        self,
        repository: Repository,
        launcher: Launcher,
        clock: Clock,
        signals: FlowSignals | None = None,
        uploads: Uploads | None = None,
    ) -> None:
        self.repository, self.launcher, self.clock = repository, launcher, clock
        self.signals: FlowSignals = signals or NoSignals()
        self.uploads = uploads or NoUploads()

    # --- launching

    async def launch(
        self, definition: str, pcns: Sequence[str], inputs: Mapping[str, Any], actor: Actor, key: str = ""
    ) -> LaunchResult:
        """Start a process for these PCNs. The same `key` starts nothing twice. Raises Invalid, Refused."""
        launched = await self.launcher.launch(definition, pcns, inputs, self.clock.now(), actor, key)
        self.signals.start(launched.batches)
        self.signals.tell()
        return launched

    # --- answering

    async def respond(
        self,
        assignment_id: str,
        raw: Mapping[str, Any],
        actor: Actor,
        *,
        anyway: bool = True,
        seen: int | None = None,
        told: ToldBy | None = None,
    ) -> tuple[int, bool, tuple[AnswerWarning, ...]]:
        """Take an answer; flushed before this returns. Number, late, and what was warned of.

        `seen` is the number of the answer that whoever gives this one had before them, 0 for none: of two who
        answer at once one wins, and the other is told whose answer stands. Without it a later answer amends. `told`:
        whose answer it is, where `actor` records it for them.
        Raises Invalid with every problem, Warned unless `anyway`, Refused.
        """
        now = self.clock.now()
        attempt = ResponseAttempt(
            self.uploads, assignment_id, raw, now, actor, anyway=anyway, seen=seen, told=told
        )
        asked, _ = await self.repository.asked(assignment_id)
        try:
            kept = await self.repository.decide(
                asked.id, attempt.decide, now, look_ahead=False, documents=attempt.files
            )
        except Refused as refused:
            if refused.code == "stuck":
                await self._tell_of_fault(assignment_id, refused.message)
            raise
        self.uploads.forget(assignment_id, attempt.files)
        if pending.moves(kept.state, assignment_id):
            self.signals.wake_batch(kept.state.batch, f"an answer from {actor.organisation}")
        self.signals.tell()
        body: Any = kept.events[0].body
        return body.number, body.late, attempt.warnings

    async def _tell_of_fault(self, assignment_id: str, because: str) -> None:
        """Tell the manager, once, that an answer could not be taken because of the process. Another commit that comes
        first leaves it to the next try."""
        state, assignment = await self.repository.asked(assignment_id)
        place = state.pcn.organisation_name(assignment.organisation)
        told = await Incidents(self.repository.store).answer_refused(state, place, because, self.clock.now())
        if told.events:
            with suppress(Conflict):
                await self.repository.store.commit([Commit(state.id, state.version, told.events)])
                self.signals.wake_post()

    async def check(
        self, assignment_id: str, raw: Mapping[str, Any], actor: Actor
    ) -> Sequence[AnswerProblem]:
        """What is wrong with these answers. Keeps nothing. Raises Refused where they could not be taken at all."""
        state, _ = await self.repository.asked(assignment_id)
        attempt = ResponseAttempt(
            self.uploads, assignment_id, raw, self.clock.now(), actor, anyway=False, seen=None
        )
        return (await answered(lambda: attempt.checked(state))).problems

    # --- the commands

    async def do(
        self, workflow_id: str, command: OnWorkflow[Given], actor: Actor, *given: Given.args, **named: Given.kwargs
    ) -> Recorded:  # fmt: skip
        """Any command of the engine on a workflow: `do(workflow_id, commands.hold, actor, "the board meets first")`.

        It is guarded, decided, and committed whole; then whoever may have something to do is told. Raises Invalid, Refused.
        """
        now = self.clock.now()
        return await self.record(workflow_id, lambda state: command(state, now, actor, *given, **named), now)

    async def record(self, workflow_id: str, decide: Decide, now: datetime) -> Recorded:
        """Commit what a command comes to, and tell whoever may have something to do. Without events nothing happened."""
        kept = await self.repository.decide(workflow_id, decide, now)
        if not kept.events:
            return kept
        self.signals.wake_batch(kept.state.batch, f"the command {kept.events[0].cause.replace('_', ' ')}")
        if any(isinstance(event.body, NoticePlanned) for event in kept.events):
            self.signals.wake_post()
        self.signals.tell()
        return kept

    async def do_about(
        self, assignment_id: str, command: OnWorkflow[Concatenate[str, Given]], actor: Actor,
        *given: Given.args, **named: Given.kwargs,
    ) -> Recorded:  # fmt: skip
        """Any command about an assignment, which it takes first. Raises NoSuchAssignment besides."""
        asked, _ = await self.repository.asked(assignment_id)
        return await self.do(asked.id, command, actor, assignment_id, *given, **named)

    async def revoke_links(self, assignment_id: str, reason: str, actor: Actor) -> int:
        """End the links to an assignment that still open it; how many. The next email about it carries a new one.

        Raises Refused when none is live, Invalid for an NHS number in the reason.
        """
        refuse_identifiable(actor, {"reason": reason})
        reason = required_reason(reason, "revoke a link")
        state, _ = await self.repository.asked(assignment_id)
        MANAGERS.refuse(actor, state.process)
        store, now = self.repository.store, self.clock.now()
        for _ in range(TRIES):
            version = await store.version(LINKS)
            live = [row for row in await store.links_of(assignment_id) if row.opens(now)]
            if not live:
                raise Refused("no-link", "no link opens this now, so there is none to revoke")
            events = tuple(
                Event(LINKS, number, now, actor, "revoke", body)
                for number, body in enumerate(revocations(live, reason), version + 1)
            )
            with suppress(Conflict):
                await store.commit([Commit(LINKS, version, events)])
                return len(events)
        raise Refused("busy", "other links are being made just now; try again")

    # --- files

    async def stage_file(self, assignment_id: str, content: bytes) -> str:
        """Keep a file until an answer to this assignment that names it is taken; its sha256.

        Raises Refused where nothing can be answered, Invalid for a file that no answer may name.
        """
        state, _ = await self.repository.asked(assignment_id)
        responses.answerable(state, assignment_id)
        if not 0 < len(content) <= MOST_BYTES:
            raise Invalid([AnswerProblem("", "A file may have 1 byte to 10 MB", "size")])
        return await asyncio.to_thread(self.uploads.stage, assignment_id, content)


__all__ = ["FlowSignals", "NoSignals", "Operations", "Refused"]
