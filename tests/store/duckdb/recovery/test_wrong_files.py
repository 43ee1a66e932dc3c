"""Each file of the store, torn, empty, somebody else's, or a folder where a file should be: said which, and what to do."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from store.duckdb.opener import open_store
from store.duckdb.recovery.repair import check, restore
from store.protocol import StoreError
from tests.store.samples import a_workflow

JOURNAL = "journal/2026-11.jsonl"


@pytest.fixture
async def home(tmp_path: Path) -> Path:
    store = open_store(tmp_path)
    await store.commit([a_workflow("w1")])
    await store.commit([a_workflow("w2")])
    await store.close()
    return tmp_path


def a_folder(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
        path.write_text("a file")
    else:
        path.unlink(missing_ok=True)
        path.mkdir()


def empty(path: Path) -> None:
    path.write_bytes(b"")


def foreign(path: Path) -> None:
    path.write_text("Dear diary,\nnobody reads this.\n" * 400)


def torn(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-400])


WRONG: list[tuple[str, Callable[[Path], None]]] = [
    *(("baton.duckdb", wrong) for wrong in (a_folder, empty, foreign, torn)),
    *(("baton.duckdb.wal", wrong) for wrong in (a_folder, empty, foreign)),
    *((JOURNAL, wrong) for wrong in (a_folder, empty, foreign, torn)),
    ("journal", a_folder),
]


@pytest.mark.parametrize(("name", "wrong"), WRONG, ids=[f"{name} {wrong.__name__}" for name, wrong in WRONG])
async def test_what_is_wrong_is_said_or_got_over_and_restore_makes_it_right(
    home: Path, name: str, wrong: Callable[[Path], None]
) -> None:
    wrong(home / name)
    report = check(home)
    try:
        store = open_store(home)
    except StoreError as refused:
        assert not report.whole
        assert Path(name).name in str(refused) or "journal" in str(refused), refused
        assert "baton store check" in str(refused) and "baton store restore" in str(refused)
        said = " ".join(report.sentences())
        assert "is damaged: " in said and "Run `baton store restore`" in said
        restore(home)
        store = open_store(home)
    assert await store.position() == 12 and (await store.verify()).intact
    await store.close()
    assert restore(home).whole


async def test_a_month_of_the_journal_that_is_gone_is_missed_at_once(home: Path) -> None:
    journal = home / JOURNAL
    lines = journal.read_bytes().splitlines(True)
    (home / "journal" / "2026-12.jsonl").write_bytes(b"".join(lines[-6:]))
    journal.write_bytes(b"".join(lines[:-6]))
    store = open_store(home)
    await store.close()
    journal.unlink()
    with pytest.raises(
        StoreError, match=r"2026-12.jsonl, line 1: it does not go on after position 0.*store restore"
    ):
        open_store(home)
    assert restore(home).whole


@pytest.mark.parametrize("look", [check, restore])
def test_of_a_journal_that_may_not_be_read_nothing_is_said_to_be_lost(
    home: Path, look: Callable[[Path], object], monkeypatch: pytest.MonkeyPatch
) -> None:
    (home / "baton.duckdb").write_bytes(b"")
    opened = Path.open

    def refusing(path: Path, *args: Any, **kwargs: Any) -> Any:
        if path.suffix == ".jsonl":
            raise PermissionError(13, "Permission denied", str(path))
        return opened(path, *args, **kwargs)

    monkeypatch.setattr(Path, "open", refusing)
    with pytest.raises(
        StoreError, match=r"2026-11.jsonl belongs to another account.*give it to who runs Baton"
    ):
        look(home)


@pytest.mark.parametrize("look", [open_store, check, restore])
def test_a_lock_that_is_a_folder_is_said(home: Path, look: Callable[[Path], object]) -> None:
    a_folder(home / "baton.lock")
    with pytest.raises(StoreError, match=r"baton.lock is a folder, and should be a file. Move it away"):
        look(home)


@pytest.mark.parametrize("wrong", [empty, foreign])
async def test_what_a_lock_holds_does_not_matter(home: Path, wrong: Callable[[Path], None]) -> None:
    wrong(home / "baton.lock")
    store = open_store(home)
    with pytest.raises(StoreError, match=r"is open in process \d+"):
        open_store(home)
    await store.close()


def test_a_home_that_is_a_file_is_said(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("no folder")
    with pytest.raises(StoreError, match=r"home is a file, and should be a folder"):
        open_store(tmp_path / "home")
