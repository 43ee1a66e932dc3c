"""The REST API: launch, look, answer, reply, hold and lift. Every error says what to do next.

Answers are the busy part, and are read by hand: no dependency, no model, one JSON in and one out.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict
from typing import Annotated, Any, Literal

import orjson
from fastapi import APIRouter, Header, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from definitions.models.primitives import ODS_LENGTH, Day
from definitions.models.replies import REPLIES, ReplyKind
from definitions.source.typed_text import on_one_line
from engine.commands.refusals import Invalid, Refused, Warned
from engine.events import Actor
from engine.forms.answers import AnswerProblem as AnswerProblem
from engine.forms.answers import check_signer
from web.api.json_bodies import StrictRoute, read_json
from web.api.schema import ERRORS, FILE_BODY, RESPONSE_BODY, TAKEN
from web.gateway import Gateway
from web.problems import ProblemDetails, problem, refusal

_UNREADABLE = ProblemDetails(
    422, "invalid", "This is not what is expected here", 'Send JSON: {"answers": {...}, "by": {"name": ..., "role": ...}}.'
)  # fmt: skip
_BY_KEYS = frozenset(("name", "role", "person", "organisation", "channel", "not_nhs_number"))
_CHANNELS = ("api", "cli")  #: a tuple: what was sent may not be hashable


class RequestBody(BaseModel):
    model_config = ConfigDict(extra="forbid")


class By(RequestBody):
    """Who does it."""

    name: Annotated[str, Field(min_length=1, max_length=100)]
    role: Annotated[str, Field(min_length=1, max_length=100)]
    person: Annotated[str, Field(max_length=60, description="the person's id in the directory")] = ""
    organisation: Annotated[str, Field(max_length=ODS_LENGTH, description="an ODS code")] = ""
    channel: Literal["api", "cli"] = "api"
    not_nhs_number: Annotated[
        bool, Field(description="says that what may be an NHS number here is something else; it is logged")
    ] = False

    def actor(self) -> Actor:
        """Raises Invalid."""
        return _actor(**self.model_dump())


def _actor(
    name: str, role: str, organisation: str, person: str, channel: Literal["api", "cli"], not_nhs_number: bool
) -> Actor:
    """Who sends it, by their own words. Raises Invalid where they name nobody."""
    if wrong := check_signer(name, role, not_nhs_number):
        raise Invalid([AnswerProblem(f"by.{each.path}", each.message, each.code) for each in wrong])
    return Actor(
        on_one_line(name),
        on_one_line(role),
        organisation,
        person,
        channel=channel,
        not_nhs_number=not_nhs_number,
    )


class LaunchBody(RequestBody):
    definition: Annotated[str, Field(min_length=1, max_length=60)]
    pcns: Annotated[list[str], Field(min_length=1, max_length=5000, description="ODS codes of the PCNs")]
    inputs: dict[str, Any] = {}
    by: By


class ReplyBody(RequestBody):
    kind: ReplyKind
    text: Annotated[str, Field(max_length=4000)] = ""
    until: Day | None = None
    by: By


class ReasonBody(RequestBody):
    reason: Annotated[str, Field(min_length=1, max_length=1000)]
    by: By


Key = Annotated[str, Header(alias="Idempotency-Key", min_length=1, max_length=200)]


#: Takes a request for the path parameter `assignment_id`.
Handler = Callable[[Request], Awaitable[Response]]


def api_routes(gateway: Gateway) -> tuple[Handler, APIRouter]:
    """What takes answers, for the short way, and the router with everything, which describes it too."""
    router = APIRouter(prefix="/api", responses=ERRORS, route_class=StrictRoute)
    _add_looking(router, gateway)
    _add_acting(router, gateway)
    respond = _responding(gateway)
    router.post(
        "/assignments/{assignment_id}/responses",
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


def _responding(gateway: Gateway) -> Handler:
    async def respond(request: Request) -> Response:
        """Takes the answers, and says so when they are safe on disk. A later answer replaces an earlier one."""
        try:
            read = _read(await request.body())
            if read is None:
                return problem(_UNREADABLE)
            answers, actor, anyway = read
            taken = await gateway.respond(request.path_params["assignment_id"], answers, actor, anyway=anyway)
        except (Invalid, Warned, Refused) as error:
            return refusal(error)
        warnings = [{"path": each.path, "message": each.message} for each in taken.warnings]
        return json({"number": taken.number, "late": taken.late, "warnings": warnings}, 201)

    return respond


def _read(body: bytes) -> tuple[Mapping[str, Any], Actor, bool] | None:
    """What a response brings, None where it has not the shape of one. Raises Invalid."""
    try:
        sent = read_json(body)
    except ValueError:
        return None
    if type(sent) is not dict or not sent.keys() <= {"answers", "by", "refuse_warnings"}:
        return None
    answers, by, careful = sent.get("answers"), sent.get("by"), sent.get("refuse_warnings", False)
    if type(answers) is not dict or type(by) is not dict or type(careful) is not bool:
        return None
    if not by.keys() <= _BY_KEYS or type(by.get("not_nhs_number", False)) is not bool:
        return None
    given = [by.get(key, "") for key in ("name", "role", "organisation", "person")]
    if (
        any(type(text) is not str or len(text) > 200 for text in given)
        or by.get("channel", "api") not in _CHANNELS
    ):
        return None
    name, role, organisation, person = given
    channel: Literal["api", "cli"] = "cli" if by.get("channel") == "cli" else "api"
    actor = _actor(name, role, organisation, person, channel, by.get("not_nhs_number", False))
    return answers, actor, not careful


def json(value: Any, status: int = 200) -> Response:
    return Response(orjson.dumps(value, default=str), status, media_type="application/json")


def _missing(what: str) -> Response:
    return problem(ProblemDetails(404, "not_found", f"There is no such {what}", f"GET /api/workflows lists what there is; check the {what}'s id."))  # fmt: skip


def _add_looking(router: APIRouter, gateway: Gateway) -> None:
    @router.get("/workflows", summary="List workflows")
    async def workflows(
        prefix: Annotated[str, Query(max_length=60, description="what the ids begin with")] = "",
        pcn: Annotated[str, Query(max_length=ODS_LENGTH)] = "",
        definition: Annotated[str, Query(max_length=60)] = "",
        status: Literal["", "open", "held", "completed", "stopped", "cancelled"] = "",
        limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    ) -> Response:
        found = await gateway.lists.workflows(
            prefix=prefix, pcn=pcn, definition=definition, status=status, limit=limit
        )
        return json({"workflows": found})

    @router.get("/workflows/{workflow_id}", summary="A workflow with its steps and assignments")
    async def workflow(workflow_id: str) -> Response:
        found = await gateway.lists.workflow(workflow_id)
        return json(found) if found is not None else _missing("workflow")

    @router.get("/assignments/{assignment_id}", summary="An assignment: what is asked, and what was answered")
    async def assignment(assignment_id: str) -> Response:
        page = await gateway.page(assignment_id, to_manager=True)
        return json(asdict(page)) if page is not None else _missing("assignment")


_AGAIN: dict[int | str, dict[str, Any]] = {
    200: {"description": "This key launched before; these are the workflows it made then"}
}


def _add_acting(router: APIRouter, gateway: Gateway) -> None:
    @router.post("/workflows", summary="Launch a process", status_code=201, responses={**ERRORS, **_AGAIN})
    async def launch(body: LaunchBody, idempotency_key: Key) -> Response:
        made = await gateway.launch(body.definition, body.pcns, body.inputs, body.by.actor(), idempotency_key)
        return json(asdict(made), 200 if made.repeated else 201)

    @router.post(
        "/assignments/{assignment_id}/replies", summary="Say something instead of an answer", status_code=201,
        responses={**ERRORS, 200: {"description": "The same was said before, by the same name, and still waits"}},
    )  # fmt: skip
    async def reply(assignment_id: str, body: ReplyBody) -> Response:
        if REPLIES[body.kind].needs_day and body.until is None:
            raise Invalid([AnswerProblem("until", "Say until when", "missing")])
        fresh = await gateway.reply(assignment_id, body.kind, body.text, body.until, body.by.actor())
        return json({"kind": body.kind, "repeated": not fresh}, 201 if fresh else 200)

    @router.post(
        "/assignments/{assignment_id}/files", summary="Send a file, for an answer that will name it", status_code=201,
        openapi_extra=FILE_BODY,
    )  # fmt: skip
    async def file(assignment_id: str, request: Request) -> Response:
        """It is kept for a week, until an answer to this assignment that names its sha256 is taken."""
        content = await request.body()
        return json({"sha256": await gateway.stage_file(assignment_id, content), "size": len(content)}, 201)

    @router.post("/assignments/{assignment_id}/links/revoke", summary="End the links to an assignment")
    async def revoke(assignment_id: str, body: ReasonBody) -> Response:
        """The next email about it carries a new one."""
        return json({"revoked": await gateway.revoke_links(assignment_id, body.reason, body.by.actor())})

    @router.post("/workflows/{workflow_id}/hold", summary="Stop a workflow's clocks")
    async def hold(workflow_id: str, body: ReasonBody) -> Response:
        await gateway.hold(workflow_id, body.reason, body.by.actor())
        return json({"held": True})

    @router.post("/workflows/{workflow_id}/lift", summary="Let a held workflow go on")
    async def lift(workflow_id: str, body: ReasonBody) -> Response:
        await gateway.lift(workflow_id, body.reason, body.by.actor())
        return json({"held": False})
