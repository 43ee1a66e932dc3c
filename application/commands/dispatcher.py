"""Gives requests on behalf of principals: the policy says as whom, the engine decides, and it is recorded once for each key."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, Literal

from application.access.policy import Policy
from application.access.principal import Principal
from application.commands.preview import Preview, preview_of
from application.commands.request import CommandRequest, PcnToday
from application.operations import Operations
from application.repository import NoSuchAssignment, NoSuchWorkflow, Unreadable, answered
from audit.story import StoryWriter
from definitions.source.typed_text import ods_code
from engine.commands.command import refuse_identifiable
from engine.commands.keys import content_of, under_key
from engine.commands.refusals import Refused
from engine.dates.clock import london_date
from engine.decisions.consequences import PostSoFar, consequences
from engine.decisions.draft import Decision
from engine.events import Actor
from engine.state.workflow import WorkflowState
from store.protocol import WorkflowRow

#: Workflows of a PCN that a command may be given to at once.
MOST = 10_000


@dataclass(frozen=True, slots=True)
class GivenCommand:
    """A request, as it is given: about what, by whom, when, and what only other workflows and the directory know."""

    request: CommandRequest
    about: str
    actor: Actor
    now: datetime
    pcn_today: PcnToday
    besides: Mapping[str, Any]

    @property
    def content(self) -> str:
        """The hash of what is given: a key stands for one of these."""
        return content_of(
            self.request.kind.name, {"about": self.about, **self.request.model_dump(mode="json")}
        )

    def decide(self, state: WorkflowState) -> Decision:
        """What the engine makes of it, from `state`. Raises Refused, Invalid."""
        kind = self.request.kind
        first = (self.about,) if kind.about == "assignment" else ()
        arguments = {**self.request.arguments(self.pcn_today), **self.besides}
        return kind.function(state, self.now, self.actor, *first, **arguments)


@dataclass(frozen=True, slots=True)
class CommandReceipt:
    """A command was recorded. `says`: what it came to, in sentences; `repeated`: its key was given before with the same,
    and nothing happened now."""

    workflow: str
    command: str
    says: tuple[str, ...]
    repeated: bool = False


@dataclass(frozen=True, slots=True)
class CommandOutcome:
    """What a command given to several came to for one of them: what it says, or the `code` and words of its refusal."""

    workflow: str
    reference: str
    pcn_name: str
    says: tuple[str, ...] = ()
    repeated: bool = False
    code: str = ""
    refused: str = ""


class CommandDispatcher:
    """Gives requests over one `Operations`, by one policy."""

    def __init__(self, operations: Operations, policy: Policy) -> None:
        self._operations, self._policy = operations, policy

    async def give(
        self, principal: Principal, request: CommandRequest, about: str, key: str = ""
    ) -> CommandReceipt:
        """Raises Refused, Invalid; a workflow that is not theirs to see is told as none."""
        state, given = await self._taken(principal, request, about)
        refuse_identifiable(given.actor, {"key": key})

        def decide(current: WorkflowState) -> Decision:
            return under_key(
                current, given.now, given.actor, key, given.content, partial(given.decide, current)
            )

        kept = await self._operations.record(state.id, decide, given.now)
        told = StoryWriter(kept.state).lines(kept.events)
        return CommandReceipt(state.id, request.kind.name, tuple(line.text for line in told), not kept.events)

    async def preview(self, principal: Principal, request: CommandRequest, about: str) -> Preview:
        """What the same would come to now; nothing is kept, and nobody is told. Raises Refused, Invalid, as giving it does."""
        state, given = await self._taken(principal, request, about)
        notices = await self._operations.repository.store.notices(state.id)
        written = PostSoFar.of((row.notice, row.status) for row in notices)

        def work_out() -> Preview:
            found = consequences(state, given.decide(state), given.now, written)
            return preview_of(request.kind.name, found, given.now)

        return await answered(work_out)

    async def give_each(
        self, principal: Principal, request: CommandRequest, rows: Sequence[WorkflowRow], key: str = ""
    ) -> list[CommandOutcome]:
        """Give the same to each of these workflows that is theirs to see. What is refused for one stops no other, and under
        one key each is given it once. Raises Refused where it is for somebody else to do in all of them."""
        outcomes: list[CommandOutcome] = []
        for row in rows:
            try:
                receipt = await self.give(principal, request, row.workflow_id, key)
                outcomes.append(
                    CommandOutcome(
                        row.workflow_id, row.reference, row.pcn_name, receipt.says, receipt.repeated
                    )
                )
            except (NoSuchWorkflow, Unreadable):
                continue
            except Refused as refused:
                outcomes.append(
                    CommandOutcome(
                        row.workflow_id,
                        row.reference,
                        row.pcn_name,
                        code=refused.code,
                        refused=refused.message,
                    )
                )
        if not outcomes:
            raise NoSuchWorkflow(rows[0].workflow_id)
        if all(each.code == "forbidden" for each in outcomes):
            raise Refused("forbidden", outcomes[0].refused)
        return outcomes

    async def rows_of(self, about: Literal["launch", "pcn"], id_: str) -> list[WorkflowRow]:
        """The workflows of a launch, or those of a PCN that can still move. Raises NoSuchWorkflow where there are none."""
        store = self._operations.repository.store
        rows = (
            await store.workflows_of(id_)
            if about == "launch"
            else await store.workflows(pcn=ods_code(id_), status="open", limit=MOST)
        )
        if not rows:
            raise NoSuchWorkflow(id_)
        return rows

    async def _taken(
        self, principal: Principal, request: CommandRequest, about: str
    ) -> tuple[WorkflowState, GivenCommand]:
        """The workflow that a request is about, and the request as it is given. Raises Refused."""
        repository, now = self._operations.repository, self._operations.clock.now()
        if request.kind.about == "assignment":
            state, _ = await repository.asked(about)
            missing: Exception = NoSuchAssignment()
        else:
            state, missing = await repository.state(about), NoSuchWorkflow(about)
        if not self._policy.sees(principal, state.process.definition, state.pcn.code):
            raise missing
        self._policy.require(principal, request.kind.command.name)
        actor = self._policy.manager(principal, state.process, state.pcn.code, request.kind.command.who)
        pcn_today = partial(self._operations.launcher.pcn, state.pcn.code, london_date(now))
        besides = await request.facts(repository, about, now)
        return state, GivenCommand(request, about, actor, now, pcn_today, besides)
