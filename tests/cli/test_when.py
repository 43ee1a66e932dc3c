"""`baton when`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Baton


def test_the_date_stands_alone_on_the_first_line_and_the_explanation_under_it(baton: Baton) -> None:
    said = baton("when", "10 working days after 2026-12-31")
    first, rest = said.out.split("\n", 1)
    assert (said.code, first, said.err) == (0, "2027-01-15", "")
    assert rest.startswith("10 working days after Thu 31 Dec 2026 (day zero): Fri 1 Jan is New Year’s Day")


def test_a_program_reads_json(baton: Baton) -> None:
    told = json.loads(baton("when", "2 working days after 2026-12-24", "--json").out)
    assert told["date"] == "2026-12-30"
    assert told["at"] == "2026-12-30T17:00:00+00:00"


CLOSURES = """\
closures:
  - {organisation: Y90001, date: 2027-01-15, reason: training}
  - {organisation: "*", date: 2027-01-18, reason: an away day}
"""


def test_closures_of_the_one_organisation_in_the_file_count(baton: Baton, tmp_path: Path) -> None:
    file = tmp_path / "closures.yaml"
    file.write_text(CLOSURES)
    assert baton("when", "10 working days after 2026-12-31", "--closures", file).out.startswith(
        "2027-01-19\n"
    )


def test_of_several_organisations_one_is_named(baton: Baton, tmp_path: Path) -> None:
    file = tmp_path / "closures.yaml"
    file.write_text(CLOSURES + "  - {organisation: Y90002, date: 2027-01-19, reason: training}\n")
    said = baton("when", "10 working days after 2026-12-31", "--closures", file)
    assert said.out.startswith("2027-01-15\n")
    assert "Closures of Y90001, Y90002 are left out" in said.err
    named = baton("when", "10 working days after 2026-12-31", "--closures", file, "--for", "Y90001")
    assert named.out.startswith("2027-01-19\n")


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (["10 wroking days after 2026-12-31"], 2, "working"),
        (["3 days after board"], 2, "Here nobody knows when 'board' is"),
        (["10 working days after 2035-12-31"], 1, "2035"),
        (["2026-12-31", "--closures", "none.yaml"], 1, "none.yaml"),
        ([], 2, "Missing argument"),
    ],
)
def test_what_cannot_be_worked_out_is_told_on_stderr(
    baton: Baton, arguments: list[str], code: int, told: str
) -> None:
    said = baton("when", *arguments)
    assert (said.code, said.out) == (code, "")
    assert told in said.err
    assert "Traceback" not in said.err


def test_a_phrase_is_read_however_it_was_pasted(baton: Baton) -> None:
    pasted = "\ufeff10\xa0working\u200b days  after\u20282026\u201112\u201131"
    assert baton("when", pasted).out == baton("when", "10 working days after 2026-12-31").out
    assert baton("when", "2027\u201101\u201101").out == baton("when", "2027-01-01").out
