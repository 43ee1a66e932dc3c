"""The workflows that steps start: launched once, tried again, told to their parent when they close, ended with it.

What the engine decides about them stands in `engine.decisions.children`. Everything here may be done again after a crash: a
child's id makes its launch happen once, and what is in the parent's log is not written twice.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import partial

from application.operations import FlowSignals, Operations
from application.repository import Repository
from engine import commands
from engine.commands.refusals import Invalid, Refused
from engine.decisions import children
from engine.events import BATON
from engine.state.children import Child
from engine.state.workflow import WorkflowState

logger = logging.getLogger("baton.children")

#: Refusals that another try could not change.
_FOR_GOOD = ("starts-itself", "too-deep")


class Children:
    """Sees to the children of workflows, over one `Operations`."""

    def __init__(self, operations: Operations) -> None:
        self._operations = operations
        self._repository, self._launcher, self._clock = (
            operations.repository, operations.launcher, operations.clock,
        )  # fmt: skip

    @property
    def _signals(self) -> FlowSignals:
        """Asked for each time: the flows are there only after what they ask is."""
        return self._operations.signals

    async def after(self, workflow_ids: Sequence[str]) -> None:
        """See to the children of workflows that were just advanced, and tell the parents of those that are over."""
        for workflow_id in workflow_ids:
            with self._alone(workflow_id):
                state = await self._repository.state(workflow_id)
                if state.parent and state.over:
                    await self.see_to(state.parent)
                if next(state.children, None) is not None:
                    await self.see_to(workflow_id)

    async def catch_up(self) -> None:
        """See to every workflow whose children the log and the lists do not agree on: Baton was killed between a child's
        close and its parent's hearing of it, or between a parent's end and its children's."""
        for parent in await self._repository.store.parents_to_see_to():
            with self._alone(parent):
                await self.see_to(parent)

    @contextmanager
    def _alone(self, workflow_id: str) -> Iterator[None]:
        """A workflow that cannot be read or worked out holds up no other. It is told as stuck where it is advanced, and its
        children are seen to when everything is caught up with the next time."""
        try:
            yield
        except Refused as refused:
            logger.warning("the children of %s could not be seen to: %s", workflow_id, refused)

    async def see_to(self, parent_id: str) -> None:
        """Launch what is to be launched, write down what has closed, end what nobody wants any more."""
        state = await self._repository.state(parent_id)
        for child in children.launchable(state, self._clock.now()):
            if not await self._repository.store.version(child.id):
                await self._launch(state, child)
        for child in state.children:
            if child.status != "closed":
                await self._hear_of(state, child)
        for child, because in children.unwanted(state):
            await self._end(child, because)

    async def _launch(self, parent: WorkflowState, child: Child) -> None:
        try:
            launched = await self._launcher.launch(
                child.definition, [parent.pcn.code], child.inputs, self._clock.now(), BATON, "",
                parent=parent.id, child=child.id, ancestors=(*parent.ancestors, parent.process.definition.id),
                writes_from=parent.writes_from,
            )  # fmt: skip
        except (Refused, Invalid) as refused:
            logger.warning("%s could not start %s: %s", parent.reference, child.definition, refused)
            because, for_good, now = (
                str(refused),
                getattr(refused, "code", "") in _FOR_GOOD,
                self._clock.now(),
            )
            await self._repository.decide(
                parent.id,
                partial(children.refused, child_id=child.id, because=because, now=now, for_good=for_good),
                now,
            )
            self._signals.wake_post()
            return
        self._signals.start(launched.batches)

    async def _hear_of(self, parent: WorkflowState, child: Child) -> None:
        if parent.over or not await self._repository.store.version(child.id):
            return
        there = await self._repository.state(child.id)
        if there.over:
            now = self._clock.now()
            await self._repository.decide(parent.id, partial(children.closed, child=there, now=now), now)
            self._signals.wake_batch(parent.batch, f"{there.reference} is {there.status}")

    async def _end(self, child: Child, because: str) -> None:
        if not await self._repository.store.version(child.id):
            return
        there = await self._repository.state(child.id)
        if there.over:
            return
        await self._operations.do(child.id, commands.cancel, BATON, because)


async def about_to_begin(repository: Repository, state: WorkflowState, now: datetime) -> bool:
    """Whether a child of this workflow is about to be launched, or to be written down as closed."""
    for child in children.launchable(state, now):
        if not await repository.store.version(child.id):
            return True
    for child in state.children:
        waits = child.status != "closed" and not state.over
        if waits and await repository.store.version(child.id) and (await repository.state(child.id)).over:
            return True
    return False
