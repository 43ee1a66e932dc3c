"""How Baton gets in: open relay, login, XOAUTH2, STARTTLS, TLS; and what it makes of a server that will not."""

from __future__ import annotations

import asyncio
import shutil
import ssl
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr, ValidationError

from notifications.transport.settings import PostSettings
from notifications.transport.smtp import Accepted, Later, Rejected, ServerDown, SmtpClient, Throttle
from tests.notifications.post_bench import MailServer

pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH")
MESSAGE = b"From: a@b.example\r\nTo: r@x.example\r\nMessage-ID: <1@b.example>\r\n\r\n.dots\r\n..and more\r\n"


def settings(server: MailServer, **given: Any) -> PostSettings:
    values = {"host": "127.0.0.1", "port": server.port, "security": "none", "timeout_seconds": 3} | given
    return PostSettings.model_validate(values)


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    if not shutil.which("openssl"):
        pytest.skip("openssl makes the certificate")
    folder = tmp_path_factory.mktemp("certificate")
    cert, key = folder / "cert.pem", folder / "key.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
         "-keyout", key, "-out", cert, "-days", "3650", "-subj", "/CN=localhost",
         "-addext", "subjectAltName=DNS:localhost"],
        check=True, capture_output=True,
    )  # fmt: skip
    return cert, key


def context(certificate: tuple[Path, Path]) -> ssl.SSLContext:
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.load_cert_chain(*certificate)
    return made


async def sent(given: PostSettings) -> object:
    async with SmtpClient(given) as wire:
        await wire.open()
        return await wire.send("r@x.example", MESSAGE)


async def test_an_open_relay_takes_it_whole(server: MailServer) -> None:
    answer = await sent(settings(server))
    assert answer == Accepted("250 2.0.0 queued")
    assert server.received[0].get_payload() == ".dots\r\n..and more\r\n"


async def test_starttls_is_used_and_insisted_on(server: MailServer, certificate: tuple[Path, Path]) -> None:
    with pytest.raises(ServerDown):
        await sent(settings(server, security="starttls"))
    server.options |= {"tls_context": context(certificate), "require_starttls": True}
    trusted = settings(server, security="starttls", host="localhost", ca_file=str(certificate[0]))
    assert isinstance(await sent(trusted), Accepted)
    with pytest.raises(ServerDown, match=r"(?i)certificate"):
        await sent(settings(server, security="starttls", host="localhost"))


async def test_implicit_tls(certificate: tuple[Path, Path]) -> None:
    server = MailServer(listen_ssl=context(certificate))
    await server.start()
    try:
        given = settings(server, security="tls", host="localhost", ca_file=str(certificate[0]))
        assert isinstance(await sent(given), Accepted)
    finally:
        await server.stop()


def with_login(server: MailServer) -> None:
    server.options |= {
        "auth_required": True, "auth_require_tls": False, "authenticator": server.authenticate,
    }  # fmt: skip


async def test_login(server: MailServer) -> None:
    with_login(server)
    good = settings(server, username="baton", password="right")
    assert isinstance(await sent(good), Accepted)
    with pytest.raises(ServerDown, match="535"):
        await sent(settings(server, username="baton", password="wrong"))
    assert server.logins[0] == ("baton", "right")


async def test_xoauth2_with_a_token_and_with_a_command(server: MailServer) -> None:
    with_login(server)
    assert isinstance(await sent(settings(server, username="baton", oauth_token="good-token")), Accepted)
    command = [sys.executable, "-c", "print('good-token')"]
    assert isinstance(await sent(settings(server, username="baton", oauth_command=command)), Accepted)
    assert server.logins == [("baton", "Bearer good-token")] * 2
    for broken in ([sys.executable, "-c", "raise SystemExit(3)"], ["no-such-program-here"]):
        with pytest.raises(ServerDown):
            await sent(settings(server, username="baton", oauth_command=broken))


async def test_a_server_that_is_not_there() -> None:
    nowhere = MailServer()
    await nowhere.start()
    await nowhere.stop()
    with pytest.raises(ServerDown):
        await sent(settings(nowhere))


async def test_a_server_that_says_nothing_is_given_up() -> None:
    async def silence(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    mute = await asyncio.start_server(silence, "127.0.0.1", 0)
    port = mute.sockets[0].getsockname()[1]
    with pytest.raises(ServerDown):
        await sent(PostSettings(host="127.0.0.1", port=port, security="none", timeout_seconds=0.3))
    mute.close()


async def test_a_connection_the_server_closed_meanwhile_is_replaced(server: MailServer) -> None:
    async with SmtpClient(settings(server)) as wire:
        await wire.open()
        port, connections = server.port, server.connections
        server.mail = "421 4.4.2 idle too long"
        assert isinstance(await wire.send("r@x.example", MESSAGE), Later)
        server.mail = ""
        assert isinstance(await wire.send("r@x.example", MESSAGE), Accepted)
        assert server.connections > connections and server.port == port


@pytest.mark.parametrize(
    ("stage", "says", "means"),
    [
        ("rcpt", "550 5.1.1 unknown", Rejected("550 5.1.1 unknown")),
        ("rcpt", "451 4.7.1 later", Later("451 4.7.1 later")),
        ("rcpt", "550 5.7.1 unable to relay", Later("550 5.7.1 unable to relay", ours=True)),
        ("rcpt", "530 5.7.57 client not authenticated", Later("530 5.7.57 client not authenticated", ours=True)),
        ("data", "552 5.3.4 too large", Rejected("552 5.3.4 too large")),
        ("data", "432 4.3.2 concurrent limit", Later("432 4.3.2 concurrent limit")),
        ("data", "554 5.2.0 SubmissionQuotaExceededException", Later("554 5.2.0 SubmissionQuotaExceededException", ours=True)),
    ],
)  # fmt: skip
async def test_what_answers_mean(server: MailServer, stage: str, says: str, means: object) -> None:
    getattr(server, stage)["r@x.example"] = says
    async with SmtpClient(settings(server)) as wire:
        assert await wire.send("r@x.example", MESSAGE) == means
        assert isinstance(await wire.send("other@x.example", MESSAGE), Accepted), "the connection goes on"


def test_settings_that_contradict_themselves_are_refused() -> None:
    with pytest.raises(ValidationError, match="not both"):
        PostSettings(host="h", username="u", password=SecretStr("p"), oauth_token=SecretStr("t"))
    with pytest.raises(ValidationError, match="needs a username"):
        PostSettings(host="h", password=SecretStr("p"))
    assert [PostSettings(security=s).server_port for s in ("starttls", "tls", "none")] == [587, 465, 25]
    assert all(field.description for field in PostSettings.model_fields.values())


def test_the_throttle_is_a_sliding_minute() -> None:
    now = [0.0]
    throttle = Throttle(2, lambda: now[0])
    throttle.spend()
    now[0] = 30
    throttle.spend()
    assert throttle.allowance() == 0 and throttle.frees_in() == 30
    now[0] = 60
    assert throttle.allowance() == 1
    assert Throttle(0).allowance() is None
