"""The embedded outbox: a real SMTP server on this machine that keeps every email and delivers none.

For trying Baton without a mail server: emails take the same way as to any other, and end as `.eml` files that
any mail program opens. What it acknowledged is on disk.

It takes emails only from who knows its password, which is made at each start and leaves the process nowhere: any
account of the machine can reach its port.
"""

from __future__ import annotations

import asyncio
import hashlib
import itertools
import os
import re
import secrets
import threading
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session

from engine.dates.clock import Clock
from notifications.transport.conversation import USERNAME, Conversation, Strangers
from notifications.transport.kept_email import KeptEmail, message_id_of, read_email
from notifications.transport.settings import PostSettings

_STAMP = "%Y%m%dT%H%M%SZ"
_NAME = re.compile(r"\d{8}-\d{8}T\d{6}Z-[0-9a-f]{24}\.eml", re.ASCII)


class LocalMailbox:
    """Keeps emails in `folder` (home/outbox), each in a file `NUMBER-TIME-MESSAGEIDHASH.eml`."""

    def __init__(self, folder: Path, clock: Clock) -> None:
        self._folder = folder
        self._clock = clock
        self._server: asyncio.Server | None = None
        self._password = secrets.token_urlsafe(32)
        self._naming = threading.Lock()
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        for torn in folder.glob("*.new"):  # never acknowledged, so whoever sent it sends it again
            torn.unlink()
        self._numbers = itertools.count(1 + max((int(p.name[:8]) for p in self._files()), default=0))

    async def start(self, port: int = 0) -> int:
        """Listen on 127.0.0.1; the port taken, a free one for 0. OSError when it is taken already."""
        loop = asyncio.get_running_loop()

        waiting = Strangers()

        def conversation() -> asyncio.Protocol:
            return Conversation(self, loop, self._password, waiting)

        self._server = await loop.create_server(conversation, "127.0.0.1", port)
        bound: int = self._server.sockets[0].getsockname()[1]
        return bound

    async def stop(self) -> None:
        if self._server:
            self._server.close()
            await self._server.wait_closed()
            self._server = None

    def settings(self, port: int, given: PostSettings) -> PostSettings:
        """`given`, with the mail server replaced by this one and its password: no encryption, no throttle."""
        return PostSettings.model_validate(
            given.model_dump()
            | {"host": "127.0.0.1", "port": port, "security": "none", "throttle_per_minute": 0}
            | {"username": USERNAME, "password": self._password, "oauth_token": "", "oauth_command": []}
        )

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """aiosmtpd calls this for each message; its answer goes to the sender."""
        content = envelope.content
        raw = content if isinstance(content, bytes) else str(content or "").encode()
        try:
            name = await asyncio.to_thread(self.keep, raw)
        except OSError as trouble:
            return f"451 the outbox cannot keep it: {trouble.strerror}"
        return f"250 kept as {name}"

    def keep(self, raw: bytes) -> str:
        """Keep an email; its id, once it is on disk. OSError when it cannot be kept."""
        with self._naming:
            number = next(self._numbers)
        # One that says no Message-ID is no copy of another that says none.
        same = message_id_of(raw).encode() or raw
        name = f"{number:08d}-{self._clock.now().strftime(_STAMP)}-{_digest(same)}.eml"
        fresh = self._folder / f"{name}.new"
        with fresh.open("wb") as file:
            os.chmod(fresh, 0o600)
            file.write(raw)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(self._folder / name)
        directory = os.open(self._folder, os.O_RDONLY)
        try:
            os.fsync(directory)
        finally:
            os.close(directory)
        return name.removesuffix(".eml")

    def emails(self, limit: int = 50) -> list[KeptEmail]:
        """The newest emails first, one for each Message-ID: its latest copy, and how many there are. Of those without one,
        the same bytes count as the same."""
        files = self._files()
        copies = Counter(_message_part(path) for path in files)
        newest: dict[str, Path] = {}
        for path in reversed(files):
            newest.setdefault(_message_part(path), path)
        chosen = itertools.islice(newest.values(), limit)
        return [email for path in chosen if (email := _read(path, copies[_message_part(path)]))]

    def ids(self) -> list[str]:
        """The ids of all emails, oldest first: what is new can be told without reading the rest."""
        return [path.stem for path in self._files()]

    def email(self, id: str) -> KeptEmail | None:
        """The email of that id, or None."""
        path = next((path for path in self._files() if path.stem == id), None)
        copies = sum(_message_part(path) == _message_part(other) for other in self._files()) if path else 0
        return _read(path, copies) if path else None

    def raw(self, id: str) -> bytes | None:
        """The bytes of an email as they arrived, or None."""
        path = next((path for path in self._files() if path.stem == id), None)
        try:
            return path.read_bytes() if path else None
        except OSError:
            return None

    def _files(self) -> list[Path]:
        """Every email, oldest first. What somebody else put into the folder is none."""
        return sorted(path for path in self._folder.glob("*.eml") if _arrived(path) is not None)


def _read(path: Path, copies: int) -> KeptEmail | None:
    """The email, or one that says why it cannot be read: it must not keep the others from being seen."""
    try:
        raw = path.read_bytes()
    except FileNotFoundError:  # somebody tidied up since it was listed
        return None
    except OSError as trouble:
        said = f"{path.name}, in the outbox of the home folder, cannot be read: {trouble.strerror}."
        raw = f"Subject: (an email that cannot be read)\r\n\r\n{said}".encode(errors="replace")
    arrived = _arrived(path)
    return read_email(raw, path.stem, arrived, copies) if arrived else None


def _arrived(path: Path) -> datetime | None:
    """When, as the name says; None for what Baton did not name."""
    if not _NAME.fullmatch(path.name):
        return None
    try:
        return datetime.strptime(path.stem.split("-")[1], _STAMP).replace(tzinfo=UTC)
    except ValueError:
        return None


def _message_part(path: Path) -> str:
    return path.stem.rpartition("-")[2]


def _digest(same: bytes) -> str:
    return hashlib.sha256(same).hexdigest()[:24]
