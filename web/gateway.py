"""What the pages behind links ask of Baton: to see what is asked, to answer it, and to say something else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import partial
from typing import Any

from application.commands.request import end_of
from application.operations import Operations
from application.repository import NoSuchAssignment, answered
from definitions.models.replies import ReplyKind
from engine import commands
from engine.commands.refusals import Refused
from engine.events import Actor
from engine.forms.answers import AnswerProblem
from engine.people import roles
from store.protocol import LinkRow
from web.assignment_view import assignment_page
from web.views import AssignmentPage, ResponseReceipt


class Gateway:
    """What a link's holder sees and does. Any method may raise Refused; StoreError where nothing can be kept."""

    def __init__(self, operations: Operations) -> None:
        self.operations = operations

    async def link(self, sha256: str) -> LinkRow | None:
        return await self.operations.repository.store.link(sha256)

    async def page(self, assignment_id: str) -> AssignmentPage | None:
        """The page of an assignment as whoever is asked sees it; None where there is none."""
        try:
            state, assignment = await self.operations.repository.asked(assignment_id)
        except NoSuchAssignment:
            return None
        return await answered(partial(assignment_page, state, assignment, self.operations.clock.now()))

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
        number, late, warnings = await self.operations.respond(
            assignment_id, answers, who, anyway=anyway, seen=seen
        )
        return ResponseReceipt(number, late, warnings)

    async def check(
        self, assignment_id: str, answers: Mapping[str, Any], actor: Actor
    ) -> Sequence[AnswerProblem]:
        return await self.operations.check(assignment_id, answers, actor)

    async def _known(self, assignment_id: str, actor: Actor) -> Actor:
        """Who typed a name on the page of an assignment: somebody of its organisation, known to the directory or not."""
        state, assignment = await self.operations.repository.asked(assignment_id)
        person = actor.person or roles.recognised(
            state.pcn, actor.name, assignment.organisation, assignment.person
        )
        return replace(actor, organisation=actor.organisation or assignment.organisation, person=person)

    async def reply(
        self, assignment_id: str, kind: ReplyKind, text: str, until: date | None, actor: Actor
    ) -> bool:
        """Keep what somebody said instead of an answer. False: it was here already, and a button was pressed twice."""
        moment = end_of(until) if until else None
        who = await self._known(assignment_id, actor)
        try:
            await self.operations.do_about(assignment_id, commands.reply, who, kind, text, moment)
        except Refused as refused:
            if refused.code != "the-same-reply":
                raise
            return False
        return True

    async def stage_file(self, assignment_id: str, content: bytes) -> str:
        """Keep a file until an answer that names it is taken; its sha256."""
        return await self.operations.stage_file(assignment_id, content)
