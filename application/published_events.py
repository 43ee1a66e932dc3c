"""Baton's events as Prefect's automations see them. What has no name here is nobody's hook."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

NAMES: dict[str, str] = {
    "WorkflowLaunched": "baton.workflow.launched",
    "WorkflowClosed": "baton.workflow.closed",
    "WorkflowHeld": "baton.workflow.held",
    "HoldLifted": "baton.workflow.lifted",
    "WorkflowLocked": "baton.workflow.locked",
    "StepOpened": "baton.step.opened",
    "StepClosed": "baton.step.closed",
    "StepReopened": "baton.step.reopened",
    "ShortfallRaised": "baton.step.short",
    "RungClimbed": "baton.step.escalated",
    "ResponseReceived": "baton.assignment.answered",
    "ReplyReceived": "baton.assignment.replied",
    "ChildClosed": "baton.step.child_closed",
    "ChildRefused": "baton.step.child_refused",
    "DeadlineMoved": "baton.assignment.moved",
}


@dataclass(frozen=True)
class PublishedEvent:
    """A committed event, as Prefect's automations see it.

    `name` is like 'baton.step.escalated'; `id` is stable, so an emission repeated is the same event;
    `position` is its place in the log; `resource_id` is like 'baton.workflow.<id>'; `label` names the
    resource for a person. `occurred` is machine time. `payload` holds no personal or sensitive data.
    """

    id: UUID
    position: int
    name: str
    resource_id: str
    label: str
    occurred: datetime
    payload: dict[str, Any] = field(default_factory=dict)
