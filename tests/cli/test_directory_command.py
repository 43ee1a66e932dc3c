"""`baton directory`: show, set, import, export and check, over a running Baton and, where it only looks, without one."""

from __future__ import annotations

import json
from pathlib import Path

from application.environment.home import Home
from tests.cli.conftest import EXAMPLES, Baton, serving

COVER = ("cover", "for=daniel-frost", "by=nina-hassan", "from=2026-12-16", "to=2026-12-18")


def test_a_pcn_is_shown_in_words_and_on_a_day(baton: Baton, up: Home) -> None:
    assert "U90001" in baton("directory", "show").out
    said = baton("directory", "show", "u90001").out
    assert "Jo Marsh is practice manager at Elm Tree Surgery from Mon 1 Jan 2024" in said
    on = json.loads(baton("directory", "show", "U90001", "--on", "2026-12-21", "--json").out)
    assert [each["by"] for each in on["cover"]] == ["sam-lee"]
    assert baton("directory", "show", "U9").err.startswith("The directory has no PCN U9")


def test_a_change_is_previewed_then_made_with_a_reason(baton: Baton, up: Home) -> None:
    said = baton("directory", "set", *COVER, "--preview")
    assert (
        said.code == 0
        and "Dr Nina Hassan covers for Daniel Frost from Wed 16 Dec 2026 until Fri 18 Dec 2026" in said.out
    )
    assert "Nothing that is asked now changes hands." in said.out
    assert baton("directory", "set", *COVER, "--yes").err.startswith("Say why")
    made = baton("directory", "set", *COVER, "--yes", "--reason", "leave")
    assert (made.code, made.out) == (0, "Changed: 1 thing. The processes under way have followed.\n")
    again = baton("directory", "set", *COVER, "--yes", "--reason", "leave")
    assert (again.code, "says so already" in again.err) == (0, False) or again.code == 1
    where = (
        "remove",
        "part=cover",
        "where.for=daniel-frost",
        "where.by=nina-hassan",
        "where.from=2026-12-16",
    )
    taken = baton("directory", "set", *where, "--preview")
    assert "No longer: Dr Nina Hassan covers for Daniel Frost" in taken.out + taken.err


def test_what_is_not_written_as_it_should_be_says_what_is(baton: Baton, up: Home) -> None:
    assert "There are person, role-begins" in baton("directory", "set", "nonsense", "a=b").err
    said = baton("directory", "set", "list-size", "practice=Y90001", "list_size=many", "--preview")
    assert said.code == 1 and "list_size" in said.err
    said = baton("directory", "set", "cover", "for=jo-marsh", "by=jo-marsh", "--preview")
    assert said.code == 1 and "covers for themselves" in said.err


def test_an_export_imports_as_no_change_and_a_slip_in_a_file_is_told(
    baton: Baton, up: Home, tmp_path: Path
) -> None:
    file = tmp_path / "export.yaml"
    assert "Comments" in baton("directory", "export", file).out
    assert baton("directory", "export", file).code == 1  # it is there already
    assert "No mistakes: 1 PCN, 20 people." in baton("directory", "check", file).out
    same = baton("directory", "import", file, "--yes", "--reason", "the same")
    assert same.code == 1 and "says so already" in same.err
    file.write_text(file.read_text("utf-8").replace("list_size: 8250", "list_size: 8300"), "utf-8")
    said = baton("directory", "import", file, "--yes", "--reason", "published")
    assert said.code == 0 and "Elm Tree Surgery" in baton("directory", "show", "U90001").out
    assert "list_size: 8300" in baton("directory", "export").out
    file.write_text(file.read_text("utf-8").replace("asha-patel", "asha-patl", 1), "utf-8")
    wrong = baton("directory", "import", file, "--preview")
    assert wrong.code == 1 and "export.yaml:" in wrong.err and "asha-patl" in wrong.err


def test_looking_needs_no_server(baton: Baton, home: Path) -> None:
    with serving(home):
        assert baton("directory", "set", *COVER, "--yes", "--reason", "leave").code == 0
    said = baton("directory", "show", "U90001")
    assert said.code == 0 and "Dr Nina Hassan covers for Daniel Frost" in said.out
    told = baton("directory", "log").out
    assert told.splitlines()[0].endswith(": leave") and "Dr Nina Hassan covers for Daniel Frost" in told
    assert "Baton began with harbour-vale.yaml" in told
    # What is rehearsed is what is in use, and not what the file says.
    inputs = ("--inputs", EXAMPLES / "inputs" / "iif-quarter-close.yaml", "--at", "2026-12-16", "--json")
    assert "Dr Nina Hassan" in baton("rehearse", "iif-quarter-close", *inputs).out
    assert "Baton is not running" in baton("directory", "set", *COVER, "--yes", "--reason", "x").err
