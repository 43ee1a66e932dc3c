"""Small events to put in a store: short names for what the tests say often."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

from engine import events as e
from engine.events.assignment_id import AssignmentId
from store.protocol import Commit, Pending

BUNDLE = b"a bundle that workflows are pinned to"
BUNDLE_NAME = sha256(BUNDLE).hexdigest()
AT = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
WHO = e.Actor("Sam Okafor", "practice_manager", "U12340", "sam-okafor", channel="web")


def at(hours: float) -> datetime:
    return AT + timedelta(hours=hours)


def when(hours: float, external: bool = False) -> e.When:
    return e.When(at(hours), external, "a day that was worked out")


def event(stream: str, version: int, body: e.Body, hours: float = 0) -> e.Event:
    return e.Event(stream, version, at(hours), WHO, "respond", body)


def commit(
    stream: str,
    expected: int,
    *bodies: e.Body,
    hours: float = 0,
    pending: Pending | None = None,
    documents: dict[str, bytes] | None = None,
) -> Commit:
    """A commit of `bodies`; a launch brings the bundle it names."""
    happened = tuple(event(stream, version, body, hours) for version, body in enumerate(bodies, expected + 1))
    pinned = {BUNDLE_NAME: BUNDLE} if any(isinstance(body, e.WorkflowLaunched) for body in bodies) else {}
    return Commit(stream, expected, happened, pending, pinned if documents is None else documents)


def launched(pcn: str = "Y90001", batch: str = "launch.1", definition: str = "iif-quarter-close") -> e.Body:
    return e.WorkflowLaunched(
        definition, 1, BUNDLE_NAME, "IIF Q3 2026/27", "launch", batch, {"quarter": "Q3"},
        {"code": pcn, "name": f"{pcn} PCN"},
    )  # fmt: skip


def about(workflow: str, practice: str = "U1", step: str = "practice_return", attempt: int = 1) -> str:
    return str(AssignmentId(workflow, step, attempt, practice, "practice_manager"))


def asked(workflow: str, practice: str = "U1", step: str = "practice_return", attempt: int = 1) -> e.Body:
    return e.AssignmentOpened(
        about(workflow, practice, step, attempt), step, attempt, practice, "practice_manager", "sam", "Sam", "",
        when(240), (e.PlannedRung("nudge", at(200)),),
    )  # fmt: skip


def planned(
    workflow: str, notice: str, practice: str = "U1", kind: str = "ask", hours: float = 0, **more: Any
) -> e.Body:
    more.setdefault("about", about(workflow, practice))
    return e.NoticePlanned(
        e.Notice(
            notice, kind, "sam", "Sam", "sam@example.org", practice, step="practice_return",  # type: ignore[arg-type]
            subject="Your figures", not_before=at(hours), facts={"title": "Your figures é", "n": 3}, **more,
        )
    )  # fmt: skip


def answered(workflow: str, practice: str = "U1", number: int = 1, late: bool = False) -> e.Body:
    return e.ResponseReceived(
        about(workflow, practice), "practice_return", number, {"n": [1, 2]}, "answered", late, True
    )


def claimed(message: str, *notices: str, urgent: bool = False, person: str = "sam") -> e.Body:
    return e.MessageClaimed(message, notices, person, "sam@example.org", "Your figures", at(1), urgent)


def a_workflow(workflow: str, pending: Pending | None = None, **more: Any) -> Commit:
    """Launched, one step open, two practices asked, each with a notice."""
    return commit(
        workflow, 0, launched(**more), e.StepOpened("practice_return", 1, when(240)), asked(workflow, "U1"),
        asked(workflow, "U2"), planned(workflow, f"{workflow}/1", "U1"), planned(workflow, f"{workflow}/2", "U2"),
        pending=pending,
    )  # fmt: skip
