"""An email goes to the address of the day it is sent, and to nobody who has left."""

from __future__ import annotations

from typing import Any

import pytest

from application.directory.addresses import AddressBook
from definitions.models.directory import Directory
from engine.events import Notice
from tests.engine.wide_bay import ROLES, pcn, pcn_data
from tests.engine.worlds import at

NOW = at("2027-01-12 09:00")


def book(**changes: Any) -> AddressBook:
    directory = Directory(pcns=[pcn(**changes)])
    return AddressBook(lambda: directory)


def notice(person: str, organisation: str, email: str = "old@example.nhs.uk") -> Notice:
    return Notice("n1", "reminder", person, "As planned", email, organisation, "", "", "A subject", NOW)


def test_the_address_and_the_name_of_today_are_taken() -> None:
    people = [
        p | {"email": "new@example.nhs.uk", "name": "Jo Bright"} if p["id"] == "jo" else p
        for p in pcn_data()["people"]
    ]
    found = book(people=people)(notice("jo", "Y10001"), NOW)
    assert found is not None and (found.email, found.name) == ("new@example.nhs.uk", "Jo Bright")


@pytest.mark.parametrize(
    ("changes", "reader"),
    [
        ({"roles": [r | {"to": "2027-01-11"} if r["person"] == "jo" else r for r in ROLES]}, ("jo", "Y10001")),
        ({}, ("nobody-any-more", "Y10001")),
        ({}, ("", "Y10001")),  # a mailbox that was taken out
        ({}, ("", "Y19999")),  # of a practice that is gone
        ({"practices": [p | {"to": "2027-01-11"} if p["code"] == "Y10003" else p for p in pcn_data()["practices"]]}, ("", "Y10003")),
    ],
)  # fmt: skip
def test_nobody_writes_to_who_has_left_or_has_no_address(
    changes: dict[str, Any], reader: tuple[str, str]
) -> None:
    assert book(**changes)(notice(*reader), NOW) is None


def test_a_shared_mailbox_that_changed_gets_it_at_its_address_of_today() -> None:
    found = book()(notice("", "Y10003"), NOW)
    assert found is not None and found.email == "desk@quayside.example"


def test_who_is_asked_at_a_practice_that_is_gone_is_found_by_who_they_are() -> None:
    found = book()(notice("priya", "Y19999"), NOW)
    assert found is not None and found.email == "priya@example.nhs.uk"


def test_two_pcns_may_call_two_people_the_same() -> None:
    other = pcn_data() | {"code": "U2", "name": "Other", "practices": [{"code": "Y2", "name": "Two", "list_size": 1}],
                          "roles": [{"role": "pcn_manager", "at": "U2", "person": "jo"}], "closures": []}  # fmt: skip
    other["people"] = [p | {"email": "other.jo@example.nhs.uk"} for p in other["people"]]
    directory = Directory.model_validate({"pcns": [pcn_data(), other]})
    addressed = AddressBook(lambda: directory)
    assert [getattr(addressed(notice("jo", code), NOW), "email", "") for code in ("Y10001", "Y2")] == [
        "jo@example.nhs.uk", "other.jo@example.nhs.uk",
    ]  # fmt: skip
