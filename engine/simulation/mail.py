"""The post of a simulation: every notice goes at the first moment it may, and nothing that is void goes."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from engine.events import Event, Notice, NoticePlanned, WorkflowClosed
from engine.notices.written import TELLING, PostSoFar, is_waiting_ask


def emails(events: Iterable[Event]) -> tuple[Notice, ...]:
    """The notices that went, or may still go, in the order they were planned."""
    planned: list[Notice] = []
    for event in events:
        body = event.body
        if isinstance(body, NoticePlanned):
            planned = _with(planned, body.notice, event.at)
        elif isinstance(body, WorkflowClosed) and body.outcome == "cancelled":
            planned = [each for each in planned if _status(each, event.at) == "sent" or each.kind in TELLING]
    return tuple(planned)


def _with(planned: list[Notice], notice: Notice, at: datetime) -> list[Notice]:
    if notice.only and not PostSoFar.of((each, _status(each, at)) for each in planned).goes(notice):
        return planned
    if notice.only == "unasked":
        planned = [
            each
            for each in planned
            if not (each.about == notice.about and is_waiting_ask(each, _status(each, at)))
        ]
    planned.append(notice)
    return planned


def _status(notice: Notice, at: datetime) -> str:
    return "sent" if notice.not_before <= at else "planned"
