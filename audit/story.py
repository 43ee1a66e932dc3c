"""A workflow's log as a story in prose: who was asked what, when and why then, what was chased, how it closed.

Pure: the state at the end and its events in, sentences out. A rehearsal tells its future with the same words.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from typing import Any

from audit.line_facts import asked_facts, facts_of
from audit.names import Names
from audit.sentences import asked, sentence
from engine import events as e
from engine.events.declarations import found
from engine.events.kinds import kind_named
from engine.state.workflow import WorkflowState


@dataclass(frozen=True, slots=True)
class StoryLine:
    """One thing that happened. `why` explains a date, where the line has one; `facts` says as data what it is about."""

    at: datetime
    text: str
    why: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)


class StoryWriter:
    """Tells the story of one workflow."""

    def __init__(self, state: WorkflowState) -> None:
        self.names = Names(state)

    def lines(self, events: Sequence[e.Event]) -> list[StoryLine]:
        """The story, in order. Emails are told apart: what was planned is not yet what was sent."""
        return [line for group in _together(events) for line in self._lines(group)]

    def _lines(self, group: list[e.Event]) -> Iterator[StoryLine]:
        first = group[0]
        bodies = [event.body for event in group if isinstance(event.body, e.AssignmentOpened)]
        if not bodies:
            if (text := sentence(first, self.names)) is not None:
                yield StoryLine(first.at, text, _why(first.body), facts_of(first, self.names))
            return
        # One line for each date, since closures make dates differ.
        for _, same in groupby(bodies, key=lambda body: body.due):
            together = list(same)
            text, facts = asked(together, self.names), asked_facts(first, together, self.names)
            yield StoryLine(first.at, text, _why(together[0]), facts)


def _together(events: Sequence[e.Event]) -> Iterator[list[e.Event]]:
    """Events one at a time, but those that asked several people for the same step at once."""

    def what(event: e.Event) -> object:
        body = event.body
        if isinstance(body, e.AssignmentOpened):
            return body.step, body.attempt
        return event.workflow_id, event.version

    told = [event for event in events if not isinstance(event.body, e.NoticePlanned)]
    for _, group in groupby(told, key=what):
        yield list(group)


def _why(body: e.Body) -> str:
    """What explains the date that the event gives, where it gives one."""
    path = kind_named(type(body).__name__).explains
    return str(found(body, path, "")) if path else ""
