"""Settings and the home folder."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from cli.console import Trouble
from cli.context import library
from definitions.source.problems import DefinitionErrors
from settings import Settings
from tests.definitions.source.damage import DAMAGES, Damage


def test_the_environment_comes_before_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "baton.env").write_text(
        'BATON_WEB_PORT=9001\nBATON_POST__HOST=smtp.example\nBATON_LIBRARY=["ours"]\n'
    )
    monkeypatch.setenv("BATON_WEB_PORT", "9002")
    known = Settings()
    assert (known.web_port, known.post.host, known.library) == (9002, "smtp.example", [Path("ours")])
    assert known.at_home.root == tmp_path / ".baton"
    assert known.directory_file == tmp_path / ".baton" / "directory.yaml"


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES.keys())
def test_the_file_is_read_whatever_editor_wrote_it(
    damage: Damage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "baton.env").write_bytes(damage.of(b"BATON_WEB_PORT=9001\nBATON_WEB_HOST=10.0.0.5\n"))
    if damage.refused is None:
        assert (Settings().web_port, Settings().web_host) == (9001, "10.0.0.5")
        return
    with pytest.raises(DefinitionErrors, match=rf"baton\.env:\d+:\d+ {damage.refused}"):
        Settings()


@pytest.mark.parametrize(
    ("host", "base", "reached", "here"),
    [
        ("127.0.0.1", "", "http://127.0.0.1:8700", "http://127.0.0.1:8700"),
        ("0.0.0.0", "", "http://127.0.0.1:8700", "http://127.0.0.1:8700"),
        ("::1", "", "http://[::1]:8700", "http://[::1]:8700"),
        ("10.0.0.5", "https://baton.example/", "https://baton.example", "http://10.0.0.5:8700"),
    ],
)
def test_where_people_and_this_machine_reach_it(host: str, base: str, reached: str, here: str) -> None:
    known = Settings(web_host=host, base_url=base)
    assert (known.url_on(8700), known.here_on(8700)) == (reached, here)
    assert known.post_on(8700).base_url == reached


@pytest.mark.parametrize("wrong", [{"web_port": 70_000}, {"base_url": "baton.example"}, {"workers": 0}])
def test_a_setting_that_cannot_be_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Settings(**wrong)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("base", "told"),
    [
        ("https://apps.example/baton", "without a path"),
        ("https://apps.example/baton/", "without a path"),
        ("https://baton.example/?x", "without a path"),
        ("https://baton.example#", "without a path"),
        ("ftp://baton.example", "such as https://baton.our-pcn.example"),
        ("https://", "such as https://baton.our-pcn.example"),
        ("https://[::1", "such as https://baton.our-pcn.example"),
        ("https://user@baton.example", "such as https://baton.our-pcn.example"),
        ("https://baton.example:0", "such as https://baton.our-pcn.example"),
        ("https://baton example", "such as https://baton.our-pcn.example"),
    ],
)
def test_a_base_url_is_an_address_without_a_path(base: str, told: str) -> None:
    with pytest.raises(ValidationError, match=told):
        Settings(base_url=base)


def test_proxies_are_addresses_or_networks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BATON_TRUSTED_PROXIES", '["127.0.0.1", "10.0.0.0/8", "2001:db8::/32"]')
    assert [str(each) for each in Settings().trusted_proxies] == [
        "127.0.0.1/32",
        "10.0.0.0/8",
        "2001:db8::/32",
    ]
    monkeypatch.setenv("BATON_TRUSTED_PROXIES", '["proxy.example"]')
    with pytest.raises(ValidationError):
        Settings()


@pytest.mark.parametrize(
    ("host", "base", "only_here"),
    [
        ("127.0.0.1", "", True),
        ("::1", "", True),
        ("0.0.0.0", "", False),
        ("127.0.0.1", "https://baton.example", False),
    ],
)
def test_pages_are_for_this_machine_alone_unless_somebody_opens_them(
    host: str, base: str, only_here: bool
) -> None:
    assert Settings(web_host=host, base_url=base).only_here is only_here


def test_a_name_that_sets_nothing_is_refused_wherever_it_stands_by_its_own_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "baton.env").write_text("BATON_POST_HOST=smtp.example\nWEB_PORT=9001\n")
    monkeypatch.setenv("BATON_HOEM", "elsewhere")
    monkeypatch.setenv("baton_post__hots", "smtp.example")
    monkeypatch.setenv("BATON_WORKERS", "many")
    with pytest.raises(ValidationError) as refused:
        Settings()
    told = {str(each["loc"][0]).upper(): each["msg"] for each in refused.value.errors()}
    assert set(told) == {"BATON_POST_HOST", "WEB_PORT", "BATON_HOEM", "BATON_POST__HOTS", "BATON_WORKERS"}
    assert told["BATON_POST_HOST"] == "there is no such setting; did you mean BATON_POST__HOST?"
    assert told["BATON_HOEM"] == "there is no such setting; did you mean BATON_HOME?"
    assert told["BATON_POST__HOTS"] == "there is no such setting; did you mean BATON_POST__HOST?"
    assert "integer" in told["BATON_WORKERS"]


def test_what_was_given_for_a_setting_is_not_repeated_in_its_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BATON_POST__PASSWORD", "hunter2-hunter2")
    monkeypatch.setenv("BATON_POST__PORT", "many")
    with pytest.raises(ValidationError) as refused:
        Settings()
    assert "hunter2" not in str(refused.value)


def test_a_library_folder_in_which_nothing_would_be_found_is_refused(tmp_path: Path) -> None:
    ours = tmp_path / "ours"
    with pytest.raises(Trouble, match="is no folder"):
        library(Settings(library=[ours]))
    ours.mkdir()
    (ours / "flu.yaml").write_text("id: flu")
    with pytest.raises(Trouble, match=f"none of the folders library.*{ours / 'library'}"):
        library(Settings(library=[ours]))
    (ours / "library").mkdir()
    library(Settings(library=[ours]))


def test_a_value_in_curly_quotes_is_refused_at_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "baton.env").write_text("# “ours”\nBATON_WEB_PORT=9001\nBATON_POST__HOST=“smtp.example”\n")
    with pytest.raises(DefinitionErrors, match=r"baton\.env:3:18 BD111 “smtp.example” is in curly quotes"):
        Settings()
