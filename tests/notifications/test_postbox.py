"""The embedded postbox is a real mail server that forgets nothing it acknowledged."""

from __future__ import annotations

from pathlib import Path

import letter_samples as samples
import pytest
from post_office import Office, person

from engine.dates.clock import VirtualClock
from notifications.transport.local_mailbox import Postbox
from notifications.transport.settings import PostSettings
from notifications.transport.smtp import Accepted, Later, Wire


async def test_letters_posted_are_letters_listed(tmp_path: Path, office: Office) -> None:
    postbox = Postbox(tmp_path / "postbox", office.clock)
    office.settings = postbox.settings(await postbox.start(), PostSettings(from_address="post@baton.example"))
    try:
        await office.plan(person(1), person(2, subject="Zoë’s figures – thank you"))
        assert (await office.postman().deliver_round(office.clock.now())).sent == 2
    finally:
        await postbox.stop()
    letters = postbox.letters()
    assert {letter.subject for letter in letters} == {"Subject 1", "Zoë’s figures – thank you"}
    first = next(letter for letter in letters if letter.subject == "Subject 1")
    assert first.to == "Person 1 <p1@elm.example>" and first.at == office.clock.now() and first.copies == 1
    assert "Could you help with this" in first.text and "<h1" in first.html
    assert postbox.letter(first.id) == first and postbox.letter("../secret") is None
    raw = postbox.raw(first.id)
    assert raw is not None and b"Message-ID" in raw
    assert Postbox(tmp_path / "postbox", office.clock).letters() == letters, "a restart finds them"


async def test_a_letter_that_comes_twice_is_kept_twice_and_shown_once(tmp_path: Path) -> None:
    postbox = Postbox(tmp_path, VirtualClock(samples.at("2027-01-04 10:00")))
    port = await postbox.start()
    message = b"From: a@b.example\r\nMessage-ID: <same@b.example>\r\nSubject: S\r\n\r\nHello\r\n"
    async with Wire(postbox.settings(port, PostSettings())) as wire:
        for _ in range(2):
            assert isinstance(await wire.send("r@x.example", message), Accepted)
    await postbox.stop()
    assert len(list(tmp_path.glob("*.eml"))) == 2
    (letter,) = postbox.letters()
    assert (letter.copies, letter.message_id) == (2, "<same@b.example>")


async def test_what_cannot_be_kept_is_not_acknowledged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    postbox = Postbox(tmp_path, VirtualClock(samples.at("2027-01-04 10:00")))
    port = await postbox.start()

    def full(_: bytes) -> str:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(postbox, "_keep", full)
    async with Wire(postbox.settings(port, PostSettings())) as wire:
        answer = await wire.send("r@x.example", b"Subject: S\r\n\r\nHello\r\n")
    await postbox.stop()
    assert isinstance(answer, Later) and "No space left" in answer.because
    assert postbox.letters() == []


def test_a_torn_file_is_cleared_and_numbers_go_on(tmp_path: Path) -> None:
    clock = VirtualClock(samples.at("2027-01-04 10:00"))
    Postbox(tmp_path, clock)._keep(b"Message-ID: <1@x>\r\n\r\n")
    (tmp_path / "00000002-x.eml.new").write_bytes(b"Mess")
    again = Postbox(tmp_path, clock)
    assert list(tmp_path.glob("*.new")) == []
    assert again._keep(b"Message-ID: <2@x>\r\n\r\n").startswith("00000002-")
