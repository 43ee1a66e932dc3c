"""Behind a link: looking changes nothing, an answer is kept once, and nobody's patient is repeated."""

from __future__ import annotations

import logging
import re
from html import unescape

import httpx
import pytest

from engine.events import Actor
from notifications.content.items import Contact
from tests.web.practice_forms import send, summary, with_file
from tests.web.site import ELM_TREE, GOOD, HOSTILE, LINKS, NHS_NUMBER, START, TYPED, Site
from web.views import ConversationLine, ShownResult, StandingAnswer


class TestLooking:
    async def test_the_page_says_what_is_asked_and_why(
        self, client: httpx.AsyncClient, site: Site, link: str
    ) -> None:
        site.show_everything()
        page = unescape((await client.get(link)).text)
        for words in (
            "Your figures for Q3", "every practice’s figures count", "Fri 15 January 2027", "10 working days after quarter end",
            "nothing is counted in your name", "an email that offers help", "20 of 40", "has not been confirmed by anybody", "Elm Tree Surgery",
            "The PCN is <strong>12</strong> short", "30 of 41", "Which search?", "The one in the pack", "01632 960001",
            "Held since Mon 4 January", "nobody can be identified", "About 10 minutes",
        ):  # fmt: skip
            assert words in page, words
        assert "<title>Your figures for Q3 – Harbour Vale PCN</title>" in page
        assert 'lang="en-GB"' in page

    @pytest.mark.parametrize("method", ["GET", "HEAD"])
    async def test_looking_changes_nothing(
        self, client: httpx.AsyncClient, site: Site, link: str, method: str
    ) -> None:
        for path in (
            link,
            f"{link}/thanks?did=answer",
            f"{link}/reply/question",
            f"{link}?f.clinics=yes&name=x&seal=y",
        ):
            assert (await client.request(method, path)).status_code in (200, 303)
        assert site.events == []

    @pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "OPTIONS"])
    async def test_other_methods_do_nothing(
        self, client: httpx.AsyncClient, site: Site, link: str, method: str
    ) -> None:
        assert (await client.request(method, link)).status_code == 405
        assert site.events == []

    async def test_a_scanner_that_sends_forms_changes_nothing(
        self, client: httpx.AsyncClient, site: Site, link: str
    ) -> None:
        """It has the page's fields, fills them all in, and keeps no cookies."""
        page = (await client.get(link)).text
        names = set(re.findall(r'name="([^"]+)"', page))
        filled = {
            **dict.fromkeys(names, "1"),
            **TYPED,
            "seal": re.findall(r'name="seal" value="([^"]+)"', page)[0],
        }
        client.cookies.clear()
        for path in (link, f"{link}/reply/more-time", f"{link}/reply/not-ours", f"{link}/reply/question"):
            answer = await client.post(path, data=filled, files={"f.evidence": ("a.pdf", b"x")})
            assert answer.status_code in (400, 403), path
            client.cookies.clear()
        assert site.events == []

    async def test_nothing_of_a_page_is_run(self, client: httpx.AsyncClient, site: Site, link: str) -> None:
        site.gateway.shown = {
            "title": HOSTILE, "pcn": HOSTILE, "why": HOSTILE, "reference": HOSTILE, "organisation": HOSTILE, "asked": HOSTILE,
            "due": HOSTILE, "due_explained": HOSTILE, "silence": HOSTILE, "next": (HOSTILE,), "unverified": (HOSTILE,),
            "previous": ((HOSTILE, HOSTILE),), "held": HOSTILE, "statement": HOSTILE,
            "standing": StandingAnswer(HOSTILE, HOSTILE, HOSTILE), "manager": Contact(HOSTILE, HOSTILE, HOSTILE),
            "conversation": (ConversationLine("question", HOSTILE, HOSTILE, HOSTILE, HOSTILE),),
            "shown": (ShownResult(HOSTILE, f"# {HOSTILE}\n[x](javascript:alert(1)) ![i](http://evil.example/i.png)", (HOSTILE,), ((HOSTILE,),)),),
        }  # fmt: skip
        for path in (link, f"{link}/thanks"):
            page = (await client.get(path)).text
            assert "<script" not in page
            assert "<img" not in page
            assert 'href="javascript' not in page
            assert HOSTILE not in page

    async def test_no_page_asks_another_host_for_anything(self, client: httpx.AsyncClient, link: str) -> None:
        for path in (link, "/", "/outbox", "/static/nhsuk-frontend-10.6.1.css", "/static/baton.css"):
            text = (await client.get(path)).text.replace("http://www.w3.org/2000/svg", "")
            assert not re.search(
                r"""(?:src|href)=["'](?:https?:)?//|url\(\s*["']?(?:https?:)?//|@import""", text
            ), path
            assert "Frutiger" not in text

    @pytest.mark.parametrize("token", ["x", "A" * 3000, "%00", LINKS.token("w1.other.1.Y90001.pm")])
    async def test_an_unknown_link_is_met_kindly(self, client: httpx.AsyncClient, token: str) -> None:
        answer = await client.get(f"/a/{token}")
        assert answer.status_code == 404
        assert "PCN manager" in answer.text or "open the link in your email" in answer.text

    async def test_a_link_that_ended_says_whom_to_ring_and_nothing_else(
        self, client: httpx.AsyncClient, site: Site
    ) -> None:
        for link in (site.link(revoked=True), site.link(expires=START)):
            for answer in (await client.get(link), await client.post(link, data=TYPED)):
                assert answer.status_code == 410
                assert "01632 960001" in answer.text
                assert "figures" not in answer.text
        assert site.events == []

    async def test_a_closed_step_shows_whose_answer_stands(
        self, client: httpx.AsyncClient, site: Site, link: str, seal: str
    ) -> None:
        site.gateway.shown = {"status": "closed", "closed_because": "4 of 5 had answered.", "answered": (("Clinics", "no"),),
                     "standing": StandingAnswer("Tom Okafor", "GP lead", "Tue 5 January 2027")}  # fmt: skip
        page = (await client.get(link)).text
        assert "Tom Okafor, GP lead, answered on Tue 5 January 2027" in page
        assert "<form" not in page
        assert (await send(client, link, seal)).status_code == 409
        assert site.events == []


