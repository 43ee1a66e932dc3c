"""Whatever was typed, the headers on the wire are those that were meant: the bytes are read, not the library's view of them."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import ValidationError

from notifications.content.composer import BadSender, Composer
from notifications.content.headers import BrokenHeader, header_text, verify
from notifications.transport.settings import PostSettings
from tests.notifications import email_samples as samples
from tests.notifications.post_bench import PostBench, person

pytestmark = pytest.mark.fuzz

MEANT = [
    "From", "To", "Reply-To", "Subject", "Date", "Message-ID", "References", "Auto-Submitted", "X-Auto-Response-Suppress",
    "Content-Type", "MIME-Version",
]  # fmt: skip
INJECTED = "=?utf-8?q?Figures=0d=0aBcc:_thief@evil.example=0d=0aContent-Type:_text/html=0d=0a=0d=0aPay_here?="
HOSTILE = st.one_of(
    st.text(max_size=60),
    st.builds(
        "{}=?{}?{}?{}?={}".format,
        st.text(max_size=8), st.sampled_from(["utf-8", "us-ascii", "utf-16", "x"]), st.sampled_from("qQbB"),
        st.sampled_from(["a=0d=0aBcc:_x@y.example", "=0a_b", "DQpCY2M6IHhAeS5leGFtcGxl", "=00", "?= =?utf-8?q?=0d=0a"]),
        st.text(max_size=8),
    ),
)  # fmt: skip


def names(raw: bytes) -> list[str]:
    head = raw.partition(b"\r\n\r\n")[0]
    return [line.split(b":")[0].decode() for line in head.split(b"\r\n") if line[:1] not in b" \t"]


@given(title=HOSTILE, name=HOSTILE, manager=HOSTILE, pcn=HOSTILE)
@example(INJECTED, INJECTED, INJECTED, INJECTED)
def test_nothing_typed_adds_or_changes_a_header(title: str, name: str, manager: str, pcn: str) -> None:
    facts = {
        "title": title, "pcn": pcn,
        "manager": {"name": manager, "email": "sam@harbourvale.example", "phone": "0191 496 0123"},
    }  # fmt: skip
    notice = samples.notice("ask", name=name, subject=title, facts=facts)
    raw = Composer("post@baton.example", "baton.example").compose(
        samples.email(notice), "<id@baton.example>", samples.at("2027-01-04 08:30"), samples.link
    )
    assert sorted(names(raw)) == sorted(MEANT)
    # What follows the headers is the first part, and nothing that somebody typed.
    assert raw.partition(b"\r\n\r\n")[2].startswith(b"--=_")


async def test_on_the_wire_an_answer_in_a_title_stays_in_the_subject(bench: PostBench) -> None:
    await bench.plan(person(1, subject=INJECTED, name=INJECTED))
    assert (await bench.mailer().deliver_due(bench.clock.now())).sent == 1
    (received,) = bench.server.received
    assert received["Bcc"] is None and received.get_content_type() == "multipart/mixed"
    assert "thief@evil.example" in str(received["Subject"])


@pytest.mark.parametrize(
    "raw",
    [
        b"Subject: a\r\nBcc: x@y.example\r\n\r\n",
        b"Subject: a\r\nSubject: b\r\n\r\n",
        b"\r\n\r\n",
        b"Subject: =?utf-8?q?a=0d=0aBcc:_x?=\r\n\r\n",
        b"Subject: a\r\nnot a header\r\n\r\n",
    ],
)
def test_a_message_whose_headers_are_not_those_meant_does_not_leave(raw: bytes) -> None:
    with pytest.raises(BrokenHeader):
        verify(raw, ["Subject"])


def test_what_is_no_encoded_word_reads_as_it_was_written() -> None:
    assert header_text("Is 2 + 2 = 4? Zoë’s figures") == "Is 2 + 2 = 4? Zoë’s figures"


@pytest.mark.parametrize(
    "address", ["baton", "", "zoë@elm.example", "a b@c.example", "a@b\n.example", "=?utf-8?q?a?=@b.example"]
)
def test_a_sender_that_is_no_address_is_refused_before_anything_is_sent(address: str) -> None:
    with pytest.raises(ValidationError, match="name@place"):
        PostSettings(from_address=address)
    with pytest.raises(BadSender, match="FROM_ADDRESS"):
        Composer(address, "baton.example").compose(
            samples.KINDS["ask"], "<id@b.example>", samples.at("2027-01-04 08:30"), samples.link
        )


def test_a_manager_without_an_address_keeps_nobody_from_hearing() -> None:
    facts = {"manager": {"name": "Sam", "email": "sam at work", "phone": ""}}
    raw = Composer("post@baton.example", "baton.example").compose(
        samples.email(samples.notice("ask", facts=facts)),
        "<id@b.example>",
        samples.at("2027-01-04 08:30"),
        samples.link,
    )
    assert "Reply-To" not in names(raw)
