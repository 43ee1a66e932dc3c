"""A full disk is said as such, loses nothing that was acknowledged, and when there is room the same goes through."""

from __future__ import annotations

import asyncio
import os
import resource
import subprocess
from collections import namedtuple
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

import pytest

from store.duckdb.opener import open_store
from store.duckdb.recovery.repair import check
from store.duckdb.store import DuckdbStore
from store.protocol import Commit, StoreError, StoreFull
from tests.store.samples import a_workflow

SIZE = 12  #: MB


@contextmanager
def no_room(home: Path, spare: int) -> Iterator[None]:
    """No file may grow beyond the largest there is, and `spare` bytes."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    logs = [home / "baton.duckdb.wal", *(home / "journal").iterdir()]
    resource.setrlimit(
        resource.RLIMIT_FSIZE, (max(each.stat().st_size for each in logs if each.exists()) + spare, hard)
    )
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize("spare", [0, 1, 700, 5000, 40_000])
async def test_what_has_no_room_is_nowhere_and_the_rest_is_everywhere(tmp_path: Path, spare: int) -> None:
    """Whichever of DuckDB's log and the journal is the first to have no room."""
    store = open_store(tmp_path)
    taken = []

    async def take(name: str) -> None:
        await store.commit([a_workflow(name)])
        taken.append(name)

    await take("before")
    with no_room(tmp_path, spare):
        refused = await asyncio.gather(*(take(f"w{n}") for n in range(40)), return_exceptions=True)
        assert {type(each) for each in refused if each} == {StoreFull}
        text = os.urandom(100_000)
        with pytest.raises(StoreFull, match=r"nothing was taken.*free some space"):
            await store.commit([Commit("files", 0, (), None, {sha256(text).hexdigest(): text})])
        assert (await store.workflow("before")) is not None, "it can still be read"
    await take("after")
    assert sorted(row.workflow_id for row in await store.workflows()) == sorted(taken)
    await store.close()
    report = check(tmp_path)
    assert report.whole and report.file.events == report.journal.events == 6 * len(taken)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={SIZE}m", "tmpfs", str(disk)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("a small disk can be mounted by root only, where the machine lets it")
    yield disk
    subprocess.run(["umount", "--lazy", str(disk)], check=True)


@contextmanager
def filled(disk: Path) -> Iterator[None]:
    """Not a byte is left on `disk`."""
    filler = disk / "filler"
    stream = os.open(filler, os.O_WRONLY | os.O_CREAT)
    for size in (1 << 16, 1):
        try:
            while True:
                os.write(stream, b"x" * size)
        except OSError:
            continue
    os.close(stream)
    yield
    filler.unlink()


async def test_a_disk_that_is_full_and_has_room_again(small_disk: Path) -> None:
    store = open_store(small_disk / "home")
    await store.commit([a_workflow("before")])
    with filled(small_disk):
        # What was allocated already may still be used; then there is no more.
        refused = [await _outcome(store, f"w{n}") for n in range(60)]
        assert refused[-1] == "StoreFull" and set(refused) <= {"taken", "StoreFull"}
    assert await _outcome(store, "after") == "taken"
    await store.close()
    store = open_store(small_disk / "home")
    assert len(await store.workflows()) == 2 + refused.count("taken")
    await store.close()
    assert check(small_disk / "home").whole


async def _outcome(store: DuckdbStore, name: str) -> str:
    try:
        await store.commit([a_workflow(name)])
    except StoreError as error:
        return type(error).__name__
    return "taken"


async def test_no_checkpoint_is_tried_that_the_disk_has_no_room_for(
    small_disk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("store.duckdb.writer.TOO_MUCH_WAL", 1)
    store = open_store(small_disk / "home")
    await store.commit([a_workflow("w0")])
    with filled(small_disk):
        assert {await _outcome(store, f"w{n}") for n in range(1, 60)} <= {"taken", "StoreFull"}
        assert await store.workflow("w0") is not None
    assert await _outcome(store, "after") == "taken"
    await store.close()


async def test_a_checkpoint_that_fails_all_the_same_is_got_over_without_a_restart(
    small_disk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody else took the room after it was looked for. DuckDB gives the whole instance up then."""
    monkeypatch.setattr("store.duckdb.writer.AGAIN", 0.02)
    store = open_store(small_disk / "home")
    text = os.urandom(1_500_000)
    await store.commit([Commit("files", 0, (), None, {sha256(text).hexdigest(): text})])
    await store.commit([a_workflow("before")])
    usage = namedtuple("usage", "free")(1 << 40)
    monkeypatch.setattr("store.duckdb.writer.shutil.disk_usage", lambda path: usage)
    with filled(small_disk):
        monkeypatch.setattr("store.duckdb.writer.TOO_MUCH_WAL", 1)
        assert await _outcome(store, "w0") in ("taken", "StoreFull")
        await _until(lambda: store._writer._refusal is not None)
        assert await _outcome(store, "w1") == "StoreFull"
        monkeypatch.setattr("store.duckdb.writer.TOO_MUCH_WAL", 1 << 40)
    await _taken_again(
        store
    )  # by itself, in a pause; a checkpoint begun on the full disk may fail once more before
    assert await store.workflow("before") is not None
    assert await store.document(sha256(text).hexdigest()) == text
    await store.close()
    assert check(small_disk / "home").whole


async def _taken_again(store: DuckdbStore) -> None:
    tries = 0
    async with asyncio.timeout(20):
        while await _outcome(store, f"after{tries}") != "taken":
            tries += 1
            await asyncio.sleep(0.05)


async def _until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not holds():
            await asyncio.sleep(0.01)
