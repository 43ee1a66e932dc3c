"""Baton's verbs: what a person may do, whether they come from the web, the API or the command line.

Each loads the state, asks the engine, commits, and then wakes the flow whose turn it may be. Nothing here
knows Prefect: the wake is a signal to whoever runs the flows, and a signal nobody hears loses nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any, Protocol

from application.batches import Batch
from application.launcher import Launcher, LaunchResult
from application.repository import TRIES, Decide, Recorded, Repository, answered
from application.uploads import NoUploads, Uploads
from definitions.models.field_types.composite.file import MOST_BYTES
from definitions.models.replies import ReplyKind
from engine.commands import manager, responses
from engine.commands.command import refuse_identifiable
from engine.commands.refusals import Invalid, Refused, Warned, required_reason
from engine.dates.clock import Clock
from engine.decisions import pending
from engine.decisions.draft import Decision
from engine.events import Actor, Event, NoticePlanned
from engine.events.post import LINKS
from engine.expressions.evaluator import FormEvaluator
from engine.forms.answers import AnswerProblem, AnswerWarning, check_answers
from engine.forms.files import check_files, files_in, identifiable_files
from engine.state.workflow import Assignment, WorkflowState
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
    """The verbs, over one repository and one clock."""

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
    ) -> tuple[int, bool, tuple[AnswerWarning, ...]]:
        """Take an answer; flushed before this returns. Number, late, and what was warned of.

        `seen` is the number of the answer that whoever gives this one had before them, 0 for none: of two who
        answer at once one wins, and the other is told whose answer stands. Without it a later answer amends.
        Raises Invalid with every problem, Warned unless `anyway`, Refused.
        """
        now = self.clock.now()
        warnings: tuple[AnswerWarning, ...] = ()
        files: dict[str, bytes] = {}

        def decide(state: WorkflowState) -> Decision:
            nonlocal warnings
            assignment = responses.answerable(state, assignment_id)
            checked = self._checked(state, assignment, raw, now, actor)
            warnings = checked.warnings
            if checked.problems:
                raise Invalid(checked.problems)
            if checked.warnings and not anyway:
                raise Warned(checked.warnings)
            responses.nobody_meanwhile(assignment, seen, checked.values, actor)
            files.clear()
            files.update(self._files(state, assignment, checked.values, actor))
            said = tuple(warning.message for warning in checked.warnings)
            return responses.respond(state, assignment_id, checked.values, now, actor, said)

        asked, _ = await self.repository.asked(assignment_id)
        kept = await self.repository.decide(asked.id, decide, now, look_ahead=False, documents=files)
        self.uploads.forget(assignment_id, files)
        if pending.moves(kept.state, assignment_id):
            self._wake(kept.state, f"an answer from {actor.organisation}")
        self.signals.tell()
        body: Any = kept.events[0].body
        return body.number, body.late, warnings

    async def check(
        self, assignment_id: str, raw: Mapping[str, Any], actor: Actor
    ) -> Sequence[AnswerProblem]:
        """What is wrong with these answers. Keeps nothing. Raises Refused where they could not be taken at all."""
        state, _ = await self.repository.asked(assignment_id)
        assignment = responses.answerable(state, assignment_id)
        checked = await answered(lambda: self._checked(state, assignment, raw, self.clock.now(), actor))
        problems: Sequence[AnswerProblem] = checked.problems
        return problems

    def _files(
        self, state: WorkflowState, assignment: Assignment, answers: Mapping[str, Any], actor: Actor
    ) -> dict[str, bytes]:
        """The files that go to the log with these answers, by their sha256. Raises Invalid for what cannot be named."""
        named = {file["sha256"] for _, file in files_in(answers)}
        found = {sha256: self.uploads.read(assignment.id, sha256) for sha256 in named}
        waiting = {sha256: content for sha256, content in found.items() if content is not None}
        sizes = {sha256: len(content) for sha256, content in waiting.items()}
        if problems := check_files(state, assignment, answers, sizes, self.uploads.quotas):
            raise Invalid(problems)
        if problems := identifiable_files(answers, waiting, actor.not_nhs_number):
            self.uploads.forget(assignment.id, waiting)
            raise Invalid(problems)
        return waiting

    def _checked(
        self,
        state: WorkflowState,
        assignment: Assignment,
        raw: Mapping[str, Any],
        now: datetime,
        actor: Actor,
    ) -> Any:
        step = state.process.steps[assignment.step]
        evaluator = FormEvaluator(state, now, assignment)
        return check_answers(step.form, step.checks, raw, evaluator.names, evaluator, actor.not_nhs_number)

    async def reply(
        self, assignment_id: str, kind: ReplyKind, text: str, until: datetime | None, actor: Actor
    ) -> None:
        """Keep what somebody said instead of an answer; the ladder stops and the manager hears of it."""
        now = self.clock.now()
        asked, _ = await self.repository.asked(assignment_id)
        await self._do(
            asked.id,
            lambda s: responses.reply(s, assignment_id, kind, text, until, now, actor),
            now,
        )

    # --- the manager's verbs

    async def hold(self, workflow_id: str, reason: str, actor: Actor) -> Recorded:
        now = self.clock.now()
        return await self._do(workflow_id, lambda s: manager.hold(s, reason, now, actor), now)

    async def lift(self, workflow_id: str, reason: str, actor: Actor) -> Recorded:
        now = self.clock.now()
        return await self._do(workflow_id, lambda s: manager.lift(s, now, actor, reason), now)

    async def withdraw(self, workflow_id: str, reason: str, actor: Actor) -> Recorded:
        now = self.clock.now()
        return await self._do(workflow_id, lambda s: manager.withdraw(s, reason, now, actor), now)

    async def revoke_links(self, assignment_id: str, reason: str, actor: Actor) -> int:
        """End the links to an assignment that still open it; how many. The next email about it carries a new one.

        Raises Refused when none is live, Invalid for an NHS number in the reason.
        """
        refuse_identifiable(actor, {"reason": reason})
        reason = required_reason(reason, "revoke a link")
        await self.repository.asked(assignment_id)
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

    async def perform(
        self, workflow_id: str, command: Callable[[WorkflowState, datetime], Decision]
    ) -> Recorded:
        """Any command of engine/manager.py: `perform(id, lambda state, now: manager.reopen_step(...))`."""
        now = self.clock.now()
        return await self._do(workflow_id, lambda state: command(state, now), now)

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

    # --- inside

    async def _do(self, workflow_id: str, decide: Decide, now: datetime) -> Recorded:
        kept = await self.repository.decide(workflow_id, decide, now)
        self._wake(kept.state, "the manager changed something")
        if any(isinstance(event.body, NoticePlanned) for event in kept.events):
            self.signals.wake_post()
        self.signals.tell()
        return kept

    def _wake(self, state: WorkflowState, because: str) -> None:
        self.signals.wake_batch(state.batch, because)


__all__ = ["FlowSignals", "NoSignals", "Operations", "Refused"]
