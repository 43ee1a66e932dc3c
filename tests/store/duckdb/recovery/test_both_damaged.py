"""The file and the journal damaged together: what either has comes back, and nothing is claimed that is not known."""

from __future__ import annotations

import asyncio
import random
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from store.duckdb.losses import Loss
from store.duckdb.opener import open_store
from store.duckdb.recovery.repair import check, restore
from store.duckdb.recovery.report import RecoveryReport
from store.protocol import LogEntry, StoreError
from tests.store.duckdb.recovery.test_repair import contents, cut, fill, flip, zero

ALL_THERE = "Nothing that either of them knows of is missing."


def lines_lost(chance: random.Random, content: bytes) -> bytes:
    """Some lines of a journal gone, as by an editor."""
    lines = content.splitlines(True)
    del lines[(start := chance.randrange(len(lines))) : start + chance.randrange(1, 40)]
    return b"".join(lines)


def end_lost(chance: random.Random, content: bytes) -> bytes:
    """A journal cut between two lines: it looks as if that had been its end."""
    lines = content.splitlines(True)
    return b"".join(lines[: chance.randrange(len(lines))])


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[LogEntry]]:
    home = tmp_path_factory.mktemp("whole")
    entries, _ = asyncio.run(fill(home))
    return home, entries


def damaged(
    whole: Path, home: Path, chance: random.Random, file: Callable[..., bytes], journal: Callable[..., bytes]
) -> None:
    for name, content in contents(whole).items():
        target = home / name
        target.parent.mkdir(exist_ok=True)
        damage = journal if name.startswith("journal") else file
        target.write_bytes(damage(chance, content))


def claims_no_more_than_the_truth(report: RecoveryReport, there: int, acknowledged: int) -> None:
    """`there` of what was `acknowledged` can be had."""
    said = report.sentences()
    assert report.joined <= there and report.known <= acknowledged
    if there < acknowledged:
        assert ALL_THERE not in said, said
        assert "not known" in " ".join(said), said
    if report.loss and report.loss.certain:
        assert report.loss.kept < report.loss.known <= acknowledged


@pytest.mark.parametrize("journal", [flip, cut, zero, lines_lost, end_lost], ids=lambda each: each.__name__)
@pytest.mark.parametrize("file", [flip, cut, zero], ids=lambda each: each.__name__)
@pytest.mark.parametrize("seed", range(2))
async def test_what_either_has_comes_back_and_no_more_is_claimed(
    whole: tuple[Path, list[LogEntry]],
    tmp_path: Path,
    file: Callable[..., bytes],
    journal: Callable[..., bytes],
    seed: int,
) -> None:
    home, truth = whole
    damaged(
        home, tmp_path, random.Random(f"{file} {journal} {seed}".split(" at ")[0] + str(seed)), file, journal
    )
    before = contents(tmp_path)
    found = check(tmp_path)
    assert contents(tmp_path) == before, "looking changes nothing"
    if found.loss and found.loss.certain:
        with pytest.raises(StoreError, match=r"known to have been there.*--accept-loss"):
            restore(tmp_path)
        assert contents(tmp_path) == before
    after = restore(tmp_path, accept_loss=True)
    store = open_store(tmp_path)
    there = await store.entries_since(0, 10_000)
    assert there == truth[: len(there)], "a part of the truth from its beginning, and nothing else"
    await store.close()
    for report in (found, after, check(tmp_path)):
        claims_no_more_than_the_truth(report, len(there), len(truth))
    assert len(there) == found.joined


async def test_damage_in_different_places_costs_nothing(
    whole: tuple[Path, list[LogEntry]], tmp_path: Path
) -> None:
    home, truth = whole
    shutil.copytree(home, tmp_path / "home")
    home = tmp_path / "home"
    journal = home / "journal" / "2026-11.jsonl"
    lines = journal.read_bytes().splitlines(True)
    lines[60] = lines[60].replace(b"U1", b"U9").replace(b"2026", b"2025")
    journal.write_bytes(b"".join(lines))
    store = open_store(home)
    store._database.connection.execute("DELETE FROM events WHERE position BETWEEN 100 AND 120")
    await store.close()
    found = check(home)
    assert not found.file.whole and not found.journal.whole
    assert found.joined == found.known == len(truth) and found.loss and not found.loss.certain
    after = restore(home)
    assert after.whole and len(after.done) == 4
    store = open_store(home)
    assert await store.entries_since(0, 10_000) == truth
    await store.close()


async def test_what_a_restore_did_without_is_said_ever_after(
    whole: tuple[Path, list[LogEntry]], tmp_path: Path
) -> None:
    home, truth = whole
    shutil.copytree(home, tmp_path / "home")
    home = tmp_path / "home"
    file, journal = home / "baton.duckdb", home / "journal" / "2026-11.jsonl"
    file.write_bytes(file.read_bytes()[:9000])
    lines = journal.read_bytes().splitlines(True)
    del lines[-6:-3]  # of the last commit, which goes whole
    journal.write_bytes(b"".join(lines))
    found = check(home)
    assert found.loss and (found.loss.kept, found.loss.known) == (len(truth) - 9, len(truth))
    assert f"events {found.loss.kept + 1} to {len(truth)} are lost" in " ".join(found.sentences())
    restore(home, accept_loss=True)
    for _ in range(2):
        said = check(home).sentences()
        assert any(line.startswith("At a restore: ") and "are lost" in line for line in said)
        assert ALL_THERE not in said
    (home / "losses.jsonl").write_text("{")
    with pytest.raises(StoreError, match=r"losses.jsonl cannot be read.*backup"):
        check(home)


@pytest.mark.parametrize(
    "gone", ["the file and the end of the journal", "the end of the journal", "the journal"]
)
async def test_what_a_start_did_without_is_said_ever_after(
    whole: tuple[Path, list[LogEntry]], tmp_path: Path, gone: str, caplog: pytest.LogCaptureFixture
) -> None:
    home, truth = whole
    shutil.copytree(home, tmp_path / "home")
    home = tmp_path / "home"
    journal = home / "journal" / "2026-11.jsonl"
    if "file" in gone:
        (home / "baton.duckdb").unlink()
    if "end" in gone:
        lines = journal.read_bytes().splitlines(True)
        journal.write_bytes(b"".join(lines[:-9]))  # its last commit: it looks as if that had been its end
    else:
        shutil.rmtree(home / "journal")
    for _ in range(2):
        store = open_store(home)
        kept = await store.position()
        await store.close()
    assert kept == (len(truth) - 9 if "file" in gone else len(truth))
    said = check(home).sentences()
    assert said.count(f"At a restore: {Loss(kept, kept).sentence()}") == 1 and ALL_THERE not in said
    assert [
        f"made again: {kept} events. Whether anything came after" in each.getMessage()
        for each in caplog.records
    ] == [True]
