"""One automatic email a person a working day; everything told exactly once; never outside hours."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.dates.calendar import Calendar
from engine.dates.clock import LONDON, london_date
from engine.events import Notice
from notifications.planner import Email, may_arrive, person_key, plan
from notifications.sections import in_order, said_once
from tests.engine.closures import closure

HOLIDAYS = {
    date(2026, 12, 25): "Christmas Day",
    date(2026, 12, 28): "Boxing Day",
    date(2027, 1, 1): "New Year",
}
CLOSED = (
    closure("Y90001", date(2027, 1, 6), date(2027, 1, 6), reason="training"),
    closure("Y90002", date(2027, 1, 5), date(2027, 1, 5), "13:00-18:30", "training"),
)
CALENDAR = Calendar(HOLIDAYS, last_year=2028, closures=CLOSED)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=LONDON).astimezone(UTC)


def notice(id: str, when: str | datetime = "2027-01-04 10:00", **given: Any) -> Notice:
    moment = at(when) if isinstance(when, str) else when
    values: dict[str, Any] = {
        "kind": "ask", "person": "ruth", "name": "Ruth Bell", "email": "ruth@elm.example",
        "organisation": "Y90001", "about": f"assignment-{id}", "step": "return", "subject": f"Subject {id}",
    } | given  # fmt: skip
    return Notice(id=id, not_before=moment, **values)


def ids(emails: Sequence[Email]) -> list[list[str]]:
    return [[n.id for n in email.notices] for email in emails]


def test_the_first_goes_at_once_and_the_rest_wait_for_the_next_working_morning() -> None:
    first = plan([notice("a")], {}, (), at("2027-01-04 10:00"), CALENDAR)
    assert ids(first.emails) == [["a"]]
    later = plan([notice("b"), notice("c")], {"ruth": 1}, (), at("2027-01-04 11:00"), CALENDAR)
    assert later.emails == ()
    assert later.next_sending == at("2027-01-05 08:30")
    morning = plan([notice("b"), notice("c")], {}, (), at("2027-01-05 08:30"), CALENDAR)
    assert ids(morning.emails) == [["b", "c"]]


def test_the_morning_is_the_organisations_own_working_day() -> None:
    waits = plan([notice("a")], {"ruth": 1}, (), at("2027-01-05 11:00"), CALENDAR)
    assert waits.next_sending == at("2027-01-07 08:30")  # Wed 6 January is closed for training


def test_a_half_day_closure_is_kept() -> None:
    waits = plan([notice("a", organisation="Y90002")], {}, (), at("2027-01-05 14:00"), CALENDAR)
    assert waits.next_sending == at("2027-01-06 08:30")


def test_urgent_is_exempt_but_keeps_hours() -> None:
    urgent = notice("u", urgent=True)
    told = plan([urgent, notice("a")], {"ruth": 1}, ("ruth",), at("2027-01-04 11:00"), CALENDAR)
    assert ids(told.emails) == [["u"]]
    assert told.emails[0].urgent
    assert plan([urgent], {}, (), at("2027-01-04 17:00"), CALENDAR).next_sending == at("2027-01-05 08:30")


def test_urgent_and_ordinary_at_the_same_round_are_one_email_that_counts() -> None:
    told = plan([notice("u", urgent=True), notice("a")], {}, (), at("2027-01-04 11:00"), CALENDAR)
    assert ids(told.emails) == [["u", "a"]]
    assert not told.emails[0].urgent


def test_digest_only_waits_for_the_morning_unless_a_email_goes_anyway() -> None:
    line = notice("d", digest_only=True, kind="reminder")
    alone = plan([line], {}, (), at("2027-01-04 11:00"), CALENDAR)
    assert alone.emails == () and alone.next_sending == at("2027-01-05 08:30")
    together = plan([line, notice("a")], {}, (), at("2027-01-04 11:00"), CALENDAR)
    assert ids(together.emails) == [["a", "d"]] and not together.waiting


def test_a_digest_that_was_missed_goes_when_baton_is_back_the_same_day() -> None:
    line = notice("d", "2027-01-05 08:30", digest_only=True, kind="reminder", organisation="Y90003")
    assert ids(plan([line], {}, (), at("2027-01-05 11:00"), CALENDAR).emails) == [["d"]]


def test_a_person_with_an_unfinished_message_is_not_sent_another() -> None:
    assert plan([notice("a")], {}, ("ruth",), at("2027-01-04 11:00"), CALENDAR).emails == ()


def test_someone_of_two_practices_gets_one_email_with_everything() -> None:
    both = [notice("a"), notice("b", organisation="Y90002")]
    assert ids(plan(both, {}, (), at("2027-01-04 11:00"), CALENDAR).emails) == [["a", "b"]]


def test_two_addresses_are_never_mixed() -> None:
    two = [notice("a"), notice("b", email="ruth@oak.example")]
    told = plan(two, {}, (), at("2027-01-04 11:00"), CALENDAR)
    assert ids(told.emails) == [["a"]] and told.waiting == {"b": at("2027-01-05 08:30")}


def test_past_the_calendars_horizon_a_notice_is_named_and_nobody_else_is_held_up() -> None:
    short = Calendar(HOLIDAYS, last_year=2027)
    told = plan([notice("far", "2028-02-01 10:00"), notice("a", person="oak", email="o@x.example")], {}, (),
                at("2027-01-04 11:00"), short)  # fmt: skip
    assert told.beyond == ("far",) and ids(told.emails) == [["a"]]


def test_the_order_inside_a_email() -> None:
    now = at("2027-01-15 09:00")
    day = {"due_at": "2027-01-15T17:00:00+00:00"}
    given = [
        notice("outcome", kind="outcome"), notice("told", kind="told"), notice("help", kind="offer of help"),
        notice("soon", kind="reminder", facts={"due_at": "2027-01-20T17:00:00+00:00"}),
        notice("late", kind="reminder", facts={"due_at": "2027-01-11T17:00:00+00:00"}),
        notice("today", kind="reminder", facts=day), notice("ask"), notice("now", urgent=True),
    ]  # fmt: skip
    assert [n.id for n in in_order(given, now)] == [
        "now",
        "ask",
        "today",
        "late",
        "soon",
        "help",
        "told",
        "outcome",
    ]


def test_what_piled_up_about_one_assignment_is_said_once() -> None:
    about = {"about": "one"}
    piled = [
        notice("remind", "2027-01-05 09:00", kind="reminder", **about), notice("told", kind="told", **about),
        notice("help", "2027-01-06 09:00", kind="offer of help", **about),
    ]  # fmt: skip
    assert [n.id for n in said_once(piled)] == ["told", "help"]
    assert [n.id for n in said_once([*piled, notice("ask", **about)])] == ["told", "ask"]


def test_a_email_for_two_organisations_arrives_when_both_are_open() -> None:
    assert may_arrive(["Y90001", "Y90002"], at("2027-01-05 14:00"), CALENDAR) == at("2027-01-07 08:30")


# --- the rules, as properties ------------------------------------------------------------------------------

MOMENTS = st.integers(0, 22 * 24 * 60).map(
    lambda m: datetime(2026, 12, 21, tzinfo=UTC) + timedelta(minutes=m)
)


@st.composite
def mailbags(draw: st.DrawFn) -> list[Notice]:
    bag = []
    for number in range(draw(st.integers(1, 12))):
        person = draw(st.sampled_from(["ruth", "omar", "lena"]))
        bag.append(
            notice(
                f"n{number}",
                draw(MOMENTS),
                person=person,
                name=person.title(),
                email=draw(st.sampled_from([f"{person}@elm.example", f"{person}@oak.example"])),
                organisation=draw(st.sampled_from(["Y90001", "Y90002", "U90000"])),
                urgent=draw(st.integers(0, 5)) == 0,
                digest_only=draw(st.booleans()),
                kind=draw(st.sampled_from(["ask", "reminder", "offer of help", "told", "outcome"])),
                about=draw(st.sampled_from(["", "one", "two"])),
            )
        )
    return bag


def play(bag: list[Notice], moments: Sequence[datetime]) -> list[tuple[datetime, Email]]:
    """Every delivery, at the given moments and whenever the plan asks for one, until all is told."""
    told: list[tuple[datetime, Email]] = []
    left = {n.id: n for n in bag}
    extra = sorted(moments)
    now = datetime(2026, 12, 20, tzinfo=UTC)
    while left:
        today = Counter(email.person for when, email in told
                        if not email.urgent and london_date(when) == london_date(now))  # fmt: skip
        made = plan(left.values(), today, (), now, CALENDAR)
        for email in made.emails:
            told.append((now, email))
            for n in email.notices:
                del left[n.id]
        if not left:
            break
        after = made.next_sending
        assert after is not None and after > now, "a notice was left without a time"
        now = min([after, *(moment for moment in extra if moment > now)])
    return told


@settings(max_examples=150, deadline=None)
@given(mailbags(), st.lists(MOMENTS, max_size=6))
def test_never_two_automatic_emails_to_one_person_on_one_day(
    bag: list[Notice], moments: list[datetime]
) -> None:
    sent = Counter(
        (email.person, london_date(when)) for when, email in play(bag, moments) if not email.urgent
    )
    assert all(count == 1 for count in sent.values())


@settings(max_examples=150, deadline=None)
@given(mailbags(), st.lists(MOMENTS, max_size=6))
def test_every_notice_ends_in_exactly_one_email_to_its_own_address(
    bag: list[Notice], moments: list[datetime]
) -> None:
    told = Counter(n.id for _, email in play(bag, moments) for n in email.notices)
    assert told == Counter(n.id for n in bag)
    for when, email in play(bag, moments):
        assert {(person_key(n), n.email) for n in email.notices} == {(email.person, email.to)}
        assert all(n.not_before <= when for n in email.notices)


@settings(max_examples=150, deadline=None)
@given(mailbags(), st.lists(MOMENTS, max_size=6))
def test_never_outside_the_hours_of_an_organisation(bag: list[Notice], moments: list[datetime]) -> None:
    for when, email in play(bag, moments):
        for n in email.notices:
            assert CALENDAR.messaging_opens(when, n.organisation) == when


@settings(max_examples=60, deadline=None)
@given(mailbags(), st.timedeltas(timedelta(0), timedelta(days=4)))
def test_after_an_outage_nobody_gets_a_burst(bag: list[Notice], down: timedelta) -> None:
    back = max(n.not_before for n in bag) + down
    now = max(CALENDAR.messaging_opens(back, name) for name in ("Y90001", "Y90002", "U90000"))
    made = plan(bag, {}, (), now, CALENDAR)
    assert max(Counter(email.person for email in made.emails if not email.urgent).values(), default=0) <= 1
