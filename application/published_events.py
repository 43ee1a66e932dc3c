"""Baton's events as Prefect's automations see them. Each event declares its name, or that it is nobody's hook."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID


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
