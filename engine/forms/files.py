"""The files an answer names: held by Baton, no larger than was said, and within what a link and a workflow may hold."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from engine.forms.answers import AnswerProblem as AnswerProblem
from engine.forms.file_tables import tables_in
from engine.forms.patient_guard import GuardHit, hit_in_tables, standing
from engine.state.workflow import Assignment, WorkflowState

MB = 1024 * 1024
_FILE = {"name", "sha256", "size"}


@dataclass(frozen=True, slots=True)
class FileQuotas:
    """Bytes that the files of one link may have together, and those of one workflow; the same file counts once."""

    link: int = 50 * MB
    workflow: int = 500 * MB


def files_in(answers: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Every file that checked answers name, with its path."""
    for key, value in answers.items():
        if not isinstance(value, Mapping):
            continue
        if value.keys() == _FILE:
            yield f"{before}{key}", value
        else:
            yield from files_in(value, f"{before}{key}.")


def hit_in_file(content: bytes) -> GuardHit | None:
    """A hit when a file that can be read holds an NHS number. It takes seconds for the largest."""
    return hit_in_tables(tables_in(content))


def identifiable_files(
    answers: Mapping[str, Any], hits: Mapping[str, GuardHit], not_nhs_number: bool
) -> list[AnswerProblem]:
    """What is wrong with files that hold an NHS number, by path; `hits` by the sha256 of the file."""
    problems = []
    for path, file in files_in(answers):
        for hit in standing([hits[file["sha256"]]] if file["sha256"] in hits else [], not_nhs_number):
            problems.append(AnswerProblem(path, f"In the file: {hit.message}", hit.code))
    return problems


def check_files(
    state: WorkflowState,
    assignment: Assignment,
    answers: Mapping[str, Any],
    waiting: Mapping[str, int],
    quotas: FileQuotas,
) -> list[AnswerProblem]:
    """What is wrong with the files of checked answers, by path. `waiting`: the sizes of those sent for this answer."""
    named = list(files_in(answers))
    if not named:
        return []
    given = _given_by(state, assignment.organisation)
    missing = [
        AnswerProblem(
            path, "Choose the file again: Baton does not have it, or not any longer", "no-such-file"
        )
        for path, file in named
        if file["size"] not in (waiting.get(file["sha256"]), given.get(file["sha256"]))
    ]
    return missing or _too_much(state, assignment, named, quotas)


def _too_much(
    state: WorkflowState,
    assignment: Assignment,
    named: list[tuple[str, Mapping[str, Any]]],
    quotas: FileQuotas,
) -> list[AnswerProblem]:
    """Problems of the new files, where they would make it too much."""
    everyone = [each for step in _attempts(state) for each in step.assignments.values()]
    for who, most, held in (
        ("this link", quotas.link, _sizes(_answers_of([assignment]))),
        (state.reference, quotas.workflow, _sizes(_answers_of(everyone))),
    ):
        new = {file["sha256"]: file["size"] for _, file in named if file["sha256"] not in held}
        if new and sum(held.values()) + sum(new.values()) > most:
            used = f"{sum(held.values()) / MB:.1f}".removesuffix(".0")
            said = (
                f"The files sent for {who} may have {most // MB} MB together, and {used} MB are used. Send a smaller "
                "file, or ask the PCN manager where else it can go"
            )
            return [AnswerProblem(path, said, "too-much") for path, file in named if file["sha256"] in new]
    return []


def _given_by(state: WorkflowState, organisation: str) -> dict[str, int]:
    """The files that an organisation gave in this workflow or at the last one: an answer may name them again."""
    own = [
        a for step in _attempts(state) for a in step.assignments.values() if a.organisation == organisation
    ]
    last = (answers.get(organisation, {}) for answers in state.previous.values())
    return _sizes([*_answers_of(own), *last])


def _attempts(state: WorkflowState) -> Iterator[Any]:
    yield from state.steps.values()
    for attempts in state.earlier.values():
        yield from attempts


def _answers_of(assignments: Iterable[Assignment]) -> Iterator[Mapping[str, Any]]:
    return (response.answers for assignment in assignments for response in assignment.responses)


def _sizes(answers: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    return {file["sha256"]: file["size"] for each in answers for _, file in files_in(each)}
