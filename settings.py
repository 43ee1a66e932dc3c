"""Everything that can be set.

A setting is an environment variable that begins with `BATON_`, or a line of the file `baton.env` in the working
directory; `__` steps into a group: `BATON_POST__HOST`. The reference in the docs is generated from this module.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from functools import cache
from io import StringIO
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from dotenv import dotenv_values
from pydantic import (
    AwareDatetime,
    BaseModel,
    Field,
    ModelWrapValidatorHandler,
    SecretStr,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails, InitErrorDetails, PydanticCustomError
from pydantic_settings import (
    BaseSettings,
    DotEnvSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from application.environment.home import Home
from definitions.source.problems import DefinitionErrors, Problem, nearest
from definitions.source.text import decode
from engine.forms.files import MB, FileQuotas
from notifications.transport.settings import PostSettings

#: A value that an editor put into quotes which quote nothing.
_CURLY = re.compile("^\\s*\\w+\\s*=\\s*([“‘„].*[”’“])\\s*$")
#: Where settings are read from beside the environment, in the working directory.
SETTINGS_FILE = "baton.env"


class _SettingsFile(DotEnvSettingsSource):
    """The settings file, read with the care of every other file of Baton's, whatever editor wrote it."""

    def _read_env_file(self, file_path: Path) -> Mapping[str, str | None]:
        names = setting_names()
        return {
            name.lower(): value
            for name, value in _lines(file_path).items()
            if value and name.upper() in names
        }


class _UnknownNames(PydanticBaseSettingsSource):
    """What sets nothing: a name `BATON_…` of the environment, or of a line of the settings file, that is no setting's.

    It is handed on under its own name, which the settings then refuse: a slip must not leave a default in force.
    """

    def __init__(self, settings_cls: type[BaseSettings], file: Path) -> None:
        super().__init__(settings_cls)
        self._file = file

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        return None, field_name, False

    def __call__(self) -> dict[str, Any]:
        given = [name for name in os.environ if name.upper().startswith("BATON_")]
        given += _lines(self._file) if self._file.is_file() else ()
        return {name: "" for name in given if name.upper() not in setting_names()}


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
            description='folders with definitions of your own, beside those Baton brings: ["our-processes"]; each has a '
            "folder `library`, and `ladders` and `datasets` where you have some"
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
    launch_grace_minutes: Annotated[
        int,
        Field(
            ge=0,
            le=1440,
            description="minutes from a launch until its first email may go, so that a mistake cancelled at once has written "
            "to nobody; 0 waits for nothing",
        ),
    ] = 10
    link_files_mb: Annotated[
        int,
        Field(ge=10, description="megabytes that the files sent through one link may have together"),
    ] = 50
    workflow_files_mb: Annotated[
        int, Field(ge=10, description="megabytes that the files of one workflow may have together")
    ] = 500
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
    api_token: Annotated[
        SecretStr | None,
        Field(
            description="a person's own token, with which commands act as that person; the home folder's key unless said"
        ),
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
        file = Path(getattr(dotenv_settings, "env_file", None) or SETTINGS_FILE)
        return (
            init_settings,
            env_settings,
            _SettingsFile(settings_cls, file),
            _UnknownNames(settings_cls, file),
        )

    @model_validator(mode="wrap")
    @classmethod
    def _by_variable(cls, given: Any, handler: ModelWrapValidatorHandler[Self]) -> Self:
        """Say of a name that is no setting's which one may be meant, beside whatever else is wrong."""
        try:
            return handler(given)
        except ValidationError as refused:
            told = {str(each["loc"]).upper(): each for each in map(_told, refused.errors())}
            raise ValidationError.from_exception_data(cls.__name__, list(told.values())) from None

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

    @property
    def file_quotas(self) -> FileQuotas:
        return FileQuotas(self.link_files_mb * MB, self.workflow_files_mb * MB)

    def post_on(self, port: int) -> PostSettings:
        """The post's settings, with links that lead to the pages served on `port`."""
        return self.post.model_copy(update={"base_url": self.url_on(port)})


def variable(place: tuple[int | str, ...]) -> str:
    """The variable that sets the field at `place`: `BATON_POST__HOST` for ("post", "host")."""
    return "BATON_" + "__".join(str(part) for part in place).upper()


@cache
def setting_names() -> tuple[str, ...]:
    """The name of every variable that sets something, groups included."""
    return tuple(variable(place) for place in _places(Settings))


def _places(model: type[BaseModel]) -> Iterator[tuple[str, ...]]:
    for name, field in model.model_fields.items():
        yield (name,)
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            yield from ((name, *inner) for inner in _places(field.annotation))


def _lines(file: Path) -> dict[str, str | None]:
    """What the lines `NAME=value` of the file say; what is no such line says nothing. Raises DefinitionErrors."""
    text = decode(file.read_bytes(), file.name).text
    curly = [
        (number, found) for number, line in enumerate(text.split("\n"), 1) if (found := _CURLY.search(line))
    ]
    if curly:
        said_of = "is in curly quotes; type straight ones"
        raise DefinitionErrors(
            [
                Problem(file.name, number, found.start(1) + 1, "BD111", f"{found[1][:60]} {said_of}")
                for number, found in curly
            ]
        )
    said = dotenv_values(stream=StringIO(text))
    return {name: value for name, value in said.items() if name.isidentifier()}


def _told(error: ErrorDetails) -> InitErrorDetails:
    """The error by the name of its variable, and without what was given: it may be a password."""
    place = error["loc"]
    if error["type"] != "extra_forbidden":
        raised = error.get("ctx", {}).get("error")  # a check of ours says it in its own words
        said = PydanticCustomError("setting", "{text}", {"text": str(raised or error["msg"])})
        return InitErrorDetails(type=said, loc=(variable(place),) if place else (), input=None)
    name = str(place[0]) if len(place) == 1 else variable(place)
    near = nearest(name.upper(), setting_names())
    hint = f"; did you mean {near}?" if near else ""
    said = PydanticCustomError("unknown_setting", "there is no such setting{hint}", {"hint": hint})
    return InitErrorDetails(type=said, loc=(name,), input=None)
