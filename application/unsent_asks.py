"""Which asks have not gone, as the post knows it: what an advance must know before anybody is chased."""

from __future__ import annotations

from datetime import datetime

from engine.decisions.unsent import NONE, Fate, Unsent, something_due
from engine.state.workflow import WorkflowState
from notifications.outbox import last_asks
from store.protocol import NoticeRow, Store


async def unsent_asks(store: Store, state: WorkflowState, now: datetime) -> Unsent:
    """What became of the asks that have not gone, of the assignments of which something is due at `now`.

    An email that is with the mail server this moment counts as gone: its fate is known in seconds.
    """
    if state.status != "open" or not (due := something_due(state, now)):
        return NONE
    asks = last_asks(await store.notices(state.id))
    deferred = {m.message_id for m in await store.messages_unfinished() if m.status == "deferred"}
    fates = {each: _fate(asks[each], deferred) for each in due if each in asks}
    return {assignment: fate for assignment, fate in fates.items() if fate is not None}


def _fate(ask: NoticeRow, deferred: set[str]) -> Fate | None:
    if ask.status == "refused":
        return "refused"
    if ask.status == "unconfirmed":
        return "unconfirmed"
    waits = ask.status == "planned" or ask.message_id in deferred
    return "waiting" if waits else None
