"""The questions of a page in order, and where an error points."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from engine.forms.answers import AnswerProblem, AnswerWarning
from engine.forms.presentation import DrawnField
from web.practice.components import Question, component


def questions(
    form: Sequence[DrawnField],
    rows: Mapping[str, int] | None = None,
    notes: Mapping[str, str] | None = None,
    ids: str = "q",
) -> list[Question]:
    """The whole form. `rows`: how many rows a table shows at least; `notes`: signed notes of files kept, by path."""
    return [
        component(drawn, f"{ids}{number}", (rows or {}).get(drawn.path, 0), (notes or {}).get(drawn.path, ""))
        for number, drawn in enumerate(form, 1)
    ]


def anchor(problem: AnswerProblem | AnswerWarning, asked: Sequence[Question]) -> str:
    """The link from the error summary to the input that is wrong."""
    for question in asked:
        path = question.drawn.path
        if problem.path == path:
            box = problem.box if isinstance(problem, AnswerProblem) else ""
            return f"#{question.id}{_first_input(question, box)}"
        if problem.path.startswith(f"{path}."):
            row, _, column = problem.path[len(path) + 1 :].partition(".")
            return f"#{question.id}-{row}-{column or _first_column(question)}"
    return {"name": "#name", "role": "#role"}.get(problem.path, "#answers")


def _first_input(question: Question, box: str) -> str:
    """What the id of the input to mend ends in, for a question of several: the first, unless the problem names one."""
    match question.component:
        case "dateInput" | "boxes":
            return f"-{box or question.drawn.widget.boxes[0]}"
        case "table":
            return f"-0-{_first_column(question)}"
    return ""


def _first_column(question: Question) -> str:
    return question.drawn.columns[0].id if question.drawn.columns else ""
