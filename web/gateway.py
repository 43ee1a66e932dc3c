"""What the web asks of Baton: its pages, its verbs, its lists."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, time
from functools import partial
from typing import Any

from application.operations import Operations
from application.repository import NoSuchAssignment, answered
from application.workflow_lists import WorkflowLists
from definitions.models.replies import ReplyKind
from engine import commands
from engine.commands.refusals import Refused
from engine.dates.clock import LONDON
from engine.events import Actor
from engine.forms.answers import AnswerProblem
from engine.people import roles
from store.protocol import LinkRow
from web.assignment_view import assignment_page, the_manager
from web.views import AssignmentPage, LaunchReceipt, ResponseReceipt


class Gateway:
    """Baton's verbs and pages, as the web asks for them. Any method may raise Refused; StoreError where nothing can be kept."""

    def __init__(self, operations: Operations) -> None:
        self._operations = operations
        self.lists = WorkflowLists(operations.repository, operations.clock)
        self._store = operations.repository.store

    async def link(self, sha256: str) -> LinkRow | None:
        return await self._store.link(sha256)

    async def page(self, assignment_id: str, *, to_manager: bool = False) -> AssignmentPage | None:
        try:
            state, assignment = await self._operations.repository.asked(assignment_id)
        except NoSuchAssignment:
            return None
        now = self._operations.clock.now()
        viewer = the_manager(state, now) if to_manager else None
        return await answered(partial(assignment_page, state, assignment, now, viewer))

    async def respond(
        self,
        assignment_id: str,
        answers: Mapping[str, Any],
        actor: Actor,
        *,
        anyway: bool = True,
        seen: int | None = None,
    ) -> ResponseReceipt:
        who = await self._known(assignment_id, actor)
        number, late, warnings = await self._operations.respond(
            assignment_id, answers, who, anyway=anyway, seen=seen
        )
        return ResponseReceipt(number, late, warnings)

    async def check(
        self, assignment_id: str, answers: Mapping[str, Any], actor: Actor
    ) -> Sequence[AnswerProblem]:
        return await self._operations.check(assignment_id, answers, actor)

    async def _known(self, assignment_id: str, actor: Actor) -> Actor:
        """Who typed a name on the page of an assignment: somebody of its organisation, known to the directory or not."""
        state, assignment = await self._operations.repository.asked(assignment_id)
        person = actor.person or roles.recognised(
            state.pcn, actor.name, assignment.organisation, assignment.person
        )
        return replace(actor, organisation=actor.organisation or assignment.organisation, person=person)

    async def reply(
        self, assignment_id: str, kind: ReplyKind, text: str, until: date | None, actor: Actor
    ) -> bool:
        """Keep what somebody said instead of an answer. False: it was here already, and a button was pressed twice."""
        # "Until Friday" is until the end of Friday's working day.
        moment = datetime.combine(until, time(17, 0), LONDON) if until else None
        who = await self._known(assignment_id, actor)
        try:
            await self._operations.do_about(assignment_id, commands.reply, who, kind, text, moment)
        except Refused as refused:
            if refused.code != "the-same-reply":
                raise
            return False
        return True

    async def stage_file(self, assignment_id: str, content: bytes) -> str:
        """Keep a file until an answer that names it is taken; its sha256."""
        return await self._operations.stage_file(assignment_id, content)

    async def launch(
        self,
        definition: str,
        pcns: Sequence[str],
        inputs: Mapping[str, Any],
        actor: Actor,
        idempotency_key: str,
    ) -> LaunchReceipt:
        made = await self._operations.launch(definition, pcns, inputs, actor, idempotency_key)
        return LaunchReceipt(made.launch, made.workflows, made.repeated)

    async def hold(self, workflow_id: str, reason: str, actor: Actor) -> None:
        await self._operations.do(workflow_id, commands.hold, actor, reason)

    async def lift(self, workflow_id: str, reason: str, actor: Actor) -> None:
        await self._operations.do(workflow_id, commands.lift, actor, reason)

    async def revoke_links(self, assignment_id: str, reason: str, actor: Actor) -> int:
        """End the links to an assignment; how many there were."""
        return await self._operations.revoke_links(assignment_id, reason, actor)
