"""The pages behind a link: see what is asked, answer it, or say something else.

GET and HEAD change nothing, not even "seen": scanners open every link before anybody else does. An answer is
committed before the page says thank you, and the thanks are a page of their own, so reloading sends nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from definitions.models.replies import ReplyOption
from definitions.source.typed_text import on_one_line
from engine.commands.refusals import Invalid, Refused, Warned
from engine.dates.clock import Clock, london_date
from engine.events import Actor
from engine.forms.answers import AnswerProblem, check_signer
from engine.forms.presentation import DrawnField, with_answers
from notifications.links import Links, sha256_of
from web.access.form_seal import FORM_LASTS, FormSeal
from web.gateway import Gateway
from web.practice.pages import LinkPages, PageDetails
from web.practice.replies import BY_SLUG, checked_reply, drawn_reply
from web.practice.submission import Submission, read_page, says_not_nhs_number, text_of
from web.refusals import status_of, told
from web.renderer import Pages
from web.views import AssignmentPage, WebSettings

_MOST_FIELDS = 10_000
_STALE = "This page was open for a long time, or your browser does not keep cookies. Nothing was sent."
_SEND_AGAIN = "What you typed and chose is still here: check it, and send it once more."
_CHOOSE_AGAIN = "What you typed is still here, but not every file: check it, and send it once more."


@dataclass(frozen=True, slots=True)
class OpenedLink:
    """A live link, and its page."""

    token: str
    page: AssignmentPage


Handler = Callable[[Request, OpenedLink], Coroutine[Any, Any, Response]]


class PracticePages:
    """The routes under /a/."""

    def __init__(
        self, gateway: Gateway, links: Links, clock: Clock, settings: WebSettings, pages: Pages
    ) -> None:
        self._gateway, self._links, self._clock, self._pages = gateway, links, clock, pages
        self._secure = settings.secure
        self._cookie = "__Host-baton" if settings.secure else "baton"
        self._seal = FormSeal(settings.secret)
        self._drawer = LinkPages(pages)

    def routes(self) -> list[Route]:
        return [
            Route("/a/{token}", self._opening(self._show), methods=["GET"]),
            Route("/a/{token}", self._opening(self._answer), methods=["POST"]),
            Route("/a/{token}/reply/{kind}", self._opening(self._reply), methods=["POST"]),
            Route("/a/{token}/reply/{kind}", self._back, methods=["GET"]),
            Route("/a/{token}/", self._back, methods=["GET"]),  # as some mail programs write a link
            Route("/a/{token}/thanks", self._opening(self._thanks), methods=["GET"]),
        ]

    # --- links

    def _opening(self, handler: Handler) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler, behind a link that must be live."""

        async def handle(request: Request) -> Response:
            opened = await self._open(request.path_params["token"])
            return opened if isinstance(opened, Response) else await handler(request, opened)

        return handle

    async def _open(self, token: str) -> OpenedLink | Response:
        assignment_id = self._links.read(token)
        row = await self._gateway.link(sha256_of(token)) if assignment_id else None
        page = await self._gateway.page(row.assignment) if row and row.assignment == assignment_id else None
        if row is None or page is None:
            return self._pages.say(
                404,
                "We do not know this link",
                "It may have been cut in two by a mail program. Try copying the whole link from the email.",
            )
        if row.revoked:
            return self._pages.say(
                410,
                "This link no longer works",
                "It was taken back, or a newer one has taken its place. Use the link in the latest email about this.",
                manager=page.manager,
            )
        if row.expires <= self._clock.now():
            return self._pages.say(
                410,
                "This link has run out",
                "Links stop working after a while, to keep what is behind them safe.",
                manager=page.manager,
            )
        return OpenedLink(token, page)

    # --- looking

    async def _show(self, request: Request, opened: OpenedLink) -> Response:
        return self._draw(request, opened, self._as_it_stands(opened))

    async def _back(self, request: Request) -> Response:
        return RedirectResponse(f"/a/{request.path_params['token']}", 303)

    async def _thanks(self, request: Request, opened: OpenedLink) -> Response:
        did = request.query_params.get("did", "")
        reply = BY_SLUG.get(did)
        if reply is None and opened.page.standing is None:
            return RedirectResponse(f"/a/{opened.token}", 303)
        return self._pages.draw("thanks.jinja", page=opened.page, reply=reply, link=f"/a/{opened.token}")

    # --- answering

    async def _answer(self, request: Request, opened: OpenedLink) -> Response:
        async with request.form(max_files=100, max_fields=_MOST_FIELDS) as data:
            if not opened.page.takes_answers:
                return self._draw(request, opened, self._as_it_stands(opened), status=409)
            sent = await self._read(data, opened, opened.page.form)
            if not self._sealed(request, opened, data):
                again = _SEND_AGAIN if not sent.unkept else _CHOOSE_AGAIN
                problems = (AnswerProblem("", f"{_STALE} {again}"), *sent.unkept)
                return self._redraw(request, opened, data, sent, problems, status=403)
            if text_of(data, "add-row"):
                return self._redraw(request, opened, data, sent, tuple(sent.unkept))
            return await self._send(request, opened, data, sent)

    async def _read(self, data: FormData, opened: OpenedLink, form: Sequence[DrawnField]) -> Submission:
        stage = partial(self._gateway.stage_file, opened.page.assignment)
        return await read_page(data, form, opened.token, self._seal, stage)

    async def _send(self, request: Request, opened: OpenedLink, data: FormData, sent: Submission) -> Response:
        assignment = opened.page.assignment
        actor = _actor(data)
        signer = check_signer(text_of(data, "name"), text_of(data, "role"), actor.not_nhs_number)
        try:
            if signer:
                problems = await self._gateway.check(assignment, sent.answers, actor)
                return self._redraw(request, opened, data, sent, (*problems, *signer), status=422)
            await self._gateway.respond(
                assignment,
                sent.answers,
                actor,
                anyway=text_of(data, "anyway") == "yes",
                seen=_seen(data),
            )
        except Invalid as error:
            return self._redraw(request, opened, data, sent, error.problems, status=422)
        except Warned as error:
            return self._redraw(request, opened, data, sent, warnings=error.warnings, status=422)
        except Refused as error:
            if error.code != "the-same-answer":
                return await self._refused(request, opened, data, sent, error)
        return RedirectResponse(f"/a/{opened.token}/thanks?did=answer", 303)

    async def _refused(
        self, request: Request, opened: OpenedLink, data: FormData, sent: Submission, error: Refused
    ) -> Response:
        """The page as it stands now, which may have closed meanwhile, and why the answer was not taken."""
        page = await self._gateway.page(opened.page.assignment) or opened.page
        problems = (AnswerProblem("", told(error), error.code),)
        return self._redraw(
            request,
            OpenedLink(opened.token, page),
            data,
            sent,
            problems,
            status=status_of(error),
            seen=_number(page),
        )

    # --- saying something else

    async def _reply(self, request: Request, opened: OpenedLink) -> Response:
        reply = BY_SLUG.get(request.path_params["kind"])
        if reply is None:
            return self._pages.say(404, "There is no such page", "Open the link in your email again.")
        async with request.form(max_files=0, max_fields=100) as data:
            if not opened.page.takes_answers:
                return self._draw(request, opened, self._as_it_stands(opened), status=409)
            return await self._take_reply(request, opened, reply, data)

    async def _take_reply(
        self, request: Request, opened: OpenedLink, reply: ReplyOption, data: FormData
    ) -> Response:
        today = london_date(self._clock.now())
        form = drawn_reply(reply, today)
        sent = await self._read(data, opened, form)
        actor = _actor(data)
        checked = checked_reply(reply, sent.answers, today, actor.not_nhs_number)
        signer = check_signer(text_of(data, "name"), text_of(data, "role"), actor.not_nhs_number)
        problems = (*checked.problems, *signer)
        status = 422
        if not self._sealed(request, opened, data):
            problems, status = (AnswerProblem("", f"{_STALE} {_SEND_AGAIN}"),), 403
        if not problems:
            try:
                until = checked.values.get("until")
                await self._gateway.reply(
                    opened.page.assignment,
                    reply.kind,
                    checked.values.get("text", ""),
                    None if until is None else type(today).fromisoformat(until),
                    actor,
                )
            except Invalid as error:
                problems = error.problems
            except Refused as error:
                problems, status = (AnswerProblem("", told(error), error.code),), status_of(error)
            else:
                return RedirectResponse(f"/a/{opened.token}/thanks?did={reply.slug}", 303)
        shape = replace(
            self._as_it_stands(opened),
            problems=tuple(problems),
            reply=reply.slug,
            reply_form=tuple(with_answers(form, sent.answers, problems)),
            name=_kept(data, "name", problems),
            role=_kept(data, "role", problems),
            not_nhs_number=_actor(data).not_nhs_number,
        )
        return self._draw(request, opened, shape, status=status)

    # --- drawing

    def _sealed(self, request: Request, opened: OpenedLink, data: FormData) -> bool:
        cookie = request.cookies.get(self._cookie)
        return self._seal.holds(text_of(data, "seal"), cookie, opened.token, self._clock.now())

    def _as_it_stands(self, opened: OpenedLink) -> PageDetails:
        """The form with what was answered before; the files of that answer may be sent again unseen."""
        form = opened.page.form
        files = {
            each.path: each.value
            for each in form
            if each.widget.asking == "file" and isinstance(each.value, Mapping)
        }
        notes = {
            path: self._seal.file(opened.token, file["name"], file["sha256"], file["size"])
            for path, file in files.items()
        }
        return PageDetails(form, notes=notes, seen=_number(opened.page))

    def _redraw(
        self,
        request: Request,
        opened: OpenedLink,
        data: FormData,
        sent: Submission,
        problems: tuple[AnswerProblem, ...] = (),
        warnings: tuple[Any, ...] = (),
        status: int = 200,
        seen: int | None = None,
    ) -> Response:
        """The page with what was typed. It goes on standing on the answer it showed when it was opened, so that who
        mends a mistake does not replace what somebody else answered meanwhile; unless that is being told (`seen`)."""
        wrong = {problem.path for problem in problems}
        shape = PageDetails(
            tuple(with_answers(opened.page.form, sent.answers, problems)),
            problems=problems,
            warnings=tuple(warnings),
            rows=sent.rows,
            # A file that cannot be taken is not one that was chosen before.
            notes={path: note for path, note in sent.notes.items() if path not in wrong},
            seen=_seen(data) if seen is None else seen,
            name=_kept(data, "name", problems),
            role=_kept(data, "role", problems),
            not_nhs_number=_actor(data).not_nhs_number,
        )
        return self._draw(request, opened, shape, status=status)

    def _draw(self, request: Request, opened: OpenedLink, shape: PageDetails, status: int = 200) -> Response:
        browser = self._seal.browser(request.cookies.get(self._cookie))
        now = self._clock.now()
        response = self._drawer.draw(
            opened.page,
            shape,
            link=f"/a/{opened.token}",
            seal=self._seal.seal(browser, opened.token, now),
            today=london_date(now),
            status=status,
        )
        response.set_cookie(
            self._cookie, browser, max_age=int(FORM_LASTS.total_seconds()), path="/",
            secure=self._secure, httponly=True, samesite="lax",
        )  # fmt: skip
        return response


def _actor(data: FormData) -> Actor:
    return Actor(
        name=on_one_line(text_of(data, "name")),
        role=on_one_line(text_of(data, "role")),
        channel="link",
        not_nhs_number=says_not_nhs_number(data),
    )


def _number(page: AssignmentPage) -> int:
    """The number of the answer that stands; 0 for none."""
    return page.standing.number if page.standing else 0


def _seen(data: FormData) -> int | None:
    """The number of the answer that the page showed when it was opened; None where the form does not say."""
    said = text_of(data, "seen")
    return int(said) if said.isascii() and said.isdigit() and len(said) < 6 else None


def _kept(data: FormData, name: str, problems: tuple[AnswerProblem, ...]) -> str:
    """What was typed, unless it was an NHS number for certain."""
    leaked = any(problem.path == name and problem.code == "nhs_number" for problem in problems)
    return "" if leaked else text_of(data, name)
