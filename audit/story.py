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
from audit.sentences import sentence
from engine.events import workflow as e
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
        if isinstance(first.body, e.AssignmentOpened):
            yield from self._asked(group)
        elif (text := sentence(first.body, first, self.names)) is not None:
            yield StoryLine(first.at, text, _why(first.body), facts_of(first, self.names))

    def _asked(self, group: list[e.Event]) -> Iterator[StoryLine]:
        """Everyone a step was asked of at once; one line for each date, since closures make dates differ."""
        bodies = [event.body for event in group if isinstance(event.body, e.AssignmentOpened)]
        for _, same in groupby(bodies, key=lambda body: body.due):
            asked = list(same)
            due = f", due {self.names.moment(asked[0].due.at)}" if asked[0].due else ""
            again = f" (attempt {asked[0].attempt})" if asked[0].attempt > 1 else ""
            people = "; ".join(self._one_asked(body) for body in asked)
            why = asked[0].due.explanation if asked[0].due else ""
            text = f"Asked for {self.names.quoted(asked[0].step)}{again}{due}: {people}."
            yield StoryLine(group[0].at, text, why, asked_facts(asked, self.names))

    def _one_asked(self, body: e.AssignmentOpened) -> str:
        if body.unfilled:
            return f"nobody holds {self.names.role(body.role)} at {self.names.place(body.organisation)}, so {body.name} was asked whom to ask"
        cover = f" for {self.names.person(body.on_behalf_of)}" if body.on_behalf_of else ""
        return f"{body.name}{cover} ({self.names.role(body.role)}, {self.names.place(body.organisation)})"


def _together(events: Sequence[e.Event]) -> Iterator[list[e.Event]]:
    """Events one at a time, but those that asked several people for the same step at once."""

    def what(event: e.Event) -> object:
        body = event.body
        asked = isinstance(body, e.AssignmentOpened)
        return (
            (body.step, body.attempt)
            if isinstance(body, e.AssignmentOpened) and asked
            else (event.workflow_id, event.version)
        )

    told = [event for event in events if not isinstance(event.body, e.NoticePlanned)]
    for _, group in groupby(told, key=what):
        yield list(group)


def _why(body: e.Body) -> str:
    if isinstance(body, e.AskedAgain):
        return body.due.explanation if body.due else ""
    return body.new.explanation if isinstance(body, e.DeadlineMoved) else ""
