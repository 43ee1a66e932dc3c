"""Errors of the API: problem+json (RFC 9457) with a stable code and what to do next. Never what was sent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from starlette.responses import Response

from engine.forms.answers import AnswerProblem as AnswerProblem
from engine.forms.answers import AnswerWarning

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
