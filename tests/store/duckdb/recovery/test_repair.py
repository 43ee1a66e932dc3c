"""A file that was torn, flipped or cut gives back every acknowledged event; looking at it changes nothing."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest

from engine import events as e
from store.duckdb.opener import open_store
from store.duckdb.recovery.repair import check, restore
from store.log.journal import tail
from store.protocol import LogEntry, Pending, Store, StoreError
from tests.store.samples import a_workflow, answered, at, claimed, commit, launched

TEXT = b"a bundle" * 500
NAME = sha256(TEXT).hexdigest()


async def fill(home: Path) -> tuple[list[LogEntry], object]:
    """A store with something of everything; its entries, and its lists."""
    store = open_store(home)
    await store.commit([a_workflow(f"w{n}", Pending(at(n), "all")) for n in range(30)])
    await store.commit([commit("doc", 0, launched(), documents={NAME: TEXT})])
    await store.commit([commit("post", 0, claimed("m", "w1/2"), e.MessageSent("m", "ok", 1, ""))])
    await store.commit(
        [commit(f"w{n}", 6, answered(f"w{n}"), pending=Pending(at(50), "one")) for n in range(9)]
    )
    found = await store.entries_since(0, 1000), await lists(store)
    await store.close()
    return found


async def lists(store: Store) -> object:
    return (
        await store.workflows(),
        await store.assignments("w3"),
        await store.notices("w1"),
        await store.messages(),
        await store.due(at(99)),
    )


def contents(home: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(home)): path.read_bytes()
        for path in home.rglob("*")
        if path.is_file() and path.name != "baton.lock"
    }


async def test_a_whole_store_is_said_to_be_whole_and_not_touched(tmp_path: Path) -> None:
    entries, _ = await fill(tmp_path)
    before = contents(tmp_path)
    report = check(tmp_path)
    assert report.whole and report.agree
    assert report.file.events == report.journal.events == len(entries)
    assert report.file.head == report.journal.head == entries[-1].hash.hex()
    assert report.file.documents == report.journal.documents == 2
    assert report.sentences()[-1] == "Nothing that either of them knows of is missing."
    assert restore(tmp_path).whole
    assert contents(tmp_path) == before


async def test_a_running_store_is_not_looked_into(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    for look in (check, restore):
        with pytest.raises(StoreError, match="is open in process"):
            look(tmp_path)
    await store.close()


def flip(chance: random.Random, content: bytes) -> bytes:
    changed = bytearray(content)
    for _ in range(chance.choice((1, 8, 200))):
        changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
    return bytes(changed)


def cut(chance: random.Random, content: bytes) -> bytes:
    return content[: chance.randrange(len(content))]


def zero(chance: random.Random, content: bytes) -> bytes:
    start = chance.randrange(len(content))
    length = min(4096 * chance.randrange(1, 80), len(content) - start)
    return content[:start] + bytes(length) + content[start + length :]


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[LogEntry], object]:
    home = tmp_path_factory.mktemp("filled")
    entries, rows = asyncio.run(fill(home))
    return home, entries, rows


@pytest.mark.parametrize("damage", [flip, cut, zero], ids=lambda each: each.__name__)
@pytest.mark.parametrize("seed", range(12))
async def test_every_acknowledged_event_comes_back(
    filled: tuple[Path, list[LogEntry], object],
    tmp_path: Path,
    damage: Callable[[random.Random, bytes], bytes],
    seed: int,
) -> None:
    home, entries, rows = filled
    chance = random.Random(f"{damage.__name__} {seed}")
    for name, content in contents(home).items():
        target = tmp_path / name
        target.parent.mkdir(exist_ok=True)
        target.write_bytes(damage(chance, content) if name == "baton.duckdb" else content)
    (journal,) = (tmp_path / "journal").iterdir()
    torn = journal.read_bytes().splitlines(True)[-1]
    with journal.open("ab") as stream:  # a group that was under way when the power went
        stream.write(torn[: chance.randrange(len(torn))])

    before = contents(tmp_path)
    found = check(tmp_path)
    assert contents(tmp_path) == before
    assert found.journal.whole and found.journal.events == len(entries)

    after = restore(tmp_path)
    assert after.whole, after.sentences()
    if not found.file.whole:
        kept = [name for name in contents(tmp_path) if "damaged" in name]
        assert kept == ["baton.duckdb.damaged-1"] and any("kept as" in line for line in after.sentences())
    store = open_store(tmp_path)
    assert await store.entries_since(0, 1000) == entries
    assert await lists(store) == rows and await store.document(NAME) == TEXT
    await store.commit([a_workflow("after")])
    assert (await store.verify()).intact
    await store.close()


async def test_a_damaged_journal_is_written_again_from_the_file(tmp_path: Path) -> None:
    entries, _ = await fill(tmp_path)
    (journal,) = (tmp_path / "journal").iterdir()
    lines = journal.read_bytes().splitlines(True)
    lines[20] = lines[20].replace(b"U1", b"U9")
    journal.write_bytes(b"".join(lines))
    report = check(tmp_path)
    assert report.file.whole and not report.journal.whole
    assert (
        "its content does not match its hash" in report.journal.problem
        and "position 20" in report.journal.problem
    )
    after = restore(tmp_path)
    assert after.whole and after.journal.events == len(entries)
    assert (tmp_path / "journal.damaged-1").is_dir()


async def test_a_file_made_again_leaves_the_journal_as_it_was(tmp_path: Path) -> None:
    await fill(tmp_path)
    (tmp_path / "baton.duckdb").unlink()
    before = contents(tmp_path / "journal")
    assert restore(tmp_path).whole
    for _ in range(2):
        await open_store(tmp_path).close()
    assert contents(tmp_path / "journal") == before
    assert check(tmp_path).journal.documents == 2


async def test_a_damaged_file_does_not_open_and_says_what_to_do(tmp_path: Path) -> None:
    await fill(tmp_path)
    file = tmp_path / "baton.duckdb"
    file.write_bytes(file.read_bytes()[:9000])
    with pytest.raises(StoreError, match=r"baton store check.*baton store restore"):
        open_store(tmp_path)
    file.unlink()
    store = open_store(tmp_path)  # a file that is gone is simply behind its journal
    assert await store.position() == tail(tmp_path / "journal").position
    await store.close()


async def test_a_change_of_content_is_found_by_the_chain(tmp_path: Path) -> None:
    await fill(tmp_path)
    store = open_store(tmp_path)
    store._database.connection.cursor().execute("UPDATE events SET data = data || ' ' WHERE position = 20")
    verdict = await store.verify()
    assert not verdict.intact and verdict.problem.startswith(
        "at position 20: its content does not match its hash"
    )
    store._database.connection.cursor().execute("DELETE FROM events WHERE position = 9")
    assert "events are missing" in (await store.verify()).problem
    await store.close()
    report = check(tmp_path)
    assert not report.file.whole and report.journal.whole
    assert restore(tmp_path).whole
