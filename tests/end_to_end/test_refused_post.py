"""A mail server that refuses everybody, and then takes what is sent: what a serving Baton says of it, everywhere it says it."""

from __future__ import annotations

import asyncio

import httpx
import pytest
import yaml

from cli.client.server import sender
from cli.main import run
from tests.end_to_end.conftest import EXAMPLES, Serve
from tests.notifications.post_bench import MailServer

pytestmark = pytest.mark.process

INPUTS = yaml.safe_load((EXAMPLES / "inputs" / "iif-quarter-close.yaml").read_text())
TEXT = "Emails are not being sent just now."
REFUSED = "550 5.7.1 your account is closed"


async def test_that_no_email_goes_is_said_everywhere_until_one_goes(
    serve: Serve, capfd: pytest.CaptureFixture[str]
) -> None:
    mail = MailServer(everybody={"rcpt": REFUSED})
    await mail.start()
    baton = await asyncio.to_thread(
        serve, CLOCK="leaping", CLOCK_START="2026-12-15T09:00:00Z", POST__HOST="127.0.0.1", POST__PORT=str(mail.port),
        POST__SECURITY="none", POST__FROM_ADDRESS="baton@pcn.example", POST__RETRY_SECONDS="1",
    )  # fmt: skip
    client = baton.client()
    by = sender("Asha Patel")
    await asyncio.to_thread(client.launch, "iif-quarter-close", ["U90001"], INPUTS, by, "once")

    async def said() -> dict[str, str]:
        """What each place says: the API, the front page, the command line."""
        capfd.readouterr()
        await asyncio.to_thread(run, ["--home", str(baton.home.root), "status"])
        async with httpx.AsyncClient(trust_env=False) as browser:
            page = (await browser.get(client.url)).text
        alarms = await asyncio.to_thread(client.alarms)
        return {"API": str(alarms), "page": page, "command": capfd.readouterr().err}

    await asyncio.to_thread(baton.until, client.alarms)
    places = await said()
    assert {place: TEXT in text for place, text in places.items()} == dict.fromkeys(places, True)
    assert "your account is closed" in places["command"] and "your account is closed" not in places["page"]
    log = baton.home.logs / "baton.log"
    assert f"WARNING baton.alarms {TEXT}" in log.read_text()

    mail.everybody.clear()
    await asyncio.to_thread(baton.until, lambda: not client.alarms())
    assert mail.received
    assert {place for place, text in (await said()).items() if TEXT in text} == set()
    assert f"WARNING baton.alarms No longer: {TEXT}" in log.read_text()
    await mail.stop()
