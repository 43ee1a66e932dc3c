"""What the post needs to be told: the mail server, who emails come from, and how fast they may go."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator

from notifications.content.headers import Unaddressable, mailbox

Security = Literal["starttls", "tls", "none"]


class PostSettings(BaseModel):
    """Settings of the post. An empty `host` means the embedded outbox: emails stay on this machine."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    host: Annotated[
        str, Field(description="the mail server's name; empty keeps every email in the embedded outbox")
    ] = ""
    port: Annotated[
        int,
        Field(ge=0, le=65535, description="its port; 0 takes the usual one: 587 STARTTLS, 465 TLS, 25 none"),
    ] = 0
    security: Annotated[
        Security,
        Field(description="starttls (refused when the server offers none), tls from the first byte, or none"),
    ] = "starttls"
    username: Annotated[str, Field(description="login name; empty for a relay that asks for none")] = ""
    password: Annotated[
        SecretStr, Field(description="login password; Exchange Online stops taking one by default, end 2026")
    ] = SecretStr("")
    oauth_token: Annotated[
        SecretStr, Field(description="an OAuth 2 access token for XOAUTH2, instead of a password")
    ] = SecretStr("")
    oauth_command: Annotated[
        list[str],
        Field(description="a program and its arguments that print a fresh access token, for XOAUTH2"),
    ] = []
    ca_file: Annotated[
        str, Field(description="a PEM file of authorities to trust instead of the system's; empty for those")
    ] = ""
    timeout_seconds: Annotated[
        float, Field(gt=0, le=60, description="how long to wait for each answer of the server")
    ] = 20
    connections: Annotated[
        int, Field(ge=1, le=20, description="connections kept open at once within a delivery")
    ] = 3
    throttle_per_minute: Annotated[
        int,
        Field(ge=0, description="messages in any minute, at most; 0 is no limit (the embedded outbox)"),
    ] = 20
    from_address: Annotated[
        str, Field(description="the address emails come from; the mailbox the server lets Baton send as")
    ] = "baton@localhost.invalid"
    from_name: Annotated[
        str, Field(description="the name beside it; empty takes the name of the PCN the email is from")
    ] = ""
    message_id_domain: Annotated[
        str,
        Field(
            pattern=r"^([A-Za-z0-9](-?[A-Za-z0-9])*)?(\.[A-Za-z0-9](-?[A-Za-z0-9])*)*$",
            description="right side of every Message-ID; empty takes the domain of from_address. Changing "
            "it while messages are unfinished changes nothing for those: they keep the id they were claimed under",
        ),
    ] = ""
    base_url: Annotated[
        str,
        Field(pattern=r"^https?://[^#?\s]+$", description="where people reach Baton; links start with it"),
    ] = "http://127.0.0.1:8080"
    lease_seconds: Annotated[
        int,
        Field(
            ge=120,
            description="how long a claimed message belongs to who claimed it; after that it is sent again "
            "under the same Message-ID",
        ),
    ] = 600
    retry_seconds: Annotated[
        int, Field(ge=1, description="wait before the second try; it doubles with every try after that")
    ] = 60
    retry_cap_seconds: Annotated[int, Field(ge=1, description="the longest wait between two tries")] = 7200
    tries_before_telling: Annotated[
        int, Field(ge=1, description="tries after which the manager hears of it; Baton goes on trying")
    ] = 8
    link_days: Annotated[int, Field(ge=1, le=800, description="how many days a link opens its page")] = 180

    @field_validator("from_address")
    @classmethod
    def _an_address(cls, given: str) -> str:
        """Every email would fail with another, and through nobody's fault but ours."""
        try:
            mailbox("", given)
        except Unaddressable as wrong:
            raise ValueError(f"{wrong}; write it as name@place") from None
        return given

    @model_validator(mode="after")
    def _consistent(self) -> PostSettings:
        ways = [
            name
            for name, given in (
                ("password", self.password.get_secret_value()),
                ("oauth_token", self.oauth_token.get_secret_value()),
                ("oauth_command", self.oauth_command),
            )
            if given
        ]
        if len(ways) > 1:
            raise ValueError(f"give one of {' and '.join(ways)}, not both")
        if ways and not self.username:
            raise ValueError(f"{ways[0]} needs a username")
        return self

    @property
    def server_port(self) -> int:
        return self.port or {"starttls": 587, "tls": 465, "none": 25}[self.security]

    @property
    def id_domain(self) -> str:
        return self.message_id_domain or self.from_address.rpartition("@")[2] or "localhost.invalid"
