"""The home folder: its secrets, the note of who serves it, and what is said of a file that cannot be used."""

from __future__ import annotations

import os
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from application.environment.home import Home, HomeFileError, Running, write_whole


def test_secrets_are_made_once_and_for_the_owner_only(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    with ThreadPoolExecutor(8) as pool:
        made = set(pool.map(lambda _: home.token(), range(32)))
    assert len(made) == 1
    home.secret()
    for file in (home.token_file, home.secret_file):
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(home.root.stat().st_mode) == 0o700
    assert sorted(each.name for each in home.root.iterdir()) == ["api-token", "secret"]


def test_a_running_server_is_found_until_it_says_it_stopped(tmp_path: Path) -> None:
    home = Home(tmp_path)
    assert home.running() is None
    home.say_running(Running("http://127.0.0.1:1", os.getpid()))
    assert home.running() == Running("http://127.0.0.1:1", os.getpid())
    home.say_stopped()
    assert home.running() is None


@pytest.mark.parametrize("text", ["", "{", "[]", '{"url": "x"}', '{"url": "x", "pid": "y"}'])
def test_a_torn_note_of_a_server_counts_as_none(tmp_path: Path, text: str) -> None:
    (tmp_path / "server.json").write_text(text)
    assert Home(tmp_path).running() is None


@pytest.mark.parametrize("torn", [b"", b"short", b"\n" * 40])
def test_a_torn_secret_signs_nothing(tmp_path: Path, torn: bytes) -> None:
    home = Home(tmp_path)
    assert len(home.secret()) >= 32 and home.secret() == home.secret()
    home.secret_file.write_bytes(torn)
    with pytest.raises(
        HomeFileError, match=r"secret should hold at least 32 characters.* Put the right one back"
    ):
        home.secret()


def test_a_home_that_was_open_to_others_is_closed_to_them(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    Home(tmp_path).make()
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o700


@pytest.mark.parametrize("name", ["secret", "api-token"])
def test_each_file_that_cannot_be_used_is_named_and_what_to_do_said(tmp_path: Path, name: str) -> None:
    home = Home(tmp_path)
    file = tmp_path / name
    read = home.token if name == "api-token" else home.secret
    file.write_bytes(b"\xff" * 64)
    with pytest.raises(HomeFileError, match=f"{name} does not hold text. Put the right one back"):
        read()
    file.unlink()
    file.symlink_to(tmp_path / "nowhere" / "at-all")
    with pytest.raises(HomeFileError, match=f"{name} is a link to what is not there. Put the right one back"):
        read()
    file.unlink()
    file.mkdir()
    with pytest.raises(HomeFileError, match=f"{name} is a folder, and should be a file"):
        read()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may give a file away")
def test_a_secret_that_somebody_else_wrote_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Home(tmp_path).secret()
    monkeypatch.setattr("application.environment.home.os.geteuid", lambda: 4711)
    with pytest.raises(HomeFileError, match="secret belongs to another account"):
        Home(tmp_path).secret()


@pytest.mark.parametrize("name", ["journal", "outbox", "logs", "prefect"])
def test_a_file_where_a_folder_should_be_is_said(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("")
    with pytest.raises(HomeFileError, match=f"{name} is a file, and should be a folder. Move it away"):
        Home(tmp_path).make()


def test_a_home_that_is_a_file_is_said(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("")
    with pytest.raises(HomeFileError, match=r"home is a file, and should be a folder\. Name another folder"):
        Home(tmp_path / "home").make()


def test_a_note_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "server.json").mkdir()
    (tmp_path / "server.json" / "x").write_text("")
    with pytest.raises(HomeFileError, match=r"server\.json is a folder, and should be a file"):
        Home(tmp_path).say_running(Running("http://127.0.0.1:1", 1))


def test_a_file_is_written_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "note"
    write_whole(file, "before")

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("application.environment.home.Path.write_text", full)
    with pytest.raises(HomeFileError, match=r"note cannot be used .No space left on device.. Free the disk"):
        write_whole(file, "after")
    assert file.read_text() == "before"


def test_a_secret_for_one_purpose_is_of_no_use_for_another(tmp_path: Path) -> None:
    home = Home(tmp_path)
    assert home.derived("prefect") == home.derived("prefect") != home.derived("proof")
    assert home.secret().decode() not in home.derived("prefect")
