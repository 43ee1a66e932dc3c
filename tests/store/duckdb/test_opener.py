"""A file that cannot be used is told as what it is: held by another program, another account's, or of another version."""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import pytest

from store.duckdb.opener import open_store
from store.duckdb.recovery.blocks import _checksum
from store.duckdb.recovery.repair import check, restore
from store.protocol import StoreError
from tests.store.samples import a_workflow

HOLD = "import duckdb, sys; con = duckdb.connect(sys.argv[1]); print('held', flush=True); sys.stdin.read()"

OWN = (
    "import pathlib, sys; from store.duckdb.opener import own; lock = own(pathlib.Path(sys.argv[1])); "
    "print('held', flush=True); sys.stdin.read()"
)


@pytest.fixture
async def home(tmp_path: Path) -> Path:
    store = open_store(tmp_path)
    await store.commit([a_workflow("w1")])
    await store.close()
    return tmp_path


LOOKS: list[Callable[[Path], object]] = [open_store, check, restore]


@pytest.fixture
def held(home: Path) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-c", HOLD, str(home / "baton.duckdb")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None and other.stdout.readline() == "held\n"
        yield other
        other.communicate()


@pytest.mark.parametrize("look", LOOKS)
def test_another_program_that_has_the_file_is_named(
    home: Path, held: subprocess.Popen[str], look: Callable[[Path], object]
) -> None:
    with pytest.raises(StoreError) as refused:
        look(home)
    said = str(refused.value)
    assert f"process {held.pid}" in said and "import duckdb" in said and "not damaged" in said
    assert "restore" not in said


@pytest.mark.parametrize(("version", "when"), [(1000, "newer"), (60, "older")])
@pytest.mark.parametrize("look", LOOKS)
def test_a_file_of_another_duckdb_is_not_damaged(
    home: Path, version: int, when: str, look: Callable[[Path], object]
) -> None:
    file = home / "baton.duckdb"
    content = bytearray(file.read_bytes())
    content[12:20] = version.to_bytes(8, "little")
    content[:8] = _checksum(bytes(content[8:4096])).to_bytes(8, "little")
    file.write_bytes(content)
    with pytest.raises(StoreError, match=rf"{when} DuckDB, in storage version {version}.*not damaged"):
        look(home)
    assert file.read_bytes() == content


def _as_nobody(home: str, said: multiprocessing.SimpleQueue[str]) -> None:
    os.setgroups([])
    os.setgid(65534)
    os.setuid(65534)
    try:
        duckdb.connect(f"{home}/baton.duckdb")
    except duckdb.Error as trouble:
        from store.duckdb import troubles

        said.put(str(troubles.opening(Path(home) / "baton.duckdb", trouble)))


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another account")
async def test_a_file_of_another_account_is_not_damaged() -> None:
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(Path(folder))
        await store.close()
        Path(folder).chmod(0o755)
        Path(folder, "baton.duckdb").chmod(0o600)
        context = multiprocessing.get_context("fork")
        said = context.SimpleQueue()
        other = context.Process(target=_as_nobody, args=(folder, said))
        other.start()
        other.join()
        assert not said.empty()
        text = said.get()
    assert "may not be used by this account" in text and "not damaged" in text and "restore" not in text


def test_damage_says_restore(home: Path) -> None:
    file = home / "baton.duckdb"
    file.write_bytes(file.read_bytes()[:9000])
    with pytest.raises(StoreError, match=r"may be damaged.*baton store check.*baton store restore"):
        open_store(home)


def test_the_process_that_has_the_store_is_named_with_its_command(home: Path) -> None:
    command = [sys.executable, "-c", OWN, str(home)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None and other.stdout.readline() == "held\n"
        with pytest.raises(StoreError, match=rf"open in process {other.pid} \(.*opener.*API"):
            open_store(home)
        other.communicate()


def test_a_folder_in_the_place_of_the_file_is_not_damage(home: Path) -> None:
    (home / "baton.duckdb").unlink()
    (home / "baton.duckdb").mkdir()
    with pytest.raises(StoreError, match=r"baton\.duckdb is a folder, and should be a file\. Move it away"):
        open_store(home)
