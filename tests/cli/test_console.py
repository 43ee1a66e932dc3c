"""The terminal shows what was typed, and what was typed does nothing to the terminal; whatever its encoding is."""

from __future__ import annotations

import io
import json
import logging
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cli import console
from settings import Home
from tests.cli.conftest import EXAMPLES, Baton

pytestmark = pytest.mark.fuzz


ROOT = Path(__file__).parents[2]
#: ESC, BEL, C1, other controls, and what turns a line round.
ACTING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\u2028\u2029]")
PARTS = ["\x1b[31m", "\x1b]0;title\x07", "\x1b[2J", "\x9b31m", "\x07", "\r", "\n", "\n\n", "\t", "\u202e", "\u2066", "\u2069", "\u200f", "\x85",
         "\u2028", "[red]", "[/red]", "[link=http://x]", ":smile:", "\ud800", "\x00", "\x08" * 20, "Fri 15 Jan 2027, 17:00  Oak House approved", "Jo", " "]  # fmt: skip
typed = st.lists(st.sampled_from(PARTS) | st.text(max_size=4), min_size=1, max_size=6).map("".join)


class Terminal(io.StringIO):
    """A window that colours work in."""

    def isatty(self) -> bool:
        return True


@contextmanager
def shown(stream: io.StringIO) -> Iterator[io.StringIO]:
    with redirect_stdout(stream), redirect_stderr(stream):
        yield stream


PRINTING: dict[str, Callable[[str], object]] = {
    "say": lambda text: console.say(f"Taken from {text}."),
    "whisper": lambda text: console.whisper(f"Taken from {text}."),
    "table": lambda text: console.table(("Who", "What"), [(text, text), ("b", text)]),
    "title of a table": lambda text: console.table(("Who", "What"), [("a", "b")], title=f"Of {text}"),
    "story": lambda text: console.story([("Mon", f"By {text}", text), ("Tue", "x", "")]),
    "json": lambda text: console.say_json({"by": text, text: 1}),
    "log": lambda text: console.say(console.LogLines("%(message)s").format(
        logging.LogRecord("x", logging.ERROR, "x", 1, "%s failed", (text,), None))),
}  # fmt: skip

#: The escapes Baton itself writes to a window: bold, dim, and their end.
OURS = re.compile(r"\x1b\[(?:0|1|2|1;2)m")


@pytest.mark.parametrize("name", PRINTING)
@pytest.mark.parametrize("window", [io.StringIO, Terminal])
@given(typed)
def test_nothing_typed_acts_on_the_terminal(name: str, window: type[io.StringIO], text: str) -> None:
    with shown(window()) as out:
        PRINTING[name](text)
    told = OURS.sub("", out.getvalue())
    assert not ACTING.search(told), told
    told.encode()


@given(typed)
def test_no_line_at_the_margin_is_anybody_elses(text: str) -> None:
    with shown(io.StringIO()) as out:
        console.story([("Mon 4 Jan 2027, 09:00", f"By {text}", text), ("Tue 5 Jan 2027, 09:00", "x", "")])
        console.say(f"Taken from {text}.")
    margin = [line for line in out.getvalue().splitlines() if line[:1].strip()]
    assert [line[:3] for line in margin] == ["Mon", "Tue", "Tak"]


@given(typed)
def test_words_in_brackets_are_words(text: str) -> None:
    with shown(Terminal()) as out:
        console.table(("Who",), [(f"[red]{text.replace('[', '')}[/red]",)])
    assert "[red]" in "".join(OURS.sub("", out.getvalue()).split("\n"))


@given(typed)
def test_a_program_reads_the_very_value(text: str) -> None:
    for stream in (io.StringIO(), io.TextIOWrapper(io.BytesIO(), "iso-8859-1")):
        with redirect_stdout(stream):
            console.say_json({"by": text})
        stream.flush()
        told = (
            stream.getvalue()
            if isinstance(stream, io.StringIO)
            else stream.buffer.getvalue().decode("latin-1")
        )  # type: ignore[attr-defined]
        assert json.loads(told) == {"by": text}


