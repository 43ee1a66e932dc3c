"""Telling the manager of an email that could not be delivered."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from application.repository import Repository
from definitions.models import role_holders
from engine.dates.clock import Clock, london_date
from engine.decisions.draft import Decision, Draft
from engine.events import Notice, NoticePlanned
from engine.state.workflow import WorkflowState
from store.protocol import MessageRow


class BounceReport:
    """Plans a notice to the manager for each message refused, in every workflow that it was about; named after both, so
    that once is enough."""

    def __init__(self, repository: Repository, clock: Clock) -> None:
        self._repository, self._clock = repository, clock

    async def __call__(self, message: MessageRow, because: str) -> None:
        now = self._clock.now()
        carried: defaultdict[str, list[Notice]] = defaultdict(list)
        for notice_id in message.notices:
            row = await self._repository.store.notice(notice_id)
            if row is not None and row.workflow_id:
                carried[row.workflow_id].append(row.notice)
        for workflow_id, about in carried.items():
            await self._tell(workflow_id, about, message, because, now)

    async def _tell(
        self, workflow_id: str, about: Sequence[Notice], message: MessageRow, because: str, now: datetime
    ) -> None:
        if await self._repository.store.notice(_told_as(message, workflow_id)) is not None:
            return

        def decide(state: WorkflowState) -> Decision:
            draft = Draft(state, now, cause="post")
            told = refusal(state, about, message, because, now)
            if told is not None:
                draft.emit(NoticePlanned(told))
            return draft.decision

        await self._repository.decide(workflow_id, decide, now, look_ahead=False)


def _told_as(message: MessageRow, workflow_id: str) -> str:
    """The id of the notice about `message` in a workflow."""
    return f"refused-{message.message_id.strip('<>').split('@')[0]}-{workflow_id}"


def refusal(
    state: WorkflowState, about: Sequence[Notice], message: MessageRow, because: str, now: datetime
) -> Notice | None:
    """The notice to the manager, which names what of the workflow the email was about where it was about several things;
    None when there is no manager, or the email was to the manager."""
    manager = role_holders.manager(state.pcn, london_date(now))
    if manager is None or manager.email == message.to:
        return None
    first = about[0]
    text = f"The email “{message.subject}” to {first.name} <{message.to}>: {because}"
    if len(message.notices) > 1:
        text += f" It was about {', '.join(dict.fromkeys(f'“{each.subject}”' for each in about))}."
    return replace(
        first, id=_told_as(message, state.id), kind="task", person=manager.id,
        name=manager.name, email=manager.email, organisation=state.pcn.code, about="", urgent=True,
        digest_only=False, rung="", subject=f"An email to {first.name} could not be delivered",
        not_before=state.calendar.messaging_opens(now),
        facts={"title": "An email could not be delivered", "text": text, "pcn": state.pcn.name, "reference": state.reference},
    )  # fmt: skip
