"""The harness of the random workflow: a state and its twin, what every event must not do, and who could be meant."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize

from definitions.loading.bundle import Process
from engine import events as e
from engine.commands.assignments.nudges import last_nudge
from engine.commands.refusals import Refused
from engine.decisions.advance import advance
from engine.decisions.draft import Decision
from engine.events.codec import from_record, to_record
from engine.state.fold import apply, fold
from engine.state.workflow import Assignment, WorkflowState
from tests.engine import worlds

EXTRA = ("2027-01-13", "2027-01-19", "2027-04-12")


class Machine(RuleBasedStateMachine):
    """One workflow and its twin, which is made anew from the stored bytes of the log at every turn."""

    state: WorkflowState
    now: datetime

    @initialize(
        name=st.sampled_from(["figures", "vote", "vote", "figures", "figures", "vote", "nothing"]),
        variant=st.booleans(),
        days=st.integers(0, 120),
    )
    def launch(self, name: str, variant: bool, days: int) -> None:
        inputs = dict(worlds.LAUNCHES[name])
        if variant and name == "figures":
            inputs = {"quarter": "Q1", "cut_off": "2027-05-21"}
        if variant and name == "vote":
            inputs = {"start": "2027-02-01", "chosen": [], "employer": "Y10001"}
        process = worlds.process(name)
        self.plain, self.extra = process, worlds.process(name, EXTRA)
        self.now = worlds.at("2026-12-23 10:00") + timedelta(days=days)
        first = worlds.launched(process, inputs, self.now)
        self.state, self.events = first.state, list(first.events)
        assert fold(self.events, self.opened) == self.state
        self.twin = self.state
        self.rng = Random(1)
        self.settled_at: datetime | None = None
        self.closed: set[tuple[str, int]] = set()
        self.settle()

    def opened(self, sha256: str) -> Process:
        return {self.plain.hash: self.plain, self.extra.hash: self.extra}[sha256]

    # --- what happens

    def take(self, decision: Decision) -> None:
        before, events = self.state, decision.events
        for event in events:
            self.look_at(event)
            self.state = apply(self.state, event, self.opened)
        assert self.state == decision.state, "the events come to something else"
        self.events += events
        # The twin takes the bytes, as another process would after a restart.
        for event in events:
            self.twin = apply(self.twin, from_record(to_record(event)), self.opened)
        assert [event.version for event in events] == list(range(before.version + 1, self.state.version + 1))

    def settle(self) -> None:
        first, second = advance(self.state, self.now), advance(self.twin, self.now)
        assert first == second, "the twin went another way"
        self.take(first)
        self.settled_at = self.now
        assert not advance(self.state, self.now).events, "something was left over"

    def do(self, command: Any, *args: Any, by: e.Actor = worlds.MANAGER, **more: Any) -> None:
        """Do it, unless it is refused; then everything that follows."""
        before = self.state
        try:
            decision = command(self.state, self.now, by, *args, **more)
        except Refused as refused:
            assert refused.code and refused.message
            assert self.state is before
            return
        told = [event.body.notice for event in decision.events if isinstance(event.body, e.NoticePlanned)]
        once = [(notice.kind, notice.email, notice.about, notice.subject) for notice in told]
        assert len(set(once)) == len(once), "somebody is told the same thing twice"
        self.take(decision)
        self.settle()

    def look_at(self, event: e.Event) -> None:
        """What no event may do, seen from the state before it."""
        assert event.actor.name and event.cause and event.at == self.now
        body = event.body
        about = self.state.assignment(getattr(body, "assignment", "") or "")
        if isinstance(body, e.StepClosed):
            assert (body.step, body.attempt) not in self.closed, "closed twice"
            self.closed.add((body.step, body.attempt))
        elif isinstance(body, e.RungClimbed) and about:
            assert about.status == "open" and about.reply is None and not about.silence
            assert len(about.responses) == about.heard, (
                "an email after an answer that nobody asked again about"
            )
            assert not self.state.is_held(about.step, about.organisation), "chased while on hold"
            assert body.rung not in about.climbed and not self.state.over and self.state.status == "open"
            if body.register in ("coming up", "due today", "offer of help"):
                assert not about.called, "an email after a person took over"
        elif isinstance(body, e.NoticePlanned):
            self.look_at_notice(body.notice)
        elif isinstance(body, e.DeadlineMoved) and about and about.due:
            if about.due.external:
                assert (
                    isinstance(self.moved, str) and self.state.process.definition.dates[self.moved].external
                )
        elif isinstance(body, e.ReplyUnsettled) and about:
            assert about.unsettled and about.unsettled.returned < 2 and not about.unsettled.passed
            assert self.now - (about.unsettled.returned_at or about.unsettled.at) >= timedelta(days=2)
        elif isinstance(body, e.CallDue) and about:
            assert about.status == "open" and about.calls[-1].next_on and not about.calls[-1].reminded
        elif isinstance(body, e.Nudged) and about:
            assert about.status == "open" and about.reply is None and self.state.status == "open"
            last = last_nudge(self.state, about.organisation)
            assert last is None or self.now - last >= timedelta(days=7)
        elif isinstance(body, e.ResponseReceived) and about and body.told:
            assert about.opened_at <= body.told.at <= self.now and not body.signed
        elif isinstance(body, e.SilenceCounted) and about:
            assert not about.responses and not about.replies and not about.unfilled

    moved: str | None = None

    def look_at_notice(self, notice: e.Notice) -> None:
        asked = self.state.assignment(notice.about)
        if asked is not None and notice.kind not in ("outcome", "told"):
            assert asked.status == "open" or notice.kind == "question" or asked.unsettled, (
                f"{notice.kind} to {asked.status}"
            )
        assert notice.email and notice.subject and notice.not_before >= self.now

    def some(self, number: int, *, opened: bool = True) -> Assignment | None:
        """One of the assignments that could be answered."""
        found = [
            a
            for step in self.state.steps.values()
            for a in step.assignments.values()
            if not opened or (step.status == "open" and a.status != "ended")
        ]
        return found[number % len(found)] if found else None

    def actor(self, asked: Assignment, who: str = "") -> e.Actor:
        return e.Actor(who or asked.name, asked.role, asked.organisation, who or asked.person, channel="web")

    def begun(self, number: int, *status: str) -> str:
        """A step that has begun, or is as asked; any step where there is none."""
        wanted = status or ("open", "closed", "skipped")
        found = [step.id for step in self.state.steps.values() if step.status in wanted] or list(
            self.state.steps
        )
        return found[number % len(found)]

    def told_once(self, since: int) -> None:
        """Of one change nobody hears twice."""
        told = [
            event.body.notice
            for event in self.events[since:]
            if isinstance(event.body, e.NoticePlanned) and event.body.notice.only == "asked"
        ]
        readers = [notice.person or notice.email for notice in told]
        assert len(readers) == len(set(readers)), "told twice of one change"
