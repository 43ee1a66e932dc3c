"""What an email says, in text and in HTML, and what mail programs read in its headers."""

from __future__ import annotations

import itertools
import re
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from html.parser import HTMLParser

import pytest
from icalendar import Calendar

from engine.events import Notice
from notifications.content.catalogue import UnknownPhrase, say
from notifications.content.composer import Composer
from notifications.content.english import (
    day_in_words,
    first_name,
    joined,
    moment_in_words,
    sentence,
    time_in_words,
    wrapped,
)
from notifications.content.headers import Unaddressable
from notifications.content.identifiers import message_id, thread_id
from notifications.planner import Email
from tests.notifications import email_samples as samples

COMPOSER = Composer("post@baton.example", "baton.example")
START = samples.at("2027-01-04 08:30")


def composed(told: Email, at: datetime = START, composer: Composer = COMPOSER) -> EmailMessage:
    raw = composer.compose(told, message_id([n.id for n in told.notices], "baton.example"), at, samples.link)
    message = message_from_bytes(raw, policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message


def body(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n")


def squeezed(text: str) -> str:
    """Letters and digits only, so that only the words are compared."""
    return re.sub(r"[\W_]+", "", text).lower()


@pytest.fixture(params=sorted(samples.KINDS))
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_every_kind_says_the_same_in_text_and_html(kind: str) -> None:
    message = composed(samples.KINDS[kind], samples.MOMENTS.get(kind, START))
    text, html = body(message, "plain"), body(message, "html")
    shown = squeezed(_Text().of(html))
    assert set(re.findall(r"https://\S+", text)) == set(re.findall(r'href="(https://[^"]+)"', html))
    for block in re.split(r"\n\n+|\n *- |\nhttps://.*\n", text):
        assert squeezed(block) in shown, block
    assert all(len(line) <= 76 for line in text.splitlines() if "https://" not in line)
    assert "\n\n\n" not in text


def test_every_kind_can_be_read_by_everybody(kind: str) -> None:
    html = body(composed(samples.KINDS[kind], samples.MOMENTS.get(kind, START)), "html")
    assert '<html lang="en-GB">' in html and "font-size:16px" in html
    assert html.count("<table") == html.count('<table role="presentation"')
    assert not re.search(r"<img|<link|<script|<style|src=|url\(|@import", html)
    assert not re.search(r"#d5281b|#da291c|\bred\b|#f00", html, re.IGNORECASE)
    levels = [int(level) for level in re.findall(r"<h(\d)", html)]
    assert levels[0] == 1 and all(b - a <= 1 for a, b in itertools.pairwise(levels))
    texts = re.findall(r"<a [^>]*>([^<]*)</a>", html)
    assert all(len(text) > 5 and "click" not in text.lower() for text in texts)
    said = body(composed(samples.KINDS[kind]), "plain").lower()
    assert not re.search(r"urgent(?!\s+referrals)|failure to|as per my last|close of play|overdue", said)


def test_an_ask_says_everything_even_with_its_link_blocked() -> None:
    text = " ".join(body(composed(samples.KINDS["ask"]), "plain").split())
    for said in (
        "Hello Ruth,", "The PCN is paid on its total", "About 10 minutes.", "Fri 15 January 2027, 5pm",
        "10 working days after the quarter ended", "Saying nothing never counts as an answer",
        "On Tue 19 January an offer of help.", "Ask Sam Patel: reply to this email, or ring 0191 496 0123.",
        "If a link will not open, reply", "Opening the page changes nothing.",
    ):  # fmt: skip
        assert said in text
    assert text.count("https://") == 1


def test_the_headers_of_a_first_email_and_a_reminder_make_one_thread() -> None:
    first, reminder = composed(samples.KINDS["ask"]), composed(samples.KINDS["coming up"])
    root = thread_id(samples.notice().about, "baton.example")
    assert first["References"] == reminder["References"] == reminder["In-Reply-To"] == root
    assert "In-Reply-To" not in first and first["Message-ID"] != reminder["Message-ID"]
    assert first["From"] == "Harbour Vale PCN <post@baton.example>"
    assert first["To"] == "Ruth Bell <ruth.bell@elmtree.example>"
    assert first["Reply-To"] == "Sam Patel <sam.patel@harbourvale.example>"
    assert (first["Auto-Submitted"], first["X-Auto-Response-Suppress"]) == ("auto-generated", "All")
    assert first["Date"].datetime == START
    assert first["Subject"] == "Q3 learning disability and FIT figures: 10 minutes, by Fri 15 January"


def test_a_digest_belongs_to_no_thread_and_names_what_comes_first() -> None:
    digest = composed(samples.KINDS["digest"], samples.MOMENTS["digest"])
    assert "References" not in digest and "In-Reply-To" not in digest
    assert (
        digest["Subject"]
        == "Access plan: your part, 30 minutes, by Fri 29 January, and more from Harbour Vale PCN"
    )
    text = body(digest, "plain")
    order = [text.index(h) for h in ("FOR YOU TO DO", "DUE TODAY", "FOR YOU TO KNOW", "HOW IT CAME OUT")]
    assert order == sorted(order)
    assert text.count("Ask Sam Patel") == 1, "one manager is named once"


def test_managers_of_two_networks_are_each_named_and_one_is_replied_to() -> None:
    other = samples.notice(
        "ask",
        "x",
        about="other",
        facts={"pcn": "Hill PCN", "manager": {"name": "Di Lee", "email": "di@hill.example"}},
    )
    message = composed(samples.email(samples.notice(), other))
    text = body(message, "plain")
    assert "Ask Di Lee: reply" in text and "Ask Sam Patel: reply" in text
    assert message["Reply-To"].addresses[0].addr_spec in ("di@hill.example", "sam.patel@harbourvale.example")
    assert len(message["Reply-To"].addresses) == 1


def test_the_manager_is_not_told_to_ask_the_manager() -> None:
    message = composed(samples.KINDS["task"])
    assert "Reply-To" not in message and "Ask Sam" not in body(message, "plain")
    assert "Baton, for Harbour Vale PCN" in body(message, "plain")


def test_the_deadline_comes_as_a_calendar_file_without_the_link() -> None:
    email = samples.KINDS["ask"]
    part = next(composed(email).iter_attachments())
    assert part.get_filename() == "deadline.ics" and part.get_content_type() == "text/calendar"
    raw = part.get_payload(decode=True)
    assert isinstance(raw, bytes) and b"https://" not in raw
    (event,) = Calendar.from_ical(raw).walk("VEVENT")
    assert event["DTEND"].dt == datetime(2027, 1, 15, 17, tzinfo=UTC)
    assert str(event["SUMMARY"]) == "Due: Your figures for Q3 (Elm Tree Surgery)"
    moved = replace(email, notices=(replace(email.notices[0], id="later"),))
    again = next(composed(moved, samples.at("2027-01-05 08:30")).iter_attachments()).get_payload(decode=True)
    assert isinstance(again, bytes)
    (second,) = Calendar.from_ical(again).walk("VEVENT")
    assert second["UID"] == event["UID"] and second["SEQUENCE"] > event["SEQUENCE"]
    assert not list(composed(samples.KINDS["coming up"]).iter_attachments())


def test_what_is_asked_no_more_is_taken_out_of_the_calendar() -> None:
    asked = samples.KINDS["ask"].notices[0]
    entry = {
        "about": asked.about, "title": "Your figures for Q3", "practice": "Elm Tree Surgery",
        "due_at": asked.facts["due_at"],
    }  # fmt: skip
    sorry = samples.notice(
        kind="outcome", about="", subject="Cancelled: IIF Q3", facts={"cancels": [entry, "x", {}]}
    )
    message = composed(samples.email(sorry))
    (part,) = message.iter_attachments()
    assert part.get_filename() == "cancelled.ics" and part.get_param("method") == "CANCEL"  # type: ignore[attr-defined]
    (event,) = Calendar.from_ical(part.get_payload(decode=True)).walk("VEVENT")  # type: ignore[arg-type]
    (before,) = Calendar.from_ical(
        next(composed(samples.KINDS["ask"]).iter_attachments()).get_payload(decode=True)  # type: ignore[arg-type]
    ).walk("VEVENT")
    assert (event["UID"], str(event["STATUS"])) == (before["UID"], "CANCELLED")
    assert "out of your calendar" in body(message, "plain")


def test_all_the_dates_that_moved_come_in_one_file() -> None:
    asked = samples.KINDS["ask"].notices[0]
    moves = [
        {
            "about": f"{asked.about}{n}",
            "title": "Your figures",
            "practice": "Elm",
            "due_at": asked.facts["due_at"],
        }
        for n in range(2)
    ]
    told = samples.notice(
        kind="told", about="", subject="New dates", facts={"moves": moves, "title": "Your figures"}
    )
    (part,) = composed(samples.email(told)).iter_attachments()
    assert len(Calendar.from_ical(part.get_payload(decode=True)).walk("VEVENT")) == 2  # type: ignore[arg-type]


def test_the_same_email_has_the_same_bytes(kind: str) -> None:
    email = samples.KINDS[kind]
    makes = [COMPOSER.compose(email, "<m@x>", START, samples.link) for _ in range(2)]
    assert makes[0] == makes[1]
    assert (
        Composer(COMPOSER.from_address, COMPOSER.domain).compose(email, "<m@x>", START, samples.link)
        == makes[0]
    )


def test_facts_are_data_whatever_they_hold() -> None:
    nasty = samples.notice(
        subject="Line one\r\nBcc: everyone@x.example", name="Ruth\r\nBell",
        facts={"title": "<script>alert(1)</script>", "why": "{{ 7*7 }} {pcn} {0.__class__}", "next": "just one",
               "manager": "nobody", "due_at": "soon", "choices": {"a": 1}, "items": [None, 3], "attest": "yes"},
    )  # fmt: skip
    message = composed(samples.email(nasty))
    assert "Bcc" not in message and message["Subject"] == "Line one Bcc: everyone@x.example"
    html = body(message, "html")
    assert "<script" not in html and "&lt;script&gt;" in html and "{{ 7*7 }} {pcn} {0.__class__}" in html
    assert "Reply to this email." in body(message, "plain")


def test_a_notice_with_nothing_but_a_title_is_still_an_email() -> None:
    bare = Notice("n", "told", "ruth", "Ruth Bell", "ruth@elm.example", "Y90001", "", "s", "Thank you", START,
                  facts={"title": "Thank you"})  # fmt: skip
    text = body(composed(samples.email(bare)), "plain")
    assert text.startswith("Hello Ruth,\n\nThank you\n") and "\nYour Primary Care Network\n" in text


@pytest.mark.parametrize("address", ["", "no-at", "zoë@elm.example", "a@b@c"])
def test_an_address_that_is_none_is_said(address: str) -> None:
    with pytest.raises(Unaddressable):
        composed(replace(samples.KINDS["ask"], to=address))


def test_words_the_catalogue_lacks_are_an_error() -> None:
    with pytest.raises(UnknownPhrase):
        say("lead.nothing")
    with pytest.raises(UnknownPhrase):
        say("lead")


@pytest.mark.parametrize(
    ("name", "called"),
    [
        ("Ruth Bell", "Ruth"), ("Dr A. Okafor", "Dr Okafor"), ("Dr AB Okafor", "Dr Okafor"), ("Bell, Ruth", "Ruth"),
        ("Dr Amara Okafor", "Amara"), ("Sam", "Sam"), ("R. Bell", "R. Bell"), ("Mrs Bell", "Mrs Bell"), ("", ""),
    ],
)  # fmt: skip
def test_people_are_called_by_their_first_name(name: str, called: str) -> None:
    assert first_name(name) == called


def test_small_pieces_of_english() -> None:
    assert moment_in_words(samples.at("2027-01-15 17:00")) == "Fri 15 January 2027, 5pm"
    assert [time_in_words(samples.at(f"2027-07-01 {t}")) for t in ("08:30", "12:00", "00:00")] == [
        "8:30am",
        "noon",
        "midnight",
    ]
    assert day_in_words(START.date()) == "Mon 4 January 2027"
    assert joined(["Elm", "Oak", "Ash"]) == "Elm, Oak and Ash" and joined(["Elm"]) == "Elm"
    assert sentence("because\nit counts") == "Because it counts." and sentence("Why?") == "Why?"
    assert wrapped("x " * 60, 2, "- ").splitlines()[1].startswith("    x")


class _Text(HTMLParser):
    def of(self, html: str) -> str:
        self.parts: list[str] = []
        self.feed(html)
        return " ".join(self.parts)

    def handle_data(self, data: str) -> None:
        self.parts.append(data)


def test_lines_that_begin_with_a_dash_are_a_list() -> None:
    text = "Soon.\n- Ten minutes.\n- Two counts.\n\nThat is all."
    message = composed(samples.email(samples.notice("told", facts={"text": text})))
    plain, html = body(message, "plain"), body(message, "html")
    assert "Soon.\n\n  - Ten minutes.\n  - Two counts.\n\nThat is all." in plain
    assert re.search(r"<ul[^>]*>\s*<li[^>]*>Ten minutes.</li>\s*<li[^>]*>Two counts.</li>\s*</ul>", html)


def test_who_is_asked_to_ring_is_not_told_how_long_anothers_answer_takes() -> None:
    text = body(composed(samples.email(samples.notice("task", facts={"choices": samples.CHOICES}))), "plain")
    assert say("label.takes") not in text and say("label.silence") not in text
    assert say("label.choices_task") in text and say("label.choices") not in text


def test_a_digest_says_once_that_opening_a_page_changes_nothing() -> None:
    asks = [samples.notice(id=f"n{number}", about=f"w/{number}") for number in range(3)]
    message = composed(samples.email(*asks))
    for kind in ("plain", "html"):
        assert body(message, kind).count("Opening the page changes nothing") == 1
