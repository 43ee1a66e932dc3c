"""The embedded outbox is a real mail server that forgets nothing it acknowledged."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from pathlib import Path

import pytest
from malformed_emails import MALFORMED
from pydantic import SecretStr

from engine.dates.clock import VirtualClock
from notifications.transport.local_mailbox import LocalMailbox
from notifications.transport.settings import PostSettings
from notifications.transport.smtp import Accepted, Later, SmtpClient
from tests.notifications import email_samples as samples
from tests.notifications.post_bench import PostBench, person


async def test_emails_posted_are_emails_listed(tmp_path: Path, bench: PostBench) -> None:
    outbox = LocalMailbox(tmp_path / "outbox", bench.clock)
    bench.settings = outbox.settings(await outbox.start(), PostSettings(from_address="post@baton.example"))
    try:
        await bench.plan(person(1), person(2, subject="Zoë’s figures – thank you"))
        assert (await bench.mailer().deliver_due(bench.clock.now())).sent == 2
    finally:
        await outbox.stop()
    emails = outbox.emails()
    assert {email.subject for email in emails} == {"Subject 1", "Zoë’s figures – thank you"}
    first = next(email for email in emails if email.subject == "Subject 1")
    assert first.to == "Person 1 <p1@elm.example>" and first.at == bench.clock.now() and first.copies == 1
    assert "Could you help with this" in first.text and "<h1" in first.html
    assert outbox.email(first.id) == first and outbox.email("../secret") is None
    raw = outbox.raw(first.id)
    assert raw is not None and b"Message-ID" in raw
    assert LocalMailbox(tmp_path / "outbox", bench.clock).emails() == emails, "a restart finds them"


async def test_a_email_that_comes_twice_is_kept_twice_and_shown_once(tmp_path: Path) -> None:
    outbox = LocalMailbox(tmp_path, VirtualClock(samples.at("2027-01-04 10:00")))
    port = await outbox.start()
    message = b"From: a@b.example\r\nMessage-ID: <same@b.example>\r\nSubject: S\r\n\r\nHello\r\n"
    async with SmtpClient(outbox.settings(port, PostSettings())) as wire:
        for _ in range(2):
            assert isinstance(await wire.send("r@x.example", message), Accepted)
    await outbox.stop()
    assert len(list(tmp_path.glob("*.eml"))) == 2
    (email,) = outbox.emails()
    assert (email.copies, email.message_id) == (2, "<same@b.example>")


async def test_what_cannot_be_kept_is_not_acknowledged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    outbox = LocalMailbox(tmp_path, VirtualClock(samples.at("2027-01-04 10:00")))
    port = await outbox.start()

    def full(_: bytes) -> str:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(outbox, "keep", full)
    async with SmtpClient(outbox.settings(port, PostSettings())) as wire:
        answer = await wire.send("r@x.example", b"Subject: S\r\n\r\nHello\r\n")
    await outbox.stop()
    assert isinstance(answer, Later) and "No space left" in answer.because
    assert outbox.emails() == []


def test_a_torn_file_is_cleared_and_numbers_go_on(tmp_path: Path) -> None:
    clock = VirtualClock(samples.at("2027-01-04 10:00"))
    LocalMailbox(tmp_path, clock).keep(b"Message-ID: <1@x>\r\n\r\n")
    (tmp_path / "00000002-x.eml.new").write_bytes(b"Mess")
    again = LocalMailbox(tmp_path, clock)
    assert list(tmp_path.glob("*.new")) == []
    assert again.keep(b"Message-ID: <2@x>\r\n\r\n").startswith("00000002-")


@pytest.mark.parametrize("raw", MALFORMED.values(), ids=MALFORMED.keys())
def test_whatever_arrives_is_kept_and_read(tmp_path: Path, raw: bytes) -> None:
    outbox = LocalMailbox(tmp_path, VirtualClock(samples.at("2027-01-04 10:00")))
    id_ = outbox.keep(raw)
    assert outbox.raw(id_) == raw
    (email,) = outbox.emails()
    for said in (email.subject, email.to, email.message_id, email.text, email.html):
        said.encode()  # it can go to a browser
        assert "\n" not in email.subject + email.to
    if b"Hello" in raw and b"multipart" not in raw:
        assert "Hello" in email.text + email.html


def test_emails_without_a_message_id_are_no_copies_of_each_other(tmp_path: Path) -> None:
    outbox = LocalMailbox(tmp_path, VirtualClock(samples.at("2027-01-04 10:00")))
    for raw in (b"Subject: One\r\n\r\n", b"Subject: Two\r\n\r\n", b"Subject: Two\r\n\r\n"):
        outbox.keep(raw)
    assert [(email.subject, email.copies) for email in outbox.emails()] == [("Two", 2), ("One", 1)]


def test_what_somebody_else_put_into_the_folder_is_no_email(tmp_path: Path) -> None:
    outbox = LocalMailbox(tmp_path, VirtualClock(samples.at("2027-01-04 10:00")))
    for name in ("12345678.eml", "00000001-x.eml", "00000001-20270104T100000Z-zz.eml", "²²²²²²²²-a-b.eml"):
        (tmp_path / name).write_bytes(b"Subject: S\r\n\r\n")
    assert outbox.emails() == [] and outbox.ids() == []


class TestWhoMayHandOver:
    """Any account of the machine reaches the port; only Baton has the password."""

    async def test_nothing_is_taken_without_the_password(self, tmp_path: Path) -> None:
        outbox = LocalMailbox(tmp_path, VirtualClock(samples.at("2027-01-04 10:00")))
        port = await outbox.start()
        message = b"Subject: S\r\n\r\nHello\r\n"
        right = outbox.settings(port, PostSettings())
        strangers = [
            PostSettings(host="127.0.0.1", port=port, security="none"),
            right.model_copy(update={"password": SecretStr("guessed")}),
            right.model_copy(update={"username": "root"}),
            LocalMailbox(tmp_path / "other", VirtualClock(samples.at("2027-01-04 10:00"))).settings(
                port, PostSettings()
            ),
        ]
        for settings in strangers:
            async with SmtpClient(settings) as wire:
                assert not isinstance(await wire.send("r@x.example", message), Accepted)
        assert outbox.ids() == []
        async with SmtpClient(right) as wire:
            assert isinstance(await wire.send("r@x.example", message), Accepted)
        await outbox.stop()

    async def test_a_hundred_half_conversations_keep_nobody_out(self, tmp_path: Path) -> None:
        outbox = LocalMailbox(tmp_path, VirtualClock(samples.at("2027-01-04 10:00")))
        port = await outbox.start()
        half = [await asyncio.open_connection("127.0.0.1", port) for _ in range(100)]
        for _, writer in half:
            writer.write(b"EHLO x\r\n")
        async with SmtpClient(outbox.settings(port, PostSettings())) as wire:
            assert isinstance(await wire.send("r@x.example", b"Subject: S\r\n\r\nHello\r\n"), Accepted)
        for reader, _ in half[:80]:  # these have ended: nothing more comes
            with suppress(ConnectionResetError):
                await asyncio.wait_for(reader.read(), 5)
        for _, writer in half:
            writer.close()
        await outbox.stop()


def test_an_email_that_cannot_be_read_hides_no_other(tmp_path: Path) -> None:
    outbox = LocalMailbox(tmp_path, VirtualClock(samples.at("2027-01-04 10:00")))
    kept = outbox.keep(b"Subject: Whole\r\n\r\nHello\r\n")
    (tmp_path / f"00000002-20270104T100000Z-{'a' * 24}.eml").mkdir()
    (tmp_path / f"00000003-20279999T100000Z-{'b' * 24}.eml").write_bytes(b"of no day there is")
    unreadable, whole = outbox.emails()
    assert (whole.id, whole.subject) == (kept, "Whole")
    assert unreadable.subject == "(an email that cannot be read)" and "Is a directory" in unreadable.text
    assert outbox.email(unreadable.id) == unreadable and outbox.raw(unreadable.id) is None
