"""What is said when a request cannot be done: a problem over the API, a page elsewhere. Never what was sent."""

from __future__ import annotations

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from engine.commands.refusals import Invalid, Refused, Warned
from engine.forms.answers import AnswerProblem as AnswerProblem
from web.access.headers import kind_of
from web.problems import ProblemDetails, problem, refusal
from web.refusals import status_of, told
from web.renderer import Pages

_CODES = {400: "unreadable", 404: "not_found", 405: "method_not_allowed", 413: "too_large"}
_SAID = {
    400: ("This could not be read", "Check what you sent, and try again. Nothing was kept."),
    404: ("There is no such page", "Check the address, or open the link in your email again."),
    405: ("That is not done here", "The API’s description at /api/openapi.json says what is."),
    413: ("That is too large", "Files may have up to 10 MB."),
}


def add_error_handlers(app: FastAPI, pages: Pages) -> None:
    """Let `app` say kindly what was refused. What Baton itself gets wrong is `Protection`'s to say."""

    async def misshapen(request: Request, error: RequestValidationError) -> Response:
        return problem(_misshapen(error))

    async def http_error(request: Request, error: HTTPException) -> Response:
        status, headers = error.status_code, dict(error.headers or {})
        title, advice = _SAID.get(status, ("That did not work", "Check what you sent, and try again."))
        if kind_of(request.url.path) == "api":
            return problem(ProblemDetails(status, _CODES.get(status, "http_error"), title, advice), headers)
        return pages.say(status, title, advice, headers=headers)

    async def refused(request: Request, error: Refused) -> Response:
        if kind_of(request.url.path) == "api":
            return refusal(error)
        # On a page only looking is refused here: it cannot be worked out.
        return pages.say(status_of(error), "This page cannot be shown", told(error))

    async def not_taken(request: Request, error: Invalid | Warned) -> Response:
        return refusal(error)

    app.exception_handler(RequestValidationError)(misshapen)
    app.exception_handler(HTTPException)(http_error)
    app.exception_handler(Refused)(refused)
    for kind in (Invalid, Warned):
        app.exception_handler(kind)(not_taken)


def _misshapen(error: RequestValidationError) -> ProblemDetails:
    """What is wrong with a request's shape, without what it held."""
    told = [
        AnswerProblem(
            _place(each["loc"]),
            "cannot be taken" if each["type"] == "value_error" else str(each["msg"]),
            each["type"],
        )
        for each in error.errors()
    ]
    advice = "Nothing was kept. Put these right, and send it again."
    return ProblemDetails(422, "invalid", "This is not what is expected here", advice, told)


def _place(location: tuple[str | int, ...]) -> str:
    """Where, without "body"; a key somebody made up is not repeated."""
    named = (part for part in location[1:] if isinstance(part, int) or _is_a_name(part))
    return ".".join(map(str, named))


def _is_a_name(part: str) -> bool:
    return part.replace("_", "").replace("-", "").isalpha()
