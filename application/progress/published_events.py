"""Baton's events as Prefect's automations see them. Each event declares its name, or that it is nobody's hook."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from application.environment.home import using, write_whole


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


class PublishedPosition:
    """The position of the log up to which Prefect's automations have been told; kept in `path`, or in memory without.

    A file that is gone or torn tells from the beginning again: Prefect knows each event by its id, and takes it once.
    """

    def __init__(self, path: Path | None = None) -> None:
        self._path = path
        self.position = _kept(path) if path else 0

    def move_to(self, position: int) -> None:
        """Raises HomeFileError when it cannot be kept; the events are then told again."""
        if position > self.position:
            if self._path:
                write_whole(self._path, json.dumps({"position": position}))
            self.position = position


def _kept(path: Path) -> int:
    try:
        with using(path, "Move it away; Baton makes it anew, and tells Prefect's automations again."):
            kept = path.read_bytes()
        return int(json.loads(kept)["position"])
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return 0
