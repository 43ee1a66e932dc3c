"""Files with an answer, and the seal that every form of a page carries."""

from __future__ import annotations

from datetime import timedelta

import httpx
import pytest

from engine.forms.files import MB
from tests.web.practice_forms import chosen, note, seal_of, send, summary, with_file
from tests.web.site import TYPED, Site


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