class TestAnswering:
    async def test_an_answer_is_kept_before_the_thanks_and_reloading_sends_nothing(
        self, client: httpx.AsyncClient, site: Site, link: str, seal: str
    ) -> None:
        answer = await send(client, link, seal, f__note="Two staff away")
        assert (answer.status_code, answer.headers["location"]) == (303, f"{link}/thanks?did=answer")
        (taken,) = site.events
        values, actor = taken.body.answers, taken.actor
        assert values["indicators"]["CAN-02"]["result"] == "unknown"
        assert values["search_run_on"] == "2027-01-05"
        assert values["note"] == "Two staff away"
        assert (actor.name, actor.role, actor.channel) == ("Priya Shah", "Practice manager", "link")
        for _ in range(2):
            thanks = await client.get(answer.headers["location"])
            assert "Thank you" in thanks.text
        assert len(site.events) == 1

    async def test_an_answer_can_be_changed(
        self, client: httpx.AsyncClient, site: Site, link: str, seal: str
    ) -> None:
        await send(client, link, seal)
        page = (await client.get(link)).text
        assert "Change your answer" in page
        assert re.search(r'name="f\.indicators\.HI-03\.result\.numerator"[^>]*value="30"', page)
        assert re.search(r'name="f\.search_run_on\.day"[^>]*value="5"', page)
        await send(client, link, seal, f__clinics="yes", f__clinic_cost="£1,200")
        assert site.answers[-1]["clinic_cost"] == "1200.00"
        assert "This is answer 2" in (await client.get(f"{link}/thanks?did=answer")).text

    async def test_each_problem_stands_at_its_field_and_in_the_summary(
        self, client: httpx.AsyncClient, site: Site, link: str, seal: str
    ) -> None:
        data = {
            "seal": seal, "f.indicators.HI-03.result.numerator": "50", "f.indicators.HI-03.result.denominator": "41",
            "f.search_run_on.day": "5", "f.search_run_on.year": "2027", "rows.sessions": "3", "f.sessions.1.who": "Nurse",
            "f.note": "Kept", "name": "Priya Shah",
        }  # fmt: skip
        answer = await client.post(link, data=data)
        assert answer.status_code == 422
        assert site.events == []
        assert "<title>Error: " in answer.text
        listed = summary(answer.text)
        assert [href for href, _ in listed] == [
            "#q1-numerator", "#q2", "#q3-numerator", "#q4", "#q5-month", "#q6", "#q8-1-on", "#q8-1-cost", "#q12", "#role",
        ]  # fmt: skip
        for href, text in listed:
            assert f'id="{href[1:]}"' in answer.text
            assert unescape(answer.text).count(text) >= 2, text
        for kept in ('value="50"', 'value="Priya Shah"', 'value="Nurse"', ">Kept</textarea>"):
            assert kept in answer.text

    async def test_an_nhs_number_is_refused_and_neither_shown_nor_kept_nor_logged(
        self,
        client: httpx.AsyncClient,
        site: Site,
        link: str,
        seal: str,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        caplog.set_level(logging.DEBUG)
        answer = await send(
            client, link, seal, f__note=f"patient {NHS_NUMBER}", name=NHS_NUMBER, rows__sessions="2",
            f__sessions__0__who=NHS_NUMBER, f__sessions__1__who="GP", **{"f.indicators.HI-03.result.numerator": f"NHS {NHS_NUMBER}"},
        )  # fmt: skip
        assert answer.status_code == 422
        assert sum("NHS number" in text for _, text in summary(answer.text)) == 4
        assert "looks like an NHS number" in answer.text
        assert 'value="GP"' in answer.text
        upload = await client.post(
            link, data={**TYPED, "seal": seal}, files={"f.evidence": ("943-476-5919.pdf", b"x")}
        )
        reply = await client.post(
            f"{link}/reply/question",
            data={"seal": seal, "f.text": NHS_NUMBER, "name": "x", "role": NHS_NUMBER},
        )
        for each in (answer, upload, reply):
            assert each.status_code == 422
            assert "5919" not in each.text
        assert "5919" not in caplog.text
        assert site.events == []

    async def test_a_number_that_may_be_one_is_taken_when_the_person_says_what_it_is_not(
        self, client: httpx.AsyncClient, site: Site, link: str, seal: str
    ) -> None:
        doubtful = {"f.note": "Order 9434765919"}
        assert "not-nhs-number" not in (await client.get(link)).text
        answer = await send(client, link, seal, **doubtful)
        assert answer.status_code == 422
        assert [text for _, text in summary(answer.text)] == [
            "Anything the PCN should know: This may be an NHS number. Please take it out if it is: nothing here may identify a patient. "
            "If it is something else, such as an order number, say so and send it again."
        ]
        assert "Order 9434765919" in answer.text  # it is still in its box, and only there
        assert 'name="not-nhs-number" type="checkbox" value="yes"' in answer.text
        assert site.events == []
        taken = await send(client, link, seal, **doubtful, **{"not-nhs-number": "yes"})
        assert taken.status_code == 303
        assert [
            event.actor.not_nhs_number
            for event in site.events
            if event.body.__class__.__name__ == "ResponseReceived"
        ] == [True]

    async def test_a_text_file_with_a_number_in_it_is_refused_and_does_not_wait(
        self, client: httpx.AsyncClient, site: Site, link: str, seal: str
    ) -> None:
        for content in (f"practice,seen\nY90001,{NHS_NUMBER}\n".encode(), b"NHS no\n9434765919\n"):
            answer = await client.post(
                link, data={**TYPED, "seal": seal}, files={"f.evidence": ("seen.csv", content)}
            )
            assert answer.status_code == 422
            assert next(text for _, text in summary(answer.text)).startswith(
                "In the file: This looks like an NHS number."
            )
            assert "5919" not in answer.text
            assert "f.evidence.note" not in answer.text
        assert site.waiting == []
        assert site.events == []

    @pytest.mark.parametrize("pasted", ["943\t476\t5919", "943\r\n476\r\n5919", "943-\t476-\t5919"])
    async def test_three_cells_pasted_into_one_line_are_taken_when_they_are_said_to_be_counts(
        self, client: httpx.AsyncClient, site: Site, link: str, seal: str, pasted: str
    ) -> None:
        row = {
            "f.sessions.0.who": pasted,
            "f.sessions.0.on": "20/1/2027",
            "f.sessions.0.cost": "£95",
            "rows.sessions": "1",
        }
        refused = await client.post(link, data={**TYPED, "seal": seal, **row})
        assert "may be an NHS number" in refused.text
        for _ in range(2):  # what was kept of it is shown, and may be sent again
            taken = await client.post(link, data={**TYPED, "seal": seal, **row, "not-nhs-number": "yes"})
            assert taken.status_code == 303
            row["f.sessions.0.who"] = site.answers[-1]["sessions"][0]["who"]
        assert row["f.sessions.0.who"] in ("943, 476, 5919", "943-, 476-, 5919")

    @pytest.mark.parametrize(
        ("name", "content"), [("order-9434765919.pdf", b"words"), ("seen.csv", b"a,b,c\n943,476,5919\n")]
    )
    async def test_a_file_that_may_hold_one_is_taken_when_the_person_says_what_it_is_not(
        self, client: httpx.AsyncClient, site: Site, link: str, seal: str, name: str, content: bytes
    ) -> None:
        refused = await with_file(client, link, seal, name, content)
        assert [text for _, text in summary(refused.text) if "may be an NHS number" in text]
        assert (site.waiting, site.events) == ([], [])
        taken = await with_file(client, link, seal, name, content, **{"not-nhs-number": "yes"})
        assert taken.status_code == 303
        assert site.answers[0]["evidence"]["name"] == name

    @pytest.mark.parametrize("wrong", [{"name": ""}, {"f.clinics": ""}])
    async def test_a_file_with_a_number_in_it_does_not_wait_for_what_else_is_to_be_mended(
        self, client: httpx.AsyncClient, site: Site, link: str, seal: str, wrong: dict[str, str]
    ) -> None:
        answer = await with_file(client, link, seal, "seen.csv", NHS_NUMBER.encode(), **wrong)
        assert len(summary(answer.text)) == 2
        assert site.waiting == []

    async def test_saying_so_lets_no_number_through_that_is_written_as_one(
        self, client: httpx.AsyncClient, site: Site, link: str, seal: str
    ) -> None:
        answer = await send(client, link, seal, f__note=NHS_NUMBER, **{"not-nhs-number": "yes"})
        assert answer.status_code == 422
        assert "5919" not in answer.text
        assert site.events == []

    async def test_what_looks_odd_is_shown_once_and_can_be_sent_anyway(
        self, client: httpx.AsyncClient, site: Site, link: str, seal: str
    ) -> None:
        odd = {"f.indicators.HI-03.result.denominator": "80"}
        answer = await send(client, link, seal, **odd)
        assert answer.status_code == 422
        assert summary(answer.text) == [
            (
                "#q1-numerator",
                "Learning disability health checks: the denominator was 40 last time. Is it right?",
            )
        ]
        assert "Send it anyway" in answer.text
        assert site.events == []
        assert (await send(client, link, seal, anyway="yes", **odd)).status_code == 303
        assert len(site.answers) == 1

    async def test_a_name_and_a_role_are_asked_for(
        self, client: httpx.AsyncClient, site: Site, link: str, seal: str
    ) -> None:
        answer = await send(client, link, seal, name=" ", role="")
        assert summary(answer.text) == [("#name", "Enter your name"), ("#role", "Enter your role")]
        assert site.events == []

    async def test_a_refusal_says_why_and_keeps_what_was_typed(
        self, client: httpx.AsyncClient, site: Site, link: str, seal: str
    ) -> None:
        other = Actor("Tom Okafor", "practice_manager", ELM_TREE, channel="web")
        await site.operations.respond(site.assignment, GOOD, other)
        answer = await send(client, link, seal, seen="0", f__note="Kept")
        assert answer.status_code == 409
        ((where, said),) = summary(answer.text)
        assert (where, said.split(",")[0]) == ("", "Tom Okafor has answered since you opened this page")
        assert ">Kept</textarea>" in answer.text
        assert len(site.answers) == 1

    async def test_more_rows_on_request(
        self, client: httpx.AsyncClient, site: Site, link: str, seal: str
    ) -> None:
        answer = await send(
            client, link, seal, rows__sessions="3", **{"f__sessions__0__who": "Nurse", "add-row": "sessions"}
        )
        assert answer.status_code == 200
        assert 'name="rows.sessions" value="6"' in answer.text
        assert "nhsuk-error-summary" not in answer.text
        assert 'value="Nurse"' in answer.text
        assert site.events == []

    async def test_a_table_of_rows_is_kept(
        self, client: httpx.AsyncClient, site: Site, link: str, seal: str
    ) -> None:
        cells = {"f.sessions.2.who": "Nurse", "f.sessions.2.on": "20/1/2027", "f.sessions.2.cost": "£95"}
        await client.post(link, data={**TYPED, "seal": seal, "rows.sessions": "3", **cells})
        assert site.answers[0]["sessions"] == [{"who": "Nurse", "on": "2027-01-20", "cost": "95.00"}]
        assert 'value="20/1/2027"' in (await client.get(link)).text


async def test_an_assignment_that_is_gone_is_an_unknown_link(client: httpx.AsyncClient, site: Site) -> None:
    gone = "w9.x.1.Y90001.practice_manager"
    page = await client.get(site.link(gone))
    assert page.status_code == 404
    assert gone not in page.text
