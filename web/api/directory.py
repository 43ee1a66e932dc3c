"""The directory over the API: looked at, and changed, after a preview of what that brings to what runs."""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Request
from pydantic import Field
from starlette.responses import Response

from application.directory.changes import AnyChange, everyday, imported
from application.directory.file import DirectoryText
from application.directory.history import history
from application.directory.record import Change, DirectoryRecord, Wanted
from application.directory.views import pcn_data
from application.directory.words import sentences
from application.progress.memberships import Memberships, Touched
from definitions.models.primitives import ODS_LENGTH, Day
from definitions.source.typed_text import ods_code
from engine.commands.refusals import Invalid
from engine.forms.answers import AnswerProblem
from web.access.principals import policy_of, principal_of
from web.api.bodies import UNSAID, RequestBody, Sender
from web.api.json_bodies import StrictRoute, json
from web.api.schema import ERRORS

#: Characters of a directory file; England's PCNs are some 3 MB.
_LONGEST_FILE = 10_000_000
_CODE = Annotated[str, Field(max_length=ODS_LENGTH)]


class DirectoryChangeBody(RequestBody):
    """Either `changes`, made in each of `pcns`, or `file`, which takes the place of the whole directory."""

    pcns: Annotated[
        list[_CODE], Field(max_length=2000, description="ODS codes of PCNs; all where none is named")
    ] = []
    changes: Annotated[list[AnyChange], Field(max_length=100)] = []
    file: Annotated[str, Field(max_length=_LONGEST_FILE, description="a directory file, in YAML")] = ""
    file_name: Annotated[str, Field(max_length=200, description="what errors in the file call it")] = (
        "directory.yaml"
    )
    reason: Annotated[
        str, Field(max_length=1000, description="needed unless it is a preview; it goes into the log")
    ] = ""
    preview: Annotated[bool, Field(description="only say what it would change; nothing is kept")] = False
    by: Sender = UNSAID


def directory_routes(memberships: Memberships) -> APIRouter:
    """/api/directory…"""
    router = APIRouter(prefix="/api/directory", tags=["directory"], responses=ERRORS, route_class=StrictRoute)
    _add_looking(router, memberships.record)
    _add_changing(router, memberships)
    return router


def _add_looking(router: APIRouter, record: DirectoryRecord) -> None:
    @router.get("", name="show whole directory", summary="The whole directory, as a file holds it")
    async def whole() -> Response:
        record.current()  # or it is refused: there is none yet
        return json(record.data)

    @router.get(
        "/history",
        name="show whole directory",
        summary="Who changed the directory, when and why; the latest first",
    )
    async def changes() -> Response:
        return json({"changes": await _history(record)})

    @router.get(
        "/{pcn}/history", name="show directory", summary="Who changed what is said of a PCN, when and why"
    )
    async def changes_of_pcn(request: Request, pcn: str) -> Response:
        policy_of(request).at_pcn(principal_of(request), ods_code(pcn))
        return json({"changes": await _history(record, ods_code(pcn))})

    @router.get(
        "/{pcn}",
        name="show directory",
        summary="A PCN: its practices, people, roles, cover, absences and closures",
    )
    async def of_pcn(request: Request, pcn: str, on: Day | None = None) -> Response:
        """With `on`, a date, only what holds on that day."""
        policy_of(request).at_pcn(principal_of(request), ods_code(pcn))
        return json(pcn_data(record.current(), pcn, on))


def _add_changing(router: APIRouter, memberships: Memberships) -> None:
    @router.post(
        "/changes", name="change directory", summary="Change the directory, or see what a change would bring"
    )
    async def change(request: Request, body: DirectoryChangeBody) -> Response:
        """The workflows under way follow before it answers. `says`: what changes, in sentences. `touches`, in a preview:
        what that brings to what is asked, on which day, and who hears of it; workflows beyond the first 200 are `left_out`."""
        who = body.by.of(principal_of(request))
        actor = policy_of(request).directory_manager(
            who, [] if body.file else [ods_code(pcn) for pcn in body.pcns]
        )
        wanted, sha256 = _wanted(body, memberships)
        if body.preview:
            made = await asyncio.to_thread(memberships.preview, wanted)
            return json(_shown(made, await memberships.touched(made)))
        return json(_shown(await memberships.change(wanted, actor, body.reason, sha256)))


async def _history(record: DirectoryRecord, pcn: str = "") -> list[dict[str, Any]]:
    found = await asyncio.to_thread(history, await record.events(), pcn)
    return [asdict(entry) for entry in found]


def _wanted(body: DirectoryChangeBody, memberships: Memberships) -> tuple[Wanted, str]:
    """What is to change, and the SHA-256 of the file where one is imported. Raises Invalid."""
    if bool(body.changes) == bool(body.file):
        raise Invalid([AnswerProblem("changes", "Give either changes or a file", "missing")])
    if body.changes:
        return everyday(body.pcns, body.changes, memberships.definitions), ""
    text = DirectoryText(body.file_name, body.file.encode())
    return imported(text, memberships.definitions), text.sha256


def _shown(made: Change, touched: Touched | None = None) -> dict[str, Any]:
    shown: dict[str, Any] = {"kept": touched is None, "pcns": made.pcns, "says": sentences(made)}
    if touched is not None:
        shown["touches"] = [
            {
                "workflow_id": t.workflow_id,
                "reference": t.reference,
                "on": t.on,
                "text": t.text,
                "told": t.told,
            }
            for t in touched.touches
        ]
        shown["left_out"] = touched.left_out
    return shown
