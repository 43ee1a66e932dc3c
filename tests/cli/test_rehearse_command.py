"""`baton rehearse` and `baton test`: the future, and what should come of it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import EXAMPLES, ROOT, Baton

VALE = EXAMPLES / "harbour-vale.yaml"


def _rehearse(baton: Baton, process: str, *more: str) -> str:
    inputs = EXAMPLES / "inputs" / f"{process}.yaml"
    said = baton("rehearse", process, "--directory", VALE, "--inputs", inputs, "--at", "2026-12-03", *more)
    assert said.code == 0, said.err
    return said.out


@pytest.mark.parametrize("process", ["iif-quarter-close", "onboard-new-role", "access-plan-sign-off"])
def test_each_named_process_comes_to_its_end_when_everyone_answers(baton: Baton, process: str) -> None:
    told = json.loads(_rehearse(baton, process, "--policy", "on-time", "--json"))["on-time"]
    assert told["outcome"] == "completed", told["because"]
    assert all(each["why"] for each in told["dates"] if each["due"])
    assert told["emails"]


def test_dates_people_and_emails_are_shown_for_both_futures(baton: Baton) -> None:
    out = _rehearse(baton, "iif-quarter-close")
    assert "If everyone answers on time: IIF Q3 2026/27 · Harbour Vale PCN" in out
    assert "If nobody answers: IIF Q3 2026/27 · Harbour Vale PCN" in out
    for heading in ("Dates and people", "Emails, before those of a day are merged", "Why then"):
        assert heading in out


def test_nothing_is_kept(baton: Baton, home: Path) -> None:
    _rehearse(baton, "iif-quarter-close", "--policy", "silent")
    assert not home.exists()


@pytest.mark.parametrize(
    ("more", "code", "told"),
    [
        (["--input", "quarter=Q9"], 1, "quarter: "),
        (["--policy", "never"], 2, "--policy is on-time or silent"),
        (["--at", "soon"], 2, "--at is a date such as 2027-01-04"),
        (["--at", "0001-01-01T00:00+14:00"], 2, "--at is a day that no calendar has"),
        (["--at", "9999-12-31T23:59-14:00"], 2, "--at is a day that no calendar has"),
        (["--pcn", "U99999"], 2, "The directory has no PCN U99999."),
        (["--input", "quarter"], 2, "--input is given as name=value, not 'quarter'"),
    ],
)
def test_what_cannot_be_rehearsed_is_told(baton: Baton, more: list[str], code: int, told: str) -> None:
    said = baton("rehearse", "iif-quarter-close", "--directory", VALE, *more)
    assert said.code == code
    assert told in said.err


def test_an_unknown_process_is_told_with_the_nearest(baton: Baton) -> None:
    said = baton("rehearse", "iif-quarter-cloze", "--directory", VALE)
    assert said.code == 1
    assert "did you mean iif-quarter-close?" in said.err


TEST = f"""\
definition: iif-quarter-close
given:
  directory: {VALE}
  pcn: U90001
  at: "2026-12-15 09:00"
  inputs_file: {EXAMPLES / "inputs" / "iif-quarter-close.yaml"}
scenarios:
  - scenario: the lead confirms the set
    play:
      - answer: confirm_set
      - expect: {{step: confirm_set, is: closed}}
  - scenario: a wrong expectation
    play:
      - expect: {{step: confirm_set, is: skipped}}
"""


def test_scenarios_pass_or_say_what_does_not_hold(baton: Baton, tmp_path: Path) -> None:
    (tmp_path / "iif.test.yaml").write_text(TEST)
    said = baton("test", tmp_path)
    assert said.code == 1
    assert "passed  iif: the lead confirms the set" in said.out
    assert "failed  iif: a wrong expectation" in said.out
    assert "iif.test.yaml:14:9 BD801 confirm_set is open, not skipped" in said.out
    assert "2 scenarios: 1 passed, 1 failed" in said.out


def test_where_there_are_no_scenarios_it_says_so(baton: Baton, tmp_path: Path) -> None:
    said = baton("test", tmp_path)
    assert said.code == 1
    assert "No scenario tests are there" in said.err


def test_the_scenarios_that_ship_hold(baton: Baton) -> None:
    assert sorted((ROOT / "definitions" / "library").glob("*.test.yaml"))
    said = baton("test")
    assert said.code == 0, said.out
