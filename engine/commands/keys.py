"""Idempotency keys of commands: what is given twice under one key is done once, however often it is sent."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from engine import events as e
from engine.commands.refusals import Refused
from engine.decisions.draft import Decision
from engine.events.codec import canonical
from engine.state.fold import apply
from engine.state.workflow import WorkflowState


def content_of(command: str, given: Mapping[str, Any]) -> str:
    """The hash of what a command is given: one key stands for one of these."""
    return hashlib.sha256(canonical([command, dict(given)])).hexdigest()


def given_before(state: WorkflowState, key: str, content: str) -> bool:
    """Whether the same was given under this key. Raises Refused where something else was."""
    used = state.keys.get(key)
    if used is not None and used.content != content:
        raise Refused(
            "key-taken",
            f"the key {key} was used for another command of this workflow; take a new one for this",
        )
    return used is not None


def under_key(
    state: WorkflowState, now: datetime, actor: e.Actor, key: str, content: str, decide: Callable[[], Decision]
) -> Decision:  # fmt: skip
    """What `decide` comes to, noted under `key`; nothing where it was given before. Without a key, just that."""
    if not key:
        return decide()
    if given_before(state, key, content):
        return Decision(state)
    decision = decide()
    cause = decision.events[0].cause
    body = e.KeyUsed(key, cause, content)
    event = e.Event(state.id, decision.state.version + 1, now, actor, cause, body)
    after = apply(decision.state, event, {state.process.hash: state.process}.__getitem__)
    return Decision(after, (*decision.events, event))
