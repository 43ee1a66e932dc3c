"""The everyday changes: each makes of a directory what it says, in words that say so, or is refused for a reason."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest
from pydantic import ValidationError

from application.directory.changes import ADAPTER, CHANGES, everyday
from application.directory.record import Change
from application.directory.words import sentences
from definitions.models.directory import Directory
from engine.commands.refusals import Invalid, Refused
from engine.people.directory_changes import data_of, difference
from tests.engine.wide_bay import pcn_data

BEFORE = data_of(Directory.model_validate({"pcns": [pcn_data()]}))
JO = {"role": "practice_manager", "at": "Y10001", "person": "jo"}


def made(*given: dict[str, Any]) -> Change:
    kept = deepcopy(BEFORE)
    directory = everyday(["U10001"], [ADAPTER.validate_python(each) for each in given], None)(BEFORE)
    assert kept == BEFORE
    return Change(BEFORE, directory, difference(BEFORE, data_of(directory)))


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"change": "person", "id": "jo", "email": "jo@new.example"}, "Jo Marsh: the email address is jo@new.example (jo@example.nhs.uk before)"),
        ({"change": "person", "id": "jo", "phone": "01632 960011"}, "Jo Marsh: the phone number is 01632 960011"),
        ({"change": "person", "id": "kit", "name": "Kit Dale", "email": "kit@x.example"}, "Kit Dale (kit@x.example) is added"),
        ({"change": "role-begins", "role": "gp_lead", "at": "Y10004", "person": "tom", "from": "2027-02-01"}, "Tom is GP lead at Moor from Mon 1 Feb 2027"),
        ({"change": "role-ends", "to": "2026-12-18", **JO}, "Jo Marsh is practice manager at Elm Tree until Fri 18 Dec 2026 (before: without dates)"),
        ({"change": "cover", "for": "jo", "by": "tom", "from": "2027-03-01", "to": "2027-03-05", "may": "attest"},
         "Tom covers for Jo Marsh from Mon 1 Mar 2027 until Fri 5 Mar 2027, and may sign for them where the step allows it"),
        ({"change": "absence", "person": "jo", "from": "2027-03-01", "to": "2027-03-05", "reason": "leave"}, "Jo Marsh is away from Mon 1 Mar 2027 until Fri 5 Mar 2027 (leave)"),
        ({"change": "closure", "organisation": "Y10001", "date": "2027-03-03", "hours": "13:00-17:00", "reason": "training"},
         "Closed: Elm Tree, on Wed 3 Mar 2027, 13:00-17:00, for training"),
        ({"change": "closure", "organisation": "*", "date": "2027-06-07", "reason": "a bank holiday"}, "Closed: everybody, on Mon 7 Jun 2027, for a bank holiday"),
        ({"change": "list-size", "practice": "Y10001", "list_size": 9100}, "Elm Tree: the list size is 9,100 (9,000 before)"),
        ({"change": "mailbox", "practice": "Y10003", "mailbox": "office@quayside.example"}, "Quayside: the shared mailbox is office@quayside.example (desk@quayside.example before)"),
        ({"change": "mailbox", "practice": "Y10003"}, "Quayside: the shared mailbox is taken out (desk@quayside.example before)"),
        ({"change": "practice-joins", "code": "Y10009", "name": "Fen", "list_size": 100, "from": "2027-04-01"}, "Fen (Y10009) from Thu 1 Apr 2027 joins"),
        ({"change": "practice-leaves", "practice": "Y10002", "to": "2027-03-31", "into": "Y10004"},
         "Orchard (Y10002) until Wed 31 Mar 2027, and merges into Moor"),
        ({"change": "commissioners", "codes": ["QZZ", "QYY"]}, "Wide Bay PCN: the commissioners are QZZ, QYY"),
        ({"change": "adopt", "definition": "iif-quarter-close"}, "iif-quarter-close starts by itself at Wide Bay PCN"),
        ({"change": "remove", "part": "absences", "where": {"person": "gil"}}, "No longer: Gil is away from Mon 11 Jan 2027 until Fri 22 Jan 2027 (away)"),
    ],
    ids=lambda value: value["change"] if isinstance(value, dict) else "",
)  # fmt: skip
def test_each_says_what_it_changes(given: dict[str, Any], said: str) -> None:
    assert sentences(made(given)) == [said]


def test_every_change_is_tried_here() -> None:
    (tried,) = (mark.args[1] for mark in test_each_says_what_it_changes.pytestmark)  # type: ignore[attr-defined]
    others = {"takes-over", "leaves"}
    assert {given["change"] for given, _ in tried} | others == set(CHANGES)


def test_a_role_is_taken_over_from_a_day_on() -> None:
    change = made(
        {
            "change": "takes-over",
            "role": "practice_manager",
            "at": "Y10001",
            "person": "tom",
            "from": "2026-12-19",
        }
    )
    assert sentences(change) == [
        "Jo Marsh is practice manager at Elm Tree until Fri 18 Dec 2026 (before: without dates)",
        "Tom is practice manager at Elm Tree from Sat 19 Dec 2026",
    ]


def test_somebody_leaves_with_every_role_and_cover_of_theirs() -> None:
    change = made({"change": "leaves", "person": "owen", "to": "2026-12-18"})
    assert sentences(change) == [
        "Dr Owen Bright is deputy clinical director at Wide Bay PCN until Fri 18 Dec 2026 (before: without dates)",
        "Dr Owen Bright is GP lead at Elm Tree until Fri 18 Dec 2026 (before: without dates)",
        "Dr Owen Bright covers for Dr Nina Hassan until Fri 18 Dec 2026, and may sign for them where the step allows it (before: without dates)",
    ]  # fmt: skip


def test_several_changes_are_one_and_in_their_order() -> None:
    change = made(
        {"change": "person", "id": "kit", "name": "Kit Dale", "email": "kit@x.example"},
        {
            "change": "takes-over",
            "role": "practice_manager",
            "at": "Y10001",
            "person": "kit",
            "from": "2027-01-01",
        },
    )
    assert len(sentences(change)) == 3


@pytest.mark.parametrize(
    ("given", "code", "message"),
    [
        ({"change": "person", "id": "joh", "email": "x@y.example"}, "nobody", "name and an email"),
        ({"change": "list-size", "practice": "Y19999", "list_size": 1}, "not-a-practice", "it has Y10001"),
        ({"change": "role-ends", "role": "gp_lead", "at": "Y10004", "person": "jo", "to": "2027-01-01"}, "nothing-ends", "baton directory show"),
        ({"change": "remove", "part": "roles", "where": {"person": "priya"}}, "not-one", "2 entries of roles"),
        ({"change": "remove", "part": "cover", "where": {"for": "priya"}}, "not-one", "no entry of cover"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_with_a_reason(given: dict[str, Any], code: str, message: str) -> None:
    with pytest.raises(Refused, match=message) as refused:
        made(given)
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"change": "cover", "for": "jo", "by": "nobody"}, "BD701"),
        ({"change": "cover", "for": "jo", "by": "jo"}, "BD706"),
        ({"change": "role-begins", "role": "gp_lead", "at": "Y19999", "person": "jo"}, "BD702"),
        ({"change": "role-begins", **JO, "from": "2027-01-01"}, "BD704"),
        ({"change": "remove", "part": "people", "where": {"id": "jo"}}, "BD701"),
        ({"change": "practice-leaves", "practice": "Y10001", "to": "2027-01-01", "into": "Y10001"}, "BD708"),
        ({"change": "remove", "part": "roles", "where": {"role": "pcn_manager"}}, "BD705"),
    ],
)
def test_what_no_file_may_say_no_command_may_either(given: dict[str, Any], code: str) -> None:
    with pytest.raises(Invalid) as refused:
        made(given)
    assert code in {problem.code for problem in refused.value.problems}


@pytest.mark.parametrize(
    "given",
    [
        {"change": "absence", "person": "jo", "from": "next week"},
        {"change": "absence", "person": "jo", "from": "2027-01-05", "to": "2027-01-04"},
        {"change": "mailbox", "practice": "Y10003", "mailbox": "nowhere"},
        {"change": "nothing"},
        {"change": "person", "id": "jo", "age": 3},
    ],
)
def test_what_is_not_written_as_it_should_be_is_told(given: dict[str, Any]) -> None:
    with pytest.raises((ValidationError, Invalid, Refused)):
        made(given)


def test_another_pcn_is_not_found_and_all_are_changed_where_none_is_named() -> None:
    closed = ADAPTER.validate_python({"change": "closure", "organisation": "*", "date": "2027-06-07"})
    with pytest.raises(Refused, match="no PCN U9"):
        everyday(["U9"], [closed], None)(BEFORE)
    other = deepcopy(BEFORE)
    other["pcns"].append({"code": "U2", "name": "Other", "practices": [{"code": "Y2", "name": "Two", "list_size": 1}],
                          "people": [{"id": "x", "name": "X", "email": "x@x.example"}],
                          "roles": [{"role": "pcn_manager", "at": "U2", "person": "x"}]})  # fmt: skip
    assert [len(pcn.closures) for pcn in everyday([], [closed], None)(other).pcns] == [5, 1]


def test_an_entry_that_only_changes_its_place_is_one_sentence() -> None:
    after = deepcopy(BEFORE)
    after["pcns"][0]["people"].reverse()
    directory = Directory.model_validate(after)
    said = sentences(Change(BEFORE, directory, difference(BEFORE, after)))
    assert all("another place in the list" in each for each in said) and len(said) == 10


def test_a_pcn_that_is_added_or_taken_out_is_said_as_a_whole() -> None:
    other = deepcopy(BEFORE)
    other["pcns"][0] |= {"code": "U2", "name": "Narrow Bay PCN"}
    said = sentences(Change(BEFORE, Directory.model_validate(other), difference(BEFORE, other)))
    assert said[0].startswith("Wide Bay PCN (U10001), with 4 practices and 11 people is taken out")
    assert said[1].startswith("Narrow Bay PCN (U2), with 4 practices and 11 people is added")
