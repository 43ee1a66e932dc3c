"""A mail server that takes nothing, and the ladders of what could not be sent; on the real engine, post and SMTP."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from application.operations import Operations
from engine import events as e
from engine.dates.clock import VirtualClock
from tests.application.asked import HOUR, Asked, asked_on

REFUSED = "550 5.7.1 your account is closed"


@pytest.fixture
async def asked(tmp_path: Path, operations: Operations, clock: VirtualClock) -> AsyncIterator[Asked]:
    async with asked_on(tmp_path, operations, clock) as made:
        yield made


async def test_nobody_is_chased_while_the_mail_server_takes_nothing_and_everybody_is_asked_once_it_does(
    asked: Asked,
) -> None:
    asked.server.everybody["rcpt"] = REFUSED
    recovered = asked.clock.now() + timedelta(days=21)
    await asked.go_on(recovered)
    assert not await asked.happened(e.RungClimbed)
    assert await asked.happened(e.AskedAgain)
    assert not asked.server.received

    asked.server.everybody.clear()
    await asked.go_on(recovered + timedelta(days=4))
    assert "planned" not in await asked.fates()
    asks = [email for email in asked.server.received if str(email["Subject"]).startswith("How many visits")]
    assert Counter(str(email["To"]) for email in asks).most_common(1)[0][1] == 1, (
        "each is asked once, not once a day"
    )
    for email in asks:  # by a day that is still to come
        said = email.get_body(("plain",))
        assert said is not None and "January" in said.get_content()

    await asked.go_on(recovered + timedelta(days=40))
    registers = {
        event.body.register
        for event in await asked.happened(e.RungClimbed)
        if isinstance(event.body, e.RungClimbed)
    }
    assert {"due today", "offer of help", "ring them"} <= registers


async def test_where_one_address_refuses_the_manager_is_told_and_no_email_chases(asked: Asked) -> None:
    rows = await asked.operations.repository.store.notices(asked.workflow)
    assert rows == []
    await asked.runtime.advance([asked.workflow])
    wrong = (await asked.operations.repository.store.notices(asked.workflow))[0].notice
    asked.server.rcpt[wrong.email] = "550 5.1.1 no such mailbox"
    await asked.go_on(asked.clock.now() + timedelta(days=30))
    never = [event.body for event in await asked.happened(e.AskUndelivered)]
    assert wrong.about in [body.assignment for body in never if isinstance(body, e.AskUndelivered)]
    climbed = [
        event.body.register
        for event in await asked.happened(e.RungClimbed)
        if isinstance(event.body, e.RungClimbed) and event.body.assignment == wrong.about
    ]
    assert climbed and set(climbed) <= {"ring them", "conversation", "board item"}
    told = [str(email["Subject"]) for email in asked.server.received]
    assert any("could not be delivered" in subject for subject in told)


async def test_that_no_email_goes_is_an_alarm_until_one_goes_again(asked: Asked) -> None:
    asked.server.everybody["rcpt"] = REFUSED
    await asked.go_on(asked.clock.now() + 3 * HOUR)
    (alarm,) = asked.runtime.alarms.all()
    assert alarm.text.startswith("Emails are not being sent just now.")
    assert alarm.since < asked.clock.now() and REFUSED.partition(" ")[2] in alarm.details[0]
    asked.server.everybody.clear()
    await asked.go_on(asked.clock.now() + 3 * HOUR)
    assert asked.runtime.alarms.all() == ()
    assert asked.server.received
