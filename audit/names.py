"""What the steps, organisations and people of one workflow are called."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from engine import events as e
from engine.dates.clock import LONDON
from engine.dates.explanation import long
from engine.expressions.scope import Scope
from engine.notices.facts import words
from engine.state.workflow import WorkflowState


class Names:
    """The words for ids, as the workflow stood at its end."""

    def __init__(self, state: WorkflowState) -> None:
        self.state = state
        self._scope = Scope(state, state.closed_at or state.launched_at)
        self._titles: dict[str, str] = {}

    def title(self, step: str) -> str:
        """A step's title; its id in words where the title cannot be worked out any more."""
        if step not in self._titles:
            spec = self.state.process.steps.get(step)
            try:
                self._titles[step] = self._scope.title(spec) if spec else step
            except (
                Exception
            ):  # a title may name an answer that was never given: the story is told all the same
                self._titles[step] = step.replace("_", " ")
        return self._titles[step]

    def quoted(self, step: str) -> str:
        return f"“{self.title(step)}”"

    def place(self, code: str) -> str:
        return self.state.pcn.organisation_name(code)

    def places(self, codes: Iterable[str]) -> str:
        return ", ".join(self.place(code) for code in codes)

    def person(self, person: str) -> str:
        known = self.state.pcn.people_by_id.get(person)
        return known.name if known else person

    def role(self, role: str) -> str:
        return words(role)

    def whose(self, assignment: str) -> str:
        """`“Your figures” of Elm Tree Surgery`."""
        known = self.state.assignment(assignment)
        return f"{self.quoted(known.step)} of {self.place(known.organisation)}" if known else assignment

    def at(self, assignment: str) -> str:
        known = self.state.assignment(assignment)
        return self.place(known.organisation) if known else assignment

    def actor(self, actor: e.Actor) -> str:
        """`Ruth Lewis for Tom Okafor (practice manager, Elm Tree Surgery)`."""
        cover = f" for {self.person(actor.on_behalf_of)}" if actor.on_behalf_of else ""
        unnamed = actor.is_administrator and actor.role in actor.name  # "The administrator" is its own role
        parts = [self.role(actor.role)] if actor.role and not unnamed else []
        parts += [self.place(actor.organisation)] if actor.organisation and actor.role else []
        parts += ["with the key of Baton's home folder"] if actor.is_administrator else []
        parts += ["who said that a number here is no NHS number"] if actor.not_nhs_number else []
        return f"{actor.name}{cover}" + (f" ({', '.join(parts)})" if parts else "")

    def moment(self, at: datetime) -> str:
        local = at.astimezone(LONDON)
        return f"{long(local.date())}, {local:%H:%M}"
