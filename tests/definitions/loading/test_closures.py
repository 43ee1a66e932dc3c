"""Closures files: what they say, and every mistake with its place."""

from __future__ import annotations

from datetime import date, time
from pathlib import Path

import pytest

from definitions.loading.closures import Closure, ClosuresError, load_closures, parse_closures

GOOD = """\
# Elm Tree's year
- organisation: A81001
  name: Elm Tree
  date: 2026-04-08
  reason: training
- {organisation: "*", from: 2026-12-24, to: 2026-12-31, hours: "13:00-18:30", reason: Christmas hours}
- organisation: A81002
  from: "2026-08-06"
  to: 2026-08-07
  hours: 8:30 to 12:00
  reason: a power cut
"""


def test_a_file_of_closures() -> None:
    elm, everyone, oak = parse_closures(GOOD)
    assert elm == Closure("A81001", date(2026, 4, 8), date(2026, 4, 8), reason="training", name="Elm Tree")
    assert everyone == Closure(
        "*", date(2026, 12, 24), date(2026, 12, 31), time(13), time(18, 30), reason="Christmas hours"
    )
    assert (oak.start, oak.end, oak.from_time, oak.to_time) == (
        date(2026, 8, 6),
        date(2026, 8, 7),
        time(8, 30),
        time(12),
    )
    assert elm.whole_day
    assert not everyone.whole_day


def test_a_closure_says_itself() -> None:
    assert [str(closure) for closure in parse_closures(GOOD)] == [
        "Elm Tree closed for training",
        "the network closed for Christmas hours",
        "A81002 closed for a power cut",
    ]


def test_an_empty_file_closes_nothing() -> None:
    assert parse_closures("") == parse_closures("# nothing yet\n") == ()


BAD = """\
- organisation: A81001
  date: 2026-02-30
  reason: training
- organisation: A81001
  dates: 2026-04-08
  reason: training
- organisation: A81001
  from: 2026-04-09
  to: 2026-04-08
  hours: 17:00-13:00
- just words
- organisation: [A81001]
  date: 2026-04-08
  reason: ""
"""


def test_every_mistake_is_told_at_once_with_its_place() -> None:
    with pytest.raises(ClosuresError) as caught:
        parse_closures(BAD, "elm.yaml")
    assert [str(problem).split(" ")[:2] for problem in caught.value.problems] == [
        ["elm.yaml:2:3", "closure-bad-date"],
        ["elm.yaml:5:3", "closure-unknown-key"],
        ["elm.yaml:4:3", "closure-which-days"],
        ["elm.yaml:7:3", "closure-missing"],
        ["elm.yaml:9:3", "closure-backwards"],
        ["elm.yaml:10:3", "closure-bad-hours"],
        ["elm.yaml:11:3", "closure-not-a-mapping"],
        ["elm.yaml:12:3", "closure-not-text"],
        ["elm.yaml:14:3", "closure-missing"],
    ]
    assert "Did you mean date?" in str(caught.value)


@pytest.mark.parametrize(
    ("text", "code", "place"),
    [
        ("organisation: A81001", "closure-not-a-list", "1:1"),
        ("- organisation: *\n  date: 2026-04-08", "closure-yaml", "1:18"),
        ("- {organisation: A", "closure-yaml", "1:19"),
        ("- organisation: A\n  organisation: B", "closure-yaml", "2:3"),
        ("[" * 5000, "closure-yaml", None),
        ("x" * 1_000_001, "closure-too-long", "1:1"),
    ],
)
def test_what_is_no_closures_file_is_refused(text: str, code: str, place: str | None) -> None:
    with pytest.raises(ClosuresError) as caught:
        parse_closures(text)
    (problem,) = caught.value.problems
    assert problem.code == code
    assert place is None or f"{problem.line}:{problem.column}" == place


def test_a_star_without_quotes_is_told_to_take_them() -> None:
    with pytest.raises(ClosuresError, match="with the quotes"):
        parse_closures("- organisation: *\n  date: 2026-04-08")


def test_a_tag_constructs_nothing() -> None:
    with pytest.raises(ClosuresError):
        parse_closures('- !!python/object/apply:os.system ["true"]')


def test_a_file_that_cannot_be_read_says_so(tmp_path: Path) -> None:
    with pytest.raises(ClosuresError, match="closure-unreadable"):
        load_closures(tmp_path / "none.yaml")
    latin = tmp_path / "latin.yaml"
    latin.write_bytes(b"- reason: caf\xe9")
    with pytest.raises(ClosuresError, match=r"latin.yaml:1:1 closure-not-utf8"):
        load_closures(latin)
    good = tmp_path / "good.yaml"
    good.write_text(GOOD)
    assert len(load_closures(good)) == 3


def test_a_closure_ends_after_it_starts() -> None:
    with pytest.raises(ValueError, match="ends on or after"):
        Closure("A", date(2026, 4, 8), date(2026, 4, 7))
    with pytest.raises(ValueError, match="hours end after"):
        Closure("A", date(2026, 4, 8), date(2026, 4, 8), time(13), time(12))
