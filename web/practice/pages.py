"""Puts the page of an assignment together for its template."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from starlette.responses import HTMLResponse

from engine.forms.answers import AnswerProblem, AnswerWarning
from engine.forms.presentation import DrawnField
from web.practice.components import NOT_NHS_NUMBER, Question
from web.practice.questions import anchor, questions
from web.practice.replies import BY_SLUG, drawn_reply
from web.renderer import Pages
from web.views import AssignmentPage


@dataclass(frozen=True, slots=True)
class PageDetails:
    """What a page shows besides what is asked: what was typed, what is wrong with it, and in which form.

    `notes`: signed, of the files that are sent again unseen, by path. `seen`: the number of the answer it was opened on.
    """

    form: Sequence[DrawnField]
    problems: tuple[AnswerProblem, ...] = ()
    warnings: tuple[AnswerWarning, ...] = ()
    rows: Mapping[str, int] = field(default_factory=dict)
    notes: Mapping[str, str] = field(default_factory=dict)
    seen: int | None = None
    name: str = ""
    role: str = ""
    not_nhs_number: bool = False
    reply: str = ""
    reply_form: Sequence[DrawnField] = ()


class LinkPages:
    """Draws an assignment's page."""

    def __init__(self, pages: Pages) -> None:
        self._pages = pages

    def draw(
        self, page: AssignmentPage, shape: PageDetails, *, link: str, seal: str, today: date, status: int
    ) -> HTMLResponse:
        asked = questions(shape.form, shape.rows, shape.notes)
        replies = [self._reply(slug, shape, today) for slug in BY_SLUG]
        wrong = next((reply for reply in replies if reply["slug"] == shape.reply), None)
        answer = {} if shape.reply else _signer(shape, "")
        return self._pages.draw(
            "assignment.jinja",
            status,
            page=page,
            link=link,
            seal=seal,
            seen="" if shape.seen is None else shape.seen,
            questions=asked,
            tables=any(question.component == "table" for question in asked),
            signer=answer,
            warnings=shape.warnings,
            replies=replies,
            errors=_summary(
                shape, wrong["questions"] if wrong else asked, f"{shape.reply}-" if wrong else ""
            ),
            prefix="Error: " if shape.problems else "Not sent yet: " if shape.warnings else "",
        )

    def _reply(self, slug: str, shape: PageDetails, today: date) -> dict[str, Any]:
        reply = BY_SLUG[slug]
        current = slug == shape.reply
        form = shape.reply_form if current else drawn_reply(reply, today)
        return {
            "slug": slug,
            "reply": reply,
            "open": current,
            "questions": questions(form, ids=f"{slug}-q"),
            "signer": _signer(shape, f"{slug}-") if current else {"ids": f"{slug}-"},
        }


def _signer(shape: PageDetails, ids: str) -> dict[str, Any]:
    """Who answers, as typed, and what is wrong with it. Where something may be an NHS number, they can say that it is none."""
    doubt = any(problem.code == "may_be_nhs_number" for problem in shape.problems)
    wrong = {problem.path: problem.message for problem in shape.problems if problem.path in ("name", "role")}
    return {
        "ids": ids,
        "name": shape.name,
        "role": shape.role,
        "name_error": wrong.get("name", ""),
        "role_error": wrong.get("role", ""),
        "says_not": _says_not(ids, shape.not_nhs_number) if doubt or shape.not_nhs_number else None,
    }


def _says_not(ids: str, ticked: bool) -> dict[str, Any]:
    """The box to tick where what looks like an NHS number is something else."""
    text = "None of the numbers here is an NHS number"
    return {
        "idPrefix": f"{ids}{NOT_NHS_NUMBER}",
        "name": NOT_NHS_NUMBER,
        "hint": {
            "text": "Tick this only if you know what it is instead, such as an order number. That you said so is kept."
        },
        "items": [{"value": "yes", "text": text, "checked": ticked}],
    }


def _summary(shape: PageDetails, asked: Sequence[Question], ids: str) -> list[dict[str, str]]:
    """The error summary: every problem or warning, each with a link to its input."""
    listed = []
    found: list[AnswerProblem | AnswerWarning] = [*shape.problems, *shape.warnings]
    for problem in found:
        href = anchor(problem, asked)
        if href in ("#name", "#role"):
            href = f"#{ids}{href[1:]}"
        # What is wrong with the whole has no input to go to.
        listed.append(
            {"text": problem.message} if href == "#answers" else {"text": problem.message, "href": href}
        )
    return listed
