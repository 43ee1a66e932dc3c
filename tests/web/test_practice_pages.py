"""Behind a link: looking changes nothing, an answer is kept once, and nobody's patient is repeated."""

from __future__ import annotations

import logging
import re
from datetime import datetime, timedelta
from html import unescape

import httpx
import pytest

from engine.commands import settle_reply
from engine.dates.clock import LONDON
from engine.events import Actor, ReplyReceived
from engine.forms.files import MB
from notifications.content.items import Contact
from tests.web.site import ELM_TREE, GOOD, HOSTILE, LINKS, MANAGER, NHS_NUMBER, START, TYPED, Site
from web.views import ConversationLine, ShownResult, StandingAnswer


async def send(client: httpx.AsyncClient, link: str, seal: str, **more: str) -> httpx.Response:
    """The form of the page, sent as a browser does."""
    return await client.post(
        link, data={**TYPED, "seal": seal, **{k.replace("__", "."): v for k, v in more.items()}}
    )


async def with_file(
    client: httpx.AsyncClient, link: str, seal: str, file: str, content: bytes, **more: str
) -> httpx.Response:
    """The same, with a file chosen."""
    data = {**TYPED, "seal": seal, **{k.replace("__", "."): v for k, v in more.items()}}
    return await client.post(link, data=data, files={"f.evidence": (file, content)})


def seal_of(page: httpx.Response) -> str:
    return re.findall(r'name="seal" value="([^"]+)"', page.text)[0]


def note(page: httpx.Response) -> dict[str, str]:
    """What the page sends of a file that was chosen before."""
    found = re.search(r'name="f\.evidence\.note" value="([^"]+)"', page.text)
    return {"f.evidence.note": found[1]} if found else {}


def chosen(page: httpx.Response) -> str:
    """The file that the page says was chosen before."""
    found = re.search(r"Chosen before: (\S+)\. Choose another", page.text)
    return found[1] if found else ""


def summary(page: str) -> list[tuple[str, str]]:
    """The error summary: where each line leads, and what it says."""
    found = re.search(r'nhsuk-error-summary__list">(.*?)</ul>', page, re.DOTALL)
    lines = re.findall(
        r'<li>\s*(?:<a href="([^"]*)">)?\s*(.*?)\s*(?:</a>)?\s*</li>', found[1] if found else "", re.DOTALL
    )
    return [(href, " ".join(unescape(text).split())) for href, text in lines]


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
        assert (actor.name, actor.role, actor.channel) == ("Priya Shah", "Practice manager", "web")
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


