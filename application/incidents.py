"""A workflow that cannot go on must not hold up the others of its batch: the manager is told, once.

What stops one is a date past the known bank holidays (rule 13), an expression that does not suit the answers it
got or takes more steps than it may, or a definition that never comes to rest. A fact, a new calendar or a new
definition may set it going again; until then it is not tried again while Baton runs, and once after a restart.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from hashlib import sha256

from application.environment.executor import STOPPERS, worked_out
from application.unsent_asks import unsent_asks
from definitions.models import role_holders
from engine.dates.clock import london_date
from engine.decisions.advance import advance
from engine.decisions.draft import Decision, Draft
from engine.events import Notice, NoticePlanned
from engine.state.workflow import WorkflowState
from store.protocol import Store

logger = logging.getLogger("baton.stuck")


@dataclass(frozen=True, slots=True)
class Decided:
    """What follows for a workflow, and why it cannot go on: empty when it can."""

    decision: Decision
    stuck: str = ""


class Incidents:
    """Advances workflows, and tells the manager of those that cannot be."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def try_(self, state: WorkflowState, now: datetime) -> Decided:
        """What follows; where it cannot be worked out, the notice that says so, or nothing when it was said before."""
        try:
            unsent = await unsent_asks(self._store, state, now)
            return Decided(await worked_out(partial(advance, state, now, unsent)))
        except STOPPERS as error:
            logger.error("%s (%s) cannot go on: %s", state.id, state.reference, error)
            said = f"{state.reference} cannot go on by itself: {error} Answers are still taken, and nothing is lost."
            return Decided(await self.told(state, str(error), said, now), str(error))

    async def answer_refused(self, state: WorkflowState, place: str, because: str, now: datetime) -> Decision:
        """The notice that the form of `place` could not be worked out, or nothing when it was said before."""
        said = (
            f"{place} sent an answer in {state.reference}, and it could not be taken: {because} It is a fault of the process, "
            "and not of theirs; they were asked to ring you."
        )
        return await self.told(state, because, said, now)

    async def told(self, state: WorkflowState, because: str, text: str, now: datetime) -> Decision:
        """The notice to the manager, or nothing when they heard of the same before."""
        draft = Draft(state, now)
        manager = role_holders.manager(state.pcn, london_date(now))
        notice_id = f"stuck-{state.id}-{sha256(because.encode()).hexdigest()[:8]}"
        if manager is None or await self._store.notice(notice_id) is not None:
            return draft.decision
        notice = Notice(
            notice_id, "task", manager.id, manager.name, manager.email, state.pcn.code, "", "",
            f"{state.reference} needs a hand", now,
            facts={"title": f"{state.reference} needs a hand", "text": text, "pcn": state.pcn.name, "reference": state.reference},
        )  # fmt: skip
        draft.emit(NoticePlanned(notice))
        return draft.decision
