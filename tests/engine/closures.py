"""Closures of whole days or hours, made shortly."""

from __future__ import annotations

from datetime import date

from definitions.models.closures import Closure


def closure(
    organisation: str,
    start: date,
    end: date,
    hours: str | None = None,
    reason: str = "a closure",
    name: str = "",
) -> Closure:
    return Closure(organisation=organisation, from_=start, to=end, hours=hours, reason=reason, name=name)
