"""The store on DuckDB keeps the contract, and has one owner."""

from __future__ import annotations

import os
import time
from collections.abc import AsyncIterator
from pathlib import Path

import duckdb
import pytest

from engine.events import workflow as e
from store.duckdb.opener import open_store
from store.duckdb.store import DuckdbStore
from store.protocol import Conflict, Pending, Store, StoreError
from tests.store.contract.contract import Contract
from tests.store.samples import a_workflow, about, answered, at, claimed, commit


class TestDuckdb(Contract):
    @pytest.fixture
    async def store(self, tmp_path: Path) -> AsyncIterator[Store]:
        store = open_store(tmp_path)
        yield store
        await store.close()


@pytest.fixture
async def opened(tmp_path: Path) -> AsyncIterator[DuckdbStore]:
    store = open_store(tmp_path)
    yield store
    await store.close()


def test_a_second_opener_is_told_who_has_it(opened: DuckdbStore, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=rf"process {os.getpid()}.*API"):
        open_store(tmp_path)


async def test_everything_is_there_after_opening_again(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    await store.commit([a_workflow("w1", Pending(at(5), "x"))])
    await store.commit([commit("post", 0, claimed("m1", "w1/1"))])
    await store.close()
    with pytest.raises(StoreError, match="closed"):
        await store.commit([a_workflow("w2")])
    with pytest.raises(StoreError, match="closed"):
        await store.events("w1")
    store = open_store(tmp_path)
    assert (
        await store.version("w1") == 6
        and await store.version("post") == 1
        and await store.due(at(5)) == ["w1"]
    )
    await store.commit([commit("w1", 6, e.StepClosed("practice_return", 1, "closed", "all"))])
    assert [row.status for row in await store.notices("w1")] == ["claimed", "void"]
    with pytest.raises(Conflict):
        await store.commit([commit("post", 0, claimed("m2", "w1/2"))])
    assert (await store.verify()).intact
    await store.close()


async def test_the_working_set_makes_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("store.duckdb.working_set.WORKFLOWS_KEPT", 3)
    monkeypatch.setattr("store.duckdb.working_set.SMALL_ROWS_KEPT", 2)
    store = open_store(tmp_path)
    for number in range(9):
        await store.commit([a_workflow(f"w{number}")])
        await store.commit([commit("post", number, claimed(f"m{number}", f"w{number}/1"))])
    for number in range(9):
        await store.commit([commit(f"w{number}", 6, answered(f"w{number}", "U2"))])
        assert [row.status for row in await store.notices(f"w{number}")] == ["claimed", "void"]
        row = await store.assignment(about(f"w{number}", "U2"))
        assert row is not None and row.status == "answered"
    await store.close()


async def test_a_refused_transaction_spoils_nobody_else(opened: DuckdbStore) -> None:
    """The event table refuses one of a group; it is found by trying them one by one."""
    await opened.commit([a_workflow("w1")])
    working = opened._writer.working

    def forgetful(stream: str) -> int:  # as if another process had written: the check passes, the key refuses
        return 0 if stream == "w1" else type(working).version(working, stream)

    working.version = forgetful  # type: ignore[method-assign]
    with pytest.raises(Conflict):
        await opened.commit([a_workflow("w1")])
    assert await opened.commit([a_workflow("w2")]) == 12
    assert (await opened.verify()).intact


async def test_a_file_that_can_no_longer_be_written_refuses(opened: DuckdbStore) -> None:
    await opened.commit([a_workflow("w1")])
    real = opened._writer._con

    class Failing:
        def execute(self, statement: str, *values: object) -> object:
            if statement == "COMMIT":
                raise duckdb.FatalException("FATAL Error: could not write")
            return real.execute(statement, *values)

        def __getattr__(self, name: str) -> object:
            return getattr(real, name)

    opened._writer._con = Failing()  # type: ignore[assignment]
    with pytest.raises(StoreError, match="baton store check"):
        await opened.commit([a_workflow("w2")])
    opened._writer._con = real
    with pytest.raises(StoreError, match="baton store check"):
        await opened.commit([a_workflow("w3")])
    assert await opened.position() == 6


async def test_a_full_disk_under_the_journal_is_said_and_mended(
    opened: DuckdbStore, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    await opened.commit([a_workflow("w1")])

    def full(stream: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("store.log.journal.os.fdatasync", full)
        with pytest.raises(StoreError, match="No space left"):
            await opened.commit([a_workflow("w2")])
        with pytest.raises(StoreError, match="No space left"):
            await opened.commit([a_workflow("w3")])
    await opened.commit([a_workflow("w4")])
    assert (
        await opened.position() == 18 and await opened.version("w2") == 6 and await opened.version("w3") == 0
    )
    (journal,) = (tmp_path / "journal").iterdir()
    assert len(journal.read_bytes().splitlines()) == 18


async def test_an_idle_moment_is_used_for_a_checkpoint(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("store.duckdb.writer.IDLE", 0.02)
    monkeypatch.setattr("store.duckdb.writer.WORTH_A_CHECKPOINT", 1)
    store = open_store(tmp_path)
    await store.commit([a_workflow("w1")])
    wal = tmp_path / "baton.duckdb.wal"
    for _ in range(300):
        if not wal.exists() or wal.stat().st_size == 0:
            break
        time.sleep(0.02)
    else:
        pytest.fail("the WAL was never checkpointed")
    await store.commit([a_workflow("w2")])
    assert (await store.verify()).events == 12
    await store.close()
