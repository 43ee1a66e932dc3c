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
        if isinstance(body, NoticePlanned) and (
            not body.notice.if_asked or _asked(body.notice, event, planned)
        ):
            planned.append(body.notice)
        elif isinstance(body, WorkflowClosed) and body.outcome == "cancelled":
            planned = [each for each in planned if each.not_before <= event.at or each.kind in _TELLING]
    return tuple(planned)


def _asked(notice: Notice, event: Event, planned: Iterable[Notice]) -> bool:
    return any(
        each.kind in _ASKING and each.not_before <= event.at and _who(each) == _who(notice)
        for each in planned
    )


def _who(notice: Notice) -> str:
    return notice.person or notice.email
