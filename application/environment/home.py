"""The home folder: where Baton keeps its files, and what is said when one of them cannot be used."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

#: Of a token or a secret: 32 random bytes in letters are 43.
LEAST_CHARACTERS = 32


class HomeFileError(Exception):
    """A file of the home folder that cannot be used: which, what is wrong with it, and what to do."""

    def __init__(self, path: Path, wrong: str, then: str) -> None:
        super().__init__(f"{path} {wrong}. {then}")
        self.path = path


@contextmanager
def using(path: Path, then: str) -> Iterator[None]:
    """Whatever goes wrong within with the file or folder `path` is raised as HomeFileError; `then` is what to do.

    That it is not there passes as FileNotFoundError.
    """
    try:
        yield
    except FileNotFoundError:
        if path.is_symlink():
            raise HomeFileError(path, "is a link to what is not there", then) from None
        raise
    except UnicodeDecodeError:
        raise HomeFileError(path, "does not hold text", then) from None
    except OSError as error:
        raise HomeFileError(path, _why_not(path, error), then) from None


def _why_not(path: Path, error: OSError) -> str:
    if path.is_dir() and isinstance(error, IsADirectoryError | FileExistsError):
        return "is a folder, and should be a file"
    if isinstance(error, FileExistsError | NotADirectoryError):
        return "is a file, and should be a folder"
    if isinstance(error, PermissionError):
        return "belongs to another account of this machine, or may not be used by this one"
    return f"cannot be used ({error.strerror})"


@dataclass(frozen=True, slots=True)
class Running:
    """A `baton serve` that runs, or did: `url` is where this machine reaches it."""

    url: str
    pid: int


@dataclass(frozen=True, slots=True)
class Home:
    """Where things are in the home folder. Nothing is made until `make` is called."""

    root: Path

    @property
    def database(self) -> Path:
        return self.root / "baton.duckdb"

    @property
    def journal(self) -> Path:
        return self.root / "journal"

    @property
    def outbox(self) -> Path:
        """Emails the embedded outbox took."""
        return self.root / "outbox"

    @property
    def uploads(self) -> Path:
        """Files that were sent and wait for their answer to be taken."""
        return self.root / "uploads"

    @property
    def logs(self) -> Path:
        return self.root / "logs"

    @property
    def directory(self) -> Path:
        return self.root / "directory.yaml"

    @property
    def clock(self) -> Path:
        """How far a leaping clock is ahead."""
        return self.root / "clock.json"

    @property
    def token_file(self) -> Path:
        return self.root / "api-token"

    @property
    def secret_file(self) -> Path:
        return self.root / "secret"

    @property
    def server_file(self) -> Path:
        return self.root / "server.json"

    @property
    def prefect(self) -> Path:
        """Prefect's own files."""
        return self.root / "prefect"

    @property
    def published(self) -> Path:
        """How far Prefect's automations have been told of the log."""
        return self.root / "published.json"

    def make(self) -> None:
        """Make the folder, for its owner only, and what is in it. Raises HomeFileError."""
        with using(
            self.root, "Name another folder with BATON_HOME or --home, or give this one to who runs Baton."
        ):
            self.root.mkdir(parents=True, exist_ok=True, mode=0o700)
            self.root.chmod(0o700)  # it may have been there before, and open to others
        for folder in (self.journal, self.outbox, self.uploads, self.logs, self.prefect):
            with using(folder, "Move it away, or give it to who runs Baton; Baton makes its folders itself."):
                folder.mkdir(exist_ok=True)
                os.scandir(folder).close()
                if not os.access(folder, os.W_OK | os.X_OK):
                    raise PermissionError

    def token(self) -> str:
        """What opens the REST API to this machine's user; made at the first call, readable by its owner only."""
        return _kept(self.token_file)

    def secret(self) -> bytes:
        """What links and sessions are signed with. Losing it makes the links in emails already sent useless."""
        return _kept(self.secret_file).encode()

    def derived(self, purpose: str) -> str:
        """A secret for one purpose, in hex: of no use for any other, and gone with the secret it is made from."""
        return hmac.new(self.secret(), f"baton {purpose}".encode(), hashlib.sha256).hexdigest()

    def proof(self, challenge: str, url: str) -> str:
        """What only a server of this home folder that is reached at `url` answers to `challenge`."""
        return hmac.new(
            self.derived("identity").encode(), f"{challenge} {url}".encode(), hashlib.sha256
        ).hexdigest()

    def known_token(self) -> str | None:
        """The token, if there is one. Raises HomeFileError."""
        return self.token() if self.token_file.exists() else None

    def say_running(self, running: Running) -> None:
        """Note where the server is, for the other commands. Written whole or not at all."""
        write_whole(self.server_file, json.dumps({"url": running.url, "pid": running.pid}))

    def say_stopped(self) -> None:
        self.server_file.unlink(missing_ok=True)

    def running(self) -> Running | None:
        """The server that runs on this home folder; None when none does, or its process is gone."""
        try:
            noted = json.loads(self.server_file.read_text())
            running = Running(str(noted["url"]), int(noted["pid"]))
        except (OSError, ValueError, KeyError, TypeError):
            return None
        try:
            os.kill(running.pid, 0)
        except PermissionError:
            return running  # it runs, as somebody else
        except (OSError, OverflowError):
            return None
        return running


def write_whole(path: Path, text: str) -> None:
    """Write a file of the home folder whole or not at all. Raises HomeFileError."""
    with using(path, "Free the disk, or move the file away; Baton writes it anew."):
        path.parent.mkdir(parents=True, exist_ok=True)
        written = path.with_name(f"{path.name}.new")
        written.write_text(text, encoding="utf-8")
        written.replace(path)


def _kept(file: Path) -> str:
    """The random text in `file`, made if it is not there. Raises HomeFileError."""
    then = (
        "Put the right one back from a backup, or remove it: a new one is made, and links signed with the old one, or "
        "programs that know it, stop working."
    )
    with using(file, then):
        if not file.exists():
            _make_random(file)
        kept = file.read_text(encoding="utf-8").strip()
        owner = file.stat().st_uid
    if os.geteuid() not in (owner, 0):
        raise HomeFileError(file, "belongs to another account, which therefore knows what is in it", then)
    if len(kept) < LEAST_CHARACTERS:
        wrong = f"should hold at least {LEAST_CHARACTERS} characters and holds {len(kept)}"
        raise HomeFileError(file, wrong, then)
    return kept


def _make_random(file: Path) -> None:
    """Put random text into `file`; of two who do so at once the first one's counts."""
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    made = file.with_name(f"{file.name}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as handle:
        handle.write(secrets.token_urlsafe(32))
        handle.flush()
        # Before it has its name: an empty secret would sign what anybody can sign.
        os.fsync(handle.fileno())
    try:
        os.link(made, file)
    except FileExistsError:
        pass  # somebody else was first; theirs counts
    finally:
        made.unlink()
