"""A workflow driven at random: whatever people do and whenever, the log folds to the state, a restored twin goes the
same way, nothing closes twice, and nobody is chased who answered.

Counts are small here so that the suite stays quick; `ENGINE_EXAMPLES=5000 pytest tests/engine/test_machine.py` looks harder.
"""

from __future__ import annotations

import os
from datetime import datetime, timedelta
from random import Random
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, precondition, rule

from engine import commands
from engine.commands.refusals import Invalid
from engine.commands.responses import reply, respond
from engine.decisions.advance import advance
from engine.decisions.pending import next_deadline, waiting_for
from engine.expressions.evaluator import FormEvaluator
from engine.forms.answers import check_answers
from engine.forms.samples import sample_answers
from engine.state.fold import fold
from tests.engine import worlds
from tests.engine.machine import Machine
from tests.engine.wide_bay import memberships

EXAMPLES = int(os.environ.get("ENGINE_EXAMPLES", "60"))
LATEST = worlds.at("2028-06-01 09:00")
PLACES = ("Y10001", "Y10002", "Y10003", "Y10004")

REASONS = st.sampled_from(["a word was had", "the roof leaks"])


class Workflow(Machine):
    """What people do and when, at random; what always holds."""

    # --- people

    @rule(number=st.integers(0, 30), seed=st.integers(0, 10**6), odd=st.booleans())
    def answer(self, number: int, seed: int, odd: bool) -> None:
        asked = self.some(number)
        if asked is None:
            return
        if self.state.over:
            return
        step, rng = self.state.process.steps[asked.step], Random(seed)
        evaluator = FormEvaluator(self.state, self.now, asked)
        answers = sample_answers(step.form, evaluator.names, evaluator, rng)
        if odd:
            for item in step.form:
                options = getattr(item, "options", None)
                if isinstance(options, list) and options:
                    answers[item.id] = rng.choice(options)
                elif getattr(item, "type", "") == "yes/no":
                    answers[item.id] = rng.choice(["yes", "no"])
                elif getattr(item, "type", "") == "date":
                    answers[item.id] = (self.now + timedelta(days=rng.randint(1, 60))).date().isoformat()
            checked = check_answers(step.form, step.checks, answers, evaluator.names, evaluator)
            if checked.problems:
                return
            answers = checked.values
        self.do(respond, asked.id, answers, by=self.actor(asked))

    @rule(seeds=st.integers(0, 10**6))
    def everybody_answers(self, seeds: int) -> None:
        for number in range(12):
            self.answer(number, seeds + number, False)

    @rule(seeds=st.integers(0, 10**6))
    def much_happens(self, seeds: int) -> None:
        """Everybody answers and time passes, a few times over: so that later steps are reached."""
        for draft in range(4):
            self.everybody_answers(seeds + draft)
            self.to_the_next_deadline()

    @rule(number=st.integers(0, 30), who=st.sampled_from(["owen", "leo", "sam", "nina", "asha", "stranger"]))
    def somebody_else_answers(self, number: int, who: str) -> None:
        asked = self.some(number, opened=False)
        if asked is not None:
            evaluator = FormEvaluator(self.state, self.now, asked)
            answers = sample_answers(
                self.state.process.steps[asked.step].form, evaluator.names, evaluator, Random(1)
            )
            self.do(respond, asked.id, answers, by=self.actor(asked, who))

    @rule(
        number=st.integers(0, 30),
        kind=st.sampled_from(["more time", "not ours", "question"]),
        days=st.integers(1, 30),
    )
    def replies(self, number: int, kind: Any, days: int) -> None:
        if asked := self.some(number):
            until = self.now + timedelta(days=days) if kind == "more time" else None
            self.do(reply, asked.id, kind, "Why is that", until, by=self.actor(asked))

    @rule(
        number=st.integers(0, 30),
        text=REASONS,
        days=st.none() | st.integers(0, 40),
        to=st.none() | st.sampled_from(["jo", "tom", "nina"]),
    )
    def settles_reply(self, number: int, text: str, days: int | None, to: str | None) -> None:
        if asked := self.some(number):
            until = None if days is None else self.now + timedelta(days=days, hours=3)
            self.do(commands.settle_reply, asked.id, text, until=until, to=to)
            if (now := self.state.assignment(asked.id)) and asked.unsettled and now.unsettled is None:
                assert all(reply.settled for reply in now.replies)

    @rule(number=st.integers(0, 30), days=st.integers(-1, 6), who=st.sampled_from(["", "leo", "A locum"]))
    def tells_an_answer(self, number: int, days: int, who: str) -> None:
        asked = self.some(number)
        if asked is None or self.state.over:
            return
        evaluator = FormEvaluator(self.state, self.now, asked)
        step = self.state.process.steps[asked.step]
        answers = sample_answers(step.form, evaluator.names, evaluator, Random(days))
        told = who or asked.person or asked.name, "by telephone", self.now - timedelta(days=days)
        self.do(commands.record_response, asked.id, answers, *told)
        given = self.state.assignment(asked.id)
        if given and given.response and given.response.told:
            assert given.response.actor.channel == "told" and given.response.recorded_by == worlds.MANAGER

    @rule(number=st.integers(0, 30), kind=st.sampled_from(["not ours", "question"]))
    def tells_a_reply(self, number: int, kind: Any) -> None:
        if asked := self.some(number):
            told = "A locum", "at a meeting", self.now
            self.do(commands.record_reply, asked.id, kind, "Who knows", None, *told)

    @rule(number=st.integers(0, 30), reached=st.booleans(), days=st.none() | st.integers(0, 9))
    def notes_a_call(self, number: int, reached: bool, days: int | None) -> None:
        if asked := self.some(number):
            next_on = None if days is None else (self.now + timedelta(days=days)).date()
            self.do(commands.note_call, asked.id, reached, "They will", next_on=next_on)

    @rule(number=st.integers(0, 30))
    def nudges(self, number: int) -> None:
        if asked := self.some(number):
            self.do(commands.nudge, asked.id)

    # --- the manager

    @rule(number=st.integers(0, 30), days=st.integers(0, 40), reason=REASONS)
    def extends(self, number: int, days: int, reason: str) -> None:
        if asked := self.some(number):
            until = self.now + timedelta(days=days, hours=3)
            self.do(commands.extend, asked.id, until, reason)

    @rule(
        step=st.sampled_from(["", "", "returns", "figures", "none"]),
        place=st.sampled_from(["", "", *PLACES]),
        days=st.integers(0, 40),
        reason=REASONS,
    )
    def extends_many(self, step: str, place: str, days: int, reason: str) -> None:
        until = self.now + timedelta(days=days, hours=3)
        asked = {a.id: a.due for a in self.state.open_assignments}
        self.do(commands.extend_many, until, reason, step=step, organisation=place)
        for left in self.state.open_assignments:
            due = asked.get(left.id)
            assert not due or not left.due or left.due.at >= due.at, "more time made it sooner"

    @rule(
        person=st.sampled_from(["jo", "tom", "priya", "nina", "leo"]),
        to=st.sampled_from(["jo", "tom", "priya", "nina", "nobody"]),
        reason=REASONS,
    )
    def hands_over(self, person: str, to: str, reason: str) -> None:
        before = self.state
        self.do(commands.hand_over, person, to, reason)
        if self.state is not before:
            theirs = [
                a for a in self.state.open_assignments if a.id in {b.id for b in before.open_assignments}
            ]
            assert not [a for a in theirs if a.person == person and not a.unfilled], (
                "something stayed with them"
            )

    @rule(
        number=st.integers(0, 30),
        person=st.sampled_from(["jo", "tom", "priya", "asha", "nina", "nobody"]),
        reason=REASONS,
    )
    def reassigns(self, number: int, person: str, reason: str) -> None:
        if asked := self.some(number):
            self.do(commands.reassign, asked.id, person, reason)

    @rule(
        step=st.integers(0, 20),
        place=st.sampled_from(["", "", *PLACES]),
        unlock=st.booleans(),
        reason=REASONS,
    )
    def reopens(self, step: int, place: str, unlock: bool, reason: str) -> None:
        name = list(self.state.steps)[step % len(self.state.steps)]
        self.do(commands.reopen_step, name, reason, organisation=place, unlock=unlock)

    @rule(step=st.integers(0, 20), place=st.sampled_from(["", *PLACES]), what=REASONS)
    def sends_back(self, step: int, place: str, what: str) -> None:
        self.do(commands.send_back, self.begun(step), what, place)

    @rule(step=st.integers(0, 20), reason=REASONS)
    def skips(self, step: int, reason: str) -> None:
        self.do(commands.skip_step, list(self.state.steps)[step % len(self.state.steps)], reason)

    @rule(step=st.integers(0, 20), reason=REASONS)
    def closes_short(self, step: int, reason: str) -> None:
        self.do(commands.close_short, self.begun(step, "open"), reason)

    @rule(step=st.integers(0, 20), reason=REASONS)
    def reopens_workflow(self, step: int, reason: str) -> None:
        was_over, locked = self.state.over, self.state.locked
        self.do(commands.reopen_workflow, self.begun(step), reason)
        if was_over and self.state.status == "open":
            assert not locked or not self.state.locked
            assert all(
                step.status != "open"
                or any(a.status == "open" or a.settled for a in step.assignments.values())
                or step.children
                for step in self.state.steps.values()
            ), "a step is open that asks nobody"

    @rule(step=st.sampled_from(["query", "talk"]), places=st.sets(st.sampled_from(PLACES)))
    def opens_on_demand(self, step: str, places: set[str]) -> None:
        self.do(commands.open_on_demand, step, tuple(sorted(places)), "One thing")

    @rule(
        step=st.integers(0, 20),
        choice=st.sampled_from(["proceed", "wait", "wait"]),
        days=st.integers(1, 20),
        reason=REASONS,
    )
    def decides_shortfall(self, step: int, choice: Any, days: int, reason: str) -> None:
        name = self.begun(step, "open")
        until = self.now + timedelta(days=days) if choice == "wait" else None
        self.do(commands.decide_shortfall, name, choice, reason, until)

    @rule(reason=REASONS)
    def holds(self, reason: str) -> None:
        self.do(commands.hold, reason)

    @rule()
    def lifts(self) -> None:
        since = len(self.events)
        self.do(commands.lift)
        self.told_once(since)

    @rule(step=st.integers(0, 40), place=st.sampled_from(["", *PLACES]), reason=REASONS)
    def holds_a_part(self, step: int, place: str, reason: str) -> None:
        steps = ["", *self.state.steps]
        self.do(commands.hold, reason, steps[step % len(steps)], place)

    @precondition(lambda self: bool(self.state.held))
    @rule(number=st.integers(0, 5))
    def lifts_a_part(self, number: int) -> None:
        part, since = self.state.held[number % len(self.state.held)], len(self.events)
        self.do(commands.lift, "It is over", part.step, part.organisation)
        self.told_once(since)

    @precondition(lambda self: self.settled_at is not None and len(self.events) > 200)
    @rule(reason=REASONS)
    def cancels(self, reason: str) -> None:
        self.do(commands.cancel, reason)

    @rule(which=st.integers(0, 4), reason=REASONS)
    def changes_membership(self, which: int, reason: str) -> None:
        members = worlds.Pcn.model_validate(memberships()[which])
        self.do(commands.change_membership, members, reason)

    @rule(place=st.sampled_from(PLACES), into=st.sampled_from(["", *PLACES]), reason=REASONS)
    def withdraws_practice(self, place: str, into: str, reason: str) -> None:
        patients = self.state.pcn.list_size
        self.do(commands.withdraw_practice, place, reason, into)
        if into and place not in self.state.pcn.practices_by_code and self.state.pcn.list_size:
            assert self.state.pcn.list_size <= patients

    @rule(which=st.integers(0, 2), place=st.sampled_from([*PLACES, "Y10005"]), reason=REASONS)
    def adds_practice(self, which: int, place: str, reason: str) -> None:
        members = worlds.Pcn.model_validate(memberships()[which])
        self.do(commands.add_practice, place, members, reason)

    @rule(place=st.sampled_from(PLACES), size=st.integers(0, 20_000), reason=REASONS)
    def corrects_list_size(self, place: str, size: int, reason: str) -> None:
        self.do(commands.correct_list_size, place, size, reason)

    @rule(extra=st.booleans(), reason=REASONS)
    def changes_calendar(self, extra: bool, reason: str) -> None:
        bundle = (self.extra if extra else self.plain).hash
        self.do(commands.change_calendar, bundle, self.opened, reason)

    @rule(
        name=st.sampled_from(["start", "quarter_end", "board", "external_deadline"]),
        days=st.integers(-20, 90),
        reason=REASONS,
    )
    def moves_date(self, name: str, days: int, reason: str) -> None:
        self.moved = name
        day = (self.now + timedelta(days=days)).date().isoformat()
        since = len(self.events)
        self.do(commands.move_named_date, name, day, reason)
        self.do(commands.correct_external_date, name, day, "The commissioner's email", reason)
        self.moved = None
        self.told_once(since)

    @rule(
        name=st.sampled_from(["start", "quarter", "board_date", "chosen", "supervisor", "cut_off"]),
        value=st.sampled_from(["2027-03-01", "2027-06-01", "Q1", "Q4", "tom", ["Y10001"]]),
        reason=REASONS,
    )
    def corrects_input(self, name: str, value: Any, reason: str) -> None:
        since = len(self.events)
        try:
            self.do(commands.correct_input, name, value, reason)
        except Invalid:
            return
        self.told_once(since)

    # --- time

    @rule()
    def to_the_next_deadline(self) -> None:
        following = next_deadline(self.state, self.now)
        if following is None or following > LATEST:
            return
        self.just_before(following)
        self.now = following
        self.settle()
        assert next_deadline(self.state, self.now) != following, "the clock stands still"

    @rule(hours=st.integers(1, 40))
    def hours_pass(self, hours: int) -> None:
        self.pass_to(self.now + timedelta(hours=hours))

    @rule(weeks=st.integers(1, 8))
    def weeks_pass(self, weeks: int) -> None:
        self.pass_to(self.now + timedelta(weeks=weeks))

    @rule()
    def nobody_does_anything(self) -> None:
        for _ in range(12):
            self.to_the_next_deadline()

    def pass_to(self, moment: datetime) -> None:
        if moment > LATEST:
            return
        following = next_deadline(self.state, self.now)
        if following is None or following > moment:
            self.just_before(moment + timedelta(seconds=1))
        self.now = moment
        self.settle()

    def just_before(self, moment: datetime) -> None:
        """Time alone moves nothing before the next deadline."""
        early = moment - timedelta(seconds=1)
        if early > self.now:
            assert not advance(self.state, early).events, "something happened before its time"

    # --- what always holds

    @invariant()
    def the_log_is_the_state(self) -> None:
        if not hasattr(self, "state"):
            return
        assert fold(self.events, self.opened) == self.state
        assert self.twin == self.state

    @invariant()
    def nobody_is_pressed(self) -> None:
        if not hasattr(self, "state"):
            return
        for step in self.state.steps.values():
            for asked in step.assignments.values():
                assert asked.chasers <= 2
                if step.done:
                    assert asked.status != "open", "an assignment outlived its step"
                former = {practice.code for practice in self.state.pcn.former}
                if asked.role != "hr_lead":  # the employer's, which may have left since it was named
                    assert asked.status != "open" or asked.organisation not in former, "asked after it left"
                if asked.unfilled:
                    assert not [r for r in asked.rungs if r.rung not in asked.climbed]

    @invariant()
    def it_can_say_what_it_waits_for(self) -> None:
        if hasattr(self, "state"):
            assert waiting_for(self.state, self.now)


Workflow.TestCase.settings = settings(max_examples=EXAMPLES, stateful_step_count=25, deadline=None)
TestWorkflow = Workflow.TestCase
