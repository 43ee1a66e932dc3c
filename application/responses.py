"""One attempt to answer an assignment: checked against its form, and given to the engine with the files it names."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from application.uploads import Uploads
from engine import commands
from engine.commands import responses
from engine.commands.refusals import Invalid, Warned
from engine.decisions.draft import Decision
from engine.events import Actor, Means
from engine.expressions.evaluator import FormEvaluator
from engine.forms.answers import AnswerWarning, CheckedAnswers, check_answers
from engine.forms.files import check_files, files_in, identifiable_files
from engine.state.workflow import Assignment, WorkflowState

logger = logging.getLogger("baton.answers")


@dataclass(frozen=True, slots=True)
class ToldBy:
    """Whose answer somebody records: `by` is a person of the directory, by id or name, or a name; how they told it, and when."""

    by: str
    role: str
    how: Means
    when: datetime


class ResponseAttempt:
    """Decided anew whenever another commit came first. `warnings` and `files` are those of the last decision.

    `anyway`: also where it looks unusual. `seen` is the number of the answer that whoever answers had before them.
    `told`: it is somebody else's answer, which `actor` records.
    """

    def __init__(
        self, uploads: Uploads, assignment_id: str, raw: Mapping[str, Any], now: datetime, actor: Actor,
        *, anyway: bool, seen: int | None, told: ToldBy | None = None,
    ) -> None:  # fmt: skip
        self._uploads, self._assignment_id, self._raw = uploads, assignment_id, raw
        self._now, self._actor, self._anyway, self._seen = now, actor, anyway, seen
        self._told = told
        self.warnings: tuple[AnswerWarning, ...] = ()
        self.files: dict[str, bytes] = {}  #: what goes to the log with it, by its sha256

    def decide(self, state: WorkflowState) -> Decision:
        """Raises Invalid with every problem, Warned unless `anyway`, Refused."""
        assignment = responses.answerable(state, self._assignment_id)
        checked = self.checked(state)
        self.warnings = checked.warnings
        self._log_faults(state, checked)
        if checked.problems:
            raise Invalid(checked.problems)
        if checked.warnings and not self._anyway:
            raise Warned(checked.warnings)
        responses.nobody_meanwhile(assignment, self._seen, checked.values, self._actor)
        self.files.clear()
        self.files.update(self._files_of(state, assignment, checked.values))
        said = tuple(warning.message for warning in checked.warnings)
        state_of = (state, self._now, self._actor, self._assignment_id, checked.values)
        if (told := self._told) is None:
            return commands.respond(*state_of, said)
        return commands.record_response(
            *state_of, told.by, told.how, told.when, role=told.role, warnings=said
        )

    def checked(self, state: WorkflowState) -> CheckedAnswers:
        """What was typed, against the form of the step, and the files it names, of which one that is refused for an NHS
        number in it waits no longer. Raises Refused where nothing can be answered."""
        assignment = responses.answerable(state, self._assignment_id)
        step = state.process.steps[assignment.step]
        evaluator = FormEvaluator(state, self._now, assignment)
        said_otherwise = self._actor.not_nhs_number
        checked = check_answers(step.form, step.checks, self._raw, evaluator.names, evaluator, said_otherwise)
        hits = self._uploads.hits(self._waiting(assignment, checked.values))
        problems = identifiable_files(checked.values, hits, said_otherwise)
        wrong = {problem.path for problem in problems}
        self._uploads.forget(
            assignment.id, [file["sha256"] for path, file in files_in(checked.values) if path in wrong]
        )
        return replace(checked, problems=(*checked.problems, *problems))

    def _log_faults(self, state: WorkflowState, checked: CheckedAnswers) -> None:
        """For who looks after the definition: whoever answers can do nothing about it, and is told nothing."""
        definition = state.process.definition
        for fault in checked.faults:
            logger.warning(
                "%s version %d: the warning of %s in %s cannot be worked out (%s): %s", definition.id,
                definition.version, fault.path, self._assignment_id, fault.code, fault.warn,
            )  # fmt: skip

    def _files_of(
        self, state: WorkflowState, assignment: Assignment, answers: Mapping[str, Any]
    ) -> dict[str, bytes]:
        """The files that the answers name and that wait here. Raises Invalid for what cannot be named."""
        waiting = self._waiting(assignment, answers)
        sizes = {sha256: len(content) for sha256, content in waiting.items()}
        if problems := check_files(state, assignment, answers, sizes, self._uploads.quotas):
            raise Invalid(problems)
        return waiting

    def _waiting(self, assignment: Assignment, answers: Mapping[str, Any]) -> dict[str, bytes]:
        """The files that the answers name and that wait here, by their sha256."""
        named = {file["sha256"] for _, file in files_in(answers)}
        found = {sha256: self._uploads.read(assignment.id, sha256) for sha256 in named}
        return {sha256: content for sha256, content in found.items() if content is not None}
