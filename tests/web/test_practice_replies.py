"""What a practice says instead of an answer, on its page."""

from __future__ import annotations

import re
from datetime import datetime

import httpx
import pytest

from engine.commands import settle_reply
from engine.dates.clock import LONDON
from engine.events import Actor, ReplyReceived
from tests.web.practice_forms import send, summary
from tests.web.site import ELM_TREE, GOOD, MANAGER, Site


class TestReplies:
    async def test_more_time_until_a_day(
        self, client: httpx.AsyncClient, site: Site, link: str, seal: str
    ) -> None:
        by = {"seal": seal, "name": "Priya Shah", "role": "Practice manager"}
        day = {"f.until.day": "20", "f.until.month": "1", "f.until.year": "2027", "f.text": "Two staff away"}
        answer = await client.post(f"{link}/reply/more-time", data={**by, **day})
        assert answer.headers["location"] == f"{link}/thanks?did=more-time"
        (event,) = site.events
        assert isinstance(event.body, ReplyReceived)
        assert (event.body.kind, event.body.text, event.actor.name) == (
            "more time",
            "Two staff away",
            "Priya Shah",
        )
        assert event.body.until == datetime(2027, 1, 20, 17, tzinfo=LONDON)
        assert "no reminder will come before" in (await client.get(answer.headers["location"])).text

    @pytest.mark.parametrize(("kind", "words"), [("question", {"f.text": "Which search?"}), ("not-ours", {}), (
        "more-time", {"f.until.day": "20", "f.until.month": "1", "f.until.year": "2027"})])  # fmt: skip
    async def test_a_button_pressed_twice_says_it_once(
        self, client: httpx.AsyncClient, site: Site, link: str, seal: str, kind: str, words: dict[str, str]
    ) -> None:
        by = {"seal": seal, "name": "Priya Shah", "role": "Practice manager"}
        for _ in range(2):
            answer = await client.post(f"{link}/reply/{kind}", data={**by, **words})
            assert answer.headers["location"] == f"{link}/thanks?did={kind}"
        assert len(site.events) == 1
        await client.post(f"{link}/reply/{kind}", data={**by, **words, "name": "Sam Lee"})
        assert len(site.events) == 2, "somebody else says the same for themselves"

    async def test_a_question_may_be_asked_again_once_it_was_settled(
        self, client: httpx.AsyncClient, site: Site, link: str, seal: str
    ) -> None:
        ask = {"seal": seal, "name": "Priya Shah", "role": "Practice manager", "f.text": "Which search?"}
        await client.post(f"{link}/reply/question", data=ask)
        await site.operations.do_about(site.assignment, settle_reply, MANAGER, "The usual")
        await client.post(f"{link}/reply/question", data=ask)
        assert [event.type for event in site.events] == ["ReplyReceived", "ReplySettled", "ReplyReceived"]

    async def test_a_question_stands_under_the_name_of_who_asked_it_with_what_was_said_to_it(
        self, client: httpx.AsyncClient, site: Site, link: str, seal: str
    ) -> None:
        ask = {"seal": seal, "name": "A locum", "role": "GP", "f.text": "Which search?"}
        await client.post(f"{link}/reply/question", data=ask)
        until = datetime(2027, 2, 1, 17, tzinfo=LONDON)
        await site.operations.do_about(site.assignment, settle_reply, MANAGER, "The usual.", until=until)
        page = " ".join(re.sub(r"<[^>]+>", " ", (await client.get(link)).text).split())
        assert re.search(r"A locum, .{10,40}: Which search\?", page)
        assert f"{MANAGER.name}: The usual. Due Mon 1 February 2027, 17:00." in page

    async def test_who_mends_a_mistake_does_not_replace_what_somebody_else_answered_meanwhile(
        self, client: httpx.AsyncClient, site: Site, link: str, seal: str
    ) -> None:
        await site.operations.respond(
            site.assignment, GOOD, Actor("Tom Okafor", organisation=ELM_TREE, channel="web")
        )
        page = await send(client, link, seal, seen="0", name="")
        assert re.search(r'name="seen" value="0"', page.text)
        told = await send(client, link, seal, seen="0")
        assert told.status_code == 409
        assert re.search(r'name="seen" value="1"', told.text), "now it has been told"

    async def test_not_ours_and_a_question(
        self, client: httpx.AsyncClient, site: Site, link: str, seal: str
    ) -> None:
        by = {"seal": seal, "name": "Priya Shah", "role": "Practice manager"}
        await client.post(f"{link}/reply/not-ours", data=by)
        await client.post(f"{link}/reply/question", data={**by, "f.text": "Which search?"})
        replies = [event.body for event in site.events]
        assert [(each.kind, each.text) for each in replies] == [
            ("not ours", ""),
            ("question", "Which search?"),
        ]

    async def test_what_is_wrong_stands_in_its_own_form(
        self, client: httpx.AsyncClient, site: Site, link: str, seal: str
    ) -> None:
        past = {"f.until.day": "5", "f.until.month": "1", "f.until.year": "2027"}
        answer = await client.post(f"{link}/reply/more-time", data={"seal": seal, "name": "Priya", **past})
        assert summary(answer.text) == [
            ("#more-time-q1-day", "When can you answer by? Must be 6 January 2027 or later"),
            ("#more-time-role", "Enter your role"),
        ]
        assert re.search(r'id="more-time"\s+open', answer.text)
        assert site.events == []

    async def test_an_unknown_reply_is_none(self, client: httpx.AsyncClient, link: str, seal: str) -> None:
        assert (await client.post(f"{link}/reply/nonsense", data={"seal": seal})).status_code == 404
