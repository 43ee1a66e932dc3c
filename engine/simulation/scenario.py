"""Plays scenario tests on a virtual clock, in milliseconds: no server, no store, the same engine."""

from __future__ import annotations

import random
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from definitions.loading.bundle import Process
from definitions.models.directory import Pcn
from definitions.models.scenario import Given, Scenario, ScenarioLine
from engine import commands
from engine.commands.refusals import Invalid, Refused
from engine.dates.clock import LONDON, london_date
from engine.decisions import children
from engine.decisions.advance import advance
from engine.decisions.draft import Decision
from engine.decisions.pending import next_deadline
from engine.events import Actor, Event, StepClosed, StepOpened
from engine.expressions.evaluator import FormEvaluator
from engine.forms.answers import AnswerProblem, check_answers
from engine.forms.inputs import check_inputs
from engine.forms.samples import sample_answers
from engine.simulation.assignment_lines import moment, tended
from engine.simulation.expectations import unmet
from engine.simulation.workflow_lines import command_of
from engine.state.workflow import Assignment, WorkflowState

#: Turns of the clock in one line of a scenario; more means the definition never comes to rest.
MOST_TURNS = 2000


@dataclass(frozen=True, slots=True)
class Failed:
    """A line of a scenario that did not hold. `line` counts from 1 within `play`; 0 is the launch."""

    line: int
    message: str


@dataclass(frozen=True, slots=True)
class Played:
    """How a scenario went. `steps` are the steps that opened, or were done at once: what the scenario covers."""

    name: str
    failures: tuple[Failed, ...]
    events: tuple[Event, ...]

    @property
    def passed(self) -> bool:
        return not self.failures

    @property
    def steps(self) -> frozenset[str]:
        return frozenset(e.body.step for e in self.events if isinstance(e.body, StepOpened | StepClosed))


def play(process: Process, pcn: Pcn, inputs: Mapping[str, Any], given: Given, scenario: Scenario) -> Played:
    """Play `scenario`. Stops at the first line that fails, since what follows rests on it."""
    now = moment(given.at)
    checked = check_inputs(process, pcn, inputs, now)
    if checked.problems:
        said = "; ".join(f"{p.path}: {p.message}" for p in checked.problems)
        return Played(scenario.scenario, (Failed(0, f"the inputs are not right: {said}"),), ())
    who = Actor("the scenario", "pcn_manager", pcn.code, channel="web")
    begins = now + timedelta(minutes=given.grace) if given.grace else None
    launched = _without(pcn, given.without) if given.without else pcn
    first = commands.launch("scenario", process, now, who, launched, checked.values, writes_from=begins)
    stage = Stage(first.state, now, list(first.events), pcn)
    stage.settle()
    for number, line in enumerate(scenario.play, 1):
        if message := stage.perform(line):
            return Played(scenario.scenario, (Failed(number, message),), tuple(stage.events))
    return Played(scenario.scenario, (), tuple(stage.events))


def _without(pcn: Pcn, codes: Collection[str]) -> Pcn:
    """The PCN before these practices joined it."""
    data = pcn.model_dump(mode="json", by_alias=True)
    practices = [each for each in data["practices"] if each["code"] not in codes]
    roles = [each for each in data["roles"] if each["at"] not in codes]
    return Pcn.model_validate(data | {"practices": practices, "roles": roles})


