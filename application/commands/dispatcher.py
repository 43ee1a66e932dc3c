"""Gives requests on behalf of principals: the policy says as whom, the engine decides, and it is recorded once for each key."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from application.access.policy import Policy
from application.access.principal import Principal
from application.commands.preview import Preview, preview_of
from application.commands.request import PcnToday, Request
from application.operations import Operations
from application.repository import NoSuchAssignment, NoSuchWorkflow, answered
from audit.story import StoryWriter
from engine.commands.command import refuse_identifiable
from engine.commands.keys import content_of, under_key
from engine.dates.clock import london_date
from engine.decisions.consequences import Written, consequences
from engine.decisions.draft import Decision
from engine.events import Actor
from engine.state.workflow import WorkflowState


def decision_of(
    request: Request, state: WorkflowState, about: str, actor: Actor, now: datetime, pcn_today: PcnToday,
    facts: Mapping[str, Any],
) -> Decision:  # fmt: skip
    """What the engine makes of a request, from `state`. Raises Refused, Invalid."""
    first = (about,) if request.kind.about == "assignment" else ()
    return request.kind.function(state, now, actor, *first, **request.arguments(pcn_today), **facts)


@dataclass(frozen=True, slots=True)
class CommandReceipt:
    """A command was recorded. `says`: what it came to, in sentences; `repeated`: its key was given before with the same,
    and nothing happened now."""

    workflow: str
    command: str
    says: tuple[str, ...]
    repeated: bool = False


class CommandDispatcher:
    """Gives requests over one `Operations`, by one policy."""

    def __init__(self, operations: Operations, policy: Policy) -> None:
        self._operations, self._policy = operations, policy

    async def give(self, principal: Principal, request: Request, about: str, key: str = "") -> CommandReceipt:
        """Raises Refused, Invalid; a workflow that is not theirs to see is told as none."""
        state = await self._subject(principal, request, about)
        actor = self._actor(principal, request, state)
        refuse_identifiable(actor, {"key": key})
        now = self._operations.clock.now()
        content = content_of(request.kind.name, {"about": about, **request.model_dump(mode="json")})

        pcn_today = self._pcn_today(state, now)
        facts = await request.facts(self._operations.repository, about, now)

        def decide(current: WorkflowState) -> Decision:
            given = partial(decision_of, request, current, about, actor, now, pcn_today, facts)
            return under_key(current, now, actor, key, content, given)

        kept = await self._operations.record(state.id, decide, now)
        told = StoryWriter(kept.state).lines(kept.events)
        return CommandReceipt(state.id, request.kind.name, tuple(line.text for line in told), not kept.events)

    async def preview(self, principal: Principal, request: Request, about: str) -> Preview:
        """What the same would come to now; nothing is kept, and nobody is told. Raises Refused, Invalid, as giving it does."""
        state = await self._subject(principal, request, about)
        actor, now = self._actor(principal, request, state), self._operations.clock.now()
        notices = await self._operations.repository.store.notices(state.id)
        written = Written.of((row.notice, row.status) for row in notices)
        facts = await request.facts(self._operations.repository, about, now)

        def work_out() -> Preview:
            decision = decision_of(request, state, about, actor, now, self._pcn_today(state, now), facts)
            return preview_of(request.kind.name, consequences(state, decision, now, written), now)

        return await answered(work_out)

    def _pcn_today(self, state: WorkflowState, now: datetime) -> PcnToday:
        return partial(self._operations.launcher.pcn, state.pcn.code, london_date(now))

    async def _subject(self, principal: Principal, request: Request, about: str) -> WorkflowState:
        repository = self._operations.repository
        if request.kind.about == "assignment":
            state, _ = await repository.asked(about)
            missing: Exception = NoSuchAssignment()
        else:
            state, missing = await repository.state(about), NoSuchWorkflow(about)
        if not self._policy.sees(principal, state.process.definition, state.pcn.code):
            raise missing
        return state

    def _actor(self, principal: Principal, request: Request, state: WorkflowState) -> Actor:
        self._policy.require(principal, request.kind.command.name)
        return self._policy.manager(principal, state.process, state.pcn.code, request.kind.command.who)
