"""Closures files: what they say, and every mistake with its place."""

from __future__ import annotations

from datetime import date, time

import pytest

from definitions.loading.loader import load_closures
from definitions.source.problems import DefinitionErrors
from tests.engine.closures import closure

GOOD = """\
# Elm Tree's year
closures:
  - organisation: A81001
    name: Elm Tree
    date: 2026-04-08
    reason: training
  - {organisation: "*", from: 2026-12-24, to: 2026-12-31, hours: "13:00-18:30", reason: Christmas hours}
  - organisation: 8HE12
    from: "2026-08-06"
    to: 2026-08-07
    hours: 8:30 to 12:00
    reason: a power cut
"""


def test_a_file_of_closures() -> None:
    elm, everyone, oak = load_closures(GOOD)
    assert (elm.start, elm.end, elm.hours, elm.whole_day) == (date(2026, 4, 8), date(2026, 4, 8), None, True)
    assert everyone == closure("*", date(2026, 12, 24), date(2026, 12, 31), "13:00-18:30", "Christmas hours")
    assert (oak.start, oak.end, oak.between) == (date(2026, 8, 6), date(2026, 8, 7), (time(8, 30), time(12)))
    assert not everyone.whole_day


def test_a_closure_says_itself() -> None:
    assert [str(each) for each in load_closures(GOOD)] == [
        "Elm Tree closed for training",
        "the network closed for Christmas hours",
        "8HE12 closed for a power cut",
    ]


BAD = """\
closures:
  - organisation: A81001
    date: 2026-02-30
    reason: training
  - organisation: elm tree
    dates: 2026-04-08
    reason: training
  - organisation: A81001
    from: 2026-04-09
    to: 2026-04-10
    hours: 17:00-13:00
  - just words
  - organisation: [A81001]
    date: 2026-04-08
    reason: ""
  - date: 20260408
"""


def test_every_mistake_is_told_at_once_with_its_place() -> None:
    with pytest.raises(DefinitionErrors) as caught:
        load_closures(BAD, "elm.yaml")
    day = "a date is a day of the calendar, written 2027-01-15"
    assert [str(problem) for problem in caught.value.problems] == [
        f"elm.yaml:3:11 BD205 'date' is '2026-02-30': {day}",
        "elm.yaml:5:19 BD205 'organisation' is 'elm tree': an ODS code is one to nine capital letters and digits, "
        "such as Y90001 or 03N",
        "elm.yaml:6:5 BD201 a closure has no key 'dates' (did you mean date?)",
        "elm.yaml:11:12 BD205 'hours' is '17:00-13:00': hours of a day are written \"13:00-17:00\", and end after "
        "they start",
        "elm.yaml:12:5 BD203 a closure is 'just words'; a mapping is wanted",
        "elm.yaml:13:19 BD203 'organisation' is a list; text is wanted",
        "elm.yaml:15:13 BD205 'reason' is '': string should have at least 1 character",
        "elm.yaml:16:5 BD202 a closure needs 'organisation'",
        f"elm.yaml:16:11 BD205 'date' is 20260408: {day}",
    ]


@pytest.mark.parametrize(
    ("days", "said"),
    [
        ("date: 2026-04-08, to: 2026-04-09", "a closure has either date, or both from and to"),
        ("from: 2026-04-08", "a closure has either date, or both from and to"),
        ("from: 2026-04-08, to: 2026-04-07", "a closure ends on 2026-04-07 before it begins on 2026-04-08"),
    ],
)
def test_days_that_do_not_go_together(days: str, said: str) -> None:
    with pytest.raises(DefinitionErrors, match=f"closures.yaml:2:5 BD205 {said}"):
        load_closures(f"closures:\n  - {{organisation: A81001, {days}}}\n")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("- organisation: A81001\n", "1:1 BD110 the file must be a mapping; a list stands under a key"),
        (
            "closures:\n  - organisation: *\n    date: 2026-04-08\n",
            "2:20 BD103 .*begins with \\* stands in quotes",
        ),
    ],
)
def test_what_to_do_is_said(text: str, said: str) -> None:
    with pytest.raises(DefinitionErrors, match=f"closures.yaml:{said}"):
        load_closures(text)
