"""Rehearsing: the future of a launch on a virtual clock, before anything is sent.

Two futures are worth seeing: everyone answers on time, and nobody answers. Both run the real engine over a
state that is thrown away; every date, person and email in them is what would happen.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from typing import Any, Literal

from definitions.loading.bundle import Process
from definitions.models.directory import Pcn
from engine import commands
from engine import events as e
from engine.commands.refusals import Refused
from engine.commands.responses import respond
from engine.dates.clock import LONDON, london_date
from engine.decisions.advance import advance
from engine.decisions.children import assumed_closed
from engine.decisions.draft import Decision
from engine.decisions.pending import next_deadline
from engine.events import ChildRequested
from engine.expressions.evaluator import FormEvaluator
from engine.forms.samples import sample_answers
from engine.simulation.mail import emails
from engine.state.workflow import Assignment, StepState, WorkflowState

Policy = Literal["on time", "silent"]

#: Turns of the virtual clock before a rehearsal is given up; a year of a busy process takes a few hundred.
MOST_TURNS = 3000
#: Days after which nobody-answers is cut short: by then only people can move it.
#: Working days until a child workflow is taken to have closed: a quarter's evidence takes about a month.
CHILD_DAYS = 20
SILENT_DAYS = 400


@dataclass(frozen=True, slots=True)
class Clash:
    """Something in the way: an absence or a closure on a day something is due."""

    on: datetime
    what: str


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What would happen, in order; and where it stands at the end."""

    policy: Policy
    events: tuple[e.Event, ...]
    ended: WorkflowState
    clashes: tuple[Clash, ...] = ()
    stuck: str = ""

    @property
    def assumed(self) -> tuple[str, ...]:
        """What was not played, and taken to close by itself: the workflows that steps start, a line each."""
        asked_for = (event.body for event in self.events)
        return tuple(
            f"{body.definition}{f' for {body.item}' if body.item else ''}, started by {body.step}: rehearse it by itself"
            for body in asked_for
            if isinstance(body, ChildRequested)
        )

    @property
    def notices(self) -> tuple[e.Notice, ...]:
        """Every email or line of a digest, in the order planned."""
        return emails(self.events)

    def messages_to(self) -> dict[str, int]:
        """How many notices each person would get."""
        counted: dict[str, int] = {}
        for notice in self.notices:
            counted[notice.name] = counted.get(notice.name, 0) + 1
        return counted


@dataclass
class _Play:
    """A rehearsal under way: the state, and the log so far."""

    state: WorkflowState
    now: datetime
    events: list[e.Event] = field(default_factory=list)

    def settle(self) -> None:
        """What follows by itself."""
        self.take(advance(self.state, self.now))

    def take(self, decision: Decision) -> None:
        self.state = decision.state
        self.events += decision.events


def rehearse(
    process: Process, pcn: Pcn, inputs: Mapping[str, Any], at: datetime, policy: Policy = "on time", seed: int = 1,
    actor: e.Actor | None = None,
) -> Rehearsal:  # fmt: skip
    """Play a launch forward from `at`. Raises Refused when it could not be launched at all."""
    who = actor or e.Actor("rehearsal", "pcn_manager", pcn.code, channel="web")
    first = commands.launch("rehearsal", process, at, who, pcn, inputs)
    play = _Play(first.state, at, list(first.events))
    stuck = _play(play, policy, random.Random(seed))
    return Rehearsal(policy, tuple(play.events), play.state, tuple(_clashes(play)), stuck)


def _play(play: _Play, policy: Policy, rng: random.Random) -> str:
    """Move the clock until the workflow is over or stands still; why it stands still, or empty."""
    start = play.now
    answered: set[str] = set()
    for _ in range(MOST_TURNS):
        play.settle()
        if play.state.over:
            return ""
        moments = [next_deadline(play.state, play.now)]
        if policy == "on time":
            moments += [_answers_at(play.state, a) for a in _unanswered(play.state, answered)]
            moments += [_children_close(play.state, s) for s in _awaiting(play.state)]
        following = min((m for m in moments if m is not None), default=None)
        if following is None or (policy == "silent" and following - start > timedelta(days=SILENT_DAYS)):
            return "only a person can move it from here"
        play.now = max(following, play.now + timedelta(seconds=1))
        if policy == "on time":
            for step in _awaiting(play.state):
                if _children_close(play.state, step) <= play.now:
                    play.take(assumed_closed(play.state, step.id, play.now))
        if policy == "on time":
            for assignment in _unanswered(play.state, answered):
                if _answers_at(play.state, assignment) <= play.now:
                    answered.add(assignment.id)
                    _answer(play, assignment, rng)
    return "it does not come to an end"


def _awaiting(state: WorkflowState) -> list[StepState]:
    """The open steps that wait for workflows they started."""
    return [s for s in state.steps.values() if s.status == "open" and state.process.steps[s.id].automatic]


def _children_close(state: WorkflowState, step: StepState) -> datetime:
    """When the workflows a step started are taken to close: a rehearsal has nobody to play them."""
    opened = step.opened_at or state.launched_at
    day = state.calendar.add_working_days(london_date(opened), CHILD_DAYS)
    return datetime.combine(day, time(12), LONDON).astimezone(UTC)


def _unanswered(state: WorkflowState, answered: set[str]) -> Iterator[Assignment]:
    for step in state.steps.values():
        if step.status == "open":
            yield from (a for a in step.assignments.values() if a.status == "open" and a.id not in answered)


def _answers_at(state: WorkflowState, assignment: Assignment) -> datetime:
    """On time, and not at once: half of the way to the due date, in working hours."""
    if assignment.due is None or assignment.due.at <= assignment.opened_at:
        middle = assignment.opened_at + timedelta(hours=2)
    else:
        middle = assignment.opened_at + (assignment.due.at - assignment.opened_at) / 2
    return state.calendar.messaging_opens(middle)


def _answer(play: _Play, assignment: Assignment, rng: random.Random) -> None:
    """Answer as whoever is asked would; a hard stop that samples run into is left for the people it is for."""
    step = play.state.process.steps[assignment.step]
    evaluator = FormEvaluator(play.state, play.now, assignment)
    answers = sample_answers(step.form, evaluator.names, evaluator, rng)
    actor = e.Actor(
        assignment.name, assignment.role, assignment.organisation, assignment.person, channel="web"
    )
    try:
        play.take(respond(play.state, play.now, actor, assignment.id, answers))
    except Refused:
        return


def _clashes(play: _Play) -> Iterator[Clash]:
    """Assignments due while the person asked is away."""
    pcn = play.state.pcn
    for event in play.events:
        body = event.body
        if isinstance(body, e.AssignmentOpened) and body.due and pcn.is_away(body.person, body.due.at.date()):
            yield Clash(body.due.at, f"{body.name} is away on the day {body.step.replace('_', ' ')} is due")