class Stage:
    """A workflow on a virtual clock, with people who do what the lines say. `directory`: the PCN as the directory has it."""

    def __init__(
        self, state: WorkflowState, now: datetime, events: list[Event], directory: Pcn | None = None
    ) -> None:
        self.state, self.now, self.events = state, now, events
        self._directory = directory or state.pcn
        self._rng = random.Random(20261121)

    # --- the lines

    def perform(self, line: ScenarioLine) -> str:
        """Do what the line says, then see what it expects; what is wrong, or empty."""
        try:
            self._do(line)
            self.settle()
        except Refused as refused:
            if line.refused is None:
                return f"it was refused ({refused.code}): {refused.message}"
            if line.refused != refused.code and line.refused not in refused.message:
                return f"it was refused with {refused.code} ({refused.message}), not with {line.refused!r}"
        except Invalid as invalid:
            said = "; ".join(f"{p.path}: {p.message}" for p in invalid.problems)
            if line.refused is None or line.refused not in said:
                return f"the answers are not right: {said}"
        else:
            if line.refused is not None:
                return f"it went through, and should have been refused with {line.refused!r}"
        expected = line.expect if isinstance(line.expect, list) else [line.expect] if line.expect else []
        return "; ".join(
            message for each in expected if (message := unmet(each, self.state, self.events, self.now))
        )

    def _do(self, line: ScenarioLine) -> None:
        if line.clock is not None:
            self.move_to(moment(line.clock))
        elif line.answer is not None:
            self._answer(self._assignment(line.answer, line.by), line)
        elif line.everyone_answers is not None:
            for assignment in self._asked(line.everyone_answers):
                if assignment.organisation not in line.except_:
                    self._answer(assignment, line)
        elif line.reply is not None:
            self._reply(line)
        elif line.child_closes is not None:
            self._close_children(line.child_closes, line)
        else:
            self._manage(line)

    def _close_children(self, step: str, line: ScenarioLine) -> None:
        decision = children.assumed_closed(self.state, step, self.now, line.as_, line.with_)
        if not decision.events:
            raise Refused("no-child", f"{step} waits for no workflow now")
        self.take(decision)

    def _reply(self, line: ScenarioLine) -> None:
        assignment = self._assignment(line.to or "", line.by)
        until = moment(line.until) if line.until else None
        assert line.reply is not None
        if line.told_by is not None:
            decision = commands.record_reply(
                self.state, self.now, self._manager, assignment.id, line.reply, line.text, until,
                line.told_by, line.how, self._told_at(line),
            )  # fmt: skip
        else:
            actor = self._actor(assignment, line)
            decision = commands.reply(
                self.state, self.now, actor, assignment.id, line.reply, line.text, until
            )
        self.take(decision)

    def _manage(self, line: ScenarioLine) -> None:
        """What the manager does."""
        state, now, who = self.state, self.now, self._manager
        until = moment(line.until) if line.until else None
        if (steering := command_of(line, self._directory)) is not None:
            command, given = steering
            self.take(command(state, now, who, *given))
        elif line.reopen is not None:
            organisation = line.for_[0] if line.for_ else ""
            decision = commands.reopen_step(
                state, now, who, line.reopen, line.because, organisation=organisation, unlock=line.unlock
            )
            self.take(decision)
        elif line.open is not None:
            self.take(commands.open_on_demand(state, now, who, line.open, tuple(line.for_), text=line.text))
        elif line.decide is not None and line.choice is not None:
            self.take(
                commands.decide_shortfall(state, now, who, line.decide, line.choice, line.because, until)
            )
        elif line.move is not None and line.day is not None:
            self.take(
                commands.move_named_date(state, now, who, line.move, line.day.isoformat(), line.because)
            )
        else:
            self._tend(line, who)

    def _tend(self, line: ScenarioLine, who: Actor) -> None:
        """What the manager does about what is asked of somebody."""
        if (tending := tended(line, self.now)) is not None:
            command, step, given, named = tending
            about = () if step is None else (self._assignment(step, line.by).id,)
            self.take(command(self.state, self.now, who, *about, *given, **named))

    # --- people

    @property
    def _manager(self) -> Actor:
        return Actor("the manager", "pcn_manager", self.state.pcn.code, channel="web")

    def _asked(self, step: str) -> list[Assignment]:
        if step not in self.state.steps:
            raise Refused("no-such-step", f"there is no step {step}")
        return [a for a in self.state.steps[step].assignments.values() if a.status == "open"]

    def _assignment(self, step: str, by: str | None) -> Assignment:
        """The assignment that `by` answers: of an organisation, or of a role at one."""
        if step not in self.state.steps:
            raise Refused("no-such-step", f"there is no step {step}")
        everyone = list(self.state.steps[step].assignments.values())
        role, _, place = (by or "").rpartition(" at ")
        for assignment in everyone:
            if (not place or assignment.organisation == place) and (not role or assignment.role == role):
                return assignment
        raise Refused("no-such-assignment", f"{step} is not asked of {by or 'anybody'} now")

    def _actor(self, assignment: Assignment, line: ScenarioLine) -> Actor:
        """Whoever was asked, or `person`: in the role they hold where it was asked, else wherever they hold one."""
        person, pcn = line.person or assignment.person, self.state.pcn
        known = pcn.people_by_id.get(person)
        name = known.name if known else assignment.name
        role, place = assignment.role, assignment.organisation
        covers = any(c.by == person for c in pcn.cover_for(assignment.person, london_date(self.now)))
        if person != assignment.person and not covers:
            held = [(str(each.role), each.at) for each in pcn.roles if each.person == person]
            here = [each for each in held if each[1] == place]
            role, place = (here or held or [(role, place)])[0]
        return Actor(name, role, place, person, channel="web")

    def _answer(self, assignment: Assignment, line: ScenarioLine) -> None:
        step = self.state.process.steps[assignment.step]
        evaluator = FormEvaluator(self.state, self.now, assignment)
        raw = merged(sample_answers(step.form, evaluator.names, evaluator, self._rng), line.with_)
        checked = check_answers(step.form, step.checks, raw, evaluator.names, evaluator)
        faults = [
            AnswerProblem(each.path, f"its warning cannot be worked out ({each.code}): {each.warn}", "wrong")
            for each in checked.faults
        ]
        if problems := (*checked.problems, *faults):
            raise Invalid(problems)
        if line.told_by is not None:
            decision = commands.record_response(
                self.state, self.now, self._manager, assignment.id, checked.values,
                line.told_by, line.how, self._told_at(line),
            )  # fmt: skip
        else:
            actor = self._actor(assignment, line)
            decision = commands.respond(self.state, self.now, actor, assignment.id, checked.values)
        self.take(decision)

    def _told_at(self, line: ScenarioLine) -> datetime:
        return moment(line.when) if line.when else self.now

    # --- time

    def take(self, decision: Decision) -> None:
        self.state = decision.state
        self.events += decision.events

    def settle(self) -> None:
        self.take(advance(self.state, self.now))

    def move_to(self, until: datetime) -> None:
        """Move the clock, stopping at every moment at which something happens."""
        if until < self.now:
            raise Refused(
                "backwards", f"the clock never goes back: it is {self.now.astimezone(LONDON):%Y-%m-%d %H:%M}"
            )
        for _ in range(MOST_TURNS):
            following = next_deadline(self.state, self.now)
            if following is None or following > until:
                break
            self.now = following
            self.settle()
        self.now = until


def merged(made_up: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """The made-up answers with the given ones in their place, also inside groups and ratios."""
    result = dict(made_up)
    for key, value in given.items():
        inside = result.get(key)
        both = isinstance(value, Mapping) and isinstance(inside, Mapping)
        result[key] = merged(inside, value) if both and inside is not None else value
    return result
