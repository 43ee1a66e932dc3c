"""The post over real SMTP: what goes, what waits, and what a crash may and may not do."""

from __future__ import annotations

import hashlib
from collections import Counter
from datetime import timedelta

import pytest

from engine.events import LinkIssued, MessageRefused, MessageSent, ResponseReceived
from engine.events.post import LINKS, POST
from notifications.content.catalogue import say
from notifications.content.identifiers import message_id
from notifications.links import revocations
from notifications.transport.smtp import Throttle
from tests.notifications import email_samples as samples
from tests.notifications.post_bench import Dying, PostBench, Racing, append, person


async def delivery_of(bench: PostBench, **given: object):  # type: ignore[no-untyped-def]
    return await bench.mailer(**given).deliver_due(bench.clock.now())


async def test_what_is_due_is_claimed_sent_and_written_down(bench: PostBench) -> None:
    await bench.plan(person(1), person(2))
    done = await delivery_of(bench)
    assert (done.sent, done.deferred, done.refused, done.next_sending) == (2, 0, 0, None)
    assert bench.server.subjects() == ["Subject 1", "Subject 2"]
    assert await bench.statuses() == {"sent": 2}
    assert done.summary == "2 sent."
    again = await delivery_of(bench)
    assert again.sent == 0 and len(bench.server.received) == 2
    assert again.summary == "Nothing waits to be sent."


async def test_one_connection_serves_a_round(bench: PostBench) -> None:
    await bench.plan(*(person(n) for n in range(60)))
    done = await delivery_of(bench, connections=2)
    assert done.sent == 60 and bench.server.connections <= 2


async def test_the_kept_copy_is_the_message_without_its_token(bench: PostBench) -> None:
    await bench.plan(person(1))
    await delivery_of(bench)
    token = bench.links.token("a1")
    sent = next(e.body for e in await bench.store.events(POST) if isinstance(e.body, MessageSent))
    kept = await bench.store.document(sent.sha256)
    assert hashlib.sha256(kept).hexdigest() == sent.sha256
    on_the_wire = bench.server.received[0]
    body = on_the_wire.get_body(("plain",))
    assert body is not None and f"/a/{token}" in body.get_content()
    assert token.encode() not in kept.replace(b"=\r\n", b"") and b"/a/=E2=80=A6" in kept
    kept_events = [*await bench.store.events(POST), *await bench.store.events(LINKS)]
    assert not any(token in str(e.body) for e in kept_events)


async def test_reminders_repeat_the_link_and_a_revoked_one_is_replaced(bench: PostBench) -> None:
    await bench.plan(person(1))
    await delivery_of(bench)
    first = bench.links.token("a1")
    assert await bench.opened_by(first) == "a1"
    bench.clock.move_to(samples.at("2027-01-05 10:00"))
    await bench.plan(person(2, person="p1", email="p1@elm.example", about="a1", kind="reminder"))
    await delivery_of(bench)
    assert sum(isinstance(e.body, LinkIssued) for e in await bench.store.events(LINKS)) == 1
    await append(
        bench.store, LINKS, revocations(await bench.store.links_of("a1"), "asked"), bench.clock.now()
    )
    assert await bench.opened_by(first) is None
    bench.clock.move_to(samples.at("2027-01-06 10:00"))
    await bench.plan(person(3, person="p1", email="p1@elm.example", about="a1", kind="reminder"))
    await delivery_of(bench)
    second = bench.links.token("a1", 1)
    assert second != first and await bench.opened_by(second) == "a1"
    last = bench.server.received[-1].get_body(("plain",))
    assert last is not None and second in last.get_content()


async def test_the_manager_is_given_a_page_and_never_the_practices_link(bench: PostBench) -> None:
    await bench.open("a1")
    await bench.plan(person(1, kind="task", person="sam"))
    await delivery_of(bench)
    body = bench.server.received[0].get_body(("plain",))
    assert body is not None and "/w/w1" in body.get_content() and "/a/" not in body.get_content()
    assert await bench.store.events(LINKS) == []


async def test_one_refused_address_does_not_hold_up_the_others(bench: PostBench) -> None:
    bench.server.rcpt["p2@elm.example"] = "550 5.1.1 no such user"
    await bench.plan(*(person(n) for n in range(1, 6)))
    done = await delivery_of(bench)
    assert (done.sent, done.refused) == (4, 1)
    assert bench.told == [("p2@elm.example", say("post.told_refused", because="550 5.1.1 no such user"))]
    assert await bench.statuses() == {"sent": 4, "refused": 1}
    bench.clock.move_on(timedelta(days=2))
    assert (await delivery_of(bench)).sent == 0, "a refusal is not tried again"


