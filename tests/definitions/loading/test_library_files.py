"""A file of the library that cannot be read takes nothing else with it, and is said where it is asked for."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from definitions.loading.library import SHIPPED, Library, UnknownDefinition
from definitions.source.problems import DefinitionErrors

SHIPPED_IDS = {entry.id for entry in Library().list()}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "library"
    made.mkdir()
    return made


def nowhere(file: Path) -> None:
    file.symlink_to(file.parent / "nowhere")


def a_folder(file: Path) -> None:
    file.mkdir()


def torn(file: Path) -> None:
    file.write_text("id: flu\nsteps: [")


@pytest.mark.parametrize(
    ("wrong", "said"),
    [(nowhere, "BD113 there is no such file"), (a_folder, "BD113 it is a folder"), (torn, "BD103")],
)
def test_a_file_that_cannot_be_read_is_said_and_the_others_are_had(
    folder: Path, wrong: Callable[[Path], None], said: str
) -> None:
    wrong(folder / "flu.yaml")
    library = Library([SHIPPED, folder.parent])
    assert {entry.id for entry in library.list()} == SHIPPED_IDS
    assert library.definition("iif-quarter-close").id == "iif-quarter-close"
    with pytest.raises(DefinitionErrors, match=rf"flu.yaml:\d+:\d+ {said}"):
        library.definition("flu")
    assert any(problem.file == "flu.yaml" for problem in library.check())
    with pytest.raises(UnknownDefinition):
        library.definition("flue")


def test_what_editors_and_other_systems_leave_beside_a_file_is_no_definition(folder: Path) -> None:
    nowhere(folder / ".#flu.yaml")  # Emacs, while it is being edited
    (folder / "._flu.yaml").write_bytes(b"\0\5\x16\7\0\2\0\0Mac OS X")
    assert Library([folder.parent]).check() == ()


def test_a_file_that_is_mended_is_read_again(folder: Path) -> None:
    file = folder / "flu.yaml"
    nowhere(file)
    library = Library([folder.parent])
    assert library.list() == ()
    file.unlink()
    shipped = SHIPPED / "library" / "access-plan-evidence.yaml"
    file.write_text(shipped.read_text().replace("id: access-plan-evidence", "id: flu"))
    assert [entry.id for entry in library.list()] == ["flu"]
