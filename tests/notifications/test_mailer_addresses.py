"""Where an email goes is asked on the day it is sent; what was planned for somebody who has left is ended."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from engine.events import MessageRefused, ResponseReceived
from engine.events.post import POST
from notifications.content.catalogue import say
from tests.notifications.post_bench import Dying, PostBench, append, person


async def delivery_of(bench: PostBench, **given: object):  # type: ignore[no-untyped-def]
    return await bench.mailer(**given).deliver_due(bench.clock.now())


async def test_an_email_goes_to_the_address_of_the_day_it_is_sent(bench: PostBench) -> None:
    await bench.plan(person(1))
    await delivery_of(bench, addressed=lambda notice, now: replace(notice, email="today@x.example"))
    (message,) = bench.server.received
    assert message["To"].addresses[0].addr_spec == "today@x.example"
    (row,) = await bench.store.messages()
    assert row.to == "today@x.example"


async def test_what_was_planned_for_somebody_who_has_left_is_ended_and_never_sent(bench: PostBench) -> None:
    await bench.plan(person(1), person(2))
    left = person(1).person
    done = await delivery_of(bench, addressed=lambda notice, now: None if notice.person == left else notice)
    assert (done.sent, len(bench.server.received), done.next_sending) == (1, 1, None)
    assert await bench.statuses() == {"sent": 1, "refused": 1}
    refused = [e.body for e in await bench.store.events(POST) if isinstance(e.body, MessageRefused)]
    assert [body.because for body in refused] == [say("post.left")]
    assert (await delivery_of(bench)).sent == 0  # also when the directory knows them again


async def test_a_message_that_waits_to_be_tried_again_follows_its_reader(bench: PostBench) -> None:
    await bench.plan(person(1))
    bench.server.rcpt["p1@elm.example"] = "451 4.7.1 greylisted, try again"
    await delivery_of(bench)
    bench.clock.move_on(timedelta(hours=1))
    await delivery_of(bench, addressed=lambda notice, now: replace(notice, email="today@x.example"))
    (message,) = bench.server.received
    assert message["To"].addresses[0].addr_spec == "today@x.example"


async def test_what_was_on_its_way_when_baton_was_killed_and_is_moot_now_may_have_arrived(
    bench: PostBench,
) -> None:
    store = bench.store = Dying()
    await bench.open("a1")
    await bench.plan(person(1))
    store.lives = 1  # the claim is kept, and the process dies before it can say that the email went
    with pytest.raises(SystemExit):
        await delivery_of(bench)
    store.lives = 10**6
    answer = ResponseReceived("a1", "s", 1, {}, "", late=False, counts=True)
    await append(bench.store, "w1", [answer], bench.clock.now())
    bench.clock.move_on(timedelta(hours=1))
    assert (await delivery_of(bench)).sent == 0 and len(bench.server.received) == 1
    (row,) = await bench.store.messages()
    assert (row.status, row.because) == ("unconfirmed", say("post.moot_in_doubt"))