async def test_an_address_that_is_none_is_refused_without_asking_the_server(bench: PostBench) -> None:
    await bench.plan(person(1, email="no address at all"), person(2))
    done = await delivery_of(bench)
    assert (done.sent, done.refused) == (1, 1) and len(bench.told) == 1


async def test_4xx_is_tried_again_later_and_longer_each_time(bench: PostBench) -> None:
    bench.server.rcpt["p1@elm.example"] = "451 4.7.1 greylisted, try again"
    await bench.plan(person(1), person(2))
    done = await delivery_of(bench)
    assert (done.sent, done.deferred) == (1, 1)
    waits = []
    for _ in range(4):
        assert done.next_sending is not None
        waits.append((done.next_sending - bench.clock.now()).total_seconds())
        bench.clock.move_to(done.next_sending)
        done = await delivery_of(bench)
    assert waits == [60, 120, 240, 480]
    bench.server.rcpt.clear()
    assert done.next_sending is not None
    bench.clock.move_to(done.next_sending)
    assert (await delivery_of(bench)).sent == 1
    assert set(bench.server.ids("p1")) == {message_id(["n1"], "baton.example")}
    assert bench.told == []


async def test_after_many_tries_the_manager_hears_once_and_it_goes_on(bench: PostBench) -> None:
    bench.server.data["p1@elm.example"] = "452 4.2.2 mailbox full"
    await bench.plan(person(1))
    done = await delivery_of(bench, tries_before_telling=3)
    for _ in range(5):
        assert done.next_sending is not None
        bench.clock.move_to(done.next_sending)
        done = await delivery_of(bench, tries_before_telling=3)
    assert bench.told == [("p1@elm.example", say("post.told_trying", because="452 4.2.2 mailbox full"))]
    assert "goes on trying" in bench.told[0][1]


@pytest.mark.parametrize(
    "answer", ["550 5.7.60 no permission to send as this sender", "554 5.7.1 relay access denied"]
)
async def test_trouble_with_our_account_refuses_nobody(bench: PostBench, answer: str) -> None:
    bench.server.mail = answer
    await bench.plan(person(1), person(2))
    done = await delivery_of(bench)
    assert (done.sent, done.refused, bench.told) == (0, 0, [])
    assert "takes no email from us (55" in done.trouble and done.trouble in done.summary
    bench.server.mail = ""
    bench.clock.move_on(timedelta(minutes=20))
    assert (await delivery_of(bench)).sent == 2


async def test_the_server_is_down_for_a_day_and_nobody_gets_a_burst(bench: PostBench) -> None:
    await bench.server.stop()
    mailer = bench.mailer()
    await bench.plan(person(1))
    done = await mailer.deliver_due(bench.clock.now())
    assert (done.sent, done.deferred) == (0, 0) and "does not answer" in done.summary
    assert await bench.claimed() == [], "what waits for a server that is down stays free to merge"
    waits = []
    while bench.clock.now() < samples.at("2027-01-05 09:00"):
        assert done.next_sending is not None and done.next_sending > bench.clock.now()
        waits.append(done.next_sending - bench.clock.now())
        bench.clock.move_to(done.next_sending)
        if len(waits) in (3, 9, 12):
            about = {"person": "p1", "email": "p1@elm.example", "kind": "reminder"}
            await bench.plan(person(10 + len(waits), about="a1", **about), person(20 + len(waits), **about))
        done = await mailer.deliver_due(bench.clock.now())
    await bench.server.start()
    assert done.next_sending is not None
    bench.clock.move_to(done.next_sending)
    done = await mailer.deliver_due(bench.clock.now())
    assert (done.sent, done.next_sending) == (1, None)
    assert len(bench.server.received) == 1
    assert set(await bench.statuses()) == {"sent"}, "all that piled up went in the one email"


async def test_a_broken_connection_after_the_message_repeats_its_message_id(bench: PostBench) -> None:
    bench.server.drop_after_data.add("p1@elm.example")
    await bench.plan(person(1), person(2))
    done = await delivery_of(bench)
    assert (done.sent, done.deferred) == (1, 1)
    assert done.next_sending == bench.clock.now() + timedelta(hours=1), "it may be there already"
    bench.clock.move_on(timedelta(hours=1))
    assert (await delivery_of(bench)).sent == 1
    assert Counter(bench.server.ids("p1")) == {message_id(["n1"], "baton.example"): 2}


