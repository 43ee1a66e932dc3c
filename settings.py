"""Everything that can be set, and where Baton keeps its files.

A setting is an environment variable that begins with `BATON_`, or a line of the file `baton.env` in the working
directory; `__` steps into a group: `BATON_POST__HOST`. The reference in the docs is generated from this module.
"""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from io import StringIO
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from dotenv import dotenv_values
from pydantic import AwareDatetime, Field, field_validator
from pydantic_settings import (
    BaseSettings,
    DotEnvSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from definitions.source.text import decode
from notifications.transport.settings import PostSettings

#: Where settings are read from beside the environment, in the working directory.
SETTINGS_FILE = "baton.env"
#: Of a token or a secret: 32 random bytes in letters are 43.
LEAST_CHARACTERS = 32


class _SettingsFile(DotEnvSettingsSource):
    """The settings file, read with the care of every other file of Baton's, whatever editor wrote it."""

    def _read_env_file(self, file_path: Path) -> Mapping[str, str | None]:
        known = dotenv_values(stream=StringIO(decode(file_path.read_bytes(), file_path.name).text))
        return {name.lower(): value for name, value in known.items() if value}


class Settings(BaseSettings):
    """Baton's settings. Raises pydantic's ValidationError with everything that is wrong, and DefinitionErrors for a
    settings file that is no text."""

    model_config = SettingsConfigDict(
        env_prefix="BATON_",
        env_nested_delimiter="__",
        env_ignore_empty=True,
        extra="forbid",
        frozen=True,
    )

    home: Annotated[
        Path, Field(description="the folder with the store, the journal, the logs and the emails")
    ] = Path(".baton")
    directory: Annotated[
        Path | None,
        Field(
            description="the directory file: PCNs, practices, people; `directory.yaml` in the home folder unless said"
        ),
    ] = None
    library: Annotated[
        list[Path],
        Field(
            description='folders with definitions of your own, beside those Baton brings: ["our-processes"]'
        ),
    ] = []
    web_host: Annotated[
        str, Field(min_length=1, description="the address the web pages listen on; 0.0.0.0 for every address")
    ] = "127.0.0.1"
    web_port: Annotated[int, Field(ge=0, le=65535, description="their port; 0 takes a free one")] = 8700
    base_url: Annotated[
        str,
        Field(
            description="where people reach Baton, and what links in emails begin with: an address without a path, "
            "such as https://baton.our-pcn.example; empty takes the host and port"
        ),
    ] = ""
    trusted_proxies: Annotated[
        list[IPv4Network | IPv6Network],
        Field(
            description='the web servers in front of Baton, whose X-Forwarded-For is believed: ["127.0.0.1"] or '
            '["10.0.0.0/8"]; rate limits go by it'
        ),
    ] = []
    prefect_api_url: Annotated[
        str,
        Field(
            pattern=r"^(https?://\S+)?$",
            description="a Prefect server of your own, such as http://prefect:4200/api; empty starts one",
        ),
    ] = ""
    workers: Annotated[
        int,
        Field(ge=1, le=16, description="flow runs under way at a time; two to four suit Prefect's SQLite"),
    ] = 3
    clock: Annotated[
        Literal["system", "leaping"],
        Field(
            description="`leaping` lets the calendar be moved forward: for demonstrations, never for real work"
        ),
    ] = "system"
    clock_start: Annotated[
        AwareDatetime | None,
        Field(description="where a leaping clock begins the first time, with a timezone; now unless said"),
    ] = None
    log_level: Annotated[
        Literal["debug", "info", "warning", "error"],
        Field(description="the least serious thing that is logged"),
    ] = "info"
    post: Annotated[PostSettings, Field(description="the mail server, and how emails leave")] = PostSettings()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        named = getattr(dotenv_settings, "env_file", None)
        return init_settings, env_settings, _SettingsFile(settings_cls, named or SETTINGS_FILE)

    @field_validator("base_url")
    @classmethod
    def _an_origin(cls, value: str) -> str:
        """A path would share the address, and with it cookies and pages, with whatever else is served there."""
        try:
            parts = urlsplit(value)
            wrong = parts.scheme not in ("http", "https") or not parts.hostname or bool(parts.username)
            wrong = wrong or parts.port == 0 or any(each.isspace() for each in value)
        except ValueError:
            wrong = True
        if value and wrong:
            raise ValueError("give the address people reach Baton at, such as https://baton.our-pcn.example")
        if value and (parts.path not in ("", "/") or parts.query or parts.fragment or value[-1] in "?#"):
            raise ValueError(
                f"give an address without a path: Baton needs a name of its own, such as {parts.scheme}://baton.our-pcn.example"
            )
        return value

    @field_validator("log_level", "clock", mode="before")
    @classmethod
    def _in_small_letters(cls, value: object) -> object:
        return value.lower() if isinstance(value, str) else value

    @property
    def at_home(self) -> Home:
        """The home folder, laid out."""
        return Home(self.home.expanduser().absolute())

    @property
    def directory_file(self) -> Path:
        """The directory file in use, whether or not it exists."""
        return (self.directory or self.at_home.directory).expanduser().absolute()

    def url_on(self, port: int) -> str:
        """Where people reach pages served on `port`, without a slash at the end."""
        return self.base_url.rstrip("/") or self.here_on(port)

    def here_on(self, port: int) -> str:
        """Where this machine itself reaches pages served on `port`, whatever stands in front of them for others."""
        host = "127.0.0.1" if self.web_host in ("0.0.0.0", "::") else self.web_host
        shown = f"[{host}]" if ":" in host else host
        return f"http://{shown}:{port}"

    @property
    def only_here(self) -> bool:
        """Whether the pages are for this machine alone: no other reaches the port, and nothing stands in front."""
        return self.web_host in ("127.0.0.1", "::1", "localhost") and not self.base_url

    def post_on(self, port: int) -> PostSettings:
        """The post's settings, with links that lead to the pages served on `port`."""
        return self.post.model_copy(update={"base_url": self.url_on(port)})


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

    def make(self) -> None:
        """Make the folder, for its owner only, and what is in it."""
        self.root.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.root.chmod(0o700)  # it may have been there before, and open to others
        for folder in (self.journal, self.outbox, self.logs):
            folder.mkdir(exist_ok=True)

    def token(self) -> str:
        """What opens the REST API to this machine's user; made at the first call, readable by its owner only."""
        return _kept(self.token_file)

    def secret(self) -> bytes:
        """What links and sessions are signed with. Losing it makes the links in emails already sent useless."""
        return _kept(self.secret_file).encode()

    def known_token(self) -> str | None:
        """The token, if there is one."""
        return self.token_file.read_text().strip() if self.token_file.exists() else None

    def say_running(self, running: Running) -> None:
        """Note where the server is, for the other commands. Written whole or not at all."""
        written = self.server_file.with_suffix(".new")
        written.write_text(json.dumps({"url": running.url, "pid": running.pid}))
        written.replace(self.server_file)

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


def _kept(file: Path) -> str:
    """The random text in `file`, made if it is not there; two who make it at once get the same."""
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not file.exists():
        made = file.with_name(f"{file.name}.{secrets.token_hex(4)}")
        with os.fdopen(os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as handle:
            handle.write(secrets.token_urlsafe(32))
            handle.flush()
            os.fsync(
                handle.fileno()
            )  # before it has its name: an empty secret would sign what anybody can sign
        try:
            os.link(made, file)
        except FileExistsError:
            pass  # somebody else was first; theirs counts
        finally:
            made.unlink()
    kept = file.read_text().strip()
    if len(kept) < LEAST_CHARACTERS:
        raise ValueError(
            f"{file.name} in Baton's home should hold at least {LEAST_CHARACTERS} characters and holds {len(kept)}; "
            "put the right one back from a backup, or remove it: a new one is made, and what the old one signed "
            "stops working"
        )
    return kept
