"""The store on DuckDB keeps the contract, and has one owner."""

from __future__ import annotations

import os
import time
from collections.abc import AsyncIterator
from pathlib import Path

import duckdb
import pytest

from engine import events as e
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
    monkeypatch.setattr("store.duckdb.rows.working_set.WORKFLOWS_KEPT", 3)
    monkeypatch.setattr("store.duckdb.rows.working_set.SMALL_ROWS_KEPT", 2)
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


async def test_a_file_that_duckdb_gives_up_is_opened_again(opened: DuckdbStore) -> None:
    """What the group became is not known then: here DuckDB had committed it. What is read afterwards is the truth."""
    await opened.commit([a_workflow("w1")])
    assert await opened.version("w1") == 6
    writer, real = opened._writer, opened._writer._con

    class Failing:
        def execute(self, statement: str, *values: object) -> object:
            result = real.execute(statement, *values)
            if statement == "COMMIT":
                raise duckdb.FatalException("FATAL Error: could not write")
            return result

        def __getattr__(self, name: str) -> object:
            return getattr(real, name)

    writer._con = Failing()  # type: ignore[assignment]
    with pytest.raises(StoreError, match="given the file up"):
        await opened.commit([commit("w1", 6, answered("w1"))])
    with pytest.raises(Conflict):
        await opened.commit([commit("w1", 6, answered("w1"))])
    assert await opened.version("w1") == 7 and (await opened.verify()).events == 7
    await opened.commit([commit("w1", 7, answered("w1", number=2))])
    row = await opened.assignment(about("w1"))
    assert row is not None and row.responses == 2


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