async def test_an_email_that_may_have_arrived_is_sent_four_times_at_most(bench: PostBench) -> None:
    bench.server.drops_always.add("p1@elm.example")
    await bench.plan(person(1))
    waits = []
    done = await delivery_of(bench)
    while done.next_sending is not None and len(waits) < 20:
        waits.append(done.next_sending - bench.clock.now())
        bench.clock.move_to(done.next_sending)
        done = await delivery_of(bench)
    assert len(bench.server.received) == 4 and set(bench.server.ids()) == {
        message_id(["n1"], "baton.example")
    }
    assert waits == [timedelta(hours=1), timedelta(hours=4), timedelta(days=1)]
    assert [to for to, _ in bench.told] == ["p1@elm.example"] and "may have arrived" in bench.told[0][1]
    assert done.trouble == "", "the others' post goes on"
    assert await bench.statuses() == {"unconfirmed": 1}, "it was not refused by anybody"


async def test_a_server_that_breaks_off_at_everybody_is_said_to_until_it_takes_an_email(
    bench: PostBench,
) -> None:
    bench.server.drops_always.update({"p1@elm.example", "p2@elm.example"})
    mailer = bench.mailer()
    await bench.plan(person(1), person(2))
    done = await mailer.deliver_due(bench.clock.now())
    assert "breaks off" in done.trouble and bench.told == []
    bench.server.drops_always.clear()
    bench.clock.move_on(timedelta(days=3))
    done = await mailer.deliver_due(bench.clock.now())
    assert (done.sent, done.trouble) == (2, "")


EVERY_ANSWER = [
    "550 5.1.1 no such user",
    "554 transaction failed",
    "550 mailbox unavailable",
    "553 5.1.3 bad",
]


# One or two refused at DATA while our own address would be taken are theirs, so that needs more people.
@pytest.mark.parametrize(("stage", "people"), [("rcpt", 1), ("rcpt", 2), ("rcpt", 8), ("data", 8)])
@pytest.mark.parametrize("answer", EVERY_ANSWER)
async def test_a_server_that_refuses_everybody_is_no_fault_of_an_address(
    bench: PostBench, stage: str, answer: str, people: int
) -> None:
    bench.server.everybody[stage] = answer
    await bench.plan(*(person(n) for n in range(people)))
    mailer = bench.mailer()
    for _ in range(6):
        done = await mailer.deliver_due(bench.clock.now())
        assert (done.sent, done.refused, bench.told) == (0, 0, [])
        assert f"takes no email from us ({answer})" in done.trouble and "Next try" in done.summary
        assert done.next_sending is not None
        bench.clock.move_to(done.next_sending)
    bench.server.everybody.clear()
    while done.next_sending is not None:
        bench.clock.move_to(max(done.next_sending, bench.clock.now()))
        done = await mailer.deliver_due(bench.clock.now())
    assert len(bench.server.received) == people and await bench.statuses() == {"sent": people}
    assert (done.trouble, bench.told) == ("", [])


async def test_while_nothing_is_taken_a_few_emails_try_whether_it_is_over(bench: PostBench) -> None:
    bench.server.everybody["rcpt"] = "550 no"
    await bench.plan(*(person(n) for n in range(60)))
    mailer = bench.mailer()
    done = await mailer.deliver_due(bench.clock.now())
    claimed = len(await bench.claimed())
    assert done.next_sending is not None
    bench.clock.move_to(done.next_sending)
    await mailer.deliver_due(bench.clock.now())
    assert len(await bench.claimed()) - claimed == 3


async def test_one_wrong_address_alone_is_believed_when_ours_would_be_taken(bench: PostBench) -> None:
    bench.server.rcpt["p1@elm.example"] = "550 5.1.1 no such user"
    await bench.plan(person(1))
    done = await delivery_of(bench)
    assert (done.refused, done.trouble) == (1, "") and len(bench.told) == 1
    assert bench.server.received == [], "asking about our own address sends nothing"


@pytest.mark.parametrize("lives", [0, 1, 2, 3])
async def test_killed_between_wire_and_commit_a_message_keeps_its_id(bench: PostBench, lives: int) -> None:
    store = bench.store = Dying()
    bench.server.rcpt["p3@elm.example"] = "451 try again"
    await bench.plan(person(1), person(2), person(3))
    store.lives = lives
    crashed = False
    for _ in range(8):  # each a process that starts anew
        try:
            done = await delivery_of(bench)
            if not done.next_sending:
                break
            bench.clock.move_to(done.next_sending)
        except SystemExit:
            crashed = True
            store.lives = 10**6
            bench.server.rcpt.clear()
            await bench.plan(person(4, person="p1", email="p1@elm.example"))  # new post meanwhile
            bench.clock.move_on(timedelta(minutes=1))
    assert crashed or lives == 3
    copies = Counter(bench.server.ids("p2@"))
    assert list(copies.values()) == [2 if lives == 1 else 1], (
        "killed after the wire, before it was written down"
    )
    for number in (1, 2, 3):
        mine = {i for i in bench.server.ids(f"p{number}@") if i != message_id(["n4"], "baton.example")}
        merged = {message_id(["n1", "n4"], "baton.example")} if lives == 0 and number == 1 else set()
        assert mine == (merged or {message_id([f"n{number}"], "baton.example")})
    automatic = Counter(claim.person for claim in {c.message_id: c for c in await bench.claimed()}.values())
    days = {e.at.date() for e in await bench.store.events(POST)}
    assert all(count <= len(days) for count in automatic.values())