def test_enter_takes_what_stood_and_not_how_it_was_shown(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("\n"))
    assert console.ask("in pounds", "a\x1bb") == "a\x1bb"
    assert "a\\x1bb" in capsys.readouterr().out


# --- commands


HOSTILE = "Hannah\x1b[2J\x07\u202e\x9b[red]Cole"


def test_a_hostile_name_is_harmless_in_every_command_that_tells_it(baton: Baton, up: Home) -> None:
    inputs = EXAMPLES / "inputs" / "iif-quarter-close.yaml"
    made = baton(
        "launch", "iif-quarter-close", "--pcn", "U90001", "--inputs", inputs, "--by", HOSTILE, "--json"
    )
    [workflow] = json.loads(made.out)["workflows"]
    answers = [
        "set_version=a\x1b[31mb",
        "search_pack=\u202eA",
        "membership_confirmed=yes",
        "decision=approved",
    ]
    given = [part for answer in answers for part in ("--answer", answer)]
    taken = baton("respond", f"{workflow}.confirm_set", "--by", HOSTILE, *given)
    told = [made, taken, *(baton(*command) for command in (
        ("audit", "show", workflow), ("audit", "show", workflow, "--json"), ("audit", "list"), ("status",), ("status", workflow),
        ("status", "--json"), ("hold", workflow, "--reason", HOSTILE), ("audit", "show", workflow), ("lift", workflow, "--reason", HOSTILE),
    ))]  # fmt: skip
    for said in told:
        assert not ACTING.search(said.out + said.err), said
    assert any("Hannah\\x1b[2J\\x07\\u202e\\x9b[red]Cole" in said.out for said in told)


@pytest.mark.parametrize("encoding", ["iso-8859-1", "ascii", "cp1252", "utf-8"])
def test_no_output_fails_on_its_encoding(encoding: str, tmp_path: Path) -> None:
    ours = "from cli.main import main; main()"
    environment = {
        **os.environ,
        "PYTHONIOENCODING": encoding,
        "PYTHONPATH": str(ROOT),
        "BATON_HOME": str(tmp_path),
    }
    for command in (
        ["rehearse", "iif-quarter-close", "--directory", "examples/harbour-vale.yaml", "--inputs", "examples/inputs/iif-quarter-close.yaml"],
        ["when", "10 working days after 2026-12-31"],
        ["validate", "no-such-file-“ü–😀.yaml"],
        ["launch", "--help"],
    ):  # fmt: skip
        done = subprocess.run(
            [sys.executable, "-c", ours, *command], capture_output=True, env=environment, cwd=ROOT, timeout=60
        )
        assert b"Traceback" not in done.stderr and b"UnicodeEncodeError" not in done.stderr, done.stderr
        assert done.returncode in (0, 1, 2)
        (done.stdout + done.stderr).decode(encoding)


def test_bytes_of_another_encoding_are_refused_and_not_kept_as_something_else(
    baton: Baton, up: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = baton("hold", "1", "--reason", "Jos\udce9 asked")
    assert said.code == 2 and "holds bytes that are not of this terminal's encoding" in said.err
    typed = io.TextIOWrapper(io.BytesIO(b"Jos\xe9\n"), "utf-8")
    monkeypatch.setattr("sys.stdin", typed)
    console.any_encoding()
    with pytest.raises(console.Usage, match="not of this terminal's encoding"):
        console.ask("Your name")


def test_nothing_is_no_sentence() -> None:
    assert (console.sentence(""), console.sentence("waiting"), console.sentence("done.")) == (
        "",
        "Waiting.",
        "Done.",
    )


@given(typed)
def test_a_traceback_in_the_log_keeps_its_lines_and_has_none_at_the_margin(text: str) -> None:
    try:
        raise ValueError(f"of {text}")
    except ValueError:
        record = logging.LogRecord("x", logging.ERROR, "x", 1, "%s failed", (text,), sys.exc_info())
    told = console.LogLines("%(levelname)s %(message)s").format(record)
    first, *more = told.split("\n")
    assert first.startswith("ERROR ") and len(more) >= 4 and all(line.startswith("    ") for line in more)
    assert more[0] == "    Traceback (most recent call last):" and not ACTING.search(told)
