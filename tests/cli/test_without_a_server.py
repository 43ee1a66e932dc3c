"""Commands where no Baton runs: those that look read the store, the others say what to do."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from pathlib import Path
from socketserver import StreamRequestHandler, ThreadingTCPServer
from typing import ClassVar

import pytest

from application.commands.request import REQUESTS
from application.environment.home import Home, Running
from cli.main import app, run
from tests.cli.conftest import EXAMPLES, Baton, serving


@pytest.fixture
def left(baton: Baton, home: Path) -> str:
    """A store with one workflow in it, whose server has ended."""
    with serving(home):
        inputs = EXAMPLES / "inputs" / "iif-quarter-close.yaml"
        said = baton("launch", "iif-quarter-close", "--pcn", "U90001", "--inputs", inputs, "--json")
    return str(json.loads(said.out)["workflows"][0])


@pytest.mark.parametrize(
    "command",
    [
        ["launch", "iif-quarter-close", "--pcn", "U90001"],
        ["hold", "x", "--reason", "y"],
        ["lift", "x", "--reason", "y"],
        ["respond", "x.y"],
        ["outbox"],
    ],
)
def test_what_acts_needs_a_server(baton: Baton, command: list[str]) -> None:
    said = baton(*command)
    assert (said.code, said.out) == (1, "")
    assert "Baton is not running" in said.err
    assert "baton serve" in said.err


@pytest.mark.parametrize(
    "command",
    [
        ["status"],
        ["audit", "list"],
        ["audit", "show", "x"],
        ["audit", "verify"],
        ["store", "check"],
        ["store", "restore"],
    ],
)
def test_looking_for_a_store_makes_none(baton: Baton, home: Path, command: list[str]) -> None:
    said = baton(*command)
    assert said.code == 1
    assert "There is no store in" in said.err
    assert not home.exists()


def test_what_a_server_left_behind_can_be_looked_at(baton: Baton, left: str) -> None:
    assert "IIF Q3 2026/27" in baton("status").out
    assert f"workflow {left}" in baton("status", left[:5]).out
    assert "launched IIF Q3 2026/27 for Harbour Vale PCN" in baton("audit", "show", left[:5]).out
    assert "Intact: " in baton("audit", "verify").out
    assert left in baton("audit", "search", "--type", "WorkflowLaunched").out
    assert "Nothing that either of them knows of is missing." in baton("store", "check").out


def test_a_damaged_file_is_told_and_restored_from_the_journal(baton: Baton, home: Path, left: str) -> None:
    file = home / "baton.duckdb"
    file.write_bytes(b"\0" * 4096 + file.read_bytes()[4096:])
    told = baton("store", "check")
    assert told.code == 1
    assert "The DuckDB file is damaged" in told.out
    assert "baton store restore" in baton("status").err
    assert baton("store", "restore").code == 0
    assert f"workflow {left}" in baton("status", left).out


def test_a_server_that_died_counts_as_none(baton: Baton, home: Path) -> None:
    place = Home(home)
    place.make()
    gone = subprocess.run(
        [sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, text=True, check=True
    )
    place.say_running(Running("http://127.0.0.1:9", int(gone.stdout)))
    assert place.running() is None
    assert "Baton is not running" in baton("hold", "x", "--reason", "y").err


def test_a_server_that_does_not_answer_is_told(baton: Baton, home: Path, free_port: int) -> None:
    place = Home(home)
    place.make()
    place.token()
    place.say_running(Running(f"http://127.0.0.1:{free_port}", os.getpid()))
    said = baton("status")
    assert said.code == 1
    assert "does not answer" in said.err


def test_serving_needs_a_directory(baton: Baton) -> None:
    said = baton("serve")
    assert said.code == 1
    assert "There is no directory file at" in said.err
    assert "--directory" in said.err


def test_a_directory_with_mistakes_is_told_before_anything_starts(baton: Baton, tmp_path: Path) -> None:
    file = tmp_path / "pcn.yaml"
    file.write_text("pcns:\n  - {code: U1x, name: A}\n")
    said = baton("serve", "--directory", file)
    assert said.code == 1
    assert "pcn.yaml:2:12 BD205" in said.err


def test_settings_that_do_not_hold_are_told_by_their_variables(
    baton: Baton, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BATON_WEB_PORT", "many")
    monkeypatch.setenv("BATON_POST__SECURITY", "perhaps")
    said = baton("status")
    assert said.code == 2
    assert "BATON_WEB_PORT: " in said.err
    assert "BATON_POST__SECURITY: " in said.err


def test_an_error_inside_baton_is_no_traceback_unless_asked_for(
    baton: Baton, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken() -> None:
        raise ZeroDivisionError("on purpose")

    monkeypatch.setattr("cli.commands.status.settings", broken)
    said = baton("status")
    assert (said.code, "Traceback" in said.err) == (1, False)
    assert "Something went wrong inside Baton" in said.err
    assert "Traceback" in baton("--debug", "status").err


@pytest.mark.parametrize(
    "mistyped",
    [
        ["status", "{}"],
        ["status", "--{}"],
        ["status", "--limit", "{}"],
        ["status", "a", "{}"],
        ["{}"],
        ["--{}"],
        ["audit", "{}"],
        ["launch", "x", "--pcn", "y", "--input", "{}"],
        ["validate", "{}"],
        ["when", "{}"],
    ],
)
def test_nothing_of_a_mistyped_command_acts_on_the_terminal(baton: Baton, mistyped: list[str]) -> None:
    typed = "x\x1b[31m\u202e\x07\nError: forged"
    said = baton(*(each.format(typed) for each in mistyped))
    assert said.code in (1, 2)
    assert not set("\x1b\u202e\x07") & set(said.out + said.err), said.err
    assert "\nError: forged" not in f"\n{said.out}\n{said.err}"


def test_help_and_exit_codes_are_as_before(baton: Baton) -> None:
    bare, wrong = baton("audit"), baton("audit", "frob")
    assert (bare.code, wrong.code) == (2, 2)
    assert bare.err.startswith("Usage: baton audit") and "Error" not in bare.err
    assert wrong.err.splitlines()[-3:] == [
        "Try 'baton audit --help' for help.", "", "Error: No such command 'frob'.",
    ]  # fmt: skip


def test_every_command_has_help(baton: Baton) -> None:
    names = [
        str(command.name or command.callback.__name__)
        for command in app.registered_commands
        if command.callback
    ]
    assert {
        "serve",
        "launch",
        "status",
        "respond",
        *REQUESTS,
        "processes",
        "reply",
        "leap",
        "todo",
        "outbox",
        "validate",
        "rehearse",
        "test",
        "when",
    } == set(names)
    for name in names:
        said = baton(name, "--help")
        assert said.code == 0
        assert said.out.startswith(f"Usage: baton {name}")


def test_version(baton: Baton) -> None:
    assert baton("--version").out.startswith("Baton 0.")


def test_a_reader_that_goes_away_is_no_error_of_ours() -> None:
    command = f"{sys.executable} -c 'from cli.main import main; main()' validate {EXAMPLES}/*.yaml | true"
    done = subprocess.run(
        ["bash", "-c", command], capture_output=True, text=True, check=False, cwd=EXAMPLES.parent
    )
    assert "Traceback" not in done.stderr


def test_run_gives_the_exit_code_of_usage() -> None:
    assert run(["no-such-command"]) == 2


class _Impostor(StreamRequestHandler):
    """Whoever listens where a Baton that was killed did; knows nothing of the home folder, and keeps what it hears."""

    heard: ClassVar[list[bytes]] = []

    def handle(self) -> None:
        body = json.dumps({"proof": "0" * 64, "workflows": []}).encode()
        while line := self.rfile.readline():
            self.heard.append(line)
            if line == b"\r\n":
                self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body))


class _Listener(ThreadingTCPServer):
    daemon_threads = True  # a command may leave its connection open


def test_no_token_is_sent_to_an_impostor_on_the_port(baton: Baton, home: Path) -> None:
    place = Home(home)
    place.make()
    secrets = (place.token().encode(), place.secret(), b"Authorization")
    with _Listener(("127.0.0.1", 0), _Impostor) as impostor:
        threading.Thread(target=impostor.serve_forever, daemon=True).start()
        # As a server that was killed leaves it, when its process id is somebody else's by now.
        place.say_running(Running(f"http://127.0.0.1:{impostor.server_address[1]}", os.getpid()))
        for command in (
            ["status"],
            ["hold", "x", "--reason", "y"],
            ["launch", "iif-quarter-close", "--pcn", "U90001"],
        ):
            said = baton(*command)
            assert said.code == 1
            assert "is not the Baton of this home folder, and was told nothing" in said.err
        impostor.shutdown()
    heard = b"".join(_Impostor.heard)
    assert heard.count(b"GET /identity?challenge=") == 3
    assert [secret for secret in secrets if secret.lower() in heard.lower()] == []


def test_a_proof_for_one_address_is_none_for_another(home: Path) -> None:
    place = Home(home)
    proof = place.proof("abc", "http://127.0.0.1:8700")
    assert proof == place.proof("abc", "http://127.0.0.1:8700")
    assert proof != place.proof("abc", "http://127.0.0.1:8701")  # an impostor may ask the real one
    assert proof != place.proof("abd", "http://127.0.0.1:8700")
