"""`baton validate`: any kind of file, every error, at its place."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import EXAMPLES, ROOT, Baton

SHIPPED = [
    *sorted((ROOT / "definitions" / "library").glob("*.yaml")),
    *sorted((ROOT / "definitions" / "ladders").glob("*.yaml")),
    *sorted((ROOT / "definitions" / "datasets").glob("*.yaml")),
    EXAMPLES / "harbour-vale.yaml",
    EXAMPLES / "federation-40.yaml",
]

SMALL = """\
id: tea-rota
version: 1
title: Tea rota
summary: Who makes the tea.
retention: corporate-6
sensitivity: none
launch:
  by: [pcn_manager]
  reference: Tea
steps:
  - id: turn
    kind: collect
    title: Your turn
    why: Somebody has to.
    takes: 1 minute
    assign: {role: practice_manager, at: every practice}
    due: 2 working days after launch
    form:
      - {id: who, type: text, label: Who}
    ladder: gentle
"""

GENTLE = """\
id: gentle
title: Gentle
source: ours
rungs:
  - {id: reminder, when: on due, register: due today, to: [assignee], text: "It is due today."}
"""


def test_everything_that_ships_is_without_errors(baton: Baton) -> None:
    said = baton("validate", *SHIPPED)
    assert (said.code, said.err) == (0, "")
    assert len(said.out.splitlines()) == len(SHIPPED)


def test_files_checked_together_may_name_each_other(baton: Baton, tmp_path: Path) -> None:
    definition, ladder = tmp_path / "tea.yaml", tmp_path / "gentle.yaml"
    definition.write_text(SMALL)
    ladder.write_text(
        (ROOT / "definitions" / "ladders" / "one-reminder.yaml")
        .read_text()
        .replace("id: one-reminder", "id: gentle", 1)
    )
    alone = baton("validate", definition)
    assert alone.code == 1
    assert f"{definition}:20:13 BD304 there is no ladder 'gentle'" in alone.out
    assert baton("validate", definition, ladder).code == 0


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("pcns:\n  - {code: u1}\n", ":2:12 BD205"),
        ("closures:\n  - {organisation: Y90001, date: 2027-02-30, reason: x}\n", ":2:34 BD205"),
        ("steps: [\n", "BD103 not YAML"),
        ("", "BD110 the file is empty"),
        ("stepz: []\n", "BD202 what is this file?"),
        ("steps: !!python/object:os.system x\n", "BD106"),
        ("id: a\nid: b\nsteps: []\n", ":2:1 BD107"),
    ],
)
def test_what_is_wrong_is_told_at_its_place(baton: Baton, tmp_path: Path, text: str, told: str) -> None:
    file = tmp_path / "file.yaml"
    file.write_text(text)
    said = baton("validate", file)
    assert said.code == 1
    assert f"{file}:" in said.out
    assert told in said.out
    assert "in 1 file of 1. Nothing was changed." in said.err


def test_every_file_is_looked_at_though_the_first_is_not_there(baton: Baton, tmp_path: Path) -> None:
    said = baton("validate", tmp_path / "none.yaml", EXAMPLES / "harbour-vale.yaml")
    assert said.code == 1
    assert "none.yaml:1:1 BD113 there is no such file" in said.out
    assert "harbour-vale.yaml: a directory without errors" in said.out


def test_a_file_of_ten_megabytes_is_refused_at_once(baton: Baton, tmp_path: Path) -> None:
    file = tmp_path / "large.yaml"
    file.write_bytes(b"- x\n" * 2_500_000)
    assert "BD101" in baton("validate", file).out


def test_a_program_reads_json(baton: Baton, tmp_path: Path) -> None:
    file = tmp_path / "file.yaml"
    file.write_text("pcns: []\n")
    (told,) = json.loads(baton("validate", file, "--json").out)
    assert told["kind"] == "directory"
    assert [(p["line"], p["column"], p["code"]) for p in told["problems"]] == [(1, 7, "BD205")]


def test_what_would_keep_an_adopted_process_from_starting_is_said_with_its_place(
    baton: Baton, tmp_path: Path
) -> None:
    adopted = """\
    adopted:
      - {definition: iif-quarter-close, inputs: {board_date: 2027-02-04}}
      - {definition: iif-quarter-clos}
      - {definition: access-plan-sign-off}
      - definition: iif-quarter-close
        inputs:
          board_day: 2027-02-04
          indicators: iif-indicators-2026-72
          list_size_adjustment: much
"""
    file = tmp_path / "pcn.yaml"
    text = (EXAMPLES / "harbour-vale.yaml").read_text("utf-8").rstrip() + "\n"
    file.write_text(text + adopted)
    first = len(text.splitlines()) + 1
    said = baton("validate", file)
    assert said.code == 1
    found = [line.removeprefix(f"{file}:") for line in said.out.splitlines()]
    assert any(
        each.startswith(f"{first + 2}:22 BD306 there is no definition 'iif-quarter-clos'") for each in found
    )
    assert any(
        each.startswith(f"{first + 3}:22 BD710 access-plan-sign-off does not say 'every'") for each in found
    )
    assert any(
        each.startswith(f"{first + 6}:11 BD307 iif-quarter-close has no input 'board_day'") for each in found
    )
    assert any(
        each.startswith(f"{first + 7}:23 BD205 'indicators': there is no such dataset") for each in found
    )
    assert any(each.startswith(f"{first + 8}:33 BD205 'list_size_adjustment'") for each in found)
    assert any(each.startswith(f"{first + 4}:21 BD711 ") and "'board_date'" in each for each in found)
    assert not any(each.startswith(f"{first + 1}:") for each in found), "the first could start"
