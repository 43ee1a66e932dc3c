"""Errors of the API: problem+json (RFC 9457) with a stable code and what to do next. Never what was sent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from starlette.responses import Response

from engine.commands.refusals import Invalid, Refused, Warned
from engine.forms.answers import AnswerProblem as AnswerProblem
from engine.forms.answers import AnswerWarning
from web.refusals import status_of

MEDIA_TYPE = "application/problem+json"


@dataclass(frozen=True, slots=True)
class ProblemDetails:
    """`title` says what is wrong, `detail` what to do next; `errors` has each answer's own problem."""

    status: int
    code: str
    title: str
    detail: str = ""
    errors: Sequence[AnswerProblem | AnswerWarning] = ()


def problem(told: ProblemDetails, headers: dict[str, str] | None = None) -> Response:
    body: dict[str, Any] = {
        "type": f"urn:baton:problem:{told.code}",
        "title": told.title,
        "status": told.status,
        "code": told.code,
        "detail": told.detail,
    }
    if told.errors:
        body["errors"] = [
            {"path": each.path, "message": each.message, "code": getattr(each, "code", "warning")}
            for each in told.errors
        ]
    return Response(orjson.dumps(body), told.status, headers, MEDIA_TYPE)


def refusal(error: Invalid | Warned | Refused) -> Response:
    """A refusal as a problem."""
    if isinstance(error, Invalid):
        return problem(
            ProblemDetails(422, "invalid", "Some answers need another look", _then(error), error.problems)
        )  # fmt: skip
    if isinstance(error, Warned):
        return problem(
            ProblemDetails(422, "warned", "Some answers look unusual", "Check them, or send them again with refuse_warnings false.", error.warnings)
        )  # fmt: skip
    status = status_of(error)
    headers = {"retry-after": "5"} if status == 503 else None
    title = _TITLES.get(status, "That cannot be done now")
    return problem(ProblemDetails(status, error.code, title, error.message), headers)


def _then(error: Invalid) -> str:
    """What to do next about answers that are wrong."""
    told = "Nothing was kept. Put these right, and send it all again."
    if any(each.code == "may_be_nhs_number" for each in error.problems):
        told += " If it is no NHS number, say so with by.not_nhs_number: true (at the command line, --not-nhs-number)."
    return told


_TITLES = {403: "That is not allowed", 404: "There is no such thing", 422: "That cannot be taken"}
