"""A writer is killed at any moment, checkpoints included: nothing acknowledged is lost, nothing is there twice."""

from __future__ import annotations

import multiprocessing
import os
import random
import select
import time
from pathlib import Path

import pytest

from store.duckdb.opener import open_store
from store.duckdb.recovery.repair import check
from tests.store.duckdb.killed_writer import run

KILLS = 6  #: in each of five stores


def kill_one(home: Path, seed: int, after: float, checkpoints: bool) -> list[tuple[int, str, int, str]]:
    """Start a writer, kill it `after` seconds from its first acknowledgement; what it had acknowledged."""
    ours, theirs = os.pipe()
    context = multiprocessing.get_context(
        "fork"
    )  # nothing of DuckDB is open here, so a fork is safe and quick
    writer = context.Process(target=run, args=(str(home), seed, theirs, checkpoints), daemon=True)
    writer.start()
    os.close(theirs)
    ready, _, _ = select.select([ours], [], [], 60)
    if not ready:
        writer.kill()
    assert ready, "the writer has acknowledged nothing in a minute"
    said = os.read(ours, 65536)
    time.sleep(after)
    writer.kill()
    while more := os.read(ours, 65536):
        said += more
    os.close(ours)
    writer.join()
    lines = said.decode().split("\n")[:-1]
    assert not [line for line in lines if line.startswith("failed")], lines[-1]
    return [
        (int(p), stream, int(version), head) for p, stream, version, head in (line.split() for line in lines)
    ]


@pytest.mark.parametrize("seed", range(5))
async def test_nothing_acknowledged_is_lost_when_the_writer_is_killed(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    acknowledged: list[tuple[int, str, int, str]] = []
    for number in range(KILLS):
        checkpoints = number % 2 == 1
        acknowledged += kill_one(tmp_path, seed * 100 + number, chance.uniform(0.0, 0.35), checkpoints)

        store = open_store(tmp_path)
        entries = await store.entries_since(0, 1 << 30)
        assert (await store.verify()).intact
        found = {(each.position, each.workflow_id, each.version, each.hash.hex()) for each in entries}
        assert [each.position for each in entries] == list(range(1, len(entries) + 1))
        assert len({(each.workflow_id, each.version) for each in entries}) == len(entries)
        assert set(acknowledged) <= found
        await store.close()
        report = check(tmp_path)
        # The lists are what the log makes them, too: that is compared.
        assert report.whole and report.file.events == report.journal.events == len(entries), (
            report.sentences()
        )
    assert len(acknowledged) > KILLS
