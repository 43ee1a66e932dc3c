"""What the API asks of Baton, on behalf of whoever sends a request: the policy says what is theirs to see and do, and as whom."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date
from functools import partial
from typing import Any

from application.access.policy import Policy
from application.access.principal import Principal
from application.commands.dispatcher import CommandDispatcher
from application.commands.preview import launch_preview
from application.commands.request import end_of
from application.operations import Operations
from application.repository import NoSuchAssignment, NoSuchWorkflow, answered
from application.responses import ToldBy
from application.todo import Todo
from application.workflow_lists import Visible, WorkflowLists, everything
from definitions.loading.bundle import Process
from definitions.models.definition import Definition
from definitions.models.replies import ReplyKind
from definitions.source.typed_text import ods_code
from engine import commands
from engine.commands.command import refuse_identifiable
from engine.commands.refusals import Refused
from engine.events import Actor
from engine.state.workflow import Assignment, WorkflowState
from store.protocol import WorkflowRow
from web.assignment_view import assignment_page
from web.views import AssignmentPage, LaunchReceipt, ResponseReceipt


class ApiGateway:
    """Baton's verbs and lists. Any method may raise Refused; StoreError where nothing can be kept.

    What is not theirs to see is told as not being there.
    """

    def __init__(self, operations: Operations, policy: Policy) -> None:
        self._operations, self.policy = operations, policy
        self._store = operations.repository.store
        self._lists = WorkflowLists(operations.repository, operations.clock)
        self.commands, self.todo = CommandDispatcher(operations, policy), Todo(operations, policy)

    # --- looking

    async def workflows(self, principal: Principal, **wanted: Any) -> list[dict[str, Any]]:
        """Those that are theirs to see; filters as in `application/workflow_lists.py`."""
        return await self._lists.workflows(self._visible(principal), **wanted)

    async def workflow(self, principal: Principal, workflow_id: str) -> Mapping[str, Any]:
        found = await self._lists.workflow(workflow_id, self._visible(principal))
        if found is None:
            raise NoSuchWorkflow(workflow_id)
        return found

    def _visible(self, principal: Principal) -> Visible:
        return everything if principal.is_administrator else partial(self._sees, principal)

    async def _sees(self, principal: Principal, row: WorkflowRow) -> bool:
        if principal.is_administrator:
            return True
        process = await self._operations.repository.process(row.bundle)
        return self.policy.sees(principal, process.definition, row.pcn)

    async def may_see(self, principal: Principal, workflow_id: str) -> bool:
        """Whether there is such a workflow, and it is theirs to see."""
        row = await self._store.workflow(workflow_id)
        return row is not None and await self._sees(principal, row)

    async def require_seen(self, principal: Principal, workflow_id: str) -> None:
        """Raises NoSuchWorkflow where it is not theirs to see; what the lists do not know the administrator may ask for."""
        if not principal.is_administrator and not await self.may_see(principal, workflow_id):
            raise NoSuchWorkflow(workflow_id)

    async def processes(self) -> list[dict[str, Any]]:
        """The processes of the library, and what each asks at its launch."""
        return [_process(each) for each in await self._operations.launcher.processes()]

    async def assignment(self, principal: Principal, assignment_id: str) -> AssignmentPage:
        state, assignment = await self._operations.repository.asked(assignment_id)
        viewer = self.policy.viewer(principal, state, assignment)
        if viewer is None:
            raise NoSuchAssignment
        now = self._operations.clock.now()
        return await answered(partial(assignment_page, state, assignment, now, viewer))

    # --- answering

    async def respond(
        self, principal: Principal, assignment_id: str, answers: Mapping[str, Any], told: ToldBy | None, *, anyway: bool
    ) -> ResponseReceipt:  # fmt: skip
        """Take an answer of whoever is asked; from somebody else, what was `told` them."""
        state, assignment = await self._operations.repository.asked(assignment_id)
        actor = self._answering(principal, state, assignment, told)
        number, late, warnings = await self._operations.respond(
            assignment_id, answers, actor, anyway=anyway, told=told
        )
        return ResponseReceipt(number, late, warnings)

    async def reply(
        self, principal: Principal, assignment_id: str, kind: ReplyKind, text: str, until: date | None, told: ToldBy | None
    ) -> bool:  # fmt: skip
        """Keep what somebody said instead of an answer. False: it was here already."""
        state, assignment = await self._operations.repository.asked(assignment_id)
        actor = self._answering(principal, state, assignment, told)
        said = (kind, text, end_of(until) if until else None)
        try:
            if told is None:
                await self._operations.do_about(assignment_id, commands.reply, actor, *said)
            else:
                await self._operations.do_about(
                    assignment_id, commands.record_reply, actor, *said, told.by, told.how, told.when, role=told.role
                )  # fmt: skip
        except Refused as refused:
            if refused.code != "the-same-reply":
                raise
            return False
        return True

    async def stage_file(self, principal: Principal, assignment_id: str, content: bytes) -> str:
        """Keep a file until an answer that names it is taken; its sha256."""
        state, assignment = await self._operations.repository.asked(assignment_id)
        if self.policy.viewer(principal, state, assignment) is None:
            raise NoSuchAssignment
        return await self._operations.stage_file(assignment_id, content)

    def _answering(
        self, principal: Principal, state: WorkflowState, assignment: Assignment, told: ToldBy | None
    ) -> Actor:
        """Who answers: whoever's token it is, where they are asked; or the manager, who records what they were told."""
        own = self.policy.asked(principal, state, assignment)
        if told is None and own is not None:
            return own
        if not self.policy.sees(principal, state.process.definition, state.pcn.code):
            raise NoSuchAssignment
        recording = self.policy.manager(principal, state.process, state.pcn.code)
        if told is None:
            raise Refused(
                "no-teller", "say whose answer you record, and how they told it: by.name, by.role and by.how"
            )
        return recording

    # --- managing

    async def launch(
        self, principal: Principal, definition: str, pcns: Sequence[str], inputs: Mapping[str, Any], key: str
    ) -> LaunchReceipt:
        _, codes, actor = await self._launching(principal, definition, pcns, inputs, key)
        made = await self._operations.launch(definition, codes, inputs, actor, key)
        return LaunchReceipt(made.launch, made.workflows, made.repeated)

    async def preview_launch(
        self, principal: Principal, definition: str, pcns: Sequence[str], inputs: Mapping[str, Any]
    ) -> list[dict[str, Any]]:
        """What a launch would begin: who is asked first and from when emails may go, and what runs already and asks the same."""
        process, codes, actor = await self._launching(principal, definition, pcns, inputs)
        now = self._operations.clock.now()
        found = await self._operations.launcher.preview(process, codes, inputs, now, actor)
        return [asdict(await answered(partial(launch_preview, each, now))) for each in found]

    async def _launching(
        self, principal: Principal, definition: str, pcns: Sequence[str], inputs: Mapping[str, Any], key: str = ""
    ) -> tuple[Process, list[str], Actor]:  # fmt: skip
        """What would be launched, for which PCNs, and as whom. Raises Refused, Invalid."""
        # Before the definition is looked for: what is not found is repeated to whoever asked.
        given = {"definition": definition, "pcns": pcns, "key": key, "inputs": inputs}
        refuse_identifiable(principal.administrator(), given)
        process, codes = await self._operations.launcher.opened(definition, inputs), self._codes(pcns)
        return process, codes, self.policy.launcher(principal, process, codes)

    def _codes(self, pcns: Sequence[str]) -> list[str]:
        """The codes of these PCNs; of all in the directory for "all"."""
        if [each.casefold() for each in pcns] == ["all"]:
            return [pcn.code for pcn in self._operations.launcher.directory.pcns]
        return [ods_code(pcn) for pcn in pcns]

    async def revoke_links(self, principal: Principal, assignment_id: str, reason: str) -> int:
        """End the links to an assignment; how many there were."""
        state, _ = await self._operations.repository.asked(assignment_id)
        if not self.policy.sees(principal, state.process.definition, state.pcn.code):
            raise NoSuchAssignment
        actor = self.policy.manager(principal, state.process, state.pcn.code)
        return await self._operations.revoke_links(assignment_id, reason, actor)


def _process(definition: Definition) -> dict[str, Any]:
    return {
        "id": definition.id,
        "version": definition.version,
        "title": definition.title,
        "summary": definition.summary,
        "sensitivity": definition.sensitivity,
        "launched_by": list(definition.launch.by),
        "scheduled": definition.launch.every is not None,
        "inputs": [
            {
                "id": each.id,
                "label": each.label,
                "help": each.help or "",
                "type": each.type,
                "required": each.required,
                "options": [str(option) for option in each.options],
                "default": each.dataset if each.default is None else each.default,
            }
            for each in definition.launch.inputs
        ],
    }
