"""A link is signed, repeats itself, expires, and can be taken back."""

from __future__ import annotations

import string
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications.links import Links, live_link, sha256_of
from store.protocol import LinkRow

LINKS = Links(b"s" * 32, "https://baton.example.nhs.uk")
NOW = datetime(2027, 1, 4, 10, tzinfo=UTC)
YEAR = timedelta(days=365)


@given(st.text(min_size=1, max_size=200), st.integers(0, 50))
def test_what_is_signed_is_read_and_survives_rewriting(assignment: str, generation: int) -> None:
    token = LINKS.token(assignment, generation)
    assert token == LINKS.token(assignment, generation)
    assert LINKS.read(token) == assignment
    assert set(token) <= set(string.ascii_letters + string.digits + "-_.") and token[-1].isalnum()
    assert "#" not in LINKS.url(token) and "?" not in LINKS.url(token)


@given(st.text(max_size=120))
def test_anything_else_is_not_read(token: str) -> None:
    assert LINKS.read(token) is None
    assert LINKS.read(f"x{token}" + LINKS.token("a")) is None


def test_another_secret_or_a_changed_email_is_not_read() -> None:
    token = LINKS.token("a1")
    assert Links(b"t" * 32, LINKS.base_url).read(token) is None
    assert LINKS.read(token[:5] + ("A" if token[5] != "A" else "B") + token[6:]) is None
    assert LINKS.token("a1") != LINKS.token("a1", 1)


def test_a_link_too_long_for_mail_is_refused() -> None:
    with pytest.raises(ValueError, match="2000"):
        LINKS.url("x" * 2000)


def test_only_one_link_is_live() -> None:
    url, (issued,) = live_link(LINKS, [], "a1", NOW, YEAR)
    assert url.endswith(LINKS.token("a1")) and issued.sha256 == sha256_of(LINKS.token("a1"))
    row = LinkRow(issued.sha256, "a1", NOW + YEAR, False)
    assert live_link(LINKS, [row], "a1", NOW, YEAR) == (url, ())
    later, events = live_link(LINKS, [row], "a1", NOW + YEAR, YEAR)
    assert later.endswith(LINKS.token("a1", 1))
    assert [type(e).__name__ for e in events] == ["LinkRevoked", "LinkIssued"]
    revoked = LinkRow(issued.sha256, "a1", NOW + YEAR, True)
    assert live_link(LINKS, [revoked], "a1", NOW, YEAR)[0] == later


def test_a_new_secret_ends_the_links_it_did_not_sign() -> None:
    row = LinkRow("of another secret", "a1", NOW + YEAR, False)
    _, events = live_link(LINKS, [row], "a1", NOW, YEAR)
    assert [type(e).__name__ for e in events] == ["LinkRevoked", "LinkIssued"]