async def test_the_lease_keeps_a_second_mailer_off(bench: PostBench) -> None:
    await bench.plan(person(1))
    second = bench.mailer()

    async def meanwhile() -> None:
        bench.server.before_answer = None
        done = await second.deliver_due(bench.clock.now())
        assert done.sent == 0 and done.next_sending is not None

    bench.server.before_answer = meanwhile
    assert (await delivery_of(bench)).sent == 1
    assert len(bench.server.received) == 1


async def test_a_lost_race_is_run_again(bench: PostBench) -> None:
    bench.store = Racing()
    await bench.plan(person(1), person(2))
    assert (await delivery_of(bench)).sent == 2
    assert len(bench.server.received) == 2


async def test_what_was_answered_while_its_message_waited_is_not_sent(bench: PostBench) -> None:
    await bench.open("a1")
    bench.server.rcpt["p1@elm.example"] = "451 later"
    await bench.plan(person(1))
    await delivery_of(bench)
    answer = ResponseReceived("a1", "s", 1, {}, "", late=False, counts=True)
    await append(bench.store, "w1", [answer], bench.clock.now())
    bench.server.rcpt.clear()
    bench.clock.move_on(timedelta(minutes=5))
    done = await delivery_of(bench)
    assert (done.sent, done.refused, bench.server.received, bench.told) == (0, 0, [], [])
    last = (await bench.store.events(POST))[-1].body
    assert isinstance(last, MessageRefused) and "answered" in last.because


async def test_hours_are_looked_at_again_before_each_message(bench: PostBench) -> None:
    bench.clock.move_to(samples.at("2027-01-04 16:59"))
    await bench.plan(*(person(n) for n in range(5)))

    async def afternoon_passes() -> None:
        bench.clock.move_on(timedelta(seconds=25))

    bench.server.before_answer = afternoon_passes
    done = await delivery_of(bench, connections=1)
    assert done.sent == 3 and done.deferred == 2
    assert done.next_sending == samples.at("2027-01-05 08:30")
    bench.server.before_answer = None
    bench.clock.move_to(done.next_sending)
    assert (await delivery_of(bench)).sent == 2


async def test_the_throttle_lets_so_many_through_and_says_when_it_frees(bench: PostBench) -> None:
    machine = [0.0]
    await bench.plan(*(person(n) for n in range(30)))
    mailer = bench.mailer()
    mailer._throttle = Throttle(20, lambda: machine[0])
    done = await mailer.deliver_due(bench.clock.now())
    assert done.sent == 20 and done.next_sending == bench.clock.now() + timedelta(seconds=60)
    assert len(await bench.claimed()) == 20, "no more is claimed than may go"
    machine[0] += 60.1
    assert (await mailer.deliver_due(bench.clock.now())).sent == 10


async def test_a_email_that_cannot_be_written_holds_up_nobody(
    bench: PostBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    await bench.plan(person(1, kind="ask", subject="bad"), person(2))
    mailer = bench.mailer()
    compose = type(mailer._composer).compose

    def broken(self, email, *rest):  # type: ignore[no-untyped-def]
        if email.notices[0].subject == "bad":
            raise RuntimeError("a template error")
        return compose(self, email, *rest)

    monkeypatch.setattr(type(mailer._composer), "compose", broken)
    done = await mailer.deliver_due(bench.clock.now())
    assert (done.sent, done.deferred, done.refused) == (1, 1, 0)
    assert "a template error" in (await bench.store.messages_unfinished())[0].because


async def test_a_manager_who_cannot_be_told_is_told_later(bench: PostBench) -> None:
    bench.server.rcpt["p1@elm.example"] = "550 5.1.1 no such user"
    await bench.plan(person(1))
    mailer = bench.mailer()
    tell = mailer._tell_manager

    async def fails(*_: object) -> None:
        raise RuntimeError("no")

    mailer._tell_manager = fails
    assert (await mailer.deliver_due(bench.clock.now())).deferred == 1
    mailer._tell_manager = tell
    bench.clock.move_on(timedelta(minutes=5))
    assert (await mailer.deliver_due(bench.clock.now())).refused == 1
    assert len(bench.told) == 1
