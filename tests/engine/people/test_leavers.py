"""Who has left, and which practices there are on a day."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tests.engine.wide_bay import pcn, pcn_data

DAY = date(2027, 1, 12)
JO = {"role": "practice_manager", "at": "Y10001", "person": "jo"}


@pytest.mark.parametrize(
    ("roles", "cover", "left"),
    [
        ([JO], [], False),
        ([JO | {"to": "2027-01-12"}], [], False),  # her last day
        ([JO | {"to": "2027-01-11"}], [], True),
        ([JO | {"to": "2027-01-11"}, JO | {"from": "2027-02-01"}], [], False),  # she will be back
        ([JO | {"to": "2027-01-11"}], [{"for": "sam", "by": "jo"}], False),
        ([JO | {"to": "2027-01-11"}], [{"for": "sam", "by": "jo", "to": "2027-01-11"}], True),
        ([], [], False),  # asked by name only, with no role ever
    ],
)
def test_whoever_has_no_role_any_more_has_left(
    roles: list[dict[str, Any]], cover: list[dict[str, Any]], left: bool
) -> None:
    assert pcn(roles=roles, cover=cover).has_left("jo", DAY) is left


def test_somebody_the_directory_does_not_know_has_left() -> None:
    assert pcn().has_left("nobody", DAY)


def test_a_practice_is_there_on_the_days_the_directory_says() -> None:
    practices = pcn_data()["practices"]
    practices[0]["to"], practices[1]["from"] = "2027-01-11", "2027-01-13"
    members = pcn(practices=practices)
    assert [p.code for p in members.on(DAY).practices] == ["Y10003", "Y10004"]
    assert [p.code for p in members.on(date(2027, 1, 13)).practices] == ["Y10002", "Y10003", "Y10004"]
    assert members.on(DAY).roles == members.roles
    for practice in practices:
        practice["to"] = "2026-01-01"
        practice.pop("from", None)
    assert pcn(practices=practices).on(DAY) == pcn(practices=practices)  # there is no PCN without a practice
