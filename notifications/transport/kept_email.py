"""An email of the outbox, read to be shown: whatever arrived is shown, or it is said that it cannot be.

Python's email package raises a dozen kinds of errors over malformed emails, from ValueError to RecursionError. Here
each part is read on its own, so that one that cannot be read takes nothing else with it.
"""

from __future__ import annotations

import email
import email.policy
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage, Message
from typing import TypeVar

from notifications.content.english import one_line

UNREADABLE = "This part of the email cannot be read. Its file is in the folder outbox of Baton's home."


Found = TypeVar("Found")


@dataclass(frozen=True, slots=True)
class KeptEmail:
    """An email in the outbox. `id` names its file; `copies` is how many arrived under its Message-ID."""

    id: str
    subject: str
    to: str
    at: datetime
    message_id: str
    copies: int
    text: str
    html: str


def read_email(raw: bytes, id_: str, at: datetime, copies: int) -> KeptEmail:
    """The email of these bytes. Never raises for what is in them."""
    message = _tried(lambda: _parsed(raw), EmailMessage())
    return KeptEmail(
        id=id_,
        # A header folded before its first word reads as beginning with a space; no mail program shows it.
        subject=one_line(_header(message, "Subject")),
        to=one_line(_header(message, "To")),
        at=at,
        message_id=_header(message, "Message-ID"),
        copies=copies,
        text=_body(message, "plain"),
        html=_body(message, "html"),
    )


def message_id_of(raw: bytes) -> str:
    """The Message-ID of an email, empty where there is none to be read."""
    message = _tried(lambda: email.message_from_bytes(raw, policy=email.policy.compat32), Message())
    return _printable(_tried(lambda: str(message.get("Message-ID", "")), ""))


def _tried(read: Callable[[], Found], otherwise: Found) -> Found:
    """What `read` gives, or `otherwise` where the email package fails over it."""
    try:
        return read()
    except Exception:  # which of them depends on the email
        return otherwise


def _parsed(raw: bytes) -> EmailMessage:
    message = email.message_from_bytes(raw, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    return message


def _header(message: EmailMessage, name: str) -> str:
    """A header as it reads; where it cannot be decoded, as it was written."""
    written = next((str(value) for key, value in message.raw_items() if key.lower() == name.lower()), "")
    return _printable(_tried(lambda: str(message.get(name, "")), written))


def _body(message: EmailMessage, kind: str) -> str:
    try:
        part = message.get_body((kind,))
    except Exception:  # as above: the parts cannot be walked
        return UNREADABLE if kind == "plain" else ""
    if part is None:
        return ""
    return _printable(
        _tried(lambda: str(part.get_content()), "") or _tried(lambda: _undecoded(part), UNREADABLE)
    )


def _undecoded(part: Message) -> str:
    """The text of a part whose charset nobody knows, or which is not what it says it is."""
    content = part.get_payload(decode=True)
    return content.decode("ascii", "replace") if isinstance(content, bytes) else ""


def _printable(text: str) -> str:
    """Without lone surrogates, which stand for bytes nobody could decode and cannot be sent to a browser."""
    return text.encode("utf-8", "replace").decode()