class TestFiles:
    async def test_a_file_is_chosen_once_and_kept_with_the_answer_that_is_taken(
        self, client: httpx.AsyncClient, site: Site, link: str, seal: str
    ) -> None:
        mended = await with_file(client, link, seal, "C:\\Users\\p\\report.pdf", b"figures", name="")
        assert mended.status_code == 422
        assert chosen(mended) == "report.pdf"
        assert site.waiting == [b"figures"]
        await send(client, link, seal, **note(mended))
        evidence = site.answers[0]["evidence"]
        assert (evidence["name"], evidence["size"]) == ("report.pdf", 7)
        assert site.document(evidence["sha256"]) == b"figures"
        assert site.waiting == []
        # The page of the answer that stands sends its file again unseen.
        await send(client, link, seal, **note(await client.get(link)))
        assert site.answers[1]["evidence"] == evidence

    @pytest.mark.parametrize(("name", "content"), [("run.exe", b"x"), ("empty.pdf", b""), ("plan", b"x")])
    async def test_other_files_are_refused_and_not_kept(
        self, client: httpx.AsyncClient, site: Site, link: str, seal: str, name: str, content: bytes
    ) -> None:
        answer = await with_file(client, link, seal, name, content)
        assert answer.status_code == 422
        assert site.events == [] and site.waiting == []

    async def test_a_note_of_another_link_is_no_file(
        self, client: httpx.AsyncClient, site: Site, link: str, seal: str
    ) -> None:
        await send(client, link, seal, f__evidence__note="WyJ4Il0.forged")
        assert "evidence" not in site.answers[0]

    @pytest.mark.parametrize("how", ["after thirteen hours", "without its cookie"])
    async def test_a_page_that_is_no_longer_trusted_keeps_its_file_and_never_swaps_it(
        self, client: httpx.AsyncClient, site: Site, link: str, seal: str, how: str
    ) -> None:
        await with_file(client, link, seal, "earlier.pdf", b"earlier")
        page = await client.get(link)
        if how == "without its cookie":
            client.cookies.clear()
        else:
            site.clock.move_on(timedelta(hours=13))
        stale = await with_file(
            client, link, seal_of(page), "newer.pdf", b"newer", f__note="Mended", seen="1"
        )
        assert stale.status_code == 403
        assert "What you typed and chose is still here" in stale.text
        assert ">Mended</textarea>" in stale.text and chosen(stale) == "newer.pdf"
        await send(client, link, seal_of(stale), f__note="Mended", seen="1", **note(stale))
        assert [(each["evidence"]["name"], each.get("note")) for each in site.answers] == [
            ("earlier.pdf", None), ("newer.pdf", "Mended"),
        ]  # fmt: skip
        assert site.document(site.answers[1]["evidence"]["sha256"]) == b"newer"

    @pytest.mark.parametrize("how", ["without its cookie", "for another row"])
    async def test_a_file_that_cannot_be_kept_is_not_said_to_be_there(
        self, client: httpx.AsyncClient, link: str, seal: str, how: str
    ) -> None:
        more = {"add-row": "anything"} if how == "for another row" else {}
        if how == "without its cookie":
            client.cookies.clear()
        drawn = await with_file(client, link, seal, "newer.exe", b"newer", **more)
        said = [text for _, text in summary(drawn.text)]
        assert "the file you chose cannot be taken and was not kept; choose another" in said[-1]
        assert "chose is still here" not in drawn.text and chosen(drawn) == ""

    async def test_a_file_that_is_refused_does_not_bring_the_earlier_one_back(
        self, client: httpx.AsyncClient, site: Site, link: str, seal: str
    ) -> None:
        await with_file(client, link, seal, "earlier.pdf", b"earlier")
        refused = await with_file(client, link, seal, "newer.exe", b"newer")
        assert refused.status_code == 422
        assert chosen(refused) == ""
        await send(client, link, seal, **note(refused))
        assert "evidence" not in site.answers[-1]

    async def test_a_file_that_waited_too_long_is_to_be_chosen_again(
        self, client: httpx.AsyncClient, site: Site, link: str, seal: str
    ) -> None:
        mended = await with_file(client, link, seal, "report.pdf", b"figures", name="")
        for file in site.files.glob("*/*"):
            file.unlink()
        answer = await send(client, link, seal, **note(mended))
        assert answer.status_code == 422
        assert [text for _, text in summary(answer.text)] == ["Choose the file again: Baton does not have it, or not any longer"]  # fmt: skip
        assert chosen(answer) == ""
        assert site.events == []

    async def test_refused_answers_leave_no_more_than_a_link_may_hold(
        self, client: httpx.AsyncClient, site: Site, link: str, seal: str
    ) -> None:
        for number in range(25):
            content = bytes([number]) * 700_000
            assert (await with_file(client, link, seal, "report.pdf", content, name="")).status_code == 422
        assert sum(map(len, site.waiting)) <= 2 * MB
        assert site.events == []

    async def test_a_link_has_a_quota_and_says_so(
        self, client: httpx.AsyncClient, site: Site, link: str, seal: str
    ) -> None:
        for number in range(2):
            answer = await with_file(client, link, seal, "report.pdf", bytes([number]) * MB)
            assert answer.status_code == 303
        answer = await with_file(client, link, seal, "report.pdf", b"x")
        assert answer.status_code == 422
        ((where, said),) = summary(answer.text)
        assert said.startswith("The files sent for this link may have 2 MB together, and 2 MB are used.")
        assert f'id="{where[1:]}"' in answer.text
        assert len(site.answers) == 2
        # A file that is there already counts once.
        assert (await with_file(client, link, seal, "again.pdf", b"\0" * MB)).status_code == 303


class TestSeals:
    async def test_every_post_needs_the_pages_seal(
        self, client: httpx.AsyncClient, site: Site, link: str, seal: str
    ) -> None:
        until, _, signature = seal.partition(".")
        for wrong in ("", "x", seal[:-1], f"{int(until) + 1}.{signature}", f"{until}."):
            answer = await send(client, link, wrong, f__note="Kept")
            assert answer.status_code == 403
            assert ">Kept</textarea>" in answer.text
        assert site.events == []

    async def test_a_seal_is_for_one_browser(
        self, client: httpx.AsyncClient, site: Site, link: str, seal: str
    ) -> None:
        client.cookies.clear()
        client.cookies.set("baton", "A" * 43)
        assert (await send(client, link, seal)).status_code == 403
        assert site.events == []

    async def test_two_pages_of_one_browser_both_work(
        self, client: httpx.AsyncClient, site: Site, link: str, seal: str
    ) -> None:
        await client.get(link)
        assert (await send(client, link, seal)).status_code == 303

    async def test_the_cookie_is_for_us_only(self, client: httpx.AsyncClient, link: str) -> None:
        cookie = (await client.get(link)).headers["set-cookie"].lower()
        assert "httponly" in cookie
        assert "samesite=lax" in cookie

    async def test_another_site_cannot_send(
        self, client: httpx.AsyncClient, site: Site, link: str, seal: str
    ) -> None:
        answer = await client.post(
            link, data={**TYPED, "seal": seal}, headers={"sec-fetch-site": "cross-site"}
        )
        assert answer.status_code == 403
        assert site.events == []


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


async def test_an_assignment_that_is_gone_is_an_unknown_link(client: httpx.AsyncClient, site: Site) -> None:
    gone = "w9.x.1.Y90001.practice_manager"
    page = await client.get(site.link(gone))
    assert page.status_code == 404
    assert gone not in page.text
