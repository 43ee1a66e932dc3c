"""The post of a simulation: every notice goes at the first moment it may, and nothing that is void goes."""

from __future__ import annotations

from collections.abc import Iterable

from engine.events import Event, Notice, NoticePlanned, WorkflowClosed

#: What asks somebody for an answer; a workflow that is cancelled asks for nothing more.
_ASKING = ("ask", "reminder", "offer of help")
_TELLING = ("told", "outcome")


def emails(events: Iterable[Event]) -> tuple[Notice, ...]:
    """The notices that went, or may still go, in the order they were planned."""
    planned: list[Notice] = []
    for event in events:
        body = event.body
        if isinstance(body, NoticePlanned):
            waiting = [each for each in planned if _waits(each, body.notice, event)]
            if body.notice.only == "unasked":
                planned = [each for each in planned if each not in waiting]
            if _may_go(body.notice, event, planned, waiting):
                planned.append(body.notice)
        elif isinstance(body, WorkflowClosed) and body.outcome == "cancelled":
            planned = [each for each in planned if each.not_before <= event.at or each.kind in _TELLING]
    return tuple(planned)


def _waits(ask: Notice, notice: Notice, event: Event) -> bool:
    """An ask about the same that has not gone yet."""
    return ask.kind == "ask" and ask.about == notice.about and ask.not_before > event.at


def _may_go(notice: Notice, event: Event, planned: Iterable[Notice], waiting: Iterable[Notice]) -> bool:
    if notice.only == "unasked":
        return bool(waiting)
    return not notice.only or any(
        each.kind in _ASKING and each.not_before <= event.at and _who(each) == _who(notice)
        for each in planned
    )


def _who(notice: Notice) -> str:
    return notice.person or notice.email
