"""A decision, and the draft it is made in: each event is applied as it is emitted, so what follows sees what came before.

Nothing is stored here. A decision's events are committed together, or not at all.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime

from engine.events import BATON, Actor, Body, Event, Notice, NoticePlanned
from engine.expressions.scope import Scope
from engine.notices.plan import plan
from engine.state.fold import apply
from engine.state.fold_table import OpenBundle
from engine.state.workflow import WorkflowState


@dataclass(frozen=True, slots=True)
class Decision:
    """What was decided: the events, and the state that they come to. Without events, the state as it was."""

    state: WorkflowState
    events: tuple[Event, ...] = ()


class Draft:
    """Events in the making, at one moment, by one actor, from one cause."""

    def __init__(
        self,
        state: WorkflowState,
        now: datetime,
        actor: Actor = BATON,
        cause: str = "clock",
    ) -> None:
        self.state, self.now, self.actor, self.cause = state, now, actor, cause
        self.events: list[Event] = []
        self._quiet = False
        self.open_bundle: OpenBundle = {state.process.hash: state.process}.__getitem__
        self._scope: Scope | None = None

    @property
    def decision(self) -> Decision:
        """What was decided so far."""
        return Decision(self.state, tuple(self.events))

    @property
    def scope(self) -> Scope:
        """The state as expressions see it; made anew when something happened."""
        if self._scope is None:
            self._scope = Scope(self.state, self.now)
        return self._scope

    @contextmanager
    def quietly(self, quiet: bool = True) -> Iterator[None]:
        """What is emitted meanwhile plans no notices: one email of its own explains it."""
        before, self._quiet = self._quiet, self._quiet or quiet
        try:
            yield
        finally:
            self._quiet = before

    @contextmanager
    def because_of(self, version: int) -> Iterator[None]:
        """What is emitted meanwhile was caused by that event of the workflow; by what caused the draft when 0."""
        cause = self.cause
        self.cause = f"{self.state.id}/{version}" if version else cause
        try:
            yield
        finally:
            self.cause = cause

    @contextmanager
    def by(self, actor: Actor) -> Iterator[None]:
        """What is emitted meanwhile was done by `actor`, whoever the draft is by."""
        before, self.actor = self.actor, actor
        try:
            yield
        finally:
            self.actor = before

    def emit(self, body: Body, actor: Actor | None = None) -> Event:
        """Make `body` the next event, with the notices it calls for."""
        before = self.state
        event = self._append(body, actor or self.actor)
        if not self._quiet:
            for notice in plan(before, event, self.scope):
                self._append(NoticePlanned(notice), BATON, cause=f"{event.workflow_id}/{event.version}")
        return event

    def tell(self, notices: Iterable[Notice]) -> None:
        """Plan notices of what the events so far came to together, and not one of them alone."""
        if not self.events or self._quiet:
            return
        last = self.events[-1]
        for number, notice in enumerate(notices):
            numbered = replace(notice, id=f"{last.workflow_id}-{last.version}-all-{number}")
            self._append(NoticePlanned(numbered), BATON, cause=f"{last.workflow_id}/{last.version}")

    def _append(self, body: Body, actor: Actor, cause: str = "") -> Event:
        state = self.state
        event = Event(state.id, state.version + 1, self.now, actor, cause or self.cause, body)
        self.state = apply(state, event, self.open_bundle)
        self.events.append(event)
        if not isinstance(body, NoticePlanned):
            self._scope = None
        return event
