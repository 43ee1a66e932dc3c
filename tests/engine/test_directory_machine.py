"""A workflow driven at random while its directory changes: people leave, cover and come back, practices merge.

Whatever happens, everything open has an owner or is a question to the manager; nobody is written to after they left; nobody
is told twice of one change. `ENGINE_EXAMPLES=2000 pytest tests/engine/test_directory_machine.py` looks harder.
"""

from __future__ import annotations

from datetime import timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule

from definitions.models.directory import Pcn
from engine import commands
from engine import events as e
from engine.dates.clock import london_date
from engine.decisions.draft import Decision
from tests.engine import test_machine
from tests.engine.wide_bay import changed_membership

WHO = st.sampled_from(["tom", "sam", "rae", "leo", "jo", "priya"])


class FollowsDirectory(test_machine.Workflow):
    """The workflow of `test_machine`, whose PCN does not stand still either."""

    @rule(
        what=st.sampled_from(["passes on", "ends", "cover", "absence", "merges", "list size", "closure"]),
        number=st.integers(0, 10),
        days=st.integers(-2, 15),
        who=WHO,
    )
    def changes_directory(self, what: str, number: int, days: int, who: str) -> None:
        first = (self.now + timedelta(days=days)).date()
        data = changed_membership(self.state.pcn, what, number, first, who)
        merged = data.pop("merged", {})
        self.do(commands.change_membership, Pcn.model_validate(data), "the directory changed", merged=merged)

    @rule(who=WHO, days=st.integers(0, 5))
    def leaves(self, who: str, days: int) -> None:
        """Every role of somebody ends, and those that were to begin do not."""
        last = str((self.now + timedelta(days=days)).date())
        data = self.state.pcn.model_dump(mode="json", by_alias=True)
        for part, key in (("roles", "person"), ("cover", "by")):
            kept = [entry for entry in data[part] if entry[key] != who or (entry["from"] or "") <= last]
            ends = [
                entry for entry in kept if entry[key] == who and not (entry["to"] and entry["to"] <= last)
            ]
            data[part] = [entry | {"to": last} if entry in ends else entry for entry in kept]
        self.do(commands.change_membership, Pcn.model_validate(data), f"{who} leaves")

    def take(self, decision: Decision) -> None:
        planned = [event.body.notice for event in decision.events if isinstance(event.body, e.NoticePlanned)]
        told = [(n.email, n.about, n.kind, n.subject, n.rung, str(n.facts.get("text"))) for n in planned]
        assert len(told) == len(set(told)), "told twice of one thing"
        super().take(decision)

    def look_at(self, event: e.Event) -> None:
        super().look_at(event)
        if isinstance(event.body, e.NoticePlanned) and (person := event.body.notice.person):
            assert not self.state.pcn.has_left(person, london_date(self.now)), "written to after they left"

    @invariant()
    def everything_open_has_an_owner_or_is_a_question(self) -> None:
        if not hasattr(self, "state") or self.state.status != "open" or self.settled_at != self.now:
            return
        pcn, today = self.state.pcn, london_date(self.now)
        for step in self.state.steps.values():
            for asked in step.assignments.values() if step.status == "open" else ():
                if asked.status != "open" or self.state.is_held(step.id, asked.organisation):
                    continue  # what is on hold follows when it goes on
                assert asked.organisation in {pcn.code, *pcn.practices_by_code}, (
                    "asked of a practice that is gone"
                )
                place = pcn.practices_by_code.get(asked.organisation)
                if asked.person:
                    assert not pcn.has_left(asked.person, today), "asked of one who has left"
                else:
                    assert asked.unfilled or (place and place.mailbox), "asked of nobody"


FollowsDirectory.TestCase.settings = settings(
    max_examples=test_machine.EXAMPLES, stateful_step_count=25, deadline=None
)
TestFollowsDirectory = FollowsDirectory.TestCase
