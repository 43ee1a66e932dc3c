"""The REST API: launch, look, answer and reply; its commands are in `web/api/commands.py`. Every error says what to do next.

Answers are the busy part, and are read by hand: no dependency, no model, one JSON in and one out.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any, Literal

import orjson
from fastapi import APIRouter, Query, Request
from pydantic import Field, ValidationError
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from definitions.models.primitives import ODS_LENGTH, Day
from definitions.models.replies import REPLIES, ReplyKind
from definitions.source.typed_text import ods_code
from engine.commands.refusals import Invalid, Refused, Warned
from engine.forms.answers import AnswerProblem as AnswerProblem
from web.access.principals import policy_of, principal_of
from web.api.bodies import UNSAID, Key, RequestBody, Sender, Teller
from web.api.gateway import ApiGateway
from web.api.json_bodies import StrictRoute, json, read_json
from web.api.schema import ERRORS, FILE_BODY, RESPONSE_BODY, TAKEN
from web.problems import ProblemDetails, problem, refusal

_UNREADABLE = ProblemDetails(
    422, "invalid", "This is not what is expected here", 'Send JSON: {"answers": {...}, "by": {"name": ..., "role": ...}}.'
)  # fmt: skip


class LaunchBody(RequestBody):
    definition: Annotated[str, Field(min_length=1, max_length=60)]
    pcns: Annotated[
        list[str],
        Field(min_length=1, max_length=5000, description="ODS codes of the PCNs; all for every one"),
    ]
    inputs: dict[str, Any] = {}
    by: Sender = UNSAID


class ReplyBody(RequestBody):
    kind: ReplyKind
    text: Annotated[str, Field(max_length=4000)] = ""
    until: Day | None = None
    by: Teller = Teller()


class RevokeBody(RequestBody):
    reason: Annotated[str, Field(min_length=1, max_length=1000)]
    by: Sender = UNSAID


#: Takes a request for the path parameter `assignment_id`.
Handler = Callable[[Request], Awaitable[Response]]


def api_routes(gateway: ApiGateway, now: Callable[[], datetime]) -> tuple[Handler, APIRouter]:
    """What takes answers, for the short way, and the router with everything, which describes it too."""
    router = APIRouter(prefix="/api", responses=ERRORS, route_class=StrictRoute)
    _add_looking(router, gateway)
    _add_managing(router, gateway)
    _add_answering(router, gateway, now)
    _add_launching(router, gateway)
    respond = _responding(gateway, now)
    router.post(
        "/assignments/{assignment_id}/responses",
        name="respond",
        summary="Answer an assignment",
        status_code=201,
        responses=TAKEN,
        openapi_extra=RESPONSE_BODY,
    )(respond)
    return respond, router


class ShortWay:
    """Answers go straight to what takes them: the way through FastAPI's routing would cost as much as half of the rest."""

    _BEFORE, _AFTER = "/api/assignments/", "/responses"

    def __init__(self, app: ASGIApp, respond: Handler) -> None:
        self._app, self._respond = app, respond

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path: str = scope.get("path", "")
        if path.endswith(self._AFTER) and path.startswith(self._BEFORE) and scope.get("method") == "POST":
            assignment = path[len(self._BEFORE) : -len(self._AFTER)]
            if assignment and "/" not in assignment and not scope.get("query_string"):
                scope["path_params"] = {"assignment_id": assignment}
                response = await self._respond(Request(scope, receive))
                await response(scope, receive, send)
                return
        await self._app(scope, receive, send)


def _responding(gateway: ApiGateway, now: Callable[[], datetime]) -> Handler:
    async def respond(request: Request) -> Response:
        """Takes the answers, and says so when they are safe on disk. A later answer replaces an earlier one."""
        try:
            policy_of(request).require(principal_of(request), "respond")
            read = _read(await request.body())
            if read is None:
                return problem(_UNREADABLE)
            answers, by, anyway = read
            who, id_ = by.of(principal_of(request)), request.path_params["assignment_id"]
            taken = await gateway.respond(who, id_, answers, by.told(now()), anyway=anyway)
        except (Invalid, Warned, Refused) as error:
            return refusal(error)
        warnings = [{"path": each.path, "message": each.message} for each in taken.warnings]
        return json({"number": taken.number, "late": taken.late, "warnings": warnings}, 201)

    return respond


def _read(body: bytes) -> tuple[Mapping[str, Any], Teller, bool] | None:
    """What a response brings, None where it has not the shape of one."""
    try:
        sent = read_json(body)
    except ValueError:
        return None
    if type(sent) is not dict or not sent.keys() <= {"answers", "by", "refuse_warnings"}:
        return None
    answers, by, careful = sent.get("answers"), sent.get("by", {}), sent.get("refuse_warnings", False)
    if type(answers) is not dict or type(by) is not dict or type(careful) is not bool:
        return None
    try:
        return answers, Teller.model_validate_json(orjson.dumps(by), strict=True), not careful
    except ValidationError:
        return None


