"""Commands and a running Baton: launch, look, answer, hold, and the story of it all."""

from __future__ import annotations

import json
from pathlib import Path

import httpx
import pytest

from application.environment.alarms import Alarms
from application.environment.home import Home
from tests.cli.conftest import EXAMPLES, Baton, serving

INPUTS = EXAMPLES / "inputs" / "iif-quarter-close.yaml"


@pytest.fixture
def launched(baton: Baton, up: Home) -> str:
    """The id of a launched IIF quarter close."""
    said = baton(
        "launch", "iif-quarter-close", "--pcn", "U90001", "--inputs", INPUTS, "--by", "Asha Patel", "--json"
    )
    assert said.code == 0, said.err
    (workflow,) = json.loads(said.out)["workflows"]
    return str(workflow)


@pytest.fixture
def hannah(baton: Baton, launched: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """Commands act as Hannah Cole, the IIF lead, who is asked first."""
    made = baton(
        "token", "new", "hannah-cole", "--pcn", "U90001", "--for", "look", "--for", "answer", "--json"
    )
    assert made.code == 0, made.err
    token = str(json.loads(made.out)["token"])
    monkeypatch.setenv("BATON_API_TOKEN", token)
    return token


def test_a_launch_is_shown_and_followed(baton: Baton, up: Home) -> None:
    said = baton("launch", "iif-quarter-close", "--pcn", "U90001", "--inputs", INPUTS)
    assert (said.code, said.err) == (0, "")
    assert "Launched: 1 workflow." in said.out
    assert "Harbour Vale PCN  IIF Q3 2026/27" in said.out
    follow = said.out.splitlines()[-1].removeprefix("Follow it with: baton ").split()
    assert "Who is asked" in baton(*follow).out


def test_the_same_key_launches_nothing_twice(baton: Baton, up: Home) -> None:
    for _ in range(2):
        said = baton("launch", "iif-quarter-close", "--pcn", "U90001", "--inputs", INPUTS, "--key", "q3")
        assert said.code == 0
    assert "It was launched before, with the same key" in said.out
    assert len(json.loads(baton("status", "--json").out)) == 1


def test_a_workflow_is_named_by_its_beginning(baton: Baton, launched: str) -> None:
    said = baton("status", launched[:4])
    assert said.code == 0
    assert f"workflow {launched}" in said.out
    assert "Hannah Cole" in said.out
    assert baton("status", "zzz").err.startswith("There is no workflow zzz.")


def test_answers_given_at_once_are_taken_and_told(
    baton: Baton, launched: str, hannah: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = ["set_version=2026-1", "search_pack=A", "membership_confirmed=yes", "decision=approved"]
    given = [part for answer in answers for part in ("--answer", answer)]
    said = baton("respond", f"{launched[:5]}.confirm_set", "--by", "Hannah Cole", *given)
    assert (said.code, said.err) == (0, "")
    assert said.out.startswith("Taken: answer 1 to “Before Q3 closes")
    monkeypatch.delenv("BATON_API_TOKEN")
    story = baton("audit", "show", launched).out
    assert (
        "Asha Patel (administrator, Harbour Vale PCN, with the key of Baton's home folder) launched IIF Q3 2026/27"
        in story
    )
    assert (
        "Asked for “Before Q3 closes: the indicators and the practices”, due Thu 17 Dec 2026, 17:00: Hannah Cole"
        in story
    )
    assert "Why then: " in story
    assert "Hannah Cole (IIF lead, Harbour Vale PCN) answered" in story


def test_what_is_wrong_with_answers_is_told_and_nothing_is_kept(baton: Baton, launched: str) -> None:
    said = baton("respond", f"{launched}.confirm_set", "--by", "Hannah Cole", "--answer", "decision=perhaps")
    assert said.code == 1
    assert "decision: " in said.err
    assert "membership_confirmed: " in said.err
    assert json.loads(baton("status", launched, "--json").out)["assignments"][0]["responses"] == 0


def test_an_nhs_number_is_refused_and_not_repeated(baton: Baton, launched: str) -> None:
    said = baton(
        "respond", f"{launched}.confirm_set", "--by", "Hannah Cole", "--answer", "search_pack=943 476 5919"
    )
    assert said.code == 1
    assert "NHS number" in said.err
    assert "943" not in said.out + said.err


def test_questions_are_asked_one_after_another(
    baton: Baton, launched: str, hannah: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    import io

    # Version, pack, yes, nothing changed, approve.
    monkeypatch.setattr("sys.stdin", io.StringIO("2026-1\nA\n1\n\n1\n"))
    said = baton("respond", f"{launched}.confirm_set")
    assert said.code == 0, said.err
    assert "Are these all the practices, and only these?\n  1  " in said.out
    assert "Taken: answer 1" in said.out


def test_who_answers_must_be_said(baton: Baton, launched: str) -> None:
    said = baton("respond", f"{launched}.confirm_set", "--answer", "decision=approved")
    assert said.code == 2
    assert "--by" in said.err


def test_a_hold_stops_and_a_lift_goes_on(baton: Baton, launched: str) -> None:
    said = baton("hold", launched[:6], "--reason", "half term")
    assert said.code == 2 and "put it on hold: half term" in said.out and "--yes" in said.err
    assert "on hold" not in baton("status", launched).out.lower(), "it was only shown what would happen"
    assert baton("hold", launched[:6], "--reason", "half term", "--preview").code == 0
    given = baton("hold", launched[:6], "--reason", "half term", "--yes", "--key", "k1")
    assert given.code == 0 and "`baton lift` takes it back" in given.out
    assert "done before" in baton("hold", launched, "--reason", "half term", "--yes", "--key", "k1").out
    taken = baton("lift", launched, "--reason", "all back", "--yes", "--key", "k1")
    assert taken.code == 1 and "another command" in taken.err
    assert "on hold" in baton("status", launched).out.lower()
    again = baton("hold", launched, "--reason", "half term", "--yes")
    assert again.code == 1
    assert "on hold already" in again.err
    assert baton("lift", launched, "--reason", "all back", "--yes").code == 0
    story = baton("audit", "show", launched).out
    assert "put it on hold: half term." in story
    assert "lifted the hold: all back. 0 working days were lost" in story


def test_the_chain_is_verified_with_what_receipts_witness(baton: Baton, launched: str) -> None:
    head = json.loads(baton("audit", "verify", "--json").out)["head"]
    said = baton("audit", "verify", "--head", head)
    assert said.code == 0
    assert "Intact: " in said.out
    assert "Witnessed: 1 of 1 head are in the log." in said.out
    false = baton("audit", "verify", "--head", "0" * 63 + "1")
    assert false.code == 1
    assert "not in the log: 000" in false.out


def test_events_are_found_by_who_what_and_when(baton: Baton, launched: str) -> None:
    found = json.loads(baton("audit", "search", "--type", "WorkflowLaunched", "--json").out)
    assert [(each["workflow"], each["type"]) for each in found] == [(launched, "WorkflowLaunched")]
    assert (
        launched in baton("audit", "search", "iif-quarter", "--from", "2026-12-15", "--to", "2026-12-15").out
    )
    assert baton("audit", "search", "no such words").out == "No event of the log fits.\n"
    wrong = baton("audit", "search", "--from", "soon")
    assert wrong.code == 2 and "--from is a date such as" in wrong.err


def test_lists_say_how_much_there_was(baton: Baton, launched: str) -> None:
    (row,) = json.loads(baton("audit", "list", "--json").out)
    assert (row["workflow_id"], row["asked"], row["answered"]) == (launched, 1, 0)
    assert baton("audit", "list", "--closed").out == "No workflow has closed yet.\n"


def test_the_store_is_not_checked_under_a_running_baton(baton: Baton, up: Home) -> None:
    said = baton("store", "check")
    assert said.code == 1
    assert "open in process" in said.err


def test_another_server_on_the_same_home_is_refused(baton: Baton, up: Home) -> None:
    said = baton("serve")
    assert said.code == 1
    assert "Baton runs on this home folder already" in said.err


def test_a_wrong_token_is_told(baton: Baton, up: Home) -> None:
    up.token_file.write_text("something else " * 5)
    said = baton("status")
    assert said.code == 1
    assert "does not accept this token" in said.err


def test_what_a_program_sends_over_the_api_needs_the_token(up: Home) -> None:
    running = up.running()
    assert running is not None
    for path in ("workflows", "story?workflow=x", "verify"):
        assert httpx.get(f"{running.url}/api/audit/{path}", trust_env=False).status_code == 401


def test_the_answers_file_may_be_yaml(baton: Baton, launched: str, hannah: str, tmp_path: Path) -> None:
    file = tmp_path / "answers.yaml"
    file.write_text("set_version: '1'\nsearch_pack: A\nmembership_confirmed: yes\ndecision: approved\n")
    said = baton("respond", f"{launched}.confirm_set.U90001", "--answers", file)
    assert said.code == 0, said.err


def test_what_does_not_work_is_told_by_status_and_on_the_front_page(baton: Baton, home: Path) -> None:
    alarms = Alarms()
    alarms.set("waking", "Processes are standing still.", ["Waking flow runs: ConnectError"])
    with serving(home, alarms=alarms) as place:
        said = baton("status", "--json")
        assert (said.code, json.loads(said.out)) == (0, [])
        assert "Processes are standing still." in said.err and "  Waking flow runs: ConnectError" in said.err
        running = place.running()
        assert running is not None
        front = httpx.get(running.url, trust_env=False).text
        assert "Processes are standing still." in front and "ConnectError" not in front
        alarms.clear("waking")
        assert baton("status").err == ""
        assert "standing still" not in httpx.get(running.url, trust_env=False).text


@pytest.mark.parametrize("challenge", ["", "x" * 10, "a" * 129])
def test_a_challenge_is_hexadecimal(up: Home, challenge: str) -> None:
    running = up.running()
    assert running is not None
    answer = httpx.get(f"{running.url}/identity", params={"challenge": challenge}, trust_env=False)
    assert answer.status_code == 400


def test_who_uses_the_key_of_the_home_folder_is_the_administrator_whatever_they_say(
    baton: Baton, up: Home
) -> None:
    said = baton("launch", "iif-quarter-close", "--pcn", "U90001", "--inputs", INPUTS, "--by", "Baton")
    assert said.code == 0
    (row,) = json.loads(baton("status", "--json").out)
    story = baton("audit", "show", row["workflow_id"]).out
    assert "Baton (administrator, Harbour Vale PCN, with the key of Baton's home folder) launched" in story


def test_who_answers_is_no_part_of_the_answers_file(baton: Baton, launched: str, tmp_path: Path) -> None:
    file = tmp_path / "answers.yaml"
    forged = "by: {name: Baton, role: engine, channel: engine}\nchannel: engine\nrole: engine\n"
    file.write_text(
        f"set_version: '1'\nsearch_pack: A\nmembership_confirmed: yes\ndecision: approved\n{forged}"
    )
    said = baton("respond", f"{launched}.confirm_set.U90001", "--by", "Hannah Cole", "--answers", file)
    assert said.code == 1
    for key in ("by", "channel", "role"):
        assert f"{key}: " in said.err


def test_nobody_signs_for_somebody_else(baton: Baton, launched: str) -> None:
    answers = ["set_version=2026-1", "search_pack=A", "membership_confirmed=yes", "decision=approved"]
    given = [part for answer in answers for part in ("--answer", answer)]
    said = baton("respond", f"{launched}.confirm_set", "--by", "Hannah Cole", *given)
    assert said.code == 1 and "nobody signs or approves for somebody else" in said.err.lower()


def test_a_code_is_read_however_it_was_typed(baton: Baton, up: Home) -> None:
    typed = "\u00a0u90001\u200b"
    assert baton("launch", "iif-quarter-close", "--pcn", typed, "--inputs", INPUTS).code == 0
    for looking in (
        ["status", "--pcn"],
        ["audit", "list", "--pcn"],
        ["audit", "search", "--type", "WorkflowLaunched", "--at"],
    ):
        assert baton(*looking, typed).out == baton(*looking, "U90001").out
        assert "U90001" in baton(*looking, typed, "--json").out
