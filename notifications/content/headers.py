"""What may stand in an email's headers: single lines, and nothing that a mail program reads as something else.

Python's email library decodes an encoded word (RFC 2047) wherever it meets one, also in text that somebody typed, and
folds what comes out of it as it is: `=?utf-8?q?a=0d=0aBcc:_x?=` in a title would add a header. So no value that is
handed to it holds the beginning of one, and what it made is read once more before it leaves: a Python that verifies
generated headers does part of that, and not every Python we run on does.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from email import policy
from email.errors import HeaderParseError, MessageError
from email.headerregistry import Address
from email.parser import BytesHeaderParser

from notifications.content.english import one_line

_NAME = re.compile(rb"([!-9;-~]+):")
_BREAKS = re.compile(r"[\x00-\x08\x0a-\x1f\x7f\x85\u2028\u2029]")


class BrokenHeader(ValueError):
    """The headers of an email are not those that were meant; it must not leave."""


class Unaddressable(ValueError):
    """The address of an email is none; its manager can mend it in the directory."""


def header_text(text: str) -> str:
    """`text` in one line, with what would be read as an encoded word taken apart: "=?" becomes "= ?"."""
    return one_line(text).replace("=?", "= ?")


def mailbox(name: str, address: str) -> Address:
    """Somebody's name and address, for a From, To or Reply-To. Raises Unaddressable."""
    try:
        address.encode("ascii")
        if not address.isprintable() or "=?" in address:
            raise ValueError("it holds what no address may")
        return Address(header_text(name), addr_spec=address)
    except (ValueError, IndexError, MessageError) as wrong:
        raise Unaddressable(f"{address!r} is not an email address: {wrong}") from None


def verify(message: bytes, meant: Iterable[str]) -> bytes:
    """The message, when its headers are `meant`, each once, and none decodes to more than a line. Raises BrokenHeader."""
    head = message.partition(b"\r\n\r\n")[0]
    lines = [line for line in head.split(b"\r\n") if line[:1] not in (b" ", b"\t")]
    found = [match[1].decode().casefold() if (match := _NAME.match(line)) else "" for line in lines]
    wanted = sorted(name.casefold() for name in meant)
    if sorted(found) != wanted:
        raise BrokenHeader(f"the email has the headers {sorted(found)} and not {wanted}")
    try:
        values = {
            name: str(value)
            for name, value in BytesHeaderParser(policy=policy.default).parsebytes(head).items()
        }
    except (HeaderParseError, ValueError, IndexError) as wrong:
        raise BrokenHeader(f"the email's headers cannot be read back: {wrong}") from None
    for name, value in values.items():
        if _BREAKS.search(value):
            raise BrokenHeader(f"the email's header {name} is more than a line once it is decoded")
    return message