def _add_looking(router: APIRouter, gateway: ApiGateway) -> None:
    @router.get("/workflows", name="list workflows", summary="List workflows")
    async def workflows(
        request: Request,
        prefix: Annotated[str, Query(max_length=60, description="what the ids begin with")] = "",
        pcn: Annotated[str, Query(max_length=ODS_LENGTH)] = "",
        definition: Annotated[str, Query(max_length=60)] = "",
        status: Literal["", "open", "held", "completed", "stopped", "cancelled"] = "",
        limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    ) -> Response:
        who = principal_of(request)
        found = await gateway.workflows(
            who, prefix=prefix, pcn=pcn, definition=definition, status=status, limit=limit
        )
        return json({"workflows": found})

    @router.get(
        "/workflows/{workflow_id}", name="show workflow", summary="A workflow with its steps and assignments"
    )
    async def workflow(request: Request, workflow_id: str) -> Response:
        return json(await gateway.workflow(principal_of(request), workflow_id))

    @router.get(
        "/assignments/{assignment_id}", name="show assignment", summary="An assignment: what is asked, and what was answered"
    )  # fmt: skip
    async def assignment(request: Request, assignment_id: str) -> Response:
        return json(asdict(await gateway.assignment(principal_of(request), assignment_id)))


def _add_managing(router: APIRouter, gateway: ApiGateway) -> None:
    @router.get(
        "/processes", name="list processes", summary="The processes of the library, and what each asks"
    )
    async def processes() -> Response:
        return json({"processes": await gateway.processes()})

    @router.get(
        "/todo", name="show todo", summary="What needs you: what waits for a person, the longest first"
    )
    async def todo(
        request: Request,
        pcn: Annotated[str, Query(max_length=ODS_LENGTH, description="of this PCN only")] = "",
    ) -> Response:
        found = await gateway.todo.of(principal_of(request), ods_code(pcn))
        return json({"items": [asdict(each) for each in found]})


def _add_answering(router: APIRouter, gateway: ApiGateway, now: Callable[[], datetime]) -> None:
    @router.post(
        "/assignments/{assignment_id}/replies", name="reply", summary="Say something instead of an answer", status_code=201,
        responses={**ERRORS, 200: {"description": "The same was said before, by the same name, and still waits"}},
    )  # fmt: skip
    async def reply(request: Request, assignment_id: str, body: ReplyBody) -> Response:
        if REPLIES[body.kind].needs_day and body.until is None:
            raise Invalid([AnswerProblem("until", "Say until when", "missing")])
        who, told = body.by.of(principal_of(request)), body.by.told(now())
        fresh = await gateway.reply(who, assignment_id, body.kind, body.text, body.until, told)
        return json({"kind": body.kind, "repeated": not fresh}, 201 if fresh else 200)

    @router.post(
        "/assignments/{assignment_id}/files", name="send file", summary="Send a file, for an answer that will name it",
        status_code=201, openapi_extra=FILE_BODY,
    )  # fmt: skip
    async def file(assignment_id: str, request: Request) -> Response:
        """It is kept for a week, until an answer to this assignment that names its sha256 is taken."""
        content = await request.body()
        sha256 = await gateway.stage_file(principal_of(request), assignment_id, content)
        return json({"sha256": sha256, "size": len(content)}, 201)


_AGAIN: dict[int | str, dict[str, Any]] = {
    200: {"description": "This key launched before; these are the workflows it made then"}
}


def _add_launching(router: APIRouter, gateway: ApiGateway) -> None:
    @router.post(
        "/workflows",
        name="launch",
        summary="Launch a process",
        status_code=201,
        responses={**ERRORS, **_AGAIN},
    )
    async def launch(request: Request, body: LaunchBody, idempotency_key: Key) -> Response:
        who = body.by.of(principal_of(request))
        made = await gateway.launch(who, body.definition, body.pcns, body.inputs, idempotency_key)
        return json(asdict(made), 200 if made.repeated else 201)

    @router.post(
        "/workflows/preview", name="launch", summary="What a launch would begin, and what runs already"
    )
    async def preview(request: Request, body: LaunchBody) -> Response:
        who = body.by.of(principal_of(request))
        found = await gateway.preview_launch(who, body.definition, body.pcns, body.inputs)
        return json({"workflows": found})

    @router.post(
        "/assignments/{assignment_id}/links/revoke",
        name="revoke links",
        summary="End the links to an assignment",
    )
    async def revoke(request: Request, assignment_id: str, body: RevokeBody) -> Response:
        """The next email about it carries a new one."""
        who = body.by.of(principal_of(request))
        return json({"revoked": await gateway.revoke_links(who, assignment_id, body.reason)})
