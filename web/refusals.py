"""Refusals in the web's words: their HTTP status, and what a practice is told."""

from __future__ import annotations

from engine.commands.refusals import Refused

#: HTTP statuses of the codes Baton may refuse with; codes that begin with "no-such" are 404, others a conflict.
_STATUSES = {
    "not_found": 404, "forbidden": 403, "another-practice": 403, "another-pcn": 403, "deputy": 403, "not-the-signer": 403,
    "invalid": 422, "no-day": 422, "no-day-asked": 422, "no-list-size": 422, "no-question": 422, "no-reason": 422, "no-source": 422, "not-a-practice": 422, "beyond-horizon": 422, "busy": 503,
}  # fmt: skip


def status_of(refused: Refused) -> int:
    """The HTTP status of a refusal."""
    return _STATUSES.get(refused.code, 404 if refused.code.startswith("no-such") else 409)


def told(refused: Refused) -> str:
    """What a practice is told of a refusal. Why a process cannot be worked out may name another practice's figures, and
    what is wrong with the store is for whoever runs Baton."""
    if refused.code in ("stuck", "unreadable"):
        return "This process has a fault, so that cannot be worked out. It is for the PCN manager to see to: please ring."
    return refused.message
