"""Signatures that bind a form to its link and its browser, and a file to the form it came with."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import datetime, timedelta

from itsdangerous import BadData, URLSafeSerializer

#: A page left open this long must be opened again before it is sent. A practice may start and be called away.
FORM_LASTS = timedelta(hours=12)


class FormSeal:
    """Signs forms, so that only a page that Baton drew, for this link and this browser, can be sent.

    The browser's part is a random cookie; the page's part names the cookie, the link and an end. Neither alone
    is enough, and setting the cookie changes nothing on the server.
    """

    def __init__(self, secret: bytes) -> None:
        self._secret = hashlib.sha256(b"baton.form" + secret).digest()
        self._files = URLSafeSerializer(
            secret, salt="baton.file", signer_kwargs={"digest_method": hashlib.sha256}
        )

    def browser(self, cookie: str | None) -> str:
        """The browser's cookie: the one it has, or a new one."""
        if cookie and len(cookie) == 43 and cookie.replace("-", "").replace("_", "").isalnum():
            return cookie
        return secrets.token_urlsafe(32)

    def seal(self, cookie: str, link: str, now: datetime) -> str:
        """The page's part, for the hidden field."""
        until = int((now + FORM_LASTS).timestamp())
        return f"{until}.{self._sign(until, cookie, link)}"

    def holds(self, sealed: str, cookie: str | None, link: str, now: datetime) -> bool:
        """Whether the page's part belongs to this cookie and link, and has not run out."""
        until, _, signature = sealed.partition(".")
        if not cookie or not until.isascii() or not until.isdigit() or len(until) > 12:
            return False
        expected = self._sign(int(until), cookie, link)
        return hmac.compare_digest(expected.encode(), signature.encode()) and now.timestamp() < int(until)

    def file(self, link: str, name: str, sha256: str, size: int) -> str:
        """A note of a file that was kept, for a hidden field: a form sent again need not send the file again."""
        note = self._files.dumps([hashlib.sha256(link.encode()).hexdigest(), name, sha256, size])
        return note.decode() if isinstance(note, bytes) else note

    def read_file(self, link: str, note: str) -> dict[str, str | int] | None:
        """The file of such a note; None when the note is not ours, or another link's."""
        try:
            whose, name, sha256, size = self._files.loads(note)
        except (BadData, ValueError, TypeError):
            return None
        if whose != hashlib.sha256(link.encode()).hexdigest():
            return None
        return {"name": str(name), "sha256": str(sha256), "size": int(size)}

    def _sign(self, until: int, cookie: str, link: str) -> str:
        message = f"{until}\n{cookie}\n{link}".encode()
        return hmac.new(self._secret, message, hashlib.sha256).hexdigest()
